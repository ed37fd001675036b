"""What a frame costs as objects and cameras grow, on made-up scenes that are the same in every run."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.machine import resident_mib
from benchmarks.tracking.data import Clip
from benchmarks.tracking.ours import MakeTracker, make_tracker
from core.arrays import F64, offsets_of
from core.detections import DetectionBatch
from core.taxonomy import ObjectClass
from core.tracks import TrackState

SEED: Final = 20150107
FPS: Final = 25.0
PICTURE: Final = (1920, 1080)
BOX: Final = (60.0, 120.0)
BOX_OF: Final = 20
"""Width and height of a walker among this many; more are seen from further away, by the cube root of their number."""
SPEED: Final = 0.8
"""Heights a second: 1.4 m/s for 1.75 m."""
NOISE: Final = 0.02
"""Standard deviation of a box's place and size, in heights: two to three pixels for 120, as good detectors have."""
MISSED: Final = 0.1


@dataclass(frozen=True, slots=True)
class ScalingPlan:
    """How much is measured.

    Attributes:
        objects, cameras: one cell of the table for each pair.
        warm, frames: frames not timed, in which tracks are born, and timed ones; fewer with many cameras.
        live: cameras and objects of each in the test of how many tracks one tracker serves.
    """

    objects: tuple[int, ...] = (20, 100, 400)
    cameras: tuple[int, ...] = (1, 64)
    warm: int = 15
    frames: int = 85
    rounds: int = 3
    live: tuple[int, int] = (280, 400)

    def timed(self, cameras: int) -> int:
        """Timed frames of each camera."""
        return self.frames if cameras == 1 else max(self.frames // 5, 2)


@dataclass(frozen=True, slots=True)
class Live:
    """One tracker with a city's worth of tracks: how many were confirmed at the end, ms a frame, MiB they took."""

    cameras: int
    objects: int
    tracks: int
    ms: float
    mib: float


def walkers(objects: int, frames: int, seed: int = SEED) -> Clip:
    """Detections of people who walk about a picture, turn at its border and cross each other; 10 % are missed.

    Order within a frame is random. Scores lie in 0.82 to 0.99, for one box in twenty in 0.2 to 0.5.
    """
    rng = np.random.default_rng((seed, objects))
    size = np.array(BOX) * (BOX_OF / objects) ** (1 / 3) * rng.uniform(0.85, 1.15, (objects, 1))
    height = size[:, 1:]
    heading = rng.uniform(0, 2 * np.pi, objects) + np.cumsum(rng.normal(0, 0.05, (frames, objects)), axis=0)
    pace = SPEED * height * rng.uniform(0.7, 1.3, (objects, 1)) / FPS
    steps = pace * np.stack((np.cos(heading), np.sin(heading)), axis=2)
    room = np.array(PICTURE) - size
    corner = _folded(rng.uniform(0, 1, (objects, 2)) * room + np.cumsum(steps, axis=0), room)
    corner = corner + rng.normal(0, NOISE, corner.shape) * height
    seen_size = size * (1 + rng.normal(0, NOISE, corner.shape))
    score = rng.uniform(0.82, 0.99, (frames, objects))
    weak = rng.random((frames, objects)) < 0.05
    score[weak] = rng.uniform(0.2, 0.5, int(weak.sum()))
    frame, who = np.nonzero(rng.random((frames, objects)) >= MISSED)
    order = np.lexsort((rng.random(len(frame)), frame))
    frame, who = frame[order], who[order]
    xyxy = np.concatenate((corner, corner + seen_size), axis=2)[frame, who].astype(np.float32)
    offsets = offsets_of(np.bincount(frame, minlength=frames).tolist())
    return Clip(
        f"{objects}", FPS, *PICTURE, offsets, xyxy, score[frame, who].astype(np.float32), np.zeros((0, 7), np.float64)
    )


def together(clips: list[Clip]) -> list[DetectionBatch]:
    """Clips of the same length as cameras of one batch: one batch for each frame time."""
    frames = min(clip.frames for clip in clips)
    batches = []
    for frame in range(frames):
        rows = [clip.rows(frame) for clip in clips]
        counts = [r.stop - r.start for r in rows]
        batches.append(
            DetectionBatch(
                tuple(clip.meta(frame, f"camera-{n}") for n, clip in enumerate(clips)),
                offsets_of(counts),
                np.concatenate([clip.xyxy[r] for clip, r in zip(clips, rows, strict=True)]),
                np.concatenate([clip.score[r] for clip, r in zip(clips, rows, strict=True)]),
                np.full(sum(counts), ObjectClass.PERSON, np.int16),
            )
        )
    return batches


def scene(objects: int, cameras: int, frames: int) -> list[DetectionBatch]:
    """Batches of `cameras` different scenes, the first of them the one that peers are given."""
    return together([walkers(objects, frames, SEED + camera) for camera in range(cameras)])


def cost(batches: list[DetectionBatch], warm: int, rounds: int, make: MakeTracker = make_tracker) -> float:
    """Milliseconds a frame of one camera, the median over rounds by a fresh tracker each; batches are already made."""
    found = []
    for _ in range(rounds):
        tracker = make()
        for batch in batches[:warm]:
            tracker.update(batch)
        timed = batches[warm:]
        began = time.perf_counter()
        for batch in timed:
            tracker.update(batch)
        seconds = time.perf_counter() - began
        found.append(1000 * seconds / sum(len(batch.frames) for batch in timed))
    return statistics.median(found)


def live_tracks(plan: ScalingPlan) -> Live:
    """Time and memory of one tracker with `plan.live` cameras and objects, in a fresh process.

    Raises:
        BrokenProcessPool: the process was stopped, as for lack of memory.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_live_tracks, plan).result()


def _live_tracks(plan: ScalingPlan) -> Live:
    cameras, objects = plan.live
    timed = 5
    batches = scene(objects, cameras, plan.warm + timed)
    tracker = make_tracker()
    tracker.update(scene(5, 2, 1)[0])  # what is loaded and compiled at the first call belongs to no track
    before = _held_mib()
    for batch in batches[: plan.warm]:
        tracker.update(batch)
    began = time.perf_counter()
    for batch in batches[plan.warm :]:
        tracks = tracker.update(batch)
    seconds = time.perf_counter() - began
    mib = _held_mib() - before
    kept = int(np.count_nonzero(tracks.state != TrackState.TENTATIVE))
    return Live(cameras, objects, kept, 1000 * seconds / (timed * cameras), mib)


def _held_mib() -> float:
    # Memory that is freed but kept by the allocator would hide what the tracker takes: give it back first (glibc).
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    return resident_mib()


def _folded(path: F64, room: F64) -> F64:
    """Walks without bounds, turned back at 0 and at `room`."""
    rest = np.mod(path, 2 * room)
    return np.asarray(np.minimum(rest, 2 * room - rest))
