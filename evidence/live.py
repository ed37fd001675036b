"""Drawing what a camera shows now: its places faintly, and a box around each road user."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from core.arrays import U8, AnyArray
from core.live import LivePicture
from evidence.drawing import CLASS_COLOURS, LINE, ZONE, Colour

LANE: Final[Colour] = (150, 150, 150)
_PLACE_OPACITY: Final = 0.55
_BOX_OPACITY: Final = 0.75
_SHIFT: Final = 4
"""Binary digits after the point: places between pixels keep slow boxes from trembling."""


def draw_live(live: LivePicture, most_width: int = 960) -> U8:
    """The picture with zones, lines, lanes and boxes, no wider than asked; (height, width, 3) BGR."""
    height, width = live.pixels.shape[:2]
    shrink = min(1.0, most_width / width)
    canvas = live.pixels.copy()
    if shrink < 1:
        size = (round(width * shrink), round(height * shrink))
        canvas = np.asarray(cv2.resize(live.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    if live.scene is not None:
        scale = np.array(canvas.shape[1::-1]) / live.scene.reference_size
        layer = canvas.copy()
        for lane in live.scene.lanes.values():
            _outline(layer, lane.polygon * scale, LANE, closed=True)
        for zone in live.scene.zones.values():
            _outline(layer, zone.polygon * scale, ZONE, closed=True)
        for line in live.scene.lines.values():
            _outline(layer, np.array((line.start, line.end)) * scale, LINE, closed=False)
        cv2.addWeighted(layer, _PLACE_OPACITY, canvas, 1 - _PLACE_OPACITY, 0.0, dst=canvas)
    layer = canvas.copy()
    scale = np.array((canvas.shape[1] / live.frame.width, canvas.shape[0] / live.frame.height) * 2)
    corners = _fixed(live.xyxy * scale)
    for (left, top, right, bottom), class_id in zip(corners.tolist(), live.class_id.tolist(), strict=True):
        colour = CLASS_COLOURS[class_id % len(CLASS_COLOURS)]
        cv2.rectangle(layer, (left, top), (right, bottom), colour, 1, cv2.LINE_AA, _SHIFT)
    cv2.addWeighted(layer, _BOX_OPACITY, canvas, 1 - _BOX_OPACITY, 0.0, dst=canvas)
    return canvas


def _outline(canvas: U8, points: AnyArray, colour: Colour, *, closed: bool) -> None:
    cv2.polylines(canvas, [_fixed(points)], closed, colour, 1, cv2.LINE_AA, _SHIFT)


def _fixed(points: AnyArray) -> AnyArray:
    # OpenCV refuses coordinates beyond 16 bits of a shifted integer; a point far outside is as good at the rim.
    return np.asarray(np.rint(np.clip(points, -1_500, 1_900) * (1 << _SHIFT)), np.int32)
