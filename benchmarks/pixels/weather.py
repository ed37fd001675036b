"""What cameras go through without anything being wrong with them: light, night, rain, lamps, clocks."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final, Protocol

import cv2
import numpy as np

from core.arrays import F32, U8, AnyArray

ROOM: Final = 64
Place = tuple[float, float]
STAYS: Final[Place] = (0.0, 0.0)


class Weather(Protocol):
    """The picture at a second, where the place lies so many pixels (x, y) off: lamps stand in the street, and are seen
    to drift with it.
    """

    def __call__(self, second: int, picture: U8, place: Place = STAYS) -> U8: ...


DUSK_S: Final = 600
"""From day to night, and back; the night lasts twice as long."""


def grain(second: int, picture: U8, sigma: float) -> U8:
    """With a sensor's noise."""
    height, width = picture.shape[:2]
    x, y = np.random.default_rng(second).integers(0, ROOM, 2).tolist()
    noise = _grain(round(2 * sigma), width, height)[y : y + height, x : x + width]
    return np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U), np.uint8)


@lru_cache(maxsize=8)
def _grain(halves: int, width: int, height: int) -> AnyArray:
    """Noise of so many half levels for a picture at any of `ROOM` places: making it anew takes longer than a look."""
    noise = np.random.default_rng(halves).normal(0, halves / 2, (height + ROOM, width + ROOM, 1))
    return np.repeat(np.rint(noise).astype(np.int16), 3, axis=2)


def untouched(second: int, picture: U8, place: Place = STAYS) -> U8:
    """As filmed, with a grain of its own at each look: the same frames come again and again."""
    return grain(second, picture, 1.5)


def clouds(second: int, picture: U8, place: Place = STAYS) -> U8:
    """Light that comes and goes within minutes, and an iris that jumps."""
    gain = 1 + 0.25 * math.sin(second / 47) + (0.25 if second % 300 < 6 else 0.0)
    return grain(second, np.asarray(cv2.convertScaleAbs(picture, alpha=gain), np.uint8), 1.5)


