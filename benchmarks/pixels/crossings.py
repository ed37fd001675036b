"""Who truly crosses a stop line in recorded traffic, and what its signal shows: as it was, or red before its time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from benchmarks.events.event_truth import LONG_ENOUGH, Witness
from benchmarks.events.line_truth import AROUND_S
from benchmarks.events.traffic.recording import Recording
from benchmarks.events.views import View
from core.arrays import F64, I64, AnyArray, Bool
from core.frames import FrameMeta
from core.observations import Observations, SignalReading, SignalReadings
from core.signals import SignalState
from core.taxonomy import VEHICLES
from scenes.rules import RedLightSpec

GRACE_S: Final = RedLightSpec(signal="s").grace_s
PAST_M: Final = RedLightSpec(signal="s").past_m
DOUBT_M: Final = 0.5
"""Who turns, and comes past the line by `PAST_M` or not by less than this, is neither an incident nor a false alert."""
SIDE_M: Final = 1.0
"""Beside its lane a vehicle still crosses its stop line within so much."""
NEXT_M: Final = 4.0
"""Stop lines of one approach lie no further apart along it."""
AROUND_M: Final = 25.0
GOES_ON_S: Final = 10.0
ALONE_S: Final = 1.5
STANDS_MPS: Final = 3 / 3.6
STATES: Final = (SignalState.UNKNOWN, SignalState.RED, SignalState.AMBER, SignalState.GREEN)
RED, AMBER, GREEN = (STATES.index(state) for state in (SignalState.RED, SignalState.AMBER, SignalState.GREEN))
SECOND_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Crossing:
    """A vehicle whose front crosses a stop line, and who goes on.

    Attributes:
        lanes: those whose stop line it can be said to cross: first its own, then others within `SIDE_M`.
        at_s: when, interpolated between steps of the recording. middle_s: when its middle does.
        red_s: for which the signal of its own lane had been red; 0: it was not.
        certain: whether it is an incident, if it was red for long enough; else an alert of it is not false, either.
        seen: for most of the time around it, as who crosses a line in `matpho bench events` must be.
        alone: nobody else crosses the stop lines of its approach within `ALONE_S`.
        user: of the recording.
    """

    camera: int
    lanes: tuple[str, ...]
    at_s: float
    red_s: float
    middle_s: float = 0.0
    certain: bool = True
    seen: bool = True
    alone: bool = False
    user: int = -1


class Shown:
    """What signals show at each step of a recording, with each red, and the amber before it, `early_s` earlier."""

    def __init__(self, recording: Recording, views: Sequence[View], early_s: float) -> None:
        self._time = recording.time_s
        self.signal = np.stack([early(column, early_s, recording.fps) for column in recording.signal.T], axis=1)
        changed = np.vstack([np.ones((1, self.signal.shape[1]), bool), np.diff(self.signal, axis=0) != 0])
        steps = np.arange(len(self.signal))[:, None]
        self.since = np.maximum.accumulate(np.where(changed, steps, 0), axis=0)
        self._of = {
            view.camera.camera_id: {name: view.lanes[name].index for name in view.scene.signals} for view in views
        }

    def at(self, frame: FrameMeta) -> Observations:
        """As an observer tells that looks at each frame."""
        step = int(np.searchsorted(self._time, frame.media_ns / SECOND_NS - 1e-6))
        readings = []
        for name, lane in self._of[frame.camera_id].items():
            since_ns = round(float(self._time[self.since[step, lane]]) * SECOND_NS)
            readings.append(SignalReading(name, STATES[int(self.signal[step, lane])], since_ns, 1.0))
        return Observations(signals=SignalReadings(tuple(readings)))

    def red_s(self, step: int, lane: int, at_s: float) -> float:
        """For how long it has been red at a time shortly before a step; 0: it is not."""
        if self.signal[step, lane] != RED:
            return 0.0
        return max(at_s - float(self._time[self.since[step, lane]]), 0.0)


def early(shown: AnyArray, early_s: float, fps: float) -> AnyArray:
    """The same signal (T) with each red, and the amber before it, so much earlier."""
    found, by = shown.copy(), round(early_s * fps)
    for start in np.flatnonzero((shown[1:] == RED) & (shown[:-1] != RED)) + 1 if by else ():
        amber = start
        while amber > 0 and shown[amber - 1] == AMBER:
            amber -= 1
        found[max(amber - by, 0) : max(start - by, 0)] = AMBER
        found[max(start - by, 0) : start] = RED
    return found


def shows(recording: Recording, view: View, name: str) -> bool:
    """Whether a lane ends at a stop line, past which there is road enough in the picture."""
    lane = view.lanes[name]
    if not lane.to_stop_line:
        return False
    end, ahead = _end(recording, lane.index)
    return bool(view.seen.contains(shapely.Point(*(end + (PAST_M + 2) * ahead))))


def _end(recording: Recording, index: int) -> tuple[F64, F64]:
    """Of a lane: the middle of its stop line, and the direction over it, in metres."""
    line = recording.lanes[index].centreline
    ahead = line[-1] - line[-2]
    return line[-1], ahead / np.hypot(*ahead)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A vehicle at the stop line of one lane; `beside_m`: so far beside it, below 0: on it; `step`: the one
    after; `sure`: it comes well past the line where the camera sees it."""

    lane: str
    user: int
    at_s: float
    middle_s: float
    step: int
    beside_m: float
    sure: bool


