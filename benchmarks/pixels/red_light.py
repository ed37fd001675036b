"""Red-light running in simulated traffic: at its signals as they are, and at signals that turn red before they do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from analytics.engine import RuleEngine
from benchmarks.events.cameras import place_cameras
from benchmarks.events.event_truth import Witness
from benchmarks.events.intervals import mean_interval, poisson, wilson
from benchmarks.events.noise import Levels
from benchmarks.events.pairing import as_many
from benchmarks.events.traffic.recording import Recording
from benchmarks.events.views import View, build_view
from benchmarks.events.watching import START_NS, Following, noise_seed, scenes_of
from benchmarks.pixels.crossings import GRACE_S, Crossing, Shown, crossings, shows
from core.events import Event, Phase
from core.motion import Motion
from core.scene import Signal
from core.tracks import TrackBatch
from scenes.model_specs import InputWidth
from scenes.rules import RedLightSpec
from trackers.world import World

EARLY_S: Final[dict[str, float]] = {"as they are": 0.0, "red 4 s early": 4.0, "red 20 s early": 20.0}
"""So much earlier than in truth signals turn red, and amber before that: who drove on at the end of green runs a red
light, by 4 s at its beginning, by 20 s also well into it."""
TRACKS: Final[dict[str, bool]] = {"": False, ", true tracks": True}
"""Whether boxes and identities are those of the truth, or have the noise of the shipped detector."""
BANDS_S: Final = (2.0, 5.0)
"""Seconds of red between which figures are told apart."""
DOUBT_S: Final = 0.2
"""Crossings that are so near to the time of grace are neither incidents, nor are alerts of them false."""
NEAR_S: Final = 1.0
"""An alert and a crossing of the same stop line are one when no further apart, or while the front half of the vehicle
is over the line: who waits there may be taken to have crossed only then."""
SECOND_NS: Final = 1_000_000_000


@dataclass(slots=True)
class RedLights:
    """Of all cameras of one recording.

    Attributes:
        crossings: of stop lines, at any state. incidents: at red; found: of these.
        false: alerts that are none; alerts: all.
        delays_s: from the crossing of the front to the alert.
        hidden: crossings at red that the camera hardly sees; neither incidents, nor are alerts of them false.
        bands: incidents, and those found, by how long it had been red, and of vehicles that come alone.
    """

    camera_hours: float = 0.0
    crossings: int = 0
    incidents: int = 0
    found: int = 0
    alerts: int = 0
    false: int = 0
    hidden: int = 0
    delays_s: list[float] = field(default_factory=list)
    missed: Counter[str] = field(default_factory=Counter)
    bands: Counter[str] = field(default_factory=Counter)

    def add(self, other: RedLights) -> None:
        """Other cameras."""
        for name in ("camera_hours", "crossings", "incidents", "found", "alerts", "false", "hidden"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.delays_s += other.delays_s
        self.missed += other.missed
        self.bands += other.bands

    def figures(self) -> dict[str, Any]:
        """As they stand in the JSON."""
        return {
            "camera_hours": self.camera_hours,
            "crossings": self.crossings,
            "hidden": self.hidden,
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
            "by_band": dict(self.bands),
            "missed_by_lane": dict(self.missed),
        }


def red_lights(
    recording: Recording, count: int, levels: Levels, inputs: InputWidth = "auto"
) -> Iterator[tuple[str, RedLights]]:
    """At the signals as they are, and at early ones; by cameras that see a stop line and some road past it.

    Args:
        inputs: widths of the detector's input: chosen for each camera, as exported, or one for all, in pixels.
    """
    views = [_with_signals(recording, view) for view in _views(recording, count)]
    hours = float(recording.time_s[-1]) / 3600
    for tracks, perfect in TRACKS.items():
        seen, witnesses = _seen(recording, views, levels, inputs, perfect=perfect)
        for signals, early_s in EARLY_S.items():
            shown = Shown(recording, views, early_s)
            alerts, total = _alerts(views, seen, shown), RedLights()
            for number, view in enumerate(views):
                truth = list(crossings(recording, number, view, shown, witnesses[number]))
                total.add(score(truth, [e for e in alerts if e.camera_id == view.camera.camera_id], hours))
            yield signals + tracks, total


def _seen(
    recording: Recording, views: Sequence[View], levels: Levels, inputs: InputWidth, *, perfect: bool
) -> tuple[list[tuple[TrackBatch, Motion]], list[Witness]]:
    """All tracks with their motion, and of each camera who was visible when."""
    seeds = [noise_seed(recording, view.camera.camera_id) for view in views]
    following = Following(recording, views, levels, seeds, perfect_tracks=perfect, inputs=inputs)
    world = World(scenes_of(views))
    return [(tracks, world.locate(tracks)) for tracks in following], following.witnesses


def _alerts(views: Sequence[View], seen: Sequence[tuple[TrackBatch, Motion]], shown: Shown) -> list[Event]:
    """What the rules make of the same tracks when signals show this."""
    engine, found = RuleEngine(), list[Event]()
    for view in views:
        engine.add_camera(view.camera.camera_id, view.scene, view.rules, live=False)
    for batch, motion in seen:
        findings = engine.update(batch, motion, [shown.at(frame) for frame in batch.frames])
        found += [event for event in findings.events if event.phase is Phase.STARTED]
    if engine.failed:
        raise RuntimeError(f"rules failed: {dict(engine.failed)}")
    return found


def _views(recording: Recording, count: int) -> list[View]:
    seed = int(recording.about.get("seed", 0))
    found: list[View] = []
    for camera in place_cameras(recording, 6 * count, seed):
        view = build_view(recording, camera, seed=seed)
        if any(shows(recording, view, name) for name in view.lanes):
            found.append(view)
    return found[:count]


def _with_signals(recording: Recording, view: View) -> View:
    """Each lane has a signal of its own: what SUMO shows differs by movement. Rules watch where there is road enough
    past the line to be seen: of other lanes there is no truth."""
    lanes = [lane for name, lane in view.scene.lanes.items() if view.lanes[name].to_stop_line]
    signals = {lane.lane_id: Signal(lane.lane_id, lane.label, feed="truth", lanes=(lane.lane_id,)) for lane in lanes}
    rules = tuple(RedLightSpec(signal=name) for name in signals if shows(recording, view, name))
    return replace(view, scene=replace(view.scene, signals=signals), rules=rules)


def score(truth: Sequence[Crossing], alerts: Sequence[Event], hours: float) -> RedLights:
    """Of one camera: each alert beside one crossing that is near, incidents first, as many as can be."""
    found = RedLights(hours, crossings=len(truth), alerts=len(alerts))
    told_s = [(event.started_ns - START_NS) / SECOND_NS for event in alerts]
    near = (
        (abs(told_s[a] - crossing.at_s), c, a)
        for c, crossing in enumerate(truth)
        for a, event in enumerate(alerts)
        if crossing.red_s >= GRACE_S - DOUBT_S
        and event.zone in crossing.lanes
        and -NEAR_S <= told_s[a] - crossing.at_s <= max(NEAR_S, crossing.middle_s - crossing.at_s)
    )
    incidents = {c for c, one in enumerate(truth) if one.certain and one.seen and one.red_s >= GRACE_S + DOUBT_S}
    alert_of = {c: alerts[a] for c, a in as_many(near, incidents)}
    for c in sorted(incidents):
        _count(found, truth[c], alert_of.get(c))
    found.hidden = sum(one.certain and not one.seen and one.red_s >= GRACE_S + DOUBT_S for one in truth)
    found.false = len(alerts) - len(alert_of)
    return found


def _count(found: RedLights, crossing: Crossing, alert: Event | None) -> None:
    band = next((f"< {limit:g}" for limit in BANDS_S if crossing.red_s < limit), f">= {BANDS_S[-1]:g}")
    bands = [band, "alone"] if crossing.alone else [band]
    found.incidents += 1
    found.bands.update(bands)
    if alert is None:
        found.missed[crossing.lanes[0]] += 1
        return
    found.found += 1
    found.bands.update(f"{name} detected" for name in bands)
    found.delays_s.append((alert.at_ns - START_NS) / SECOND_NS - crossing.at_s)
