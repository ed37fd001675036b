"""Noise as a detector makes it, at levels that were measured: `noise_levels.json`, written by `measure_noise.py`.

Each kind of noise can be taken away or made worse on its own (`Levels`), so that a table can tell what it costs.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.events.boxes import Seen
from benchmarks.events.cameras import Camera
from benchmarks.events.false_boxes import FalseBoxes
from benchmarks.events.kernels.noise import KEYS, disturb
from core.arrays import F32, F64, I16, I64, Bool
from core.taxonomy import ObjectClass

TABLE: Final = Path(__file__).parent / "noise_levels.json"
KINDS: Final = ("person", "vehicle")
VARYING: Final = ("left", "top", "right", "bottom", "miss", "class", "score")
"""What varies slowly, in the order of `kernels.noise`."""
CLASSES: Final = len(ObjectClass)
FRAMES_LOST: Final = 0.01
LOST_RUN_S: Final = 0.5
"""Share of frames lost between camera and detector, and how long a loss lasts on average: assumed, not measured."""


@dataclass(frozen=True, slots=True)
class Levels:
    """How much of each noise, as a factor of the measured one: 0 is perfect, 1 as measured.

    Attributes:
        box: errors of the four sides. miss: chance that a thing is not found. confusion: chance of a wrong class.
        false: boxes where nothing is. score: spread of scores. drop: lost frames.
        calibration: pixels, standard deviation of the points that the scene's ground is fitted to, as a factor of
            `benchmarks.events.views.PICKED_PX`.
    """

    box: float = 1.0
    miss: float = 1.0
    confusion: float = 1.0
    false: float = 1.0
    score: float = 1.0
    drop: float = 1.0
    calibration: float = 1.0

    @classmethod
    def all(cls, level: float) -> Levels:
        """The same factor for everything."""
        return cls(**dict.fromkeys(NOISES, level))

    def but(self, noise: str, level: float) -> Levels:
        """With another factor for one of `NOISES`."""
        return replace(self, **{noise: level})


MORE_FALSE: Final = 1 / 6
"""Share by which short false boxes grow with each doubling of the input's width: PETS09-S2L1 at 832 beside 416."""
NOISES: Final = tuple(field.name for field in fields(Levels))


@dataclass(frozen=True, slots=True, eq=False)
class NoiseTable:
    """The measured levels as arrays; rows by `KINDS`.

    Attributes:
        input_px: width of the detector's input, to which boxes are scaled; `size` is the root of their area there.
        recall: (K, 4), d / (1 + exp(-(a + b log(size / 12 px) + c hidden share))).
        sides: (K, 4, 3), variance = s² + (h hidden share)² + (q / size)², as shares of width or height.
        score: (K, 5): mean = a + b log(size / 12) + c hidden share, its spread, and the lowest score given.
        shares: (K, KEYS, 3) of variance drawn anew for each frame, slow, fixed for a thing.
        decay_s: (K, KEYS) of the slow.
        confusion: (C, C), the chance that a class (row) is called another (column).
        about: what the rest of the file says: false boxes, denominators.
    """

    input_px: float
    recall: F64
    sides: F64
    score: F64
    shares: F64
    decay_s: F64
    confusion: F64
    about: dict[str, Any]

    @classmethod
    def load(cls, path: Path = TABLE) -> NoiseTable:
        """Read the file."""
        found = json.loads(path.read_text(encoding="utf-8"))
        kinds = found["kinds"]
        sides = [[kinds[k]["sides"][name] for name in VARYING[:4]] for k in KINDS]
        confusion = np.eye(CLASSES)
        for name, called in found["confusion"].items():
            row = ObjectClass[name.upper()]
            for other, share in called.items():
                confusion[row, ObjectClass[other.upper()]] += share
                confusion[row, row] -= share
        return cls(
            found["input_px"],
            np.array([kinds[k]["recall"] for k in KINDS]),
            np.array(sides),
            np.array([[*kinds[k]["score"], found["score_threshold"]] for k in KINDS]),
            np.array([[kinds[k]["varying"][name]["shares"] for name in VARYING] for k in KINDS]),
            np.array([[kinds[k]["varying"][name]["decay_s"] for name in VARYING] for k in KINDS]),
            confusion,
            found,
        )

    def for_input(self, input_px: int | None) -> NoiseTable:
        """The levels of a detector with an input of another width: what counts is how many pixels of it a thing has."""
        return self if input_px is None else replace(self, input_px=float(input_px))

    @property
    def more_false(self) -> float:
        """Short false boxes of this input, as a multiple of those of the input that was measured."""
        return max(1.0 + MORE_FALSE * math.log2(self.input_px / self.about["input_px"]), 0.0)

    def called(self, level: float) -> tuple[F64, I16]:
        """For each class, up to which share (C, C) of a uniform number it is called what (C, C): its own name first."""
        wrong = self.confusion * (1.0 - np.eye(CLASSES)) * level
        wrong /= np.maximum(wrong.sum(axis=1), 1.0)[:, None]
        share = wrong + np.diag(1.0 - wrong.sum(axis=1))
        order = np.array([[c, *(o for o in range(CLASSES) if o != c)] for c in range(CLASSES)])
        until = np.cumsum(np.take_along_axis(share, order, axis=1), axis=1)
        return until, order.astype(np.int16)


