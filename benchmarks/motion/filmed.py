"""People on film beside places on the ground that others measured: MOTChallenge sequences with world coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.tracking.data import LAYOUTS, Clip, load_clip
from core.arrays import F64, offsets_of
from core.geometry import iou
from core.motion import Motion
from core.scene import Ground, Scene
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch, TrackState
from scenes.homography import fit_homography
from trackers.online import OnlineTracker
from trackers.world import World

SEQUENCES: Final = ("PETS09-S2L1", "TUD-Stadtmitte")
"""Whose ground truth has metres in columns 8 and 9 (MOTChallenge 2015)."""
AROUND: Final = 3
"""A true speed is the way between so many frames before and after."""
SAME: Final = 0.5
"""A detected box is that of the person whose true box covers it by this much (intersection over union)."""
MANY: Final = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """G boxes: frame from 0, id, xyxy (G, 4), metres (G, 2), velocity (G, 2; NaN where it is not known)."""

    frame: F64
    ids: F64
    xyxy: F64
    metres: F64
    velocity: F64


def measure(folder: Path) -> dict[str, Any]:
    """Median and 90th percentile of the errors in the second half, the ground fitted to the first.

    Args:
        folder: of sequences; those of `SEQUENCES` that it has are measured.

    Raises:
        ConfigError: a sequence is not whole.
    """
    return {name: _sequence(folder / name) for name in SEQUENCES if (folder / name).is_dir()}


def _sequence(folder: Path) -> dict[str, Any]:
    clip, truth = load_clip(folder), _truth(folder)
    half = clip.frames // 2
    feet = np.column_stack(((truth.xyxy[:, 0] + truth.xyxy[:, 2]) / 2, truth.xyxy[:, 3]))
    early = np.flatnonzero(truth.frame < half)
    some = early[np.linspace(0, len(early) - 1, min(MANY, len(early))).astype(np.int64)]
    ground = Ground(fit_homography(feet[some], truth.metres[some]), 0.0)
    scene = Scene(clip.name, 1, (clip.width, clip.height), ground=ground)
    given = [_given(clip, truth, number) for number in range(clip.frames)]
    tracker = OnlineTracker()
    detected = [tracker.update(batch) for batch in clip.batches()]
    return {
        "frames": clip.frames - half,
        "true boxes": _errors(scene, given, truth, half),
        "detected boxes": _errors(scene, detected, truth, half),
    }


def _errors(scene: Scene, batches: list[TrackBatch], truth: Truth, half: int) -> dict[str, Any]:
    world, places, speeds = World({"bench": scene}), [], []
    for number, batch in enumerate(batches):
        motion = world.locate(batch)
        if number >= half and len(batch):
            away, off = _beside(batch, motion, truth, number)
            places.append(away)
            speeds.append(off)
    away, off = np.concatenate(places), np.concatenate(speeds)
    off = off[~np.isnan(off)]
    return {
        "position_m": float(np.median(away)),
        "position_90_m": float(np.quantile(away, 0.9)),
        "speed_mps": float(np.median(off)),
        "speed_90_mps": float(np.quantile(off, 0.9)),
        "boxes": len(away),
    }


def _beside(batch: TrackBatch, motion: Motion, truth: Truth, number: int) -> tuple[F64, F64]:
    """Errors of place and speed (K) of the seen tracks of a frame that are somebody's."""
    rows = np.flatnonzero((batch.state == TrackState.CONFIRMED) & motion.valid)
    there = np.flatnonzero(truth.frame == number)
    if not len(rows) or not len(there):
        return np.zeros(0), np.zeros(0)
    covers = iou(batch.xyxy[rows].astype(np.float64), truth.xyxy[there])
    best = covers.argmax(axis=1)
    mine = (covers.max(axis=1) >= SAME) & (covers.argmax(axis=0)[best] == np.arange(len(rows)))
    rows, person = rows[mine], there[best[mine]]
    away = np.linalg.norm(motion.position[rows] - truth.metres[person], axis=1)
    speed = np.linalg.norm(motion.velocity[rows], axis=1)
    return away, np.abs(speed - np.linalg.norm(truth.velocity[person], axis=1))


def _given(clip: Clip, truth: Truth, number: int) -> TrackBatch:
    """The true boxes of a frame as tracks."""
    rows = np.flatnonzero(truth.frame == number)
    rows = rows[np.argsort(truth.ids[rows])]
    count = len(rows)
    return TrackBatch(
        (clip.meta(number, "bench"),),
        offsets_of([count]),
        truth.xyxy[rows].astype(np.float32),
        np.ones(count, np.float32),
        np.full(count, ObjectClass.PERSON, np.int16),
        truth.ids[rows].astype(np.int64),
        np.full(count, int(TrackState.CONFIRMED), np.uint8),
        np.arange(count, dtype=np.int32),
        offsets_of([0]),
        np.zeros(0, np.int64),
    )


def _truth(folder: Path) -> Truth:
    name = next(layout[0] for layout in LAYOUTS if (folder / layout[0]).is_file())
    rows = np.loadtxt(folder / name, delimiter=",", ndmin=2)
    xyxy = np.column_stack((rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]))
    frame, ids, metres = rows[:, 0] - 1, rows[:, 1], rows[:, 7:9]
    at = {(int(f), int(i)): m for f, i, m in zip(frame, ids, metres, strict=True)}
    fps = load_clip(folder).fps
    velocity = np.full(metres.shape, np.nan)
    for row, (f, i) in enumerate(zip(frame.astype(int), ids.astype(int), strict=True)):
        before, after = at.get((f - AROUND, i)), at.get((f + AROUND, i))
        if before is not None and after is not None:
            velocity[row] = (after - before) * fps / (2 * AROUND)
    return Truth(frame, ids, xyxy, metres, velocity)
