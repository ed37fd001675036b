"""Faults that are found, alerts that are false, shifts that are measured, and what looking costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from benchmarks.events.intervals import mean_interval, poisson, wilson
from benchmarks.events.noise import Levels
from benchmarks.events.traffic.recording import Recording
from benchmarks.machine import machine
from benchmarks.pixels.clips import Clip, load
from benchmarks.pixels.faults import Fault, faults
from benchmarks.pixels.lamps import Seen, lamps_seen
from benchmarks.pixels.red_light import RedLights, red_lights
from benchmarks.pixels.second import STAND_IN, SecondCost, second_cost
from benchmarks.pixels.share import Share, observers_share
from benchmarks.pixels.watch import Watch
from benchmarks.pixels.weather import WEATHERS, Weather, untouched
from core.errors import ConfigError
from scenes.camera_rules import CAMERA_SPECS
from scenes.model_specs import InputWidth

WARM_S: Final = 70
"""A camera has been well for so long when something happens to it."""
LATE_S: Final = 10.0
"""An alert so long after a fault has gone is still of it: events wait to end, and looks are two seconds apart."""
AFTER_S: Final = 40
HOLDS_S: Final[Mapping[str, float]] = {spec().kind: spec().for_s for spec in CAMERA_SPECS}
"""From when a fault is there until its definition holds."""
CORRECTED: Final = 0.03
"""Of the width: larger shifts are not taken off."""


@dataclass(frozen=True, slots=True)
class PixelsPlan:
    """How much is measured.

    Attributes:
        seeds: faults of each kind and clip, drawn anew for each.
        hours: for which each clip is watched in each weather; untouched ones `untouched` times as long.
    """

    seeds: int = 6
    hours: float = 1.0
    untouched: float = 2.0
    signal_s: float = 0.0
    """Seconds for which signals are watched in each clip, light and size."""
    traffic: tuple[Path, ...] = ()
    """Recordings of simulated traffic, in which red lights are run."""
    cameras: int = 4
    """Over each."""
    inputs: InputWidth = "auto"
    """Widths of the input of the detector that sees it: chosen for each camera, as exported, or one for all."""
    share: bool = False
    """Whether the observers' share of a camera's computing time is measured, on the first clip."""


@dataclass(slots=True)
class Found:
    """Of one way to fail.

    Attributes:
        delays_s: from when the definition held to the alert, of each that was detected.
        wrong: alerts of other kinds, by kind, and of any before or after.
        errors_px: of shifts that are taken off, how wrong the shift is at the end.
        places: of shifts, whether it was rightly said that places hold, or hold no more.
    """

    kind: str
    shown: int = 0
    delays_s: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    errors_px: list[float] = field(default_factory=list)
    places: int = 0
    missed: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, Any]:
        """As they stand in the JSON."""
        detected = len(self.delays_s)
        return {
            "kind": self.kind,
            "shown": self.shown,
            "detected": detected,
            "detection_rate": detected / self.shown if self.shown else None,
            "detection_rate_interval": wilson(detected, self.shown),
            "mean_time_to_detect_s": float(np.mean(self.delays_s)) if detected else None,
            "mean_time_to_detect_s_interval": mean_interval(self.delays_s),
            "wrong": dict(self.wrong),
            "missed_by_clip": dict(self.missed),
            **(
                {"error_px_median": float(np.median(self.errors_px)), "error_px_most": max(self.errors_px)}
                if self.errors_px
                else {}
            ),
            **({"places_right": self.places} if self.kind == "camera.moved" else {}),
        }


@dataclass(slots=True)
class Quiet:
    """Cameras with which nothing is wrong, in one weather."""

    hours: float = 0.0
    false: Counter[str] = field(default_factory=Counter)
    by_clip: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, Any]:
        """As they stand in the JSON."""
        count = sum(self.false.values())
        return {
            "camera_hours": self.hours,
            "false": dict(self.false),
            "false_by_clip": dict(self.by_clip),
            "false_per_camera_hour": count / self.hours if self.hours else None,
            "false_per_camera_hour_interval": poisson(count, self.hours),
        }


@dataclass(slots=True)
class PixelsResult:
    """All of it; `cost_ms`: computing time of a look, by clip; `second`: of what a second model's look costs."""

    plan: PixelsPlan
    clips: list[str]
    found: dict[str, Found] = field(default_factory=dict)
    quiet: dict[str, Quiet] = field(default_factory=dict)
    cost_ms: dict[str, float] = field(default_factory=dict)
    second: dict[str, SecondCost] = field(default_factory=dict)
    failed: int = 0
    signals: dict[str, Seen] = field(default_factory=dict)
    """By light, and by width of the picture."""
    red_lights: dict[str, RedLights] = field(default_factory=dict)
    share: Share | None = None

    def by_kind(self) -> Iterator[tuple[str, int, int]]:
        """Kind, faults shown, of these detected; shifts below 5 pixels are not to be found."""
        kinds = dict.fromkeys(one.kind for one in self.found.values())
        for kind in kinds:
            ones = [one for name, one in self.found.items() if one.kind == kind and name != "shift 2"]
            yield kind, sum(one.shown for one in ones), sum(len(one.delays_s) for one in ones)

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "machine": machine(),
            "clips": self.clips,
            "seeds": self.plan.seeds,
            "faults": {name: one.figures() for name, one in self.found.items()},
            "kinds": {
                kind: {"shown": n, "detected": k, "detection_rate": k / n, "detection_rate_interval": wilson(k, n)}
                for kind, n, k in self.by_kind()
            },
            "quiet": {name: one.figures() for name, one in self.quiet.items()},
            "look_ms": self.cost_ms,
            "second_model": {"stand_in": STAND_IN, **{name: asdict(one) for name, one in self.second.items()}},
            "observers_share": None if self.share is None else {**asdict(self.share), "share": self.share.share},
            "failed": self.failed,
            "signals": {name: one.figures() for name, one in self.signals.items()},
            "inputs": self.plan.inputs,
            "red_lights": {name: one.figures() for name, one in self.red_lights.items()},
        }


