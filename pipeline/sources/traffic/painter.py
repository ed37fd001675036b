"""Road users drawn as simple solids, the farthest first."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from core.arrays import F32, I64, U8, AnyArray
from pipeline.sources.traffic.canvas import Colour, band, fill, fixed
from pipeline.sources.traffic.figures import figure, paint
from pipeline.sources.traffic.recording import Moment, Recording
from pipeline.sources.traffic.street import draw_street
from pipeline.sources.traffic.view import View, footprints, raised

SIGNALS: Final[tuple[Colour | None, ...]] = (None, (64, 64, 232), (60, 190, 250), (110, 210, 90))
"""By state: none, red, amber, green."""
_WALLS: Final = (0.62, 0.78, 0.9, 0.72)
"""Light on the four walls: front, left, rear, right, seen from a high sun behind the camera's left."""
_SHADOW: Final[Colour] = (62, 58, 56)
_SUN: Final = np.array((0.55, -0.2), np.float32)
"""A shadow's end, for each metre of height."""


_Part = tuple[AnyArray, AnyArray, float | Colour]
"""Of all road users of a class: corners (M, 8, 2) as OpenCV takes them, the lower four and the upper four; which of the
walls are seen (M, 4); the shade.
"""


class Painter:
    """Draws moments of a recording. From any thread: it keeps nothing of what it draws."""

    def __init__(self, recording: Recording, view: View, caption: str) -> None:
        self._recording, self._view = recording, view
        self._street = draw_street(recording.about, view)
        _write(self._street, caption)
        self._lights = [
            fixed(view.project(raised(_light(lane.centreline, lane.width_m)[None], np.zeros(1)))[0][0])
            if lane.stop_line
            else None
            for lane in recording.about.lanes
        ]

    def paint(self, moment: Moment) -> U8:
        """The picture (height, width, 3) BGR."""
        pixels = self._street.copy()
        for light, state in zip(self._lights, moment.signals.tolist(), strict=True):
            colour = SIGNALS[state] if 0 <= state < len(SIGNALS) else None
            if light is not None and colour is not None:
                fill(pixels, light, colour)
        away = np.linalg.norm(moment.xy - self._view.place[:2], axis=1)
        self._solids(pixels, moment, np.argsort(-away))
        return pixels

    def _solids(self, pixels: U8, moment: Moment, order: I64) -> None:
        users = moment.user[order]
        xy, heading, size = moment.xy[order], moment.heading[order], self._recording.size[users]
        classes = self._recording.class_id[users]
        shadows = self._shadows(xy, heading, size)
        parts = {
            name: self._parts(name, xy, heading, size, np.flatnonzero(classes == name))
            for name in np.unique(classes).tolist()
        }
        for shadow in shadows:
            if shadow is not None:
                fill(pixels, shadow, _SHADOW)
        taken = dict.fromkeys(parts, 0)
        for user, name in zip(users.tolist(), classes.tolist(), strict=True):
            number, taken[name] = taken[name], taken[name] + 1
            _paint(pixels, parts[name], number, paint(name, user))

    def _shadows(self, xy: F32, heading: F32, size: F32) -> list[AnyArray | None]:
        base = footprints(xy, heading, size[:, 0], size[:, 1])
        both = np.concatenate((base, base + _SUN * size[:, 2, None, None]), axis=1)
        pixels, before = self._view.project(raised(both, np.zeros(len(base))))
        return [
            cv2.convexHull(fixed(points)) if seen.all() else None for points, seen in zip(pixels, before, strict=True)
        ]

    def _parts(self, name: int, xy: F32, heading: F32, size: F32, rows: I64) -> list[_Part]:
        """The solids of all road users of a class."""
        xy, heading, size = xy[rows], heading[rows], size[rows]
        ahead = np.stack((np.cos(heading), np.sin(heading)), axis=1)
        found = []
        for part in figure(name):
            middle = xy + ahead * (part.forward * size[:, 0])[:, None]
            base = footprints(middle, heading, part.long * size[:, 0], part.wide * size[:, 1])
            solid = np.concatenate((raised(base, part.low * size[:, 2]), raised(base, part.high * size[:, 2])), axis=1)
            pixels, before = self._view.project(solid)
            following = np.roll(base, -1, axis=1)
            outward = np.stack((following[..., 1] - base[..., 1], base[..., 0] - following[..., 0]), axis=2)
            towards = np.sum(outward * (self._view.place[:2] - base), axis=2) > 0
            found.append((fixed(pixels), towards & before.all(axis=1, keepdims=True), part.shade))
        return found


def _paint(pixels: U8, parts: list[_Part], number: int, body: Colour) -> None:
    for corners, seen, shade in parts:
        points = corners[number]
        walls = seen[number].tolist()
        if not any(walls):
            continue
        colour = _lit(body, shade) if isinstance(shade, float) else shade
        for wall in range(4):
            if walls[wall]:
                after = (wall + 1) % 4
                fill(pixels, points[[wall, after, after + 4, wall + 4]], _lit(colour, _WALLS[wall]))
        fill(pixels, points[4:], colour)


def _lit(colour: Colour, light: float) -> Colour:
    blue, green, red = (min(255, int(part * light)) for part in colour)
    return blue, green, red


def _light(centreline: tuple[tuple[float, float], ...], width_m: float) -> F32:
    """Where the signal of a lane shows: a bar on the ground just behind the stop line."""
    end, before = np.array(centreline[-1]), np.array(centreline[-2])
    along = (end - before) / np.hypot(*(end - before))
    across = np.array((-along[1], along[0])) * (width_m / 2 - 0.35)
    return band(end - 1.6 * along - across, end - 1.6 * along + across, 0.8)


def _write(pixels: U8, caption: str) -> None:
    height = pixels.shape[0]
    scale = height / 1100
    left, foot = round(height / 40), height - round(height / 40)
    for colour, away in (((40, 40, 40), 1), ((245, 245, 245), 0)):
        at = (left + away, foot + away)
        cv2.putText(pixels, caption, at, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, 1, cv2.LINE_AA)
