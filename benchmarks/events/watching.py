"""Cameras over a recording, taken the whole way: boxes, noise, tracker, motion, rules; frames of all in one batch."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from analytics.engine import RuleEngine
from benchmarks.events.boxes import Seen, see, solids
from benchmarks.events.event_truth import Witness
from benchmarks.events.noise import Detected, Levels, Noise, NoiseTable
from benchmarks.events.traffic.recording import Recording
from benchmarks.events.views import View
from core.arrays import F64, I64, AnyArray
from core.detections import DetectionBatch
from core.events import Event, Phase
from core.findings import Findings
from core.frames import ClockSource, FrameMeta, InputSpec
from core.records import Measurement
from core.scene import Scene
from core.tracks import TrackBatch, TrackState
from models.input_choice import choose_input
from models.registry import exported_input
from scenes.model_specs import InputWidth
from trackers.online import OnlineTracker
from trackers.params import TrackerParams
from trackers.world import World

START_NS: Final = 1_767_225_600_000_000_000
"""UTC of a recording's time 0: 2026-01-01, so that minutes of the recording are minutes of the clock."""
CHUNK: Final = 100
"""Steps that are looked at together: what is held at once is bounded by them, the cameras and the traffic."""
FRAMES: Final = 48
"""Frames in one batch, about."""
SECOND_NS: Final = 1_000_000_000
LOST_S: Final = TrackerParams().lost_s


@dataclass(slots=True)
class Watched:
    """What one camera's rules found. `alerts`: events as they started; `ended_ns` by event id."""

    alerts: list[Event] = field(default_factory=list)
    ended_ns: dict[str, int] = field(default_factory=dict)
    measurements: list[Measurement] = field(default_factory=list)

    def take(self, findings: Findings) -> None:
        """Keep what is scored."""
        for event in findings.events:
            if event.phase is Phase.STARTED:
                self.alerts.append(event)
            elif event.phase is Phase.ENDED:
                self.ended_ns[event.event_id] = event.at_ns
        self.measurements += findings.measurements


@dataclass(slots=True)
class Following:
    """Tracks of each view's camera over a recording, batch by batch.

    Attributes:
        seeds: of each camera's noise.
        fps: frames a second, at most those of the recording.
        perfect_tracks: true boxes and identities in the place of noise and tracker.
        inputs: widths of the detector's input: chosen for each camera, as exported, or one for all, in pixels.
        frames: that came of each camera so far; boxes: detections in them, false ones included; witnesses: of what each
            could see.
    """

    recording: Recording
    views: Sequence[View]
    levels: Levels
    seeds: Sequence[int]
    fps: float = 10.0
    perfect_tracks: bool = False
    inputs: InputWidth = "auto"
    progress: Callable[[float], None] = lambda _share: None
    frames: list[int] = field(default_factory=list)
    boxes: list[int] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)

    def __iter__(self) -> Iterator[TrackBatch]:
        """All of them, from the start."""
        recording, views = self.recording, self.views
        stride = max(1, round(recording.fps / self.fps))
        parts = 2 * (int(recording.user.max(initial=0)) + 1)
        table, exported = NoiseTable.load(), exported_input()
        noises = [
            Noise(v.camera, self.levels, parts, (seed,), v.free, table.for_input(input_px(v, self.inputs, exported)))
            for v, seed in zip(views, self.seeds, strict=True)
        ]
        tracker, truth = OnlineTracker(scenes=scenes_of(views)), _TrueTracks(len(views))
        self.frames, self.boxes = [0] * len(views), [0] * len(views)
        self.witnesses = [Witness() for _ in views]
        for start in range(0, recording.steps, CHUNK * stride):
            stop = min(start + CHUNK * stride, recording.steps)
            things, times = solids(recording, start, stop, stride), recording.time_s[start:stop:stride]
            seen = [see(view.camera, things) for view in views]
            for witness, one in zip(self.witnesses, seen, strict=True):
                witness.follow(times, one)
            if self.perfect_tracks:
                yield from truth.batches(views, times, seen)
            else:
                found = [noise.detect(times, one) for noise, one in zip(noises, seen, strict=True)]
                for number, result in enumerate(found):
                    self.frames[number] += int(result.wanted.sum())
                    self.boxes[number] += len(result.row)
                yield from map(tracker.update, detections(views, times, found))
            self.progress(stop / recording.steps)


def watch(views: Sequence[View], tracks: Iterable[TrackBatch], last_s: float) -> list[Watched]:
    """What the rules of each view's camera find in these tracks; `last_s`: time of the recording at which they end."""
    ids = {view.camera.camera_id: number for number, view in enumerate(views)}
    world, engine = World(scenes_of(views)), RuleEngine()
    for view in views:
        engine.add_camera(view.camera.camera_id, view.scene, view.rules, live=False)
    watched = [Watched() for _ in views]
    for batch in tracks:
        for camera, findings in _by_camera(engine.update(batch, world.locate(batch))).items():
            watched[ids[camera]].take(findings)
    for camera, findings in _by_camera(engine.close(round(last_s * SECOND_NS) + START_NS)).items():
        watched[ids[camera]].take(findings)
    if engine.failed:
        raise RuntimeError(f"rules failed: {dict(engine.failed)}")
    return watched


