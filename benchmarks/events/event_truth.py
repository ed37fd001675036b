"""Which events a camera could see, and from when their definitions truly hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, Literal

import numpy as np
import shapely

from benchmarks.events.boxes import Seen
from benchmarks.events.kinds import KINDS, Condition
from benchmarks.events.traffic.recording import Recording
from benchmarks.events.usual import held_up, too_slow
from benchmarks.events.views import View
from core.arrays import F64, AnyArray, Bool
from core.taxonomy import VEHICLES, ObjectClass, classes_of

Cause = Literal["incident", "decoy", "alone", "among", "nearly"]
"""Made to happen; made to look like it; neither, but the definition holds; the same amid others that stand, or at a
signal; where all for which it holds are incidents, one for which it nearly does, or that is seen for too short."""

VISIBLE: Final = 0.3
"""Share of a box from which somebody is seen at all."""
LONG_ENOUGH: Final = 0.5
"""Share of an event's time for which it must be seen, else it does not count for the camera."""
EDGE: Final = 0.15
"""An alert is not called false where the definition holds, or nearly does: within this share of its limits, of places
for half of its time, of road users for as long or as far."""
BORDER_M: Final = 0.3
"""Who stands so near to a place is nearly in it: people wait at the very edge of a crossing."""
CAME_ABOUT_S: Final = 2.0
"""So long before it began an incident of several came about."""
QUEUE_M: Final = 20.0
"""Somebody who stands so near makes it a queue (the largest gap in a queue, docs/events.md)."""
SIGNAL_M: Final = 20.0
"""So near to a stop line one waits at a signal."""
NOBODY: Final = np.zeros(0, np.int32)
NEVER: Final = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """One user, or one place, for which the definition holds.

    Attributes:
        began_s: when the condition began; holds_s: when it had lasted as the definition asks; end_s: when it ended.
        user: -1 for a place.
        zone: of the scene, in which the user was when it held, or the place; length_m: of the user.
        track: (time, x, y) of the user, once a second.
        incident: number of the incident in the recording, -1 for none.
    """

    kind: str
    cause: Cause
    user: int
    began_s: float
    holds_s: float
    end_s: float
    zone: str
    length_m: float
    track: tuple[tuple[float, float, float], ...]
    incident: int = -1

    def away_m(self, at_s: float, x: float, y: float) -> float:
        """Distance of a place from where the user was then; before and after its track, from the end that is nearer."""
        times, *here = zip(*self.track, strict=True)
        here_x, here_y = (float(np.interp(at_s, times, way)) for way in here)
        return float(np.hypot(x - here_x, y - here_y))


