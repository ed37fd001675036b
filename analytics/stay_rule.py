"""What the rules about things that stay in a zone have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import numpy as np

from analytics.clock import SECOND_NS
from analytics.episode_rule import EpisodeRule, HeldSpec
from analytics.episodes import NOTHING
from analytics.places import Place
from analytics.reasons import of_class, seen, waited
from analytics.revisions import Cue
from analytics.shared import Shared
from analytics.stays import Rest, Stays, Tracks
from analytics.views import COASTING, CONFIRMED, class_mask, cue_again, cue_of
from core.arrays import F64, AnyArray, Bool
from core.events import Event
from core.explanation import Reasons, reason
from core.findings import Findings, StepView
from core.geometry import covered
from core.measures import Measures

WALKING: Final = 1.5
RUNNING: Final = 6.0
DRIVING: Final = 20.0
"""Heights of its box (about 1.5 m) by which a person or a vehicle goes on in a second, at most."""
HIDDEN_S: Final = 10.0
"""Others who pass, or stand before him, hide who stays for longer than a track lasts: as long as he has stayed, and so
long at most, he is taken to be there still."""
TAKEN: Final = 0.5
"""Share of a box that another one covers: what is there cannot be told to be gone."""


class StaySpec(HeldSpec, Protocol):
    """What the specs of such rules have."""

    @property
    def classes(self) -> list[str]: ...

    @property
    def gap_s(self) -> float: ...

    @property
    def clear_s(self) -> float: ...


class StayRule(EpisodeRule, ABC):
    """One event for each thing that meets a condition somewhere for a time, wherever its track number goes.

    Args:
        spec: the rule of the scene.
        place: where it looks.
        shared: with the camera's other rules.
        open_events: of this rule, open when the process ended.
        for_s: for how long the condition is met before an event starts.
        reach, swaps, pace, hidden_s, leaves: see `Stays`.
    """

    def __init__(
        self,
        spec: StaySpec,
        place: Place,
        shared: Shared,
        open_events: Sequence[Event],
        *,
        for_s: float,
        reach: float,
        swaps: bool,
        pace: float = 0.0,
        hidden_s: float = 0.0,
        leaves: bool = False,
    ) -> None:
        super().__init__(spec, shared, clear_s=spec.clear_s, hold_s=spec.hold_s)
        self._wanted, self._place = class_mask(spec.classes), place
        self._for_ns = round(for_s * SECOND_NS)
        self._shared, self._moves = shared, pace >= RUNNING
        gap_ns, hidden_ns = round(spec.gap_s * SECOND_NS), round(hidden_s * SECOND_NS)
        self._hidden_ns = hidden_ns
        self._stays = Stays(gap_ns=gap_ns, reach=reach, swaps=swaps, pace=pace, hidden_ns=hidden_ns, leaves=leaves)
        for event in open_events:
            self._episodes.restore(self._stays.restore(event.box, event.at_ns), event)

    @abstractmethod
    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        """Which of these rows (K) meet the condition, if they are at the place."""

    @abstractmethod
    def _conditions(self, view: StepView, row: int) -> Reasons:
        """The condition, for a track of the last view that is at the place."""

    @abstractmethod
    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> Measures:
        """The measures of an event that has held for so long; `row` is None while its track is not in the view."""

    def _so_far(self, measures: Measures, stay: AnyArray) -> Measures:
        """The measures, with what the record of the event's subject knows also while its track is not in the view."""
        return measures

    def _speeds(self, view: StepView, rows: AnyArray) -> F64 | None:
        """Speeds (K) that make up the way of subjects (`Stays`); None: their way does not matter."""
        return None

    def _rest(self, view: StepView, rows: AnyArray) -> Rest | None:
        """Who of these rows (K) is at rest (`Stays`); None: the condition is not one of things at rest."""
        return None

    def _waited(self, stays: AnyArray) -> Bool:
        """Which subjects (S, records of `stays.FIELDS`) have met the condition for long enough."""
        return np.asarray(self._clock.run_ns - stays["since_ns"] >= self._for_ns, np.bool_)

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        clock, sight = self._clock, self._shared.hear(view)
        rows, meets, many = self._place.there(sight, self._wanted)
        if not many and not len(self._stays):
            return self._report(view)
        if len(rows):
            meets = meets & self._meets(view, rows)
        if len(self._stays) or np.count_nonzero(meets):
            seen, speeds = view.state[rows] == CONFIRMED, self._speeds(view, rows)
            drifts = view.foot_velocity[rows] if self._moves else None
            given = meets, seen, speeds, drifts, self._rest(view, rows)
            tracks = Tracks(rows, view.track_id[rows], sight.boxes[rows], *given)
            self._stays.update(clock, tracks)
        return self._report(view)

    def _report(self, view: StepView) -> Findings:
        if not len(self._stays) and not len(self._episodes):
            return NOTHING
        clock, stays = self._clock, self._stays.rows
        waited = stays["observed"] & self._waited(stays)
        holds = stays["meets"] & (stays["open"] | waited)
        if not len(self._episodes) and not holds.any():
            return NOTHING
        found = stays[holds]
        denied = stays["subject"][self._gone(view)]

        def describe(key: int, seconds: float, last: Event | None) -> Cue:
            known = self._stays.find(key)
            row = int(known["row"]) if known is not None and known["observed"] and known["meets"] else None
            measures = self._measures(seconds, view, row, last)
            if known is not None:
                measures = self._so_far(measures, known)
            if row is None and last is not None:
                return cue_again(last, measures)
            return cue_of(view, np.array([row]), measures)

        pairs = zip(found["subject"].tolist(), found["since_ns"].tolist(), strict=True)
        return self._kept(self._episodes.update(clock, view.frame, pairs, set(denied.tolist()), describe))

    def _gone(self, view: StepView) -> Bool:
        """Which subjects (S) with open events are seen to be gone: their tracks do not meet the condition.

        A track's number may have gone off with one who passed, and a box that jumps has a speed. So for as long as
        hidden ones are waited for, nobody has left a place at which a box was seen a moment ago: who stands there may
        have another number by now, or be hidden.
        """
        stays, now_ns = self._stays.rows, self._clock.run_ns
        gone = np.asarray(stays["open"] & stays["denied"], np.bool_)
        lately = np.flatnonzero(gone & (now_ns - stays["last_ns"] <= self._hidden_ns))
        if len(lately):
            boxes = self._shared.look(view).boxes[view.state < COASTING]
            taken = (covered(stays["box"][lately], boxes) >= TAKEN).any(axis=1)
            stays["taken_ns"][lately[taken]] = now_ns
            gone[lately] = now_ns - stays["taken_ns"][lately] > self._stays.gap_ns
        return gone

    def tick(self, now_ns: int) -> Findings:
        """Hold open events while no frame comes."""
        return self._kept(super().tick(now_ns))

    def _kept(self, findings: Findings) -> Findings:
        """Subjects whose events are open stay known."""
        if findings or self._episodes.mutes:
            self._stays.keep_open(list(self._episodes.keys()))
        return findings

    def explain(self, view: StepView, row: int) -> Mapping[str, Reasons]:
        """A track beside the condition, and how long it, or what it goes on as, has met it."""
        mine = of_class(view, row, self._wanted), *self._place.explain(view, row)
        if all(item.holds for item in mine):
            mine = *mine, *self._conditions(view, row)
        return {self._rule_id: (*seen(view, row), *mine, *self._waiting(int(view.track_id[row])))}

    def _waiting(self, track_id: int) -> Reasons:
        found = self._stays.of_track(track_id)
        if found is None:
            return ()
        event_id = self._episodes.event_id(int(found["subject"]))
        return self._progress(found) if event_id is None else (reason("open", True, event=event_id),)

    def _progress(self, stay: AnyArray) -> Reasons:
        """How much of what `_waited` asks for a subject has met."""
        return waited(self._clock, int(stay["since_ns"]), self._for_ns, self._stays.gap_ns, "track")