def scenes_of(views: Sequence[View]) -> dict[str, Scene]:
    """By camera."""
    return {view.camera.camera_id: view.scene for view in views}


def detections(views: Sequence[View], time_s: F64, found: Sequence[Detected]) -> Iterator[DetectionBatch]:
    """Batches of about `FRAMES` frames, by time and then camera."""
    cameras = len(views)
    step = np.concatenate([np.repeat(np.arange(len(time_s)), np.diff(one.offsets)) for one in found])
    camera = np.repeat(np.arange(cameras), [len(one.row) for one in found])
    order = np.argsort(step * cameras + camera, kind="stable")
    counts = np.bincount(step * cameras + camera, minlength=len(time_s) * cameras)
    came = np.column_stack([one.wanted for one in found]).ravel()
    xyxy, score, class_id = (
        np.concatenate([getattr(one, name) for one in found])[order] for name in ("xyxy", "score", "class_id")
    )
    ends = np.concatenate(([0], np.cumsum(counts)))
    together = max(1, FRAMES // cameras) * cameras
    for first in range(0, len(counts), together):
        last = min(first + together, len(counts))
        numbers = [n for n in range(first, last) if came[n]]
        frames = tuple(meta(views[n % cameras], float(time_s[n // cameras])) for n in numbers)
        rows = slice(int(ends[first]), int(ends[last]))
        offsets = np.concatenate(([0], np.cumsum(counts[numbers]))).astype(np.int32)
        yield DetectionBatch(frames, offsets, xyxy[rows], score[rows], class_id[rows])


def meta(view: View, time_s: float) -> FrameMeta:
    """The frame of a camera at a time of the recording."""
    time_ns = round(time_s * SECOND_NS)
    camera = view.camera
    return FrameMeta(
        camera.camera_id,
        0,
        round(time_s * 1000),
        START_NS + time_ns,
        ClockSource.FILE,
        0,
        time_ns,
        camera.width,
        camera.height,
    )


class _TrueTracks:
    """Tracks without noise: the true boxes, without riders, under the user's number plus one.

    As the tracker's, they end once they have not been seen for `TrackerParams.lost_s`.
    """

    def __init__(self, cameras: int) -> None:
        self._seen_s: list[dict[int, float]] = [{} for _ in range(cameras)]

    def batches(self, views: Sequence[View], time_s: F64, seen: Sequence[Seen]) -> Iterator[TrackBatch]:
        """One batch a step."""
        for step, now_s in enumerate(time_s.tolist()):
            frames, rows, ended = [], [], []
            for number, (view, one) in enumerate(zip(views, seen, strict=True)):
                mine = np.arange(one.offsets[step], one.offsets[step + 1])
                mine = mine[(one.part[mine] % 2 == 0) & (one.visible[mine] > 0)]
                ids = one.part[mine] // 2 + 1
                seen_s = self._seen_s[number]
                seen_s.update(dict.fromkeys(ids.tolist(), now_s))
                gone = [track for track, last_s in seen_s.items() if now_s - last_s > LOST_S]
                for track in gone:
                    del seen_s[track]
                ended.append(np.array(gone, np.int64))
                frames.append(meta(view, now_s))
                rows.append((one, mine))
            yield self._batch(tuple(frames), rows, ended)

    @staticmethod
    def _batch(frames: tuple[FrameMeta, ...], rows: list[tuple[Seen, AnyArray]], ended: list[I64]) -> TrackBatch:
        counts = [len(mine) for _, mine in rows]
        many = sum(counts)
        return TrackBatch(
            frames,
            np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
            np.concatenate([one.xyxy[mine] for one, mine in rows]),
            np.full(many, 0.9, np.float32),
            np.concatenate([one.class_id[mine] for one, mine in rows]),
            np.concatenate([one.part[mine] // 2 + 1 for one, mine in rows]),
            np.full(many, TrackState.CONFIRMED, np.uint8),
            np.arange(many, dtype=np.int32),
            np.concatenate(([0], np.cumsum([len(ids) for ids in ended]))).astype(np.int32),
            np.concatenate(ended),
        )


def input_px(view: View, inputs: InputWidth, exported: InputSpec | None) -> int | None:
    """Of the shipped detector's input for a camera, in pixels; None: as it was exported."""
    if exported is None or inputs == "exported":
        return None
    return choose_input(view.scene, exported).width if inputs == "auto" else inputs


def _by_camera(findings: Findings) -> dict[str, Findings]:
    """Events and measurements apart for each camera."""
    found: dict[str, Findings] = {}
    for event in findings.events:
        found[event.camera_id] = found.get(event.camera_id, Findings()) + Findings(events=(event,))
    for item in findings.measurements:
        found[item.camera_id] = found.get(item.camera_id, Findings()) + Findings(measurements=(item,))
    return found


def noise_seed(recording: Recording, camera_id: str) -> int:
    """A seed that depends on the recording's and on the camera."""
    return zlib.crc32(camera_id.encode()) + (int(recording.about.get("seed", 0)) << 32)
