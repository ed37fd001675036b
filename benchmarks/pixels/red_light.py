"""Red-light running in simulated traffic: at its signals as they are, and at signals that turn red before they do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import shapely

from benchmarks.events.cameras import place_cameras
from benchmarks.events.intervals import mean_interval, poisson, wilson
from benchmarks.events.noise import Levels
from benchmarks.events.traffic.recording import Recording
from benchmarks.events.views import View, build_view
from benchmarks.events.watching import START_NS, noise_seed, watch
from core.arrays import F64, AnyArray
from core.events import Event
from core.frames import FrameMeta
from core.observations import Observations, SignalReading, SignalReadings
from core.scene import Signal
from core.signals import SignalState
from core.taxonomy import VEHICLES
from scenes.rules import RedLightSpec

EARLY_S: Final = 4.0
"""So much earlier than in truth signals turn red in the second half of the measurement, and amber before that: who
drove on at the end of green runs a red light."""
VARIANTS: Final = (
    ("as they are", 0.0, False),
    ("red early", EARLY_S, False),
    ("as they are, true tracks", 0.0, True),
    ("red early, true tracks", EARLY_S, True),
)
"""Signals, and whether boxes and identities are those of the truth or have the noise of the shipped detector."""
GRACE_S: Final = RedLightSpec(signal="s").grace_s
PAST_M: Final = RedLightSpec(signal="s").past_m
DOUBT_S: Final = 0.2
"""Crossings that are so near to the time of grace are neither incidents, nor are alerts of them false."""
NEAR_S: Final = 1.0
"""An alert and a crossing of the same stop line are one when no further apart."""
SIDE_M: Final = 1.0
"""Beside its lane a vehicle still crosses its stop line within so much."""
NEXT_M: Final = 4.0
"""Stop lines of one approach lie no further apart along it."""
STATES: Final = (SignalState.UNKNOWN, SignalState.RED, SignalState.AMBER, SignalState.GREEN)
SECOND_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Crossing:
    """A vehicle whose front crosses a stop line, and who goes on; `red_s`: for which it had been red, 0: it was not."""

    camera: int
    lane: str
    at_s: float
    red_s: float


@dataclass(slots=True)
class RedLights:
    """Of all cameras of one recording.

    Attributes:
        crossings: of stop lines, at any state. incidents: at red; found: of these.
        false: alerts that are none; alerts: all.
        delays_s: from the crossing of the front to the alert.
    """

    camera_hours: float = 0.0
    crossings: int = 0
    incidents: int = 0
    found: int = 0
    alerts: int = 0
    false: int = 0
    delays_s: list[float] = field(default_factory=list)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, other: RedLights) -> None:
        """Other cameras."""
        for name in ("camera_hours", "crossings", "incidents", "found", "alerts", "false"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.delays_s += other.delays_s
        self.missed += other.missed

    def figures(self) -> dict[str, Any]:
        """As they stand in the JSON."""
        return {
            "camera_hours": self.camera_hours,
            "crossings": self.crossings,
            "incidents": self.incidents,
            "detected": self.found,
            "detection_rate": self.found / self.incidents if self.incidents else None,
            "detection_rate_interval": wilson(self.found, self.incidents),
            "alerts": self.alerts,
            "false": self.false,
            "false_share": self.false / self.alerts if self.alerts else None,
            "false_share_interval": wilson(self.false, self.alerts),
            "false_per_camera_hour_interval": poisson(self.false, self.camera_hours),
            "mean_time_to_detect_s": float(np.mean(self.delays_s)) if self.delays_s else None,
            "mean_time_to_detect_s_interval": mean_interval(self.delays_s),
            "missed_by_lane": dict(self.missed),
        }


def red_lights(recording: Recording, count: int, levels: Levels) -> Iterator[tuple[str, RedLights]]:
    """At the signals as they are, and at early ones; by cameras that see a stop line and some road past it."""
    views = [_with_signals(view) for view in _views(recording, count)]
    for name, early_s, perfect in VARIANTS:
        shown = _Shown(recording, views, early_s)
        seeds = [noise_seed(recording, view.camera.camera_id) for view in views]
        watched = watch(recording, views, levels, seeds, observed=shown.at, perfect_tracks=perfect)
        total = RedLights()
        for number, (view, one) in enumerate(zip(views, watched, strict=True)):
            truth = list(_crossings(recording, number, view, shown))
            total.add(_score(truth, one.alerts, float(recording.time_s[-1]) / 3600))
        yield name, total


def _views(recording: Recording, count: int) -> list[View]:
    seed = int(recording.about.get("seed", 0))
    found: list[View] = []
    for camera in place_cameras(recording, 6 * count, seed):
        view = build_view(recording, camera, seed=seed)
        if any(_shows(recording, view, name) for name in view.lanes):
            found.append(view)
    return found[:count]


def _shows(recording: Recording, view: View, name: str) -> bool:
    """Whether a lane ends at a stop line, past which there is road enough in the picture."""
    lane = view.lanes[name]
    if not lane.to_stop_line:
        return False
    end, ahead = _end(recording, lane.index)
    return bool(view.seen.contains(shapely.Point(*(end + (PAST_M + 2) * ahead))))


def _with_signals(view: View) -> View:
    """Each lane has a signal of its own: what SUMO shows differs by movement."""
    lanes = [lane for name, lane in view.scene.lanes.items() if view.lanes[name].to_stop_line]
    signals = {lane.lane_id: Signal(lane.lane_id, lane.label, feed="truth", lanes=(lane.lane_id,)) for lane in lanes}
    rules = tuple(RedLightSpec(signal=name) for name in signals)
    return replace(view, scene=replace(view.scene, signals=signals), rules=rules)


class _Shown:
    """What signals show at a step of the recording."""

    def __init__(self, recording: Recording, views: Sequence[View], early_s: float) -> None:
        self._time, self._fps = recording.time_s, recording.fps
        self.signal = np.stack([_early(column, early_s, recording.fps) for column in recording.signal.T], axis=1)
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

    def red_s(self, step: int, lane: int) -> float:
        """For how long it has been red; 0: it is not."""
        if self.signal[step, lane] != 1:
            return 0.0
        return float(self._time[step] - self._time[self.since[step, lane]])


def _early(shown: AnyArray, early_s: float, fps: float) -> AnyArray:
    """The same signal (T) with each red, and the amber before it, so much earlier."""
    found, early = shown.copy(), round(early_s * fps)
    for start in np.flatnonzero((shown[1:] == 1) & (shown[:-1] != 1)) + 1 if early else ():
        amber = start
        while amber > 0 and shown[amber - 1] == 2:
            amber -= 1
        found[max(amber - early, 0) : start] = 2
        found[max(start - early, 0) : start] = 1
    return found


def _end(recording: Recording, index: int) -> tuple[F64, F64]:
    """Of a lane: the middle of its stop line, and the direction over it, in metres."""
    line = recording.lanes[index].centreline
    ahead = line[-1] - line[-2]
    return line[-1], ahead / np.hypot(*ahead)


def _crossings(recording: Recording, number: int, view: View, shown: _Shown) -> Iterator[Crossing]:
    """Of vehicles that a camera sees cross and go on."""
    step, rows = recording.step_of_rows(), np.isin(recording.cls, [int(c) for c in VEHICLES])
    for name in view.scene.signals:
        if not _shows(recording, view, name):
            continue
        index = view.lanes[name].index
        end, ahead = _end(recording, index)
        place = np.column_stack((recording.x, recording.y)).astype(np.float64) - end
        along, aside = place @ ahead, place @ np.array([-ahead[1], ahead[0]])
        way = np.cos(recording.heading) * ahead[0] + np.sin(recording.heading) * ahead[1]
        half_width = recording.lanes[index].width_m / 2
        near = rows & (np.abs(along) < 25) & (way > 0.3)
        for user in np.unique(recording.user[near & (along < 0) & (np.abs(aside) < half_width)]):
            mine = np.flatnonzero(near & (recording.user == user))
            front = along[mine] + recording.length[mine] / 2
            over = np.flatnonzero((front[:-1] < 0) & (front[1:] >= 0))
            if not len(over):
                continue
            at = mine[over[0] + 1]
            later = mine[(mine > at) & (step[mine] <= step[at] + 100)]
            stands = later[recording.speed[later] < 3 / 3.6]
            gone = later[along[later] >= PAST_M]
            if not len(gone) or (len(stands) and stands[0] < gone[0]) or abs(aside[at]) > half_width + SIDE_M:
                continue
            spots = [shapely.Point(float(recording.x[row]), float(recording.y[row])) for row in (at, gone[0])]
            if all(view.seen.contains(spot) for spot in spots):
                when = int(step[at])
                red_s = shown.red_s(when, index)
                place = np.array([recording.x[at], recording.y[at]], np.float64)
                if red_s >= GRACE_S and _between(recording, view, shown, when, index, place):
                    red_s = GRACE_S
                yield Crossing(number, name, float(recording.time_s[when]), red_s)


def _between(recording: Recording, view: View, shown: _Shown, step: int, index: int, place: F64) -> bool:
    """Whether it is as near to a lane beside whose signal let it go: no incident that is certain, as for `DOUBT_S`."""
    for name in view.scene.signals:
        other = view.lanes[name].index
        end, ahead = _end(recording, other)
        along, aside = (place - end) @ ahead, (place - end) @ np.array([-ahead[1], ahead[0]])
        near = abs(along) < NEXT_M and abs(aside) < recording.lanes[other].width_m / 2 + SIDE_M
        if other != index and near and shown.signal[step, other] != 1:
            return True
    return False


def _score(truth: Sequence[Crossing], alerts: Sequence[Event], hours: float) -> RedLights:
    found = RedLights(hours, crossings=len(truth), alerts=len(alerts))
    left = sorted(alerts, key=lambda event: event.started_ns)
    for crossing in sorted(truth, key=lambda one: -one.red_s):
        at_ns = START_NS + round(crossing.at_s * SECOND_NS)
        mine = [e for e in left if e.zone == crossing.lane and abs(e.started_ns - at_ns) <= NEAR_S * SECOND_NS]
        match = min(mine, key=lambda event: abs(event.started_ns - at_ns), default=None)
        certain = crossing.red_s >= GRACE_S + DOUBT_S
        if match is not None and crossing.red_s >= GRACE_S - DOUBT_S:
            left.remove(match)
        found.incidents += certain
        if certain and match is not None:
            found.found += 1
            found.delays_s.append((match.at_ns - at_ns) / SECOND_NS)
        elif certain:
            found.missed[crossing.lane] += 1
    found.false = len(left)
    return found
