"""Some cameras over one recording: run, beside truth, and kept, so that a run that was cut goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from zipfile import BadZipFile

import numpy as np

from benchmarks.events.aiming import SQUARES, STAGED, aim_cameras, square_cameras, window
from benchmarks.events.cameras import Camera, place_cameras
from benchmarks.events.crowd_truth import crowd_events
from benchmarks.events.event_truth import TrueEvent, Witness, true_events
from benchmarks.events.kept_tracks import kept_tracks
from benchmarks.events.kinds import KINDS, places_of, road_of
from benchmarks.events.lane_truth import Ways
from benchmarks.events.line_truth import line_events
from benchmarks.events.made_up import made_up
from benchmarks.events.measured import Pair, pairs
from benchmarks.events.noise import TABLE, Levels
from benchmarks.events.place_truth import place_events, queued
from benchmarks.events.scoring import Alert
from benchmarks.events.traffic.bystanders import with_bystanders
from benchmarks.events.traffic.recording import Recording
from benchmarks.events.turning import Turn, turns
from benchmarks.events.views import PICKED_PX, View, build_view
from benchmarks.events.watching import START_NS, Following, Watched, noise_seed, watch
from core.cache import cache_folder, file_hash, write_whole
from core.errors import ConfigError
from core.events import Event
from scenes.model_specs import InputWidth

ROOT: Final = Path(__file__).resolve().parents[2]
CODE: Final = ("core", "scenes", "trackers", "analytics", "benchmarks/events", "models/input_choice.py")
"""What a result depends on besides its recording: kept ones of other code are not taken."""
TRACKING: Final = tuple(folder for folder in CODE if folder != "analytics")
"""What tracks depend on."""
AFTERWARDS: Final = frozenset(
    {"cases.py", "counting.py", "measure.py", "plans.py", "report.py", "scoring.py", "sweep.py"}
)
"""Modules of the benchmark that only look at results."""
MADE_UP: Final = "made-up"
"""In the place of a recording's folder: `benchmarks.events.made_up`."""


