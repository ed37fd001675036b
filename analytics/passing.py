"""The traffic that goes past vehicles that stand: past those who wait for what is ahead it does not for long."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.clock import CameraClock
from analytics.free_flow import CAR_BOX_M
from analytics.kernels.passing import count_passes
from analytics.past_lanes import PastLanes
from analytics.sight import Sight
from analytics.track_table import TrackTable
from analytics.vehicles import by_class, is_vehicle
from analytics.views import is_in
from core.arrays import F64, I16, I64, AnyArray, fixed
from core.frames import FrameMeta
from core.lanes import group_numbers
from core.scene import Scene
from core.taxonomy import TWO_WHEELERS, VEHICLES

FIELDS: Final = [
    ("group", np.int64),
    ("stood_ns", np.int64),
    ("since_ns", np.int64),
    ("passed", np.float64),
    ("freely", np.float64),
    ("last", np.int64),
    ("box", np.float32, (4,)),
]
"""Of a track: the group of its last lane; when it last stood, since when it does, at one place; what has gone past it
meanwhile, how much of that freely, and who did last; its box as it came to stand."""
FAST_MPS: Final = 20 / 3.6
"""A queue that starts, and who comes up to one beside, is slower as it goes past."""
FREE_MPS: Final = 9.0
"""Who is so fast as he goes past does not stop within the 20 m of a gap: one brakes at 2 m/s²."""
BEHIND_M: Final = 3.0
"""Who is so fast so near behind goes past: where it is level, its lane may have ended."""
BESIDE_M: Final = 15.0
"""Width of a carriageway of four lanes."""
RIDER: Final = 0.1
"""What a two-wheeler counts that goes past: in one red phase a whole queue of them goes between those who wait."""
WEIGHTS: Final = by_class({item: RIDER if item in TWO_WHEELERS else 1.0 for item in VEHICLES | TWO_WHEELERS}, 0.0)


class Passing:
    """Counts what goes past vehicles that stand, on lanes of their group. Without a ground metres are as in
    `analytics.queues`.
    """

    def __init__(self, scene: Scene, clock: CameraClock) -> None:
        self._clock, self._group = clock, group_numbers(scene)
        self._metric, self._wanted = scene.ground is not None, is_vehicle()
        self._table = TrackTable(FIELDS)
        self._past = PastLanes(scene)
        self._frame: FrameMeta | None = None
        self._found = np.zeros(0), np.zeros(0), np.zeros(0)
        self.place: tuple[I16, F64] = np.zeros(0, np.int16), np.zeros(0)
        """Of the last frame: lane of each track and way along it; of those that stand also where lanes go on."""
        self._fast = np.zeros(0, np.int64)
        """Who was fast enough at the last frame."""
        scale = 1.0 if self._metric else 1.0 / CAR_BOX_M
        self._limits = FAST_MPS * scale, BEHIND_M * scale, BESIDE_M * scale, FREE_MPS * scale

    def __len__(self) -> int:
        return len(self._table)

    def update(self, sight: Sight, rows: AnyArray) -> tuple[F64, F64, F64]:
        """At a frame that the clock has heard, of those that stand (K): what has gone past each (`WEIGHTS`), how much
        of that freely (`FREE_MPS`), and for how many seconds it has stood. Found once for all rules.
        """
        if self._frame is not sight.view.frame:
            self._frame = sight.view.frame
            self.place = self._past.on(sight.view, rows)[:2]
            self._found = self._count(sight, rows)
        return self._found

    def _count(self, sight: Sight, rows: AnyArray) -> tuple[F64, F64, F64]:
        view, clock = sight.view, self._clock
        self._table.let_go(view, clock)
        at, fresh = self._table.locate(view.track_id[rows], clock.run_ns)
        if self._metric:
            motion = view.position, view.velocity, fixed(np.ones(len(view.lane)))
        else:
            place, velocity = view.foot.astype(np.float64), view.foot_velocity.astype(np.float64)
            motion = fixed(place), fixed(velocity), fixed(sight.car_side)
        others = sight.observed(self._wanted)
        others = others[~sight.slower_than(self._limits[0], self._limits[0])[others]]
        # A number that jumps from one to another in a queue is fast for a frame.
        steady = others[is_in(view.track_id[others], self._fast)]
        self._fast = view.track_id[others]
        tracks = view.track_id, view.class_id, self.place[0], self._group
        given = motion, WEIGHTS, self._limits[1:], (clock.run_ns, clock.step_ns)
        return count_passes(self._table.rows, at, fresh, rows, steady, sight.boxes, tracks, *given)

    def since(self, tracks: I64, least_ns: I64) -> I64:
        """Run time since when each of these tracks (K) stands, whether or not it waits; at most `least_ns` (K)."""
        at, there = self._table.where(tracks)
        if not there.any():
            return least_ns
        return np.where(there, np.minimum(self._table.rows["since_ns"][at], least_ns), least_ns)