def kind_of(class_id: I16) -> I64:
    """The row of `KINDS` for each class: two-wheelers have the levels of vehicles, as nothing better was measured."""
    return np.where(class_id == int(ObjectClass.PERSON), 0, 1).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Detected:
    """N detections in T steps; `row` (N) int64: the row of `Seen`, -1 for nothing. `wanted` (T): the frame came."""

    offsets: I64
    wanted: Bool
    row: I64
    xyxy: F32
    score: F32
    class_id: I16


class Noise:
    """The noise of one camera; it remembers what varies slowly from call to call.

    Args:
        parts: how many different things there are (`Solids.part` is below).
        seed: the same seed gives the same noise.
        free: (M, 2) pixels; false boxes that last stand at one of these places, not on lanes.
    """

    def __init__(
        self, camera: Camera, levels: Levels, parts: int, seed: tuple[int, ...], free: F64, table: NoiseTable
    ) -> None:
        self._camera, self._levels, self._table = camera, levels, table
        rng = np.random.default_rng((*seed, 2))
        self._rng = rng
        self._state = rng.integers(0, 2**63, 1, dtype=np.uint64)
        self._memory = np.zeros((parts, 2 * KEYS), np.float32)
        self._seen_s = np.full(parts, -1.0)
        self._until, self._shown = table.called(levels.confusion)
        self._false = FalseBoxes(camera, table.about["false"], levels.false, free, (*seed, 3), table.more_false)
        self._lost_until = -1.0

    def detect(self, time_s: F64, seen: Seen) -> Detected:
        """Detections of the next steps at these times (T)."""
        wanted = self._wanted(time_s)
        count = len(seen.row)
        row, xyxy = np.zeros(count, np.int64), np.zeros((count, 4), np.float32)
        score, class_id = np.zeros(count, np.float32), np.zeros(count, np.int16)
        counts = np.zeros(len(time_s), np.int64)
        levels, table = self._levels, self._table
        scale = table.input_px / self._camera.width
        given = seen.part, seen.class_id, kind_of(seen.class_id), seen.xyxy, seen.visible, scale
        kinds = table.recall, table.sides, table.score, self._until, self._shown
        n = disturb(
            self._state,
            (time_s, seen.offsets, wanted),
            given,
            self._memory,
            self._seen_s,
            (*kinds, np.array([levels.box, levels.miss, levels.score])),
            table.shares,
            table.decay_s,
            (row, xyxy, score, class_id, counts),
        )
        step = np.repeat(np.arange(len(time_s)), counts)
        false = self._false.at(time_s, wanted, seen)
        step = np.concatenate((step, false.step))
        order = np.argsort(step, kind="stable")
        size = np.array([self._camera.width, self._camera.height] * 2, np.float32)
        boxes = np.clip(np.concatenate((xyxy[:n], false.xyxy))[order], 0.0, size)
        return Detected(
            np.concatenate(([0], np.cumsum(np.bincount(step, minlength=len(time_s))))).astype(np.int64),
            wanted,
            np.concatenate((row[:n], np.full(len(false.step), -1)))[order],
            boxes.astype(np.float32),
            np.concatenate((score[:n], false.score))[order].astype(np.float32),
            np.concatenate((class_id[:n], false.class_id))[order].astype(np.int16),
        )

    def _wanted(self, time_s: F64) -> Bool:
        """Which frames come: losses begin at random and last for exponential times."""
        wanted = np.ones(len(time_s), np.bool_)
        share = min(FRAMES_LOST * self._levels.drop, 0.5)
        if share <= 0 or not len(time_s):
            return wanted
        period = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.1
        begins = self._rng.random(len(time_s)) < share / (1.0 - share) * period / LOST_RUN_S
        lasts = self._rng.exponential(LOST_RUN_S, len(time_s))
        for step in range(len(time_s)):
            if time_s[step] < self._lost_until:
                wanted[step] = False
            elif begins[step]:
                self._lost_until = float(time_s[step] + lasts[step])
        return wanted