def crossings(recording: Recording, number: int, view: View, shown: Shown, witness: Witness) -> Iterator[Crossing]:
    """Of vehicles that a camera sees cross and go on: one for each vehicle and approach, by its own lane."""
    cuts: dict[tuple[int, str], list[_Cut]] = {}
    for name in view.scene.signals:
        if shows(recording, view, name):
            for cut in _cuts(recording, view, name, shown):
                cuts.setdefault((cut.user, recording.lanes[view.lanes[name].index].group), []).append(cut)
    for ones in cuts.values():
        ones.sort(key=lambda cut: cut.beside_m)
    around = [(one.user, one.at_s - AROUND_S, one.at_s + AROUND_S) for one, *_ in cuts.values()]
    visible_s = witness.visible_s(1 / recording.fps, around)
    times = {group: np.array([ones[0].at_s for (_, name), ones in cuts.items() if name == group]) for _, group in cuts}
    for ((_, group), ones), seconds in zip(cuts.items(), visible_s, strict=True):
        own, lanes = ones[0], tuple(cut.lane for cut in ones)
        red_s = shown.red_s(own.step, view.lanes[own.lane].index, own.at_s)
        certain = own.beside_m <= 0 and own.sure and not _let_go(recording, view, shown, own)
        seen, among = seconds >= 2 * AROUND_S * LONG_ENOUGH, np.abs(times[group] - own.at_s) <= ALONE_S
        yield Crossing(number, lanes, own.at_s, red_s, own.middle_s, certain, seen, int(among.sum()) == 1, own.user)


def _cuts(recording: Recording, view: View, name: str, shown: Shown) -> Iterator[_Cut]:
    """Of one lane, all whose front crosses its stop line there or within `SIDE_M` beside it, and who go on."""
    step, index = recording.step_of_rows(), view.lanes[name].index
    end, ahead = _end(recording, index)
    place = np.column_stack((recording.x, recording.y)).astype(np.float64) - end
    along, aside = place @ ahead, place @ np.array([-ahead[1], ahead[0]])
    way = np.cos(recording.heading) * ahead[0] + np.sin(recording.heading) * ahead[1]
    half_width = recording.lanes[index].width_m / 2
    vehicles = np.isin(recording.cls, [int(c) for c in VEHICLES]) & (np.abs(along) < AROUND_M)
    near = vehicles & (way > 0.3)
    for user in np.unique(recording.user[near & (along < 0) & (np.abs(aside) < half_width + SIDE_M)]):
        mine = np.flatnonzero(near & (recording.user == user))
        front = along[mine] + recording.length[mine] / 2
        over = np.flatnonzero((front[:-1] < 0) & (front[1:] >= 0))
        if not len(over):
            continue
        before, at = mine[over[0]], mine[over[0] + 1]
        share = float(front[over[0]] / (front[over[0]] - front[over[0] + 1]))
        later = np.flatnonzero(vehicles & (recording.user == user) & (step > step[at]))
        later = later[step[later] <= step[at] + GOES_ON_S * recording.fps]
        gone = _goes_on(recording, at, later, along, shown.signal[step, index] == RED)
        beside = abs(float(aside[at])) - half_width
        if gone is None or beside > SIDE_M:
            continue
        spots = [shapely.Point(float(recording.x[row]), float(recording.y[row])) for row in (at, gone)]
        times = recording.time_s[step[[before, at]]]
        at_s = float(times[0] + share * (times[1] - times[0]))
        sure = float(along[later].max()) >= PAST_M + DOUBT_M and all(view.seen.contains(spot) for spot in spots)
        middle_s = float(recording.time_s[step[later[along[later] >= 0][0]]])
        yield _Cut(name, int(user), at_s, middle_s, int(step[at]), beside, sure)


def _goes_on(recording: Recording, at: int, later: I64, along: F64, red: Bool) -> int | None:
    """The row at which a vehicle is nearly or wholly `PAST_M` past the line; None: it stops before, or never comes.

    Who waited with its front at the line is slow at first, too: it starts, and does not stop. Nor does it matter that
    somebody stops upon the line who goes on while it is still `red` (N).
    """
    gone, speed = later[along[later] >= PAST_M - DOUBT_M], recording.speed[later]
    slow = speed < STANDS_MPS
    starts = np.logical_and.accumulate(slow & (np.diff(speed, prepend=recording.speed[at]) > 0))
    stops = later[slow & ~starts]
    if len(gone) and red[later[later <= gone[0]]].all():
        stops = stops[along[stops] >= 0]
    return None if not len(gone) or (len(stops) and stops[0] < gone[0]) else int(gone[0])


def _let_go(recording: Recording, view: View, shown: Shown, cut: _Cut) -> bool:
    """Whether it is as near to a lane beside whose signal let it go: then nobody can say which it obeyed."""
    rows = np.arange(recording.offsets[cut.step], recording.offsets[cut.step + 1])
    row = rows[recording.user[rows] == cut.user][0]
    place, mine = np.array([recording.x[row], recording.y[row]], np.float64), view.lanes[cut.lane].index
    for name in view.scene.signals:
        other = view.lanes[name].index
        end, ahead = _end(recording, other)
        along, aside = (place - end) @ ahead, (place - end) @ np.array([-ahead[1], ahead[0]])
        near = abs(along) < NEXT_M and abs(aside) < recording.lanes[other].width_m / 2 + SIDE_M
        if other != mine and near and shown.signal[cut.step, other] != RED:
            return True
    return False
