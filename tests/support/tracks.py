"""Made-up tracks: actors that walk scripted ways, filmed frame by frame."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np

from core.arrays import offsets_of
from core.findings import Findings, StepView
from core.frames import ClockSource, FrameMeta
from core.motion import Motion
from core.observations import NOTHING_SEEN, Observations
from core.protocols import Rule
from core.scene import Ground, Label, Lane, Line, Scene, Zone
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch, TrackState
from trackers.lanes import LaneMap

SECOND = 1_000_000_000
T0 = 1_767_600_000 * SECOND
"""2026-01-05T08:00:00Z, a full minute."""
Way = Callable[[float], tuple[float, float] | None]


@dataclass(frozen=True)
class Actor:
    """A track whose foot is at `way(t)` (reference pixels, t in seconds), or nowhere."""

    track_id: int
    way: Way
    cls: ObjectClass = ObjectClass.PERSON
    size: tuple[float, float] = (40.0, 80.0)
    state: Callable[[float], TrackState] = lambda t: TrackState.CONFIRMED
    score: float = 0.9


@dataclass(frozen=True)
class Shot:
    """One frame of one camera."""

    tracks: TrackBatch
    motion: Motion
    scene: Scene
    observations: Observations = NOTHING_SEEN

    @property
    def view(self) -> StepView:
        return StepView.of(self.tracks, self.motion, 0, self.scene, self.observations)


def still(x: float, y: float, start: float = -1e9, end: float = 1e9) -> Way:
    """Stands at a place from `start` until before `end`."""
    return lambda t: (x, y) if start <= t < end else None


def walk(points: Sequence[tuple[float, float, float]]) -> Way:
    """Passes (t, x, y) points in straight lines; nowhere before the first and after the last."""
    times = [float(point[0]) for point in points]

    def way(t: float) -> tuple[float, float] | None:
        if not times[0] <= t <= times[-1]:
            return None
        after = bisect_right(times, t)
        if after == len(times):
            return float(points[-1][1]), float(points[-1][2])
        (t0, x0, y0), (t1, x1, y1) = points[after - 1], points[after]
        return x0 + (x1 - x0) / (t1 - t0) * (t - t0), y0 + (y1 - y0) / (t1 - t0) * (t - t0)

    return way


def make_scene(metres_per_pixel: float | None = None, size: tuple[int, int] = (1000, 1000)) -> Scene:
    """Zone `z`: the square 200..800; line `l`: from (500, 800) up to (500, 200), so that going right is forward."""
    polygon = np.array([(200, 200), (800, 200), (800, 800), (200, 800)], np.float64)
    ground, area = None, None
    if metres_per_pixel is not None:
        ground = Ground(np.diag([metres_per_pixel, -metres_per_pixel, 1.0]), 0.1)
        area = (600 * metres_per_pixel) ** 2
    zone = Zone("z", Label("Gate", "Cổng"), polygon, area)
    line = Line("l", Label("Kerb", "Lề"), np.array([500.0, 800.0]), np.array([500.0, 200.0]))
    return Scene("s", 1, size, {"z": zone}, {"l": line}, ground, (105.85, 21.03))


def with_lanes(scene: Scene, rows: Sequence[float] = (400.0, 500.0), width: float = 80.0, **known: Any) -> Scene:
    """Lanes `a`, `b`, … of one group from left to right, x = 100 to 900, their middles at these heights.

    `known`: further fields of `core.scene.Lane`.
    """
    lanes = {}
    for number, y in enumerate(rows):
        name = chr(ord("a") + number)
        corners = [(100, y - width / 2), (900, y - width / 2), (900, y + width / 2), (100, y + width / 2)]
        way = np.array([(100.0, y), (900.0, y)])
        length_m = None
        if scene.ground is not None:
            length_m = float(np.linalg.norm(np.diff(scene.ground.to_ground(way)[0], axis=0)))
        polygon = np.array(corners, np.float64)
        lanes[name] = Lane(name, Label(name, name), polygon, way, "east", length_m=length_m, **known)
    return replace(scene, lanes=lanes)


def film(
    actors: Sequence[Actor],
    seconds: float,
    *,
    scene: Scene | None = None,
    fps: float = 10.0,
    start_s: float = 0.0,
    epoch: int = 0,
    camera_id: str = "cam",
    frame_size: tuple[int, int] | None = None,
    wall_offset_ns: int = 0,
) -> list[Shot]:
    """Frames of the actors from `start_s` on; an actor who is nowhere after having been somewhere has ended."""
    scene = scene or make_scene()
    size = frame_size or scene.reference_size
    shots, before = [], set[int]()
    for number in range(round(seconds * fps)):
        t = start_s + number / fps
        here = [(a, at) for a in actors if (at := a.way(t)) is not None]
        now = {a.track_id for a, _ in here}
        meta = FrameMeta(
            camera_id=camera_id,
            epoch=epoch,
            seq=number,
            captured_ns=T0 + round(t * SECOND) + wall_offset_ns,
            clock_source=ClockSource.ARRIVAL,
            clock_error_ns=0,
            media_ns=round(t * SECOND),
            width=size[0],
            height=size[1],
        )
        shots.append(_shot(here, t, meta, scene, sorted(before - now)))
        before = now
    return shots


def _shot(
    found: Sequence[tuple[Actor, tuple[float, float]]], t: float, meta: FrameMeta, scene: Scene, ended: list[int]
) -> Shot:
    here = [a for a, _ in found]
    foot = np.array([at for _, at in found], np.float64).reshape(-1, 2)
    step = 0.05
    earlier = np.array([a.way(t - step) or at for a, at in found], np.float64).reshape(-1, 2)
    size = np.array([a.size for a in here], np.float64).reshape(-1, 2)
    boxes = np.column_stack(
        (foot[:, 0] - size[:, 0] / 2, foot[:, 1] - size[:, 1], foot[:, 0] + size[:, 0] / 2, foot[:, 1])
    )
    width, height = scene.reference_size
    boxes *= np.array([meta.width / width, meta.height / height] * 2)
    states = np.array([a.state(t) for a in here], np.uint8)
    tracks = TrackBatch(
        (meta,),
        offsets_of([len(here)]),
        boxes.astype(np.float32),
        np.array([a.score for a in here], np.float32),
        np.array([a.cls for a in here], np.int16),
        np.array([a.track_id for a in here], np.int64),
        states,
        np.where(states == TrackState.COASTING, -1, np.arange(len(here))).astype(np.int32),
        offsets_of([len(ended)]),
        np.array(ended, np.int64),
    )
    ground, velocity, valid = np.zeros_like(foot), np.zeros_like(foot), np.zeros(len(here), np.bool_)
    acceleration = np.zeros_like(foot)
    if scene.ground is not None and here:
        ground, valid = scene.ground.to_ground(foot)
        first = [a.way(t - 2 * step) for a in here]
        before = np.array([was or at for was, (_, at) in zip(first, found, strict=True)], np.float64)
        was_at, then_at = scene.ground.to_ground(before)[0], scene.ground.to_ground(earlier)[0]
        velocity = (ground - then_at) / step
        acceleration = (velocity - (then_at - was_at) / step) / step
        acceleration[[was is None for was in first]] = 0.0
    feet, pace = foot.astype(np.float32), ((foot - earlier) / step).astype(np.float32)
    on_lanes = np.zeros(len(here), np.int16), np.zeros(len(here)), np.zeros(len(here))
    _lane_map(scene).place(feet, pace, ground, velocity, valid, on_lanes)
    motion = Motion(feet, pace, ground, velocity, valid, *on_lanes, acceleration)
    return Shot(tracks, motion, scene)


@lru_cache(maxsize=8)
def _lane_map(scene: Scene) -> LaneMap:
    return LaneMap(scene)


def play(rule: Rule, shots: Iterable[Shot]) -> Findings:
    """All that a rule finds in a film."""
    findings = Findings()
    for shot in shots:
        findings += rule.update(shot.view)
    return findings


def pause(rule: Rule, start_s: float, seconds: float) -> Findings:
    """A camera without frames: only the clock ticks, once a second."""
    findings = Findings()
    for number in range(round(seconds)):
        findings += rule.tick(T0 + round((start_s + number) * SECOND))
    return findings


def join(shots: Sequence[Shot]) -> tuple[TrackBatch, Motion]:
    """Several frames as one batch."""
    batches, motions = [s.tracks for s in shots], [s.motion for s in shots]

    def rows(name: str) -> np.ndarray:
        return np.concatenate([getattr(b, name) for b in batches])

    def moved(name: str) -> np.ndarray:
        return np.concatenate([getattr(m, name) for m in motions])

    tracks = TrackBatch(
        tuple(b.frames[0] for b in batches),
        offsets_of([len(b) for b in batches]),
        rows("xyxy"),
        rows("score"),
        rows("class_id"),
        rows("track_id"),
        rows("state"),
        rows("det_index"),
        offsets_of([len(b.ended_id) for b in batches]),
        rows("ended_id"),
    )
    return tracks, Motion(*(moved(field.name) for field in fields(Motion)))
