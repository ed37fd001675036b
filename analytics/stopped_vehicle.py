"""incident.stopped_vehicle and violation.illegal_parking: a vehicle stands still where it should not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.kernels.passing import GAP_NS
from analytics.places import Place
from analytics.shared import Shared
from analytics.standing import LONGEST_S, NOTHING_UNSEEN, PASSED, Standing, StandSpec
from analytics.stay_rule import HIDDEN_S, StayRule
from analytics.stays import Rest
from analytics.views import is_in
from core.arrays import AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.measures import StoppedVehicleMeasures
from scenes.rules import IllegalParkingSpec

METRES, LENGTHS = "m/s", "box lengths/s"
ALONE_S: Final = 10.0
"""Who has stood for so long while nobody queued ahead of him, or around him, is no part of what comes to stand later:
queues grow from their head backwards."""


class StoppedVehicleRule(StayRule):
    """Both kinds: one event for each vehicle at rest for longer than the definition asks, that waits neither in a queue
    nor for what the camera does not see.
    """

    def __init__(self, spec: StandSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        place = Place.of(spec, shared)
        super().__init__(spec, place, shared, open_events, for_s=spec.for_s, reach=0.5, swaps=True, hidden_s=HIDDEN_S)
        self._standing, self._parks = Standing.of(spec, shared), isinstance(spec, IllegalParkingSpec)
        self._unseen = NOTHING_UNSEEN
        # Who parks stands for so long that a frame in which nothing makes him wait counts.
        self._doubts_ns = 0 if self._parks else round(ALONE_S * SECOND_NS)

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        sight = self._shared.look(view)
        stands, free = self._standing.at(sight, rows)
        self._unseen = self._standing.unseen(sight, rows)
        if free is stands:
            return free
        meets = free.copy()
        if len(self._stays):
            meets |= stands & self._stays.of(self._settled(), view.track_id[rows], sight.boxes[rows])
        if len(self._unseen.freed):
            meets |= is_in(rows, self._unseen.freed)
        return meets

    def _rest(self, view: StepView, rows: AnyArray) -> Rest:
        sight = self._shared.look(view)
        stands, _ = self._standing.at(sight, rows)
        return Rest(stands, self._standing.came_ns, sight.boxes, view.state)

    def _settled(self) -> Bool:
        """Which subjects (S) do not begin to wait because others come to stand around them."""
        stays, now_ns = self._stays.rows, self._clock.run_ns
        alone = now_ns - stays["since_ns"] >= ALONE_S * SECOND_NS
        alone &= (stays["unsure_ns"] == 0) | (now_ns - stays["unsure_ns"] > self._doubts_ns + self._clock.step_ns)
        return np.asarray(stays["open"] | (alone & self._stays.alive(now_ns)), np.bool_)

    def _waited(self, stays: AnyArray) -> Bool:
        """Who may wait for what nobody sees starts no event, nor for long who may stand elsewhere; but who parks stands
        for longer than a queue does.
        """
        self._doubt(stays)
        if self._parks:
            self._stood_before(stays)
        waited = super()._waited(stays)
        if not self._parks:
            doubted = stays["unsure_ns"] > 0
            waited &= ~(doubted & (self._clock.run_ns - stays["unsure_ns"] <= GAP_NS))
        if len(self._unseen.cut):
            briefly = self._clock.run_ns - stays["since_ns"] < LONGEST_S * SECOND_NS
            waited &= ~(briefly & is_in(stays["track"], self._unseen.cut))
        return waited

    def _doubt(self, stays: AnyArray) -> None:
        """Note who may wait for what nobody sees: right at the end of his lane he trembles off it, or to the next."""
        unseen, now_ns = self._unseen, self._clock.run_ns
        for tracks, since_ns in (unseen.sure, 0), (unseen.held_back, now_ns), (unseen.behind, now_ns):
            if len(tracks):
                stays["unsure_ns"][is_in(stays["track"], tracks)] = since_ns

    def _stood_before(self, stays: AnyArray) -> None:
        """Who waits for nobody any more, and stands on all the same (`ALONE_S`), did not wait before either."""
        now_ns, mine = self._clock.run_ns, stays["meets"] & ~stays["open"]
        mine &= (now_ns - stays["since_ns"] >= ALONE_S * SECOND_NS) & (now_ns - stays["since_ns"] < self._for_ns)
        if mine.any():
            alone = np.flatnonzero(mine & self._settled())
            stays["since_ns"][alone] = self._standing.since(stays["track"][alone], stays["since_ns"][alone])

    def _conditions(self, view: StepView, row: int) -> Reasons:
        settled = view.track_id[row] in self._stays.rows["track"][self._settled()]
        said = self._standing.explain(self._shared.look(view), row, settled=bool(settled))
        stay = self._stays.of_track(int(view.track_id[row]))
        opened = stay is not None and bool(stay["open"])
        if self._parks or opened or not all(item.holds for item in said):
            return said
        if view.track_id[row] in self._unseen.behind:
            return *said, reason("waits-for-next", False)
        if view.track_id[row] in self._unseen.cut:
            return *said, reason("cut-off", False, longest=Amount(LONGEST_S, "s"))
        if view.track_id[row] not in self._unseen.held_back:
            return said
        return *said, reason("for-the-unseen", False, limit=Amount(PASSED), longest=Amount(LONGEST_S, "s"))

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> StoppedVehicleMeasures:
        unit = LENGTHS
        if row is not None:
            unit = METRES if view.valid[row] else LENGTHS
        elif last is not None and isinstance(last.measures, StoppedVehicleMeasures):
            unit = last.measures.unit
        return StoppedVehicleMeasures(stopped_s=round(seconds, 3), unit=unit)