@dataclass(frozen=True, slots=True)
class Block:
    """What is to be run.

    Attributes:
        recording: folder of a recording, or `MADE_UP`.
        seed: of the cameras; `first` to `last` (not included) of them.
        perfect_tracks: without noise and tracker. sweep: rules at other thresholds too.
        inputs: widths of the detector's input: chosen for each camera, as exported, or one for all, in pixels.
        incident: its number, where the cameras are those that look at it, for as long (`aiming`).
        squares: the cameras are those that look at squares.
        kinds: of the rules that run; empty: all that such cameras have.
    """

    recording: str
    seed: int
    first: int
    last: int
    levels: Levels = field(default_factory=Levels)
    fps: float = 10.0
    perfect_tracks: bool = False
    sweep: bool = False
    inputs: InputWidth = "auto"
    incident: int | None = None
    squares: bool = False
    kinds: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names it with everything that it depends on."""
        return _named(self, CODE)

    @property
    def tracks_key(self) -> str:
        """Names its tracks, which depend on no rule."""
        return _named(replace(self, kinds=(), sweep=False), TRACKING)


@dataclass(frozen=True, slots=True)
class CameraResult:
    """One camera over one recording.

    Attributes:
        key: names the recording. watched: kinds of incidents that it watches for.
        truth: true events that it could see. minutes, turns: measurements beside truth.
        seconds: of the recording. frames, boxes: that came, and detections in them.
    """

    key: str
    camera: str
    watched: tuple[str, ...]
    truth: tuple[TrueEvent, ...]
    alerts: tuple[Alert, ...]
    minutes: tuple[Pair, ...]
    turns: tuple[Turn, ...]
    seconds: float
    frames: int
    boxes: int


def run_block(
    block: Block, progress: Callable[[float], None] = lambda _share: None, *, keep_tracks: bool = False
) -> list[CameraResult]:
    """The results of a block, from the cache where they are kept.

    Args:
        keep_tracks: keep the cameras' tracks, too, or take kept ones: what changes in rules then costs rules alone.

    Raises:
        ConfigError: the recording cannot be read.
    """
    kept = cache_folder("bench-events") / f"{block.key}.json"
    if kept.is_file():
        return [_read(item) for item in json.loads(kept.read_text(encoding="utf-8"))]
    results = _run(block, progress, keep_tracks=keep_tracks)
    write_whole(kept, json.dumps([asdict(result) for result in results]).encode())
    return results


def _run(block: Block, progress: Callable[[float], None], *, keep_tracks: bool) -> list[CameraResult]:
    recording = load(block.recording)
    cameras, part, kinds, truth = _asked(recording, block)
    if not cameras:
        return []
    seeds = [noise_seed(recording, camera.camera_id) for camera in cameras]
    picked = 0.0 if block.perfect_tracks else PICKED_PX * block.levels.calibration
    views = [
        build_view(recording, camera, picked_px=picked, seed=seed, sweep=block.sweep, kinds=block.kinds or kinds)
        for camera, seed in zip(cameras, seeds, strict=True)
    ]
    following = Following(
        part,
        views,
        block.levels,
        seeds,
        fps=block.fps,
        perfect_tracks=block.perfect_tracks,
        inputs=block.inputs,
        progress=progress,
    )
    tracks = kept_tracks(following, block.tracks_key) if keep_tracks else following
    found = watch(views, tracks, float(part.time_s[-1]) if part.steps else 0.0)
    looks_s = max(1, round(recording.fps / block.fps)) / recording.fps
    beside = truth()
    results = []
    for number, (view, one) in enumerate(zip(views, found, strict=True)):
        known = beside(view, following.witnesses[number], one, looks_s)
        came = following.frames[number], following.boxes[number]
        results.append(_result(_name(recording), part, view, one, known, came))
    return results


@lru_cache(maxsize=1)
def load(recording: str) -> Recording:
    """A recording, in streets with people on squares beside them; the last one is kept.

    Raises:
        ConfigError: it cannot be read.
    """
    if recording == MADE_UP:
        return made_up()
    try:
        found = Recording.load(Path(recording))
        return with_bystanders(found) if road_of(found.name) == "street" else found
    except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise ConfigError("error-bench-events-recording", path=recording, reason=str(error)) from error


def _named(block: Block, code: tuple[str, ...]) -> str:
    said = json.dumps({**asdict(block), "recording": _digest(block.recording)}, sort_keys=True) + code_digest(code)
    return hashlib.sha256(said.encode()).hexdigest()[:24]


@lru_cache(maxsize=2)
def code_digest(code: tuple[str, ...] = CODE) -> str:
    """Of all code in these folders that results depend on."""
    digest = hashlib.sha256(TABLE.read_bytes())
    for folder in code:
        for path in sorted((ROOT / folder).rglob("*.py")) or [ROOT / folder]:
            if path.name not in AFTERWARDS or not folder.endswith("events"):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _digest(recording: str) -> str:
    if recording == MADE_UP:
        return MADE_UP
    try:
        return "".join(file_hash(Path(recording) / name) for name in ("traffic.npz", "traffic.json"))
    except OSError as error:
        raise ConfigError("error-bench-events-recording", path=recording, reason=error.strerror or error) from error


@dataclass(frozen=True, slots=True)
class _Beside:
    """What one camera's findings are laid beside; kinds that it `watched` for."""

    watched: tuple[str, ...]
    truth: list[TrueEvent]
    minutes: list[Pair] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)


_Truth = Callable[[View, Witness, Watched, float], _Beside]


class _Asked(NamedTuple):
    """What a block looks at: of the recording a `part`; by rules of these `kinds`, None: all, and measurements."""

    cameras: Sequence[Camera]
    part: Recording
    kinds: tuple[str, ...] | None
    truth: Callable[[], _Truth]


