"""What goes wrong with cameras, put into real pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from benchmarks.pixels.clips import Clip
from benchmarks.pixels.weather import grain
from core.arrays import U8

Change = Callable[[int, U8], U8]
SHIFTS: Final = (2, 5, 10, 20, 50, 100, 200)
SIGMAS: Final = (2.0, 3.0, 5.0)
"""Defocus, standard deviations in pixels of a picture 768 wide."""
COVERS: Final = ("hand", "bag", "paper", "spray", "paint", "cap")


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """One way in which a camera fails.

    Attributes:
        kinds: of events, any of which tells it.
        lasts_s: how long it is shown.
        shift: of the picture, in its pixels.
    """

    kinds: tuple[str, ...]
    name: str
    change: Change
    lasts_s: int = 60
    shift: tuple[float, float] | None = None


def faults(clip: Clip, seed: int) -> Iterator[Fault]:
    """One of each, drawn by lot; shifts only of a camera that stood still."""
    rng = np.random.default_rng((seed, len(clip.frames), clip.size[0]))
    yield Fault(("camera.frozen",), "frozen", _frozen(int(rng.integers(10_000))), 150)
    yield Fault(("camera.frozen",), "frozen, clock goes on", _frozen(int(rng.integers(10_000)), clock=True), 150)
    gain = float(rng.uniform(0.02, 0.1))
    yield Fault(("camera.dark",), "dark", lambda second, picture: _noisy(second, picture * gain))
    for sigma in SIGMAS:
        yield Fault(("camera.blurred",), f"defocus {sigma:g}", _defocus(sigma * clip.size[0] / 768))
    for cover in COVERS:
        kinds = ("camera.covered", "camera.dark") if cover == "cap" else ("camera.covered",)
        # Paint is drawn by a lot of its own, so that the other faults stay what they were.
        lot = np.random.default_rng((seed, 7)) if cover == "paint" else rng
        yield Fault(kinds, cover, _cover(cover, clip.size, lot))
    for length in SHIFTS if clip.fixed else ():
        way = float(rng.uniform(0, 2 * math.pi))
        # A picture 320 wide has little left to compare when it has moved by 200.
        shift = length * math.cos(way), length * math.sin(way)
        yield Fault(("camera.moved",), f"shift {length}", _moved(shift), 60, shift)


def _frozen(second: int, *, clock: bool = False) -> Change:
    kept: list[U8] = []

    def change(now: int, picture: U8) -> U8:
        if not kept:
            kept.append(picture)
        shown = kept[0].copy()
        if clock:
            scale = picture.shape[1] / 768
            cv2.rectangle(shown, (8, 6), (round(120 * scale), round(30 * scale)), (0, 0, 0), -1)
            told = f"{now // 60 % 60:02d}:{(now + second) % 60:02d}"
            cv2.putText(shown, told, (10, round(24 * scale)), cv2.FONT_HERSHEY_SIMPLEX, 0.7 * scale, (255,) * 3, 2)
        return shown

    return change


def _noisy(second: int, picture: cv2.typing.MatLike) -> U8:
    return grain(second, np.asarray(cv2.convertScaleAbs(picture), np.uint8), 1.5)


def _defocus(sigma: float) -> Change:
    return lambda _, picture: np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def _moved(shift: tuple[float, float]) -> Change:
    """What comes into the picture is unknown: the mirror image of its rim stands for it."""
    matrix = np.array([(1, 0, shift[0]), (0, 1, shift[1])], np.float64)

    def change(_: int, picture: U8) -> U8:
        flags, size = cv2.INTER_CUBIC, picture.shape[1::-1]
        return np.asarray(cv2.warpAffine(picture, matrix, size, flags=flags, borderMode=cv2.BORDER_REFLECT), np.uint8)

    return change


def _cover(what: str, size: tuple[int, int], rng: np.random.Generator) -> Change:
    """A mask (height, width, 1), 0..1, and what is seen where it is 1: near things are soft."""
    width, height = size
    mask = np.zeros((height, width), np.float32)
    level = float(rng.uniform(60, 140))
    tint = rng.uniform(0.85, 1.15, 3)
    x, y = rng.uniform(0.4, 0.6, 2) * size
    soft = width / 40
    if what == "cap":
        mask[:], level = 1.0, float(rng.uniform(2, 20))
    elif what == "hand":
        axes = (round(width * rng.uniform(0.45, 0.55)), round(height * rng.uniform(0.45, 0.6)))
        cv2.ellipse(mask, (round(x), round(y)), axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    elif what == "bag":
        mask[:] = 1.0
        cut = int(height * rng.uniform(0.0, 0.15))
        mask[:cut] = 0.0
    elif what == "paper":
        left, top = (int(v) for v in rng.uniform(0.0, 0.12, 2) * size)
        right, bottom = (int(v) for v in rng.uniform(0.88, 1.0, 2) * size)
        mask[top:bottom, left:right], level = 1.0, float(rng.uniform(170, 245))
    elif what == "paint":
        soft, level = width / 60, float(rng.choice((25.0, 235.0)))
        for row in range(4):
            left, right = int(width * rng.uniform(-0.1, 0.2)), int(width * rng.uniform(0.7, 1.1))
            top = int(height * (0.2 + 0.2 * row + rng.uniform(-0.04, 0.04)))
            cv2.line(mask, (left, top), (right, top), 0.97, round(height * 0.23))
            for x in rng.uniform(left, right, 4).astype(int).tolist():  # it runs down
                cv2.line(mask, (x, top), (x, top + int(rng.uniform(0.1, 0.3) * height)), 0.97, round(width * 0.02))
    else:
        soft = width / 90
        for _ in range(26):
            at = tuple(int(v) for v in rng.uniform(0.05, 0.95, 2) * size)
            cv2.circle(mask, at, int(width * rng.uniform(0.05, 0.13)), 1.0, -1)
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), soft), np.float32)
    shade = cv2.resize(rng.uniform(-12, 12, (3, 4)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    front = (level + np.asarray(shade))[..., None] * tint
    ahead = np.asarray(front * mask[..., None], np.float32)
    rest = np.repeat(1 - mask[..., None], 3, axis=2)

    def change(second: int, picture: U8) -> U8:
        return _noisy(second, cv2.add(cv2.multiply(picture, rest, dtype=cv2.CV_32F), ahead))

    return change