class Witness:
    """Remembers of one camera when each road user was visible; or has it from another one (`seen`)."""

    def __init__(self, users: AnyArray = NOBODY, times: AnyArray = NEVER) -> None:
        self._parts: list[AnyArray] = [users]
        self._times: list[AnyArray] = [times]

    def follow(self, time_s: F64, seen: Seen) -> None:
        """Take note of the next steps."""
        mine = (seen.visible >= VISIBLE) & (seen.part % 2 == 0)
        step = np.repeat(np.arange(len(time_s)), np.diff(seen.offsets))[mine]
        self._parts.append((seen.part[mine] // 2).astype(np.int32))
        self._times.append(time_s[step].astype(np.float32))

    def visible_s(self, step_s: float, wanted: list[tuple[int, float, float]]) -> list[float]:
        """For each (user, from, to), the seconds for which it was visible, at one look each `step_s`."""
        users, times = self.seen()
        order = np.lexsort((times, users))
        users, times = users[order], times[order]
        found = []
        for user, start, end in wanted:
            low, high = np.searchsorted(users, user, "left"), np.searchsorted(users, user, "right")
            mine = times[low:high]
            found.append(float((np.searchsorted(mine, end, "right") - np.searchsorted(mine, start, "left")) * step_s))
        return found

    def sees(self, users: AnyArray, times: AnyArray) -> Bool:
        """Which of these users (K) are visible at these times (K), to the tenth of a second."""
        return np.asarray(np.isin(_moments(users, times), _moments(*self.seen())), np.bool_)

    def seen(self) -> tuple[AnyArray, AnyArray]:
        """Users and times (K, seconds) at which each was visible."""
        return np.concatenate(self._parts), np.concatenate(self._times)


def _moments(users: AnyArray, times: AnyArray) -> AnyArray:
    return np.asarray((users.astype(np.int64) << 32) + np.rint(times * 10).astype(np.int64), np.int64)


def true_events(
    recording: Recording, view: View, witness: Witness, looks_s: float, kinds: Iterable[str] = KINDS
) -> list[TrueEvent]:
    """All about road users that the camera saw for long enough; `looks_s`: time between its frames."""
    conditions = {kind: KINDS[kind].condition for kind in kinds}
    found: list[TrueEvent] = []
    for kind, condition in conditions.items():
        if condition is not None:
            found += _holding(recording, view, kind, condition)
    visible = witness.visible_s(looks_s, [(item.user, item.began_s, item.end_s) for item in found])
    judged = [kept for item, seconds in zip(found, visible, strict=True) for kept in _judged(item, seconds)]

    def parties(event: TrueEvent) -> int:
        """Users of its incident who were seen as it came about."""
        begin_s = event.began_s - CAME_ABOUT_S
        users = recording.incidents[event.incident].users
        seconds = witness.visible_s(looks_s, [(user, begin_s, event.holds_s) for user in users])
        return sum(seen_s >= LONG_ENOUGH * (event.holds_s - begin_s) for seen_s in seconds)

    return [e for kind in conditions for e in _once([item for item in judged if item.kind == kind], kind, parties)]


def _judged(event: TrueEvent, seen_s: float) -> list[TrueEvent]:
    """An event that the camera saw for so long; one of which it saw too little does not count, but an alert on it is
    right all the same.
    """
    condition = KINDS[event.kind].condition
    assert condition is not None  # noqa: S101
    enough = seen_s >= max(LONG_ENOUGH * (event.end_s - event.began_s), condition.for_s)
    if condition.every or event.cause == "nearly":
        return [event if enough else replace(event, cause="nearly")] if seen_s > 0 else []
    return [event if enough or event.cause != "incident" else replace(event, cause="alone")]


def _once(events: Sequence[TrueEvent], kind: str, parties: Callable[[TrueEvent], int]) -> list[TrueEvent]:
    """One incident for each that was made to happen, however many users it has, where enough of these are seen."""
    condition = KINDS[kind].condition
    if condition is None or not condition.injected:
        return list(events)
    first: dict[int, TrueEvent] = {}
    for event in sorted(events, key=lambda item: item.holds_s):
        if event.cause == "incident":
            first.setdefault(event.incident, event)
    counts = {id(event) for event in first.values() if condition.together == 1 or parties(event) >= condition.together}
    return [e if e.cause != "incident" or id(e) in counts else replace(e, cause="alone") for e in events]


def _holding(recording: Recording, view: View, kind: str, condition: Condition) -> list[TrueEvent]:
    zones = {name: area for name, area in view.areas.items() if name.startswith(KINDS[kind].where)}
    if not (KINDS[kind].by_place or condition.every):
        if not zones:
            return []
        found = _within(recording, kind, condition, zones)
        return found + _partly(recording, kind, condition, zones, found)
    # A rule watches one of them: who drives on from one to the next begins anew there.
    found = [event for name in zones for event in _within(recording, kind, condition, {name: zones[name]})]
    if KINDS[kind].by_place and condition.every:
        rings = {name: area.buffer(BORDER_M) - area for name, area in zones.items()}
        beside = [event for name in rings for event in _within(recording, kind, condition, {name: rings[name]})]
        found += [replace(event, cause="nearly") for event in beside]
    return found


def _partly(
    recording: Recording, kind: str, condition: Condition, zones: dict[str, Any], inside: Sequence[TrueEvent]
) -> list[TrueEvent]:
    """Who stands with a part of him in a zone, and his middle outside: need not be found, and may be."""
    if condition.below_mps is None:
        return []
    found = []
    for event in _within(recording, kind, condition, zones, partly=True):
        mine = [e for e in inside if e.user == event.user and e.began_s <= event.end_s and e.end_s >= event.began_s]
        if not mine:
            found.append(replace(event, cause="alone") if event.cause == "incident" else event)
    return found


def _within(
    recording: Recording, kind: str, condition: Condition, zones: dict[str, Any], *, partly: bool = False
) -> list[TrueEvent]:
    """Of users whose middle is in a zone; `partly`: or a part of them, taking each for a disc."""
    rows = _meets(recording, kind, condition, shapely.union_all(list(zones.values())), partly=partly)
    rows = rows[np.lexsort((rows, recording.user[rows]))]
    time_s, users = recording.time_s[recording.steps_of(rows)], recording.user[rows]
    cuts = np.flatnonzero((np.diff(users) != 0) | (np.diff(time_s) > condition.gap_s)) + 1
    events = []
    for part in np.split(np.arange(len(rows)), cuts):
        if not len(part):
            continue
        user, began, end = int(users[part[0]]), float(time_s[part[0]]), float(time_s[part[-1]])
        waits = [_waits_s(recording, rows[part], time_s[part], condition, share) for share in (1.0, 1.0 - EDGE)]
        holds, nearly = (began + seconds <= end for seconds in waits)
        if not holds and not (nearly and condition.every):
            continue
        for_s = waits[0] if holds else waits[1]
        holds_row = rows[part[np.searchsorted(time_s[part], began + for_s)]]
        cause, number = _cause(recording, kind, condition, holds_row, (user, began, end))
        cause = cause if holds else "nearly"
        length = float(recording.length[rows[part[0]]])
        x, y = float(recording.x[holds_row]), float(recording.y[holds_row])
        zone = min(zones, key=lambda name: float(zones[name].distance(shapely.Point(x, y))))
        track = _track(recording, rows[part], time_s[part])
        events.append(TrueEvent(kind, cause, user, began, began + for_s, end, zone, length, track, number))
    return events


def _waits_s(recording: Recording, rows: AnyArray, time_s: F64, condition: Condition, share: float) -> float:
    """Seconds until such a share of what a definition asks for has passed, of time and of way."""
    return max(share * condition.for_s, _way_s(recording, rows, time_s, share * condition.over_m))


def _way_s(recording: Recording, rows: AnyArray, time_s: F64, over_m: float) -> float:
    """Seconds until so much way is made; infinite where it is not."""
    if over_m <= 0:
        return 0.0
    way = np.cumsum(recording.speed[rows[:-1]] * np.diff(time_s))
    return float(time_s[1:][way >= over_m][0] - time_s[0]) if len(way) and way[-1] >= over_m else float("inf")


def _meets(recording: Recording, kind: str, condition: Condition, zone: Any, *, partly: bool) -> AnyArray:
    """The rows (K) of those in a zone, by time."""
    rows = _anywhere(recording, kind, condition)
    left, bottom, right, top = zone.bounds
    x, y = recording.x[rows], recording.y[rows]
    reach = recording.length[rows] / 2 if partly else np.zeros(1, np.float32)
    near = (x >= left - reach) & (x <= right + reach) & (y >= bottom - reach) & (y <= top + reach)
    rows = rows[near]
    places = x[near].astype(np.float64), y[near].astype(np.float64)
    inside = shapely.contains_xy(zone, *places)
    if partly:
        inside |= shapely.distance(zone, shapely.points(*places)) <= reach[near]
    rows = rows[inside]
    if condition.below_usual is not None:
        meets = np.zeros(len(recording.user), np.bool_)
        meets[rows] = True
        rows = np.flatnonzero(
            meets & (_of_incidents(recording, kind) | too_slow(recording, meets, condition.below_usual))
        )
    return rows


@lru_cache(maxsize=len(KINDS))
def _anywhere(recording: Recording, kind: str, condition: Condition) -> AnyArray:
    """The rows (K) of those for whom it may hold, wherever they are: the same for all cameras over a recording."""
    meets: Bool = np.isin(recording.cls, [int(item) for item in classes_of(condition.classes)])
    if condition.below_mps is not None:
        meets &= recording.speed < condition.below_mps
    if condition.above_mps is not None:
        meets &= recording.speed > condition.above_mps
    if condition.over_limit is not None:
        limits = np.array([*(lane.speed_limit_mps for lane in recording.lanes), np.inf])
        meets &= recording.speed > condition.over_limit * limits[recording.lane]
    if condition.injected:
        meets &= _of_incidents(recording, kind)
    return np.flatnonzero(meets).astype(np.int32)


def _of_incidents(recording: Recording, kind: str) -> Bool:
    """Rows (N) of the users of incidents of a kind, while these last."""
    mine = np.zeros(len(recording.user), np.bool_)
    for incident in recording.incidents:
        if incident.kind == kind:
            mine[recording.rows_of(incident)] = True
    return mine


def _track(recording: Recording, rows: AnyArray, time_s: F64) -> tuple[tuple[float, float, float], ...]:
    picked = np.unique(np.searchsorted(time_s, np.arange(time_s[0], time_s[-1] + 1.0)).clip(max=len(rows) - 1))
    columns = time_s[picked], recording.x[rows[picked]], recording.y[rows[picked]]
    return tuple((float(t), float(x), float(y)) for t, x, y in zip(*columns, strict=True))


def _cause(
    recording: Recording, kind: str, condition: Condition, row: int, who: tuple[int, float, float]
) -> tuple[Cause, int]:
    user, began, end = who
    involved = False
    for number, incident in enumerate(recording.incidents):
        if user in incident.users and began <= incident.end_s and end >= incident.start_s:
            if incident.kind == kind or incident.kind in condition.of:
                return "incident", number
            involved = True
    if condition.every:
        return "incident", -1
    if involved:
        return "alone", -1
    for decoy in recording.decoys:
        if user in decoy.users and began <= decoy.end_s and end >= decoy.start_s:
            return "decoy", -1
    if condition.below_usual is not None and held_up(recording, row):
        return "among", -1
    if condition.below_mps is None:
        return "alone", -1
    if _at_signal(recording, row):
        return "among", -1
    rows = recording.users_at(int(recording.steps_of(row)))
    vehicles = np.isin(recording.cls[rows], [int(item) for item in VEHICLES | {ObjectClass.BICYCLE}])
    stands = vehicles & (recording.speed[rows] < condition.below_mps) & (recording.user[rows] != user)
    away = np.hypot(recording.x[rows] - recording.x[row], recording.y[rows] - recording.y[row])
    return ("among" if (away[stands] < QUEUE_M).any() else "alone"), -1


def _at_signal(recording: Recording, row: int) -> bool:
    lane = recording.lanes[recording.lane[row]] if recording.lane[row] >= 0 else None
    if lane is None or not lane.stop_line:
        return False
    end = lane.centreline[-1]
    return bool(np.hypot(recording.x[row] - end[0], recording.y[row] - end[1]) < SIGNAL_M)
