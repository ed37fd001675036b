"""Small hand-made recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.events.traffic.recording import Incident, RecordedLane, Recording
from core.arrays import F64
from core.taxonomy import ObjectClass

CAR_M = 4.0
FPS = 10.0


def road(
    ways: Mapping[int, tuple[F64, F64]],
    *,
    lanes: Sequence[RecordedLane] = (),
    lane_of: Mapping[int, int] | None = None,
    incidents: Sequence[Incident] = (),
    name: str = "street",
) -> Recording:
    """Cars by user: times and metres along their lane, which is along x at y = 0 unless `lanes` says otherwise.

    Times are multiples of 1 / `FPS` from 0.
    """
    given = tuple(lanes) or (lane("a", "g", ((0.0, 0.0), (200.0, 0.0))),)
    lane_of = lane_of or {}
    steps = 1 + max(round(float(times[-1]) * FPS) for times, _ in ways.values())
    rows = []
    for user, (times, along) in ways.items():
        where = given[lane_of.get(user, 0)]
        start, step = where.centreline[0], where.centreline[-1] - where.centreline[0]
        ahead = step / np.hypot(*step)
        speed = np.gradient(along, 1 / FPS) if len(along) > 1 else np.zeros(1)
        for t, s, v in zip(times, along, speed, strict=True):
            rows.append((round(t * FPS), user, *(start + s * ahead), np.arctan2(*ahead[::-1]), v, lane_of.get(user, 0)))
    table = np.array(sorted(rows))
    count = np.bincount(table[:, 0].astype(int), minlength=steps)
    size = np.ones(len(table), np.float32)
    return Recording(
        name=name,
        time_s=np.arange(steps) / FPS,
        offsets=np.concatenate(([0], np.cumsum(count))),
        user=table[:, 1],
        cls=np.full(len(table), int(ObjectClass.CAR)),
        x=table[:, 2],
        y=table[:, 3],
        heading=table[:, 4],
        speed=table[:, 5],
        length=CAR_M * size,
        width=1.8 * size,
        height=1.5 * size,
        lane=table[:, 6],
        signal=np.zeros((steps, len(given))),
        lanes=given,
        incidents=tuple(incidents),
        decoys=(),
        areas=(),
        about={"fps": FPS, "seed": 1, "free_flow_mps": {where.group: 10.0 for where in given}},
    )


def lane(lane_id: str, group: str, line: Sequence[tuple[float, float]], *, stop_line: bool = False) -> RecordedLane:
    """A lane 3.5 m wide."""
    return RecordedLane(lane_id, group, np.array(line), 3.5, 14.0, stop_line)


def standing(at_m: float, seconds: float, start_s: float = 0.0) -> tuple[F64, F64]:
    """A car that stands, and nothing before or after."""
    times = start_s + np.arange(round(seconds * FPS) + 1) / FPS
    return times, np.full(len(times), at_m)


def driving(start_m: float, mps: float, seconds: float, start_s: float = 0.0) -> tuple[F64, F64]:
    """A car at one speed."""
    times = start_s + np.arange(round(seconds * FPS) + 1) / FPS
    return times, start_m + (times - start_s) * mps
