"""security.fight_suspected: people rush at each other, and stay together."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from analytics.clock import SECOND_NS
from analytics.kernels.on_foot import PERSON_M
from analytics.place_rule import NOBODY, NOTHING_THERE, Look, PlaceRule
from analytics.places import Place
from analytics.queues import KMH_PER_MPS
from analytics.reasons import of_class, seen
from analytics.shared import Shared
from analytics.sight import Sight
from analytics.trails import Spot
from analytics.views import CONFIRMED, class_mask, is_in
from core.arrays import F64, I64, AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.measures import FightMeasures
from scenes.rules import FightSpec

RUSH_NS: Final = SECOND_NS
"""Over about so long they close in: half of it to one and a quarter, as frames come."""
EVERY_NS: Final = SECOND_NS // 10
EACH: Final = 0.2
"""Of the way between them each makes so much, and so much lies in each half of the time: a number that jumps from one
to another comes in one step."""
CROWD: Final = 6
CROWD_M: Final = 5.0
"""Amid more people within so much boxes go over from one to the next, and many seem to rush at each other: in 20 hours
at simulated squares, where nobody fights, 6 of 10 hints go so; the other 4 were of crowds that gather."""
LEFT: Final = 2.0
"""Who is further from the place than so many times the reach has not stayed."""


class People(NamedTuple):
    """Those of one frame (K), by rising number.

    Attributes:
        ns: run time.
        ids: (K) their tracks. rows: (K) in the view.
        place: (K, 2) in metres, or in reference pixels. unit: (K) metres to one of these.
        seen: (K) who is seen in this frame, and not believed to be there.
    """

    ns: int
    ids: I64
    rows: AnyArray
    place: F64
    unit: F64
    seen: Bool

    def away_m(self, place: F64, unit: float) -> F64:
        """Metres (K) from a place (2)."""
        return np.asarray(np.hypot(*(self.place - place).T) * (self.unit + unit) / 2, np.float64)

    def of(self, ids: I64) -> tuple[F64, Bool]:
        """Where these tracks (P) are (P, 2), and who of them (P) is there."""
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return self.place[at], np.asarray(self.ids[at] == ids, np.bool_)


@dataclass(slots=True)
class Scuffle:
    """Where people have met; `by` are the tracks of those who did, `mps` how fast they closed in."""

    place: F64
    unit: float
    last_ns: int
    by: I64
    mps: float


class FightRule(PlaceRule):
    """One event for a zone while people who have rushed at each other stay together, whatever their numbers."""

    def __init__(self, spec: FightSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events, for_s=spec.for_s, gap_s=spec.gap_s, clear_s=spec.clear_s)
        self._wanted, self._place = class_mask(["person"]), Place(shared, zone=spec.zone)
        self._rush_mps, self._reach_m = spec.approach_kmh / KMH_PER_MPS, spec.reach_m
        self._kept_ns = round(max(spec.gap_s, spec.clear_s) * SECOND_NS)
        self._lately: deque[People] = deque()
        self._scuffles = [found for event in open_events if (found := self._again(event)) is not None]
        self._peak, self._mps = 0, 0.0

    def __len__(self) -> int:
        return len(self._lately) + len(self._scuffles)

    def _look(self, view: StepView) -> Look:
        sight = self._shared.look(view)
        if self._clock.lost:
            self._search_again()
        rows, at, many = self._place.there(sight, self._wanted)
        if not many and not len(self):
            return NOTHING_THERE
        people = self._people(sight, rows[at])
        self._begin(people)
        self._remember(people)
        near = self._stay(people)
        if near is None:
            return NOTHING_THERE
        there = people.rows[near & people.seen]
        self._peak = max(self._peak, len(there))
        # Of two who hold each other one hides the other.
        return Look(len(there) > 1, bool(near.any()), lambda: there, known=not near.any())

    def _search_again(self) -> None:
        """The camera was lost: who stays where some have met may have another number."""
        self._lately.clear()
        for it in self._scuffles:
            it.last_ns, it.by = self._clock.run_ns, NOBODY

    def _people(self, sight: Sight, rows: AnyArray) -> People:
        view = sight.view
        rows = rows[view.valid[rows]] if self._shared.scene.ground is not None else rows
        rows = rows[np.argsort(view.track_id[rows])]
        place, unit = sight.people_at(rows)
        return People(self._clock.run_ns, view.track_id[rows], rows, place, unit, view.state[rows] == CONFIRMED)

    def _remember(self, people: People) -> None:
        lately, now_ns = self._lately, people.ns
        while lately and now_ns - lately[0].ns > 5 * RUSH_NS // 4:
            lately.popleft()
        if len(people.ids) and (not lately or now_ns - lately[-1].ns >= EVERY_NS):
            lately.append(people)

    def _begin(self, people: People) -> None:
        """Who is within reach of another now, and has rushed at him, as he did."""
        before = self._ago(RUSH_NS, people.ns)
        if before is None or len(people.ids) < 2:
            return
        between = self._ago((people.ns - before.ns) // 2, people.ns)
        away = np.hypot(*np.moveaxis(people.place[:, None] - people.place, 2, 0))
        away *= (people.unit[:, None] + people.unit) / 2
        close = np.triu(away <= self._reach_m, 1) & people.seen[:, None] & people.seen
        one, other = np.nonzero(close)
        if not len(one) or between is None or between.ns == before.ns:
            return
        mps = self._rushed(people, before, between, one, other, away[one, other])
        for k in np.flatnonzero(mps >= self._rush_mps).tolist():
            both = [int(one[k]), int(other[k])]
            place, unit = people.place[both].mean(axis=0), float(people.unit[both].mean())
            crowded = np.count_nonzero(people.away_m(place, unit) <= CROWD_M) > CROWD
            known = any(np.hypot(*(it.place - place)) * unit <= self._reach_m for it in self._scuffles)
            if not crowded and not known:
                self._scuffles.append(Scuffle(place, unit, people.ns, people.ids[both], float(mps[k])))

    def _rushed(self, now: People, before: People, between: People, one: I64, other: I64, away: F64) -> F64:
        """How fast these pairs (P), so far apart now (m), have closed in, m/s; 0 for those who did not do so as a fight
        begins.
        """
        seconds, unit = (now.ns - before.ns) / SECOND_NS, (now.unit[one] + now.unit[other]) / 2
        (a, known), (b, also) = before.of(now.ids[one]), before.of(now.ids[other])
        (c, third), (d, fourth) = between.of(now.ids[one]), between.of(now.ids[other])
        to = b - a
        apart = np.maximum(np.hypot(*to.T), 1e-9)
        closed, half = apart * unit - away, (apart - np.hypot(*(d - c).T)) * unit
        ahead = to / apart[:, None]
        mine = ((now.place[one] - a) * ahead).sum(axis=1) * unit
        theirs = ((b - now.place[other]) * ahead).sum(axis=1) * unit
        least = EACH * closed
        sure = known & also & third & fourth & (half >= least) & (closed - half >= least)
        sure &= (mine >= least) & (theirs >= least)
        return np.where(sure, closed / seconds, 0.0)

    def _ago(self, ago_ns: int, now_ns: int) -> People | None:
        """Those who were there about so long ago."""
        found = min(self._lately, key=lambda it: abs(now_ns - ago_ns - it.ns), default=None)
        return found if found is not None and ago_ns // 2 <= now_ns - found.ns <= 5 * ago_ns // 4 else None

    def _stay(self, people: People) -> Bool | None:
        """Who (K) is where some have met, None where nobody has; places go along with those who stay."""
        all_near = np.zeros(len(people.ids), np.bool_)
        kept = []
        for it in self._scuffles:
            away = people.away_m(it.place, it.unit)
            near = away <= self._reach_m
            left = people.seen & (away > LEFT * self._reach_m) & is_in(people.ids, it.by)
            if np.count_nonzero(left):
                continue  # ran past, or went away
            if np.count_nonzero(near):
                it.place, it.unit = people.place[near].mean(axis=0), float(people.unit[near].mean())
                it.last_ns = people.ns
            elif people.ns - it.last_ns > self._kept_ns:
                continue
            self._mps = max(self._mps, it.mps)
            all_near |= near
            kept.append(it)
        self._scuffles = kept
        return all_near if kept else None

    def _again(self, event: Event) -> Scuffle | None:
        """Where the people of an event were that was open when the process ended."""
        if event.box is None:
            return None
        left, top, right, bottom = event.box
        spot = Spot.of(self._shared.scene, np.array([(left + right) / 2, bottom]))
        mps = event.measures.approach_mps if isinstance(event.measures, FightMeasures) else 0.0
        place, unit = (spot.foot, PERSON_M / max(bottom - top, 1.0)) if spot.ground is None else (spot.ground, 1.0)
        return Scuffle(np.array(place), unit, self._clock.run_ns, NOBODY, mps)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        mine = of_class(view, row, self._wanted), *seen(view, row), *self._place.explain(view, row)
        if not all(item.holds for item in mine) or not self._lately:
            return mine
        people = self._people(self._shared.look(view), np.array([row]))
        near = any((people.away_m(it.place, it.unit) <= self._reach_m).any() for it in self._scuffles)
        limit = Amount(self._rush_mps * KMH_PER_MPS, "km-h")
        return *mine, reason("rushed", near, limit=limit, reach=Amount(self._reach_m, "m"))

    def _measures(self, seconds: float, last: Event | None) -> FightMeasures:
        earlier = last.measures if last and isinstance(last.measures, FightMeasures) else FightMeasures(0, 0.0, 0.0)
        mps = max(round(self._mps, 3), earlier.approach_mps)
        return FightMeasures(max(self._peak, earlier.count), round(seconds, 3), mps)

    def _calm(self) -> None:
        self._peak, self._mps = 0, 0.0
