"""Things that are found, alerts that are false, and what looking costs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from analytics.engine import RuleEngine
from benchmarks.events.intervals import mean_interval, wilson
from benchmarks.machine import machine
from benchmarks.pixels.clips import Clip, load
from benchmarks.pixels.measure import PixelsPlan, Quiet
from benchmarks.pixels.road_users import RATE, RoadUsers, frame_of, look_for, middle_of, stands_still
from benchmarks.pixels.things import GROUNDS, Lying, owners, show, stage
from benchmarks.pixels.weather import WEATHERS, Weather, untouched
from core.arrays import F64, U8
from core.detections import DetectionBatch
from core.events import Event, Phase
from core.frames import FrameMeta
from core.protocols import Detector
from core.scene import Label, Scene, Zone
from models.observers.background.observer import BackgroundObserver
from models.registry import DEFAULT_MODEL, load_detector
from pipeline.observing import Observing
from pipeline.sources.surfaces import ArraySurface
from scenes.object_rules import OBJECT_SPECS
from trackers.online import OnlineTracker
from trackers.world import World

SECOND_NS: Final = 1_000_000_000
WARM_S: Final = 75
GONE_S: Final = 15.0
"""So soon after a thing is gone its event must end."""
SAME: Final = 0.2
"""Of their union that the boxes of an event and of a thing share when it has been found."""
CLEARS_S: Final = {spec.model_fields["kind"].default: spec.model_fields["clear_s"].default for spec in OBJECT_SPECS}
HOLDS_S: Final = {spec.model_fields["kind"].default: spec.model_fields["for_s"].default for spec in OBJECT_SPECS}


@dataclass(slots=True)
class Group:
    """Things of one kind and size.

    Attributes:
        delays_s: from when the definition held to the alert, of each that was found.
        ended: events that ended when the thing had gone. owned: that name who left it, of `owners` who did.
    """

    kind: str
    shown: int = 0
    delays_s: list[float] = field(default_factory=list)
    ended: int = 0
    owners: int = 0
    owned: int = 0
    missed: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, Any]:
        """As they stand in the JSON."""
        found = len(self.delays_s)
        return {
            "kind": self.kind,
            "shown": self.shown,
            "detected": found,
            "detection_rate": found / self.shown if self.shown else None,
            "detection_rate_interval": wilson(found, self.shown),
            "mean_time_to_detect_s": float(np.mean(self.delays_s)) if found else None,
            "mean_time_to_detect_s_interval": mean_interval(self.delays_s),
            "ended_when_gone": self.ended,
            "owners": self.owners,
            "owners_named": self.owned,
            "missed_by_clip": dict(self.missed),
        }


@dataclass(slots=True)
class ThingsResult:
    """All figures; see the attributes of `Group` and `Quiet`."""

    plan: PixelsPlan
    clips: list[str]
    groups: dict[str, Group] = field(default_factory=dict)
    staged: Quiet = field(default_factory=Quiet)
    quiet: dict[str, Quiet] = field(default_factory=dict)
    cost_ms: dict[str, float] = field(default_factory=dict)
    failed: int = 0

    def by_kind(self) -> Iterator[tuple[str, int, int]]:
        """Kind, things shown, of these found."""
        for kind in HOLDS_S:
            mine = [group for group in self.groups.values() if group.kind == kind]
            yield kind, sum(group.shown for group in mine), sum(len(group.delays_s) for group in mine)

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "machine": machine(),
            "clips": self.clips,
            "seeds": self.plan.seeds,
            "detector": DEFAULT_MODEL,
            "things": {name: group.figures() for name, group in self.groups.items()},
            "kinds": {
                kind: {"shown": n, "detected": k, "detection_rate": k / n, "detection_rate_interval": wilson(k, n)}
                for kind, n, k in self.by_kind()
                if n
            },
            "false_beside_things": self.staged.figures(),
            "quiet": {name: one.figures() for name, one in self.quiet.items()},
            "look_ms": self.cost_ms,
            "failed": self.failed,
        }


class ThingsWatch:
    """One camera, with the observer and the four rules as they are by default, all on its ground.

    Attributes:
        events: so far. cpu_s: computing time of the looks.
    """

    def __init__(self, clip: Clip) -> None:
        width, height = self._size = clip.size
        ground = np.array(GROUNDS.get(clip.name, ((0, 0), (width, 0), (width, height), (0, height))), np.float64)
        scene = Scene("bench", 1, self._size, {"ground": Zone("ground", Label("ground", "ground"), ground)})
        self._engine, self._tracker, self._world = RuleEngine(), OnlineTracker(), World({"cam": scene})
        self._engine.add_camera("cam", scene, [spec(zone="ground") for spec in OBJECT_SPECS], live=False)
        places: dict[str, Sequence[F64]] = {"": [ground]}
        self._observing = Observing([BackgroundObserver(places, self._size)])
        self.events: list[Event] = []
        self.cpu_s = 0.0

    def step(self, tick: int, detections: Callable[[FrameMeta], DetectionBatch], picture: Callable[[], U8]) -> None:
        """A frame; the picture is asked for only when somebody looks."""
        meta = frame_of(tick, self._size)
        if tick % RATE == 0:
            surface = ArraySurface(picture())
            began = time.thread_time()
            meta = self._observing.look(meta, surface)
            self.cpu_s += time.thread_time() - began
        tracks = self._tracker.update(detections(meta))
        found = self._engine.update(tracks, self._world.locate(tracks), [self._observing.take(meta)])
        self.events += found.events

    @property
    def looks(self) -> int:
        """Taken so far."""
        return self._observing.counters["background"].looks

    @property
    def failed(self) -> int:
        """Looks and rules that raised."""
        return self._observing.counters["background"].failed + sum(self._engine.failed.values())


def measure_things(videos: Sequence[Path], plan: PixelsPlan, progress: Callable[[str], None]) -> ThingsResult:
    """Measure on clips.

    Raises:
        ConfigError: a clip cannot be read.
    """
    cv2.setNumThreads(1)
    detector = load_detector(DEFAULT_MODEL, backend="onnxruntime", max_batch=1)
    result = ThingsResult(plan, [path.stem for path in videos])
    for path in videos:
        clip = load(path)
        users, middle = _users(path, clip, detector), middle_of(clip)
        for seed in range(plan.seeds if stands_still(clip) else 0):
            _stage(clip, users, middle, seed, result)
            progress(f"{clip.name}: {seed + 1}/{plan.seeds}")
        for name, weather in WEATHERS.items():
            hours = plan.hours * (plan.untouched if name == "untouched" else 1.0)
            _sit(clip, users, name, weather, hours, result)
            progress(f"{clip.name}: {name}, {hours:g} h")
    return result


def _users(path: Path, clip: Clip, detector: Detector) -> RoadUsers:
    return look_for(path, clip, detector)


def _stage(clip: Clip, users: RoadUsers, middle: U8, seed: int, result: ThingsResult) -> None:
    watch = ThingsWatch(clip)
    things, until_s = stage(clip, middle, users, seed, WARM_S)

    def picture(second: int) -> U8:
        return untouched(second, show(second, clip.at(second), middle, things))

    for tick in range(until_s * RATE):
        added = tuple(owners(tick / RATE, things))
        watch.step(tick, partial(users.at(tick).batch, added=added), partial(picture, tick // RATE))
    result.failed += watch.failed
    _score(clip, things, watch.events, until_s, result)


def _score(clip: Clip, things: list[Lying], events: list[Event], until_s: int, result: ThingsResult) -> None:
    started = [event for event in events if event.phase is Phase.STARTED]
    ends = {event.event_id: event.at_ns / SECOND_NS for event in events if event.phase is Phase.ENDED}
    of_thing: set[str] = set()
    for thing in things:
        mine = [event for event in started if _is_of(event, thing)]
        of_thing |= {event.event_id for event in started if _is_within(event, thing)}
        group = result.groups.setdefault(thing.name, Group(thing.kind))
        group.shown += 1
        group.owners += thing.owner is not None
        right = next((event for event in mine if event.kind.value == thing.kind), None)
        if right is None:
            group.missed[clip.name] += 1
            continue
        group.delays_s.append(max(right.at_ns / SECOND_NS - thing.holds_s - HOLDS_S[thing.kind], 0.0))
        group.ended += ends.get(right.event_id, np.inf) <= thing.until_s + GONE_S + CLEARS_S[thing.kind]
        group.owned += thing.owner is not None and int(thing.owner.cls) in right.class_ids
    result.staged.hours += (until_s - WARM_S) / 3600
    for event in started:
        if event.event_id not in of_thing:
            result.staged.false[event.kind.value] += 1
            result.staged.by_clip[f"{clip.name}: {event.kind.value}"] += 1


def _is_of(event: Event, thing: Lying) -> bool:
    """Whether an event shows a thing where it lies."""
    both, areas = _shared(event, thing)
    return both >= SAME * (sum(areas) - both)


def _is_within(event: Event, thing: Lying) -> bool:
    """Whether it shows it, or a part of it: then it is no false alert."""
    both, areas = _shared(event, thing)
    return _is_of(event, thing) or both >= 0.5 * areas[0]


def _shared(event: Event, thing: Lying) -> tuple[float, tuple[float, float]]:
    """Pixels that an event's box and a thing's share while it lies there, and those of both; before and after, none."""
    at_s = event.at_ns / SECOND_NS
    if event.box is None or not thing.from_s <= at_s <= thing.until_s + GONE_S:
        return 0.0, (1.0, 1.0)
    low, high = np.maximum(event.box[:2], thing.box[:2]), np.minimum(event.box[2:], thing.box[2:])
    first, second = ((b[2] - b[0]) * (b[3] - b[1]) for b in (event.box, thing.box))
    return float(np.prod(np.clip(high - low, 0, None))), (first, second)


def _sit(clip: Clip, users: RoadUsers, name: str, weather: Weather, hours: float, result: ThingsResult) -> None:
    watch = ThingsWatch(clip)

    def picture(second: int) -> U8:
        return weather(second, clip.at(second), clip.lies(second))

    for tick in range(round(hours * 3600) * RATE):
        watch.step(tick, partial(users.at(tick).batch, added=()), partial(picture, tick // RATE))
    quiet = result.quiet.setdefault(name, Quiet())
    quiet.hours += max(hours - WARM_S / 3600, 0.0)
    result.failed += watch.failed
    for event in watch.events:
        if event.phase is Phase.STARTED:
            quiet.false[event.kind.value] += 1
            quiet.by_clip[f"{clip.name}: {event.kind.value}"] += 1
    if name == "untouched" and watch.looks:
        result.cost_ms[clip.name] = 1000 * watch.cpu_s / watch.looks