def _asked(recording: Recording, block: Block) -> _Asked:
    incident, wanted = block.incident, (block.last, block.seed)
    if block.squares:
        cameras = square_cameras(recording, *wanted)
        return _Asked(cameras[block.first :], recording, SQUARES, lambda: _truth_on_squares(recording))
    if incident is None:
        return _Asked(place_cameras(recording, *wanted)[block.first :], recording, None, lambda: _all_truth(recording))
    cameras, part = aim_cameras(recording, incident, *wanted), recording.part(*window(recording, incident))
    return _Asked(cameras[block.first :], part, STAGED, lambda: _truth_of(recording, incident))


def _all_truth(recording: Recording) -> _Truth:
    ways = Ways(recording)
    slow = queued(ways)

    def beside(view: View, witness: Witness, found: Watched, looks_s: float) -> _Beside:
        truth = true_events(recording, view, witness, looks_s) + place_events(ways, slow, view)
        truth += line_events(ways, view, witness, looks_s) + crowd_events(recording, view, witness)
        measured = found.measurements
        minutes, moved = list(pairs(ways, slow, view, measured)), list(turns(ways, view, measured))
        return _Beside(_watched(KINDS, view), truth, minutes, moved)

    return beside


def _truth_of(recording: Recording, incident: int) -> _Truth:
    """What else is staged while these cameras look need not be found: it may have begun before."""

    def beside(view: View, witness: Witness, _found: Watched, looks_s: float) -> _Beside:
        truth = true_events(recording, view, witness, looks_s, STAGED)
        return _Beside(
            _watched(STAGED, view),
            [t if t.cause != "incident" or t.incident == incident else replace(t, cause="alone") for t in truth],
        )

    return beside


def _truth_on_squares(recording: Recording) -> _Truth:
    def beside(view: View, witness: Witness, _found: Watched, looks_s: float) -> _Beside:
        truth = true_events(recording, view, witness, looks_s, SQUARES) + crowd_events(recording, view, witness)
        return _Beside(_watched(SQUARES, view), truth)

    return beside


def _watched(kinds: Iterable[str], view: View) -> tuple[str, ...]:
    return tuple(kind for kind in kinds if places_of(kind, view.scene))


def _name(recording: Recording) -> str:
    return f"{recording.name}/{recording.about.get('seed', 0)}"


def _result(
    key: str, part: Recording, view: View, found: Watched, beside: _Beside, came: tuple[int, int]
) -> CameraResult:
    until_s = float(part.time_s[-1]) + 1 / part.fps if part.steps else 0.0
    return CameraResult(
        key,
        view.camera.camera_id,
        beside.watched,
        tuple(beside.truth),
        tuple(_alert(view, event, found.ended_ns.get(event.event_id), until_s) for event in found.alerts),
        tuple(beside.minutes),
        tuple(beside.turns),
        part.steps / part.fps,
        *came,
    )


def _alert(view: View, event: Event, ended_ns: int | None, end_s: float) -> Alert:
    x = y = float("inf")
    if event.box is not None:
        left, _, right, bottom = event.box
        place, valid = view.camera.ground().to_ground(np.array([((left + right) / 2, bottom)]))
        if valid[0]:
            x, y = float(place[0, 0]), float(place[0, 1])
    until_s = end_s if ended_ns is None else (ended_ns - START_NS) / 1e9
    return Alert(event.kind.value, event.rule_id, event.zone, (event.at_ns - START_NS) / 1e9, until_s, x, y)


def _read(item: dict[str, Any]) -> CameraResult:
    return CameraResult(
        item["key"],
        item["camera"],
        tuple(item["watched"]),
        tuple(TrueEvent(**{**t, "track": tuple(tuple(row) for row in t["track"])}) for t in item["truth"]),
        tuple(Alert(**alert) for alert in item["alerts"]),
        tuple(Pair(**pair) for pair in item["minutes"]),
        tuple(Turn(**turn) for turn in item["turns"]),
        item["seconds"],
        item["frames"],
        item["boxes"],
    )