def measure(videos: Sequence[Path], plan: PixelsPlan, progress: Callable[[str], None]) -> PixelsResult:
    """Measure on clips.

    Raises:
        ConfigError: a clip or a recording cannot be read.
    """
    cv2.setNumThreads(1)
    result = PixelsResult(plan, [path.stem for path in videos])
    for path in videos:
        clip = load(path)
        result.second[clip.name] = second_cost(clip)
        for seed in range(plan.seeds):
            for fault in faults(clip, seed):
                _stage(clip, fault, seed, result)
            progress(f"{clip.name}: {seed + 1}/{plan.seeds}")
        for name, weather in WEATHERS.items():
            hours = plan.hours * (plan.untouched if name == "untouched" else 1.0)
            _sit(clip, name, weather, hours, result)
            progress(f"{clip.name}: {name}, {hours:g} h")
        for name, size, seen in lamps_seen(clip, plan.signal_s) if plan.signal_s else ():
            for key in (name, f"{size[0]} px"):
                result.signals.setdefault(key, Seen()).add(seen)
            progress(f"{clip.name}: signals, {name}, {size[0]}")
    if plan.share:
        result.share = observers_share(videos[0])
    for folder in plan.traffic:
        for name, one in red_lights(_recording(folder), plan.cameras, Levels(), plan.inputs):
            result.red_lights.setdefault(name, RedLights()).add(one)
            progress(f"{folder.name}: {name}")
    return result


def _recording(folder: Path) -> Recording:
    try:
        return Recording.load(folder)
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError("error-file-unreadable", path=folder, reason=str(error)) from error


def _stage(clip: Clip, fault: Fault, seed: int, result: PixelsResult) -> None:
    watch, from_s = Watch(clip.size), seed * 13
    until_s = WARM_S + fault.lasts_s
    placement = watch.placement
    for second in range(until_s + AFTER_S):
        well = partial(untouched, from_s + second, clip.at(from_s + second))
        on = WARM_S <= second < until_s
        watch.show(second, partial(_changed, fault, second, well) if on else well)
        if on:
            placement = watch.placement
    found = result.found.setdefault(fault.name, Found(fault.kinds[0]))
    found.shown += 1
    result.failed += watch.failed()
    right = [a for a in watch.alerts() if a.kind.value in fault.kinds and WARM_S <= a.at_s <= until_s + LATE_S]
    others = [a for a in watch.alerts() if a not in right and (clip.fixed or a.kind.value != "camera.moved")]
    found.wrong.update(a.kind.value for a in others)
    if right:
        found.delays_s.append(max(right[0].at_s - WARM_S - HOLDS_S[right[0].kind.value], 0.0))
    else:
        found.missed[clip.name] += 1
    if fault.shift is not None:
        near = float(np.hypot(*fault.shift)) <= CORRECTED * clip.size[0]
        found.places += placement.valid == near
        if near:
            found.errors_px.append(float(np.hypot(*np.subtract(placement.shift_px, fault.shift))))


def _changed(fault: Fault, second: int, well: Callable[[], Any]) -> Any:
    return fault.change(second, well())


def _sit(clip: Clip, name: str, weather: Weather, hours: float, result: PixelsResult) -> None:
    watch = Watch(clip.size)
    for second in range(round(hours * 3600)):
        watch.show(second, lambda now=second: weather(now, clip.at(now), clip.lies(now)))  # type: ignore[misc]
    quiet = result.quiet.setdefault(name, Quiet())
    quiet.hours += hours
    result.failed += watch.failed()
    for alert in watch.alerts():
        if clip.fixed or alert.kind.value != "camera.moved":
            quiet.false[alert.kind.value] += 1
            quiet.by_clip[f"{clip.name}: {alert.kind.value}"] += 1
    if name == "untouched":
        result.cost_ms[clip.name] = 1000 * watch.cpu_s / max(watch.looks, 1)
