"""Who is held up by somebody as slow ahead, or in a jam whose head nobody sees."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.clock import NEVER_NS, SECOND_NS, CameraClock
from analytics.sight import Sight
from analytics.track_table import TrackTable
from analytics.usual import UsualSpeeds
from analytics.vehicles import MOTOR
from analytics.views import class_mask, is_in
from core.arrays import F64, AnyArray, Bool
from core.findings import StepView
from core.lanes import group_numbers, lane_lengths, lane_starts
from core.scene import Scene

AHEAD_M: Final = 50.0
"""Whoever is as slow so near ahead is what it waits for."""
AS_SLOW: Final = 1.5
"""Times its own speed: who drives so ahead of it is no faster, for this."""
ASIDE_M: Final = 2.5
"""Beyond the drawn lanes, who is ahead and not further aside is on the same lane."""
FAST: Final = 0.6
LATELY_NS: Final = 5 * SECOND_NS
"""Where the camera sees less ahead, others as slow are a jam whose head is out of sight, unless somebody drove so, as a
share of the usual speed, lately. Who had somebody as slow ahead lately has him still while he is out of sight."""
HELD: Final = [("held_ns", np.int64), ("by", np.int64)]
"""Of a track: when it last had somebody as slow ahead, and the track of the nearest."""


class HeldUp:
    """Tells of slow vehicles whether others hold them up.

    Args:
        scene: of the camera.
        clock: has heard the frames that are shown.
        usual: of its lanes.
        share: of the usual speed, below which a vehicle is slow.
        stopped: speed up to which a vehicle stands, as `UsualSpeeds.speeds`.
    """

    def __init__(self, scene: Scene, clock: CameraClock, usual: UsualSpeeds, share: float, stopped: float) -> None:
        self._clock, self._usual, self._share, self._stopped = clock, usual, share, stopped
        self._metric, self._group = scene.ground is not None, group_numbers(scene)
        self._ahead = AHEAD_M if self._metric else np.inf
        self._ends, self._starts = lane_lengths(scene), np.append(lane_starts(scene), 0.0)
        groups = int(self._group.max(initial=-1)) + 1
        self._fast_ns, self._crowd_ns = np.zeros((2, groups), np.int64)
        """When somebody was last fast, and when two were last slow, on each group's lanes."""
        self._held = TrackTable(HELD)
        self._motor = class_mask([c.label for c in MOTOR])

    def __len__(self) -> int:
        return len(self._held)

    def see(self, sight: Sight, rows: AnyArray) -> None:
        """A frame, in which these rows (K), all on lanes, tell how fast the traffic is; none: it is not looked at."""
        view = sight.view
        self._held.let_go(view, self._clock)
        if not len(rows):
            return
        speed, usual = self._usual.speeds(sight, rows), self._usual.of(view, rows)
        group = self._group[view.lane[rows]]
        crawls = (speed > self._stopped) & (speed < self._share * usual)
        slow = np.bincount(group[crawls], minlength=len(self._fast_ns))
        self._fast_ns[group[speed >= FAST * usual]] = self._clock.run_ns
        self._crowd_ns[slow >= 2] = self._clock.run_ns

    def holds(self, sight: Sight, rows: AnyArray) -> Bool:
        """Which of these (K), who are slow, are held up, or are where a jam may begin that nobody sees."""
        view = sight.view
        at, fresh = self._held.locate(view.track_id[rows], self._clock.run_ns)
        self._held.rows["held_ns"][at[fresh]] = NEVER_NS
        others = sight.observed(self._motor)
        ahead = self._ahead_of(sight, rows, others)
        held = np.isfinite(ahead).any(axis=1)
        if np.count_nonzero(held):
            state = self._held.rows
            state["by"][at[held]] = view.track_id[others[ahead[held].argmin(axis=1)]]
            state["held_ns"][at[held]] = self._clock.run_ns
        return self._held_lately(sight, self._held.rows[at]) | self._in_jam(view, rows)

    def was(self, sight: Sight, row: int) -> bool:
        """Whether a row of the last view is held up, as `holds` told."""
        known = self._held.find(int(sight.view.track_id[row]))
        if sight.view.lane[row] >= 0 and self._in_jam(sight.view, np.array([row]))[0]:
            return True
        return known is not None and bool(self._held_lately(sight, known.reshape(1))[0])

    def _held_lately(self, sight: Sight, state: AnyArray) -> Bool:
        """Of whom these records (K) are: whether he is held up in this frame, or was by who is out of sight now."""
        passed_ns = self._clock.run_ns - state["held_ns"]
        seen = is_in(state["by"], sight.view.track_id[sight.observed(self._motor)])
        return np.asarray((passed_ns == 0) | ((passed_ns < LATELY_NS) & ~seen), np.bool_)

    def _ahead_of(self, sight: Sight, rows: AnyArray, others: AnyArray) -> F64:
        """(K, N) how far ahead of each row others are who are as slow, on lanes of its group or straight on beyond
        these; infinite for those who are not.
        """
        view = sight.view
        speed, mine = self._usual.speeds(sight, others), self._usual.speeds(sight, rows)
        slow = (speed < self._share * self._usual.of(view, others)) | (speed <= AS_SLOW * mine[:, None])
        lane, own = view.lane[others], view.lane[rows][:, None]
        ahead = view.along[others] + self._starts[lane] - (view.along[rows][:, None] + self._starts[own])
        found = slow & (lane >= 0) & (self._group[lane] == self._group[own]) & (ahead > 0) & (ahead <= self._ahead)
        if self._metric:
            beyond, on = self._straight_on(sight, rows, others)
            on &= slow & (lane < 0)
            ahead, found = np.where(on, beyond, ahead), found | on
        return np.where(found, ahead, np.inf)

    def _straight_on(self, sight: Sight, rows: AnyArray, others: AnyArray) -> tuple[F64, Bool]:
        """(K, N) how far ahead of each row others are, and whether on its line, near, and not coming towards it."""
        view = sight.view
        heading = view.velocity[rows] / sight.speed[rows][:, None]
        away = view.position[others] - view.position[rows][:, None]
        ahead: F64 = np.einsum("knd,kd->kn", away, heading)
        aside = np.abs(away[..., 0] * heading[:, 1:] - away[..., 1] * heading[:, :1])
        alike = heading @ view.velocity[others].T >= -self._stopped
        near = (ahead > 0) & (ahead <= self._ahead) & (aside <= ASIDE_M)
        return ahead, np.asarray(near & alike & view.valid[others], np.bool_)

    def _in_jam(self, view: StepView, rows: AnyArray) -> Bool:
        """Which of these (K) are near to where the camera sees no further, and the others are as slow."""
        lane, since_ns = view.lane[rows], self._clock.run_ns - LATELY_NS
        group = self._group[lane]
        jam = (self._crowd_ns[group] > since_ns) & (self._fast_ns[group] <= since_ns)
        return np.asarray(jam & (self._ends[lane] - view.along[rows] < self._ahead), np.bool_)
