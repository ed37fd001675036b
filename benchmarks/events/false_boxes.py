"""Boxes where nothing is: things that stand there and look like people, and short ones beside what is really there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from benchmarks.events.boxes import Seen
from benchmarks.events.cameras import Camera
from core.arrays import F32, F64, I16, I64, Bool
from core.taxonomy import class_of

LONGEST: Final = 64
"""Short-lived false boxes that a camera has at once, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Extra:
    """E false boxes: step (E), xyxy (E, 4) in pixels, score (E), class_id (E)."""

    step: I64
    xyxy: F32
    score: F32
    class_id: I16


@dataclass(slots=True)
class _Short:
    """One that lives until `until_s`: beside a part (its box moves along), or at a place of its own."""

    until_s: float
    part: int
    box: F64
    score: float
    class_id: int


class FalseBoxes:
    """The false boxes of one camera.

    Lasting ones are drawn from the list of those that were measured (how often each was there, for how long at a time,
    its size), and are kept off the lanes: what stands for hours and looks like a person is a post or a cone. Short ones
    come at the measured rate, the share `beside` of them at boxes of the same kind.

    Args:
        measured: `false` of the noise table.
        level: factor on how many there are.
        free: (M, 2) pixels where lasting ones may stand.
        more: a further factor, on short ones alone.
    """

    def __init__(
        self,
        camera: Camera,
        measured: dict[str, Any],
        level: float,
        free: F64,
        seed: tuple[int, ...],
        more: float = 1.0,
    ) -> None:
        self._rng = rng = np.random.default_rng(seed)
        self._camera, self._measured, self._level, self._more = camera, measured, level, more
        spots = measured["lasting"]["spots"]
        count = int(rng.poisson(level * len(spots))) if len(free) else 0
        chosen = [spots[i] for i in rng.integers(0, len(spots), count)] if spots else []
        self._there = np.array([spot["share"] for spot in chosen])
        self._run_s = np.array([spot["run_s"] for spot in chosen])
        size = np.array([spot["size"] for spot in chosen]).reshape(-1, 2) * camera.width
        self._foot = free[rng.integers(0, len(free), count)] if count else np.zeros((0, 2))
        self._size, self._score = size, np.array([spot["score"] for spot in chosen])
        self._on = rng.random(count) < self._there
        self._lasting_class = int(class_of(measured["lasting"]["class"]))
        self._short: list[_Short] = []
        self._now_s: float | None = None

    def at(self, time_s: F64, wanted: Bool, seen: Seen) -> Extra:
        """Those of the next steps, where a frame is wanted."""
        steps: list[int] = []
        boxes: list[F64] = []
        scores: list[F64] = []
        classes: list[I64] = []
        if self._level > 0:
            for step, now_s in enumerate(time_s.tolist()):
                dt = 0.1 if self._now_s is None else now_s - self._now_s
                self._now_s = now_s
                rows = slice(int(seen.offsets[step]), int(seen.offsets[step + 1]))
                found = [self._lasting(dt), *self._shorts(now_s, dt, seen, rows)]
                if wanted[step]:
                    for box, score, class_id in found:
                        steps += [step] * len(box)
                        boxes.append(box)
                        scores.append(score)
                        classes.append(class_id)
        return Extra(
            np.array(steps, np.int64),
            np.concatenate([*boxes, np.zeros((0, 4))]).astype(np.float32),
            np.concatenate([*scores, np.zeros(0)]).astype(np.float32),
            np.concatenate([*classes, np.zeros(0, np.int64)]).astype(np.int16),
        )

    def _lasting(self, dt: float) -> tuple[F64, F64, I64]:
        rng, on = self._rng, self._on
        ends = 1.0 - np.exp(-dt / self._run_s)
        begins = ends * self._there / np.maximum(1.0 - self._there, 0.05)
        turn = rng.random(len(on))
        self._on = on = np.where(on, turn >= ends, turn < begins)
        foot, size = self._foot[on], self._size[on]
        size = size * rng.normal(1.0, 0.05, size.shape)
        box = np.column_stack((foot - size * np.array([0.5, 1.0]), foot + size * np.array([0.5, 0.0])))
        score = np.maximum(self._score[on] + rng.normal(0.0, 0.03, len(foot)), 0.25)
        return box, score, np.full(len(foot), self._lasting_class)

    def _shorts(self, now_s: float, dt: float, seen: Seen, rows: slice) -> list[tuple[F64, F64, I64]]:
        self._short = [item for item in self._short if item.until_s > now_s]
        for rate in self._measured["short"]:
            expected = self._level * self._more * rate["per_picture"] * min(dt / rate["life_s"], 1.0)
            for _ in range(int(self._rng.poisson(expected))):
                if len(self._short) < LONGEST:
                    self._short.append(self._begin(now_s, rate, seen, rows))
        if not self._short:
            return []
        here = dict(zip(seen.part[rows].tolist(), range(rows.start, rows.stop), strict=True))
        box = [item.box if item.part < 0 else _beside(seen, here.get(item.part), item.box) for item in self._short]
        shown = [n for n, found in enumerate(box) if found is not None]
        return [
            (
                np.array([box[n] for n in shown]).reshape(-1, 4),
                np.array([self._short[n].score for n in shown]),
                np.array([self._short[n].class_id for n in shown], np.int64),
            )
        ]

    def _begin(self, now_s: float, rate: dict[str, Any], seen: Seen, rows: slice) -> _Short:
        rng = self._rng
        score = max(rng.normal(rate["score"], 0.08), 0.25)
        class_id = int(class_of(rate["class"]))
        until_s = now_s + float(rng.exponential(rate["life_s"]))
        same = np.flatnonzero((seen.class_id[rows] == 0) == (class_id == 0)) + rows.start
        if len(same) and rng.random() < rate["beside"]:
            relative = np.concatenate((rng.normal(0.0, 0.3, 2), rng.uniform(0.5, 1.3, 2)))
            return _Short(until_s, int(seen.part[rng.choice(same)]), relative, score, class_id)
        width, height = self._camera.width, self._camera.height
        high = height * rng.uniform(0.04, 0.2)
        wide = high * (0.45 if class_id == 0 else 1.3)
        x, y = rng.uniform(0, width), rng.uniform(0.3 * height, height)
        return _Short(until_s, -1, np.array([x - wide / 2, y - high, x + wide / 2, y]), score, class_id)


def _beside(seen: Seen, row: int | None, relative: F64) -> F64 | None:
    """A box moved and scaled by shares of the box in this row; None where that is not seen now."""
    if row is None:
        return None
    box = seen.xyxy[row].astype(np.float64)
    size = box[2:] - box[:2]
    middle = (box[:2] + box[2:]) / 2 + relative[:2] * size
    half = size * relative[2:] / 2
    return np.concatenate((middle - half, middle + half))
