"""Somebody who drives, of whom the shipped clip shows none: the van that is parked there goes up its street at red."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from benchmarks.pixels.clips import Clip
from benchmarks.pixels.lamps import COLOURS, LENS, LIT
from benchmarks.pixels.things import PASSES
from core.arrays import F64, U8
from core.detections import DetectionBatch
from core.frames import FrameBatch, FrameMeta
from core.protocols import Detector
from core.scene import Ground, Label, Lamp, Lane, Scene, Signal
from core.signals import LampColour
from pipeline.sources.surfaces import ArraySurface
from tools.event_pages.cutouts import Cutout

SIGNAL: Final = "signal"
LANE: Final = "side_street"
MPS: Final = 4.0
FROM_M: Final = -14.0
BESIDE_M: Final = -9.0
"""The foot of the van in metres of the scene's ground: along its first axis it goes up the street."""
PARKED: Final = (690.0, 100.0)
"""Where the van stands that is cut out, in pixels."""
LANE_M: Final = ((-8.0, -5.6), (3.6, -5.6), (3.6, -9.8), (-8.0, -9.8))
"""Corners of the lane to the stop line."""
LAMP_PX: Final = 7.0
LAMPS: Final = (744.0, 168.0)
"""The upper of three, on a post that stands at `POST_PX`."""
POST_PX: Final = 250
AMBER_S, RED_S = 0.4, 1.0


class Drive:
    """The clip with a signal at the mouth of its side street, and a van that runs it."""

    def __init__(self, clip: Clip, middle: U8, scene: Scene, detector: Detector) -> None:
        assert scene.ground is not None  # noqa: S101
        self._clip, self._middle, self._detector, self._ground = clip, middle, detector, scene.ground
        lane, _ = scene.ground.to_picture(np.array(LANE_M))
        label = Label("side street", "đường nhánh")
        way = np.array([(lane[0] + lane[3]) / 2, (lane[1] + lane[2]) / 2])
        lamps = tuple(Lamp(colour, _circle(n)) for n, colour in enumerate(COLOURS))
        self.scene = replace(
            scene,
            lanes={LANE: Lane(LANE, label, lane, way, LANE, stop_line=True)},
            signals={SIGNAL: Signal(SIGNAL, label, lamps, lanes=(LANE,))},
        )

    def at(self, second: float) -> U8:
        """The picture."""
        shown = self._clip.at(int(second))
        (foot,), _ = self._ground.to_picture(np.array([[FROM_M + MPS * second, BESIDE_M]]))
        scale = _px_per_m(self._ground, foot) / _px_per_m(self._ground, np.array(PARKED))
        van = Cutout.of("van", self._clip.at(0), scale)
        van.lie(shown, self._middle, (round(float(foot[0])), round(float(foot[1]))), PASSES)
        lit = LampColour.GREEN if second < AMBER_S else LampColour.AMBER if second < RED_S else LampColour.RED
        _draw_lamps(shown, lit)
        return shown

    def seen(self, second: float, frame: FrameMeta) -> DetectionBatch:
        """What the detector finds there."""
        return self._detector.detect(FrameBatch((frame,), (ArraySurface(self.at(second)),)))


def _px_per_m(ground: Ground, foot: F64) -> float:
    """Across the picture."""
    metres, _ = ground.to_ground(np.array([foot, foot + np.array([1.0, 0.0])]))
    return 1.0 / float(np.hypot(*(metres[1] - metres[0])))


def _lamp(number: int) -> tuple[float, float]:
    return LAMPS[0], LAMPS[1] + 2.35 * LAMP_PX * number


def _circle(number: int) -> F64:
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return np.array(_lamp(number)) + LAMP_PX * np.stack((np.cos(turn), np.sin(turn)), axis=-1)


def _draw_lamps(picture: U8, lit: LampColour) -> None:
    x, top, low = LAMPS[0], _lamp(0)[1] - 1.5 * LAMP_PX, _lamp(2)[1] + 1.5 * LAMP_PX
    cv2.line(picture, (round(x), round(low)), (round(x), POST_PX), (110, 110, 110), 3, cv2.LINE_AA)
    cv2.rectangle(
        picture, (round(x - 1.5 * LAMP_PX), round(top)), (round(x + 1.5 * LAMP_PX), round(low)), (32,) * 3, -1
    )
    for number, colour in enumerate(COLOURS):
        centre = tuple(round(8 * v - 4) for v in _lamp(number))
        look = LIT[colour] if colour is lit else LENS[colour]
        cv2.circle(picture, centre, round(8 * LAMP_PX), look, -1, cv2.LINE_AA, 3)