def rain(second: int, picture: U8, place: Place = STAYS) -> U8:
    """Streaks, drops of light and less contrast, for ten minutes of twenty."""
    if second % 1200 < 600:
        return untouched(second, picture)
    rng = np.random.default_rng(second)
    height, width = picture.shape[:2]
    veiled = cv2.convertScaleAbs(picture, alpha=0.75, beta=35)
    for x, y in rng.integers(0, (width, height), (250, 2)).tolist():
        length = int(rng.integers(height // 40, height // 12))
        cv2.line(veiled, (x, y), (x + length // 6, y + length), (190, 190, 190), 1, cv2.LINE_AA)
    return grain(second, np.asarray(cv2.addWeighted(veiled, 0.6, cv2.blur(veiled, (1, 5)), 0.4, 0), np.uint8), 2.5)


def night(second: int, picture: U8, place: Place = STAYS) -> U8:
    """Dusk, night with noise, street lamps and headlights that pass or stay, dawn."""
    phase = second % (4 * DUSK_S)
    dark = min(phase / DUSK_S, 1.0, max((4 * DUSK_S - phase) / DUSK_S, 0.0))
    height, width = picture.shape[:2]
    shown = picture.astype(np.float32) * (1 - 0.78 * dark)
    if dark > 0.4:
        rng = np.random.default_rng(7)
        lamps = [(float(x), height * 0.15, width / 25) for x in rng.uniform(0.1, 0.9, 3) * width]
        moving = np.random.default_rng(second // 4)
        lamps += [
            (float(moving.uniform(0, width)), float(moving.uniform(height * 0.3, height)), width / 30)
            for _ in range(int(moving.integers(0, 4)))
        ]
        if second % 600 < 120:
            lamps.append((width * 0.4, height * 0.5, width / 9))  # faces the camera for two minutes
        for x, y, reach in lamps:
            shown += _glow(width, height, x + place[0], y + place[1], reach)[..., None] * dark
    return grain(second, np.clip(shown, 0, 255).astype(np.uint8), 1.5 + 4.5 * dark)


def flare(second: int, picture: U8, place: Place = STAYS) -> U8:
    """Night, and for five minutes of ten a lamp that shines into the lens: a veil, a streak, and ghosts of the iris."""
    height, width = picture.shape[:2]
    shown = picture.astype(np.float32) * 0.25
    for x in np.random.default_rng(7).uniform(0.1, 0.9, 3) * width:
        shown += _glow(width, height, float(x) + place[0], height * 0.15 + place[1], width / 25)[..., None]
    if second % 600 >= 300:
        minute = np.random.default_rng(second // 60)
        x, y = width * float(minute.uniform(0.0, 1.0)) + place[0], height * float(minute.uniform(0.0, 0.3)) + place[1]
        light = _glow(width, height, x, y, width / 18) + 0.35 * _glow(width, height, x, y, width / 3)
        light += 90 * np.exp(-((np.arange(height, dtype=np.float32) - y) ** 2) / (2 * (height / 90) ** 2))[:, None]
        for step in (0.5, 0.9, 1.3, 1.6):
            ghost = np.zeros((height, width), np.float32)
            at = round(x + step * (width - 2 * x)), round(y + step * (height - 2 * y))
            cv2.circle(ghost, at, round(width * (0.03 + 0.03 * step)), 40.0, -1)
            light += np.asarray(cv2.GaussianBlur(ghost, (0, 0), width / 200), np.float32)
        shown += light[..., None] * np.array((0.9, 0.95, 1.0), np.float32)
    return grain(second, np.clip(shown, 0, 255).astype(np.uint8), 5.0)


def flare_first(second: int, picture: U8, place: Place = STAYS) -> U8:
    """The same, but the lamp is there when watching begins."""
    return flare(second + 300, picture, place)


def infra_red(second: int, picture: U8, place: Place = STAYS) -> U8:
    """A camera that switches between its day and its night filter every ten minutes."""
    if second % 1200 < 600:
        return untouched(second, picture)
    blue, green, red = cv2.split(picture)
    lit = cv2.addWeighted(cv2.addWeighted(green, 1.1, red, -0.2, 0), 0.7, blue, 0.1, 0)
    return grain(second, np.asarray(cv2.merge([lit] * 3), np.uint8), 4.0)


def burnt_in(second: int, picture: U8, place: Place = STAYS) -> U8:
    """A clock and a logo."""
    shown, width = grain(second, picture, 1.5), picture.shape[1]
    size = width / 768
    cv2.rectangle(shown, (8, 6), (round(250 * size), round(30 * size)), (0, 0, 0), -1)
    told = f"2026-01-05 {second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    cv2.putText(shown, told, (10, round(24 * size)), cv2.FONT_HERSHEY_SIMPLEX, 0.6 * size, (255, 255, 255), 2)
    corner = (round(660 * size), picture.shape[0] - round(12 * size))
    cv2.putText(shown, "CAM 12", corner, cv2.FONT_HERSHEY_SIMPLEX, 0.7 * size, (255, 255, 255), 2)
    return shown


WEATHERS: Final[dict[str, Weather]] = {
    "untouched": untouched,
    "clouds": clouds,
    "rain": rain,
    "night": night,
    "flare": flare,
    "flare_first": flare_first,
    "infra_red": infra_red,
    "burnt_in": burnt_in,
}


def _glow(width: int, height: int, x: float, y: float, reach: float) -> F32:
    across = np.exp(-((np.arange(width, dtype=np.float32) - x) ** 2) / (2 * reach**2))
    down = np.exp(-((np.arange(height, dtype=np.float32) - y) ** 2) / (2 * reach**2))
    core = np.minimum(np.outer(down, across) * 600, 255)
    return np.asarray(core, np.float32)
