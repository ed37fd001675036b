"""Traffic on one lane: flow at a place, speed and density over its length."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.tally import Tally
from analytics.track_table import TrackTable
from core.arrays import F64, AnyArray
from core.events import Measurement
from core.findings import StepView
from core.scene import Lane, Scene
from core.taxonomy import ObjectClass
from core.traffic import PCU, level_by_density, level_by_speed

HYSTERESIS: Final = 0.01
"""Of the lane's length: on either side of the place of counting, so that a foot that trembles there counts once."""
AGAINST: Final = -0.5
"""Metres a second: slower than this backwards is standing."""
WEIGHTS: Final[F64] = np.array([PCU.get(item, 0.0) for item in ObjectClass])


class LaneTally(Tally):
    """What was measured in one direction in the current interval; times in seconds, distances in metres."""

    def __init__(self) -> None:
        super().__init__()
        self.watched_s = self.pcu = self.passing_speeds = 0.0
        self.time_s = self.pcu_time_s = self.distance_m = 0.0
        self.first_ns = self.last_ns = 0

    def passed(self, classes: AnyArray, speeds: AnyArray, run_ns: int) -> None:
        """Vehicles have passed the place of counting."""
        if not self.counts:
            self.first_ns = run_ns
        self.last_ns = run_ns
        self.count(classes)
        self.pcu += float(WEIGHTS[classes].sum())
        self.passing_speeds += float(speeds.sum())

    def stayed(self, classes: AnyArray, speeds: AnyArray, step_s: float) -> None:
        """Vehicles have been on the lane for a step."""
        self.time_s += len(classes) * step_s
        self.pcu_time_s += float(WEIGHTS[classes].sum()) * step_s
        self.distance_m += float(speeds.sum()) * step_s


class LaneGauge:
    """Counts where vehicles pass a share of the lane's way; speed and density by Edie (1963) over the whole lane.

    Args:
        count_at: share of the way along the lane, 0 to 1.
        road: by what the level of service is judged.
    """

    directions: Final = ("forward", "backward")

    def __init__(self, scene: Scene, lane: Lane, count_at: float, road: Literal["street", "motorway"]) -> None:
        self._number, self._lane, self._road = list(scene.lanes).index(lane.lane_id), lane, road
        self._metric = scene.ground is not None
        steps = np.diff(lane.centreline, axis=0)
        length = lane.length_m if self._metric else float(np.hypot(*steps.T).sum())
        self._length = length or 0.0
        self._at, self._margin = count_at * self._length, HYSTERESIS * self._length
        self._table = TrackTable([("side", np.int8)])

    def __len__(self) -> int:
        return len(self._table)

    def new_tally(self) -> LaneTally:
        """An empty one."""
        return LaneTally()

    def update(self, view: StepView, clock: CameraClock, rows: AnyArray, tallies: dict[str, LaneTally]) -> None:
        """Add one frame; `rows` are those seen in it."""
        if clock.new_epoch:
            self._table.take_all()
        self._table.take(view.ended_id)
        self._table.take_unseen(clock.run_ns)
        step_s = clock.step_ns / SECOND_NS
        for tally in tallies.values():
            tally.watched_s += step_s
        here = rows[view.lane[rows] == self._number] if len(rows) else rows
        if not len(here):
            return
        classes, speeds = view.class_id[here], view.lane_speed[here]
        against = speeds < (AGAINST if self._metric else 0.0)
        at, _ = self._table.locate(view.track_id[here], clock.run_ns)
        was, away = self._table.rows["side"][at], view.along[here] - self._at
        side = np.where(np.abs(away) > self._margin, np.sign(away), was).astype(np.int8)
        self._table.rows["side"][at] = side
        for name, backward, to in (("forward", False, 1), ("backward", True, -1)):
            passed = (was == -to) & (side == to)
            if passed.any():
                tallies[name].passed(classes[passed], np.abs(speeds[passed]), clock.run_ns)
            mine = against == backward
            if mine.any():
                tallies[name].stayed(classes[mine], np.abs(speeds[mine]), step_s)

    def measurement(
        self, tally: LaneTally, camera_id: str, direction: str, start_ns: int, end_ns: int
    ) -> Measurement | None:
        """The interval as a record; none for a direction in which nobody drove."""
        count = sum(tally.counts.values())
        if direction == "backward" and not count:
            return None
        hours, lane_km = tally.watched_s / 3600, self._length / 1000
        watched, metric = tally.watched_s > 0, self._metric and self._length > 0
        speed = tally.distance_m / tally.time_s if metric and tally.time_s > 0 else None
        density = tally.time_s / tally.watched_s / lane_km if metric and watched else None
        in_pcu = tally.pcu_time_s / tally.watched_s / lane_km if metric and watched else None
        level, scheme = self._level(speed, in_pcu)
        return Measurement(
            camera_id,
            self._lane.lane_id,
            direction,
            start_ns,
            end_ns,
            tally.labelled(),
            mean_speed_mps=speed,
            occupancy=tally.time_s / tally.watched_s if watched else None,
            flow_vph=count / hours if watched else None,
            flow_pcuph=tally.pcu / hours if watched else None,
            time_mean_speed_mps=tally.passing_speeds / count if metric and count else None,
            density_vpkm=density,
            density_pcupkm=in_pcu,
            headway_s=(tally.last_ns - tally.first_ns) / SECOND_NS / (count - 1) if count > 1 else None,
            free_flow_mps=self._lane.free_flow_mps,
            level_of_service=level,
            los_scheme=scheme,
            unit="metres" if self._metric else "pixels",
        )

    def _level(self, speed: float | None, pcupkm: float | None) -> tuple[str, str]:
        if self._road == "motorway":
            return ("", "") if pcupkm is None else (level_by_density(pcupkm), "density")
        free = self._lane.free_flow_mps
        return ("", "") if speed is None or not free else (level_by_speed(speed / free), "speed")
