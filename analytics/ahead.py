"""Who is seen to stand ahead of those who stand, though no queue counts him."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.clock import CameraClock
from analytics.free_flow import CAR_BOX_M
from analytics.kernels.ahead import count_ahead
from analytics.past_lanes import PastLanes
from analytics.queues import KMH_PER_MPS
from analytics.sight import Sight
from analytics.track_table import TrackTable
from analytics.vehicles import LENGTHS_M, is_vehicle
from analytics.views import COASTING, CONFIRMED
from analytics.waiting import LONGER_M, QUEUE, UNSEEN_M
from core.arrays import F64, AnyArray, Bool
from core.lanes import group_numbers, lane_lengths, lane_starts
from core.scene import Scene
from core.tracks import TrackState

FIELDS: Final = [
    ("stood_ns", np.int64),
    ("ahead_ns", np.int64),
    ("behind_ns", np.int64),
    ("all_ns", np.int64),
]
"""Of a track that stands: when it last did; when somebody was last seen ahead; for how long somebody was, and for how
long it was looked for."""
TENTATIVE: Final = int(TrackState.TENTATIVE)
NEXT_M: Final[F64] = UNSEEN_M + LONGER_M
"""By class, so near ahead of it in a queue the next one stands."""
SLOW_LENGTHS: Final = 0.3
"""As `begin_kmh` of a queue, in lengths of its box a second."""


class Ahead:
    """Tells for whom somebody is seen to stand next ahead whom queues (`analytics.queues`) do not count.

    Queues are of tracks that are sure, on lanes as far as these are drawn. A vehicle that is mostly hidden, as far away
    amid others, is found now and then: its track ends before it is sure, and begins again. And past the end of a lane,
    where the picture ends or another road comes in, those who queue are often seen still. Either is what the next one
    behind (`NEXT_M`) waits for, if somebody is seen there for two fifths of the time since he stands
    (`kernels.ahead.SHARE`). Without a ground lanes do not go on, and do not compare.
    """

    def __init__(self, scene: Scene, clock: CameraClock) -> None:
        self._clock, self._metric = clock, scene.ground is not None
        self._group = group_numbers(scene) if self._metric else np.arange(len(scene.lanes))
        self._starts, self._ends = np.append(lane_starts(scene), 0.0), np.append(lane_lengths(scene), np.inf)
        self._past, self._wanted = PastLanes(scene), is_vehicle()
        self._table = TrackTable(FIELDS)

    def __len__(self) -> int:
        return len(self._table)

    def seen(self, sight: Sight, rows: AnyArray) -> Bool:
        """For which of these rows (K) that stand, at a frame that the clock has heard, somebody stands next ahead."""
        view, clock = sight.view, self._clock
        self._table.let_go(view, clock)
        at, fresh = self._table.locate(view.track_id[rows], clock.run_ns)
        slow = sight.slower_than(QUEUE.begin_kmh / KMH_PER_MPS, SLOW_LENGTHS)
        others = np.flatnonzero(slow & self._wanted[view.class_id] & (view.state <= COASTING))
        others = others[(view.state[others] == TENTATIVE) | (view.lane[others] < 0)]
        lane, along, _ = self._past.on(view, np.append(others, rows))
        sure = view.state[others] >= CONFIRMED
        others = others[~sure | (along[others] > self._ends[lane[others]])]
        place = lane, along + self._starts[lane], self._group
        metre = np.ones(len(rows)) if self._metric else sight.side[rows].astype(np.float64) / CAR_BOX_M
        given = view.class_id, LENGTHS_M, (metre, NEXT_M), (clock.run_ns, clock.step_ns)
        return count_ahead(self._table.rows, at, fresh, rows, others, place, *given)
