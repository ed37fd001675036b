"""One run from start to end: opens what a plan names, steps, and closes everything in order."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog

from core.arrays import U8
from core.errors import ConfigError
from core.events import Event
from core.findings import EvidenceRequest
from core.mutes import Mutes
from core.off_rules import OffRule
from core.protocols import Detector, Sink
from core.scene import Scene
from evidence.pictures import PictureWriter, write_reference
from incidents.follow import Follower
from matpho.desk_watch import DeskWatch
from matpho.feed_watch import FeedWatch
from matpho.linking import follower_of, wait_stored
from matpho.plan import Plan
from matpho.summary import RunSummary, off_dict, run_dict
from models.appearance.load import load_describer
from models.detector import OnnxDetector
from models.registry import by_shape, load_detector
from pipeline.camera import CameraStatus
from pipeline.runner import Pipeline
from pipeline.second_look.alerts import Alerts
from pipeline.step import StepResult
from sinks.fan_out import FanOut, SinkCounters
from sinks.outbox import Bounds
from sinks.outbox_files import open_outbox, outbox_folder
from sinks.store import StoreSink
from store.event_store import EventStore
from store.records import RunRecord, SceneRecord
from trackers.online import OnlineTracker

log = structlog.get_logger()

CLOSE_S: Final = 10.0
"""Longest wait at the end for sinks to take what is left."""


@dataclass(slots=True)
class _Evidence:
    """Pictures on disk, and the scenes of cameras in the store."""

    writer: PictureWriter
    folder: Path
    store: EventStore | None
    scenes: Mapping[str, Scene]
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    """Reference pictures by camera and view."""

    def offer(self, request: EvidenceRequest, picture: Callable[[], U8], scene: Scene | None) -> bool:
        return self.writer.offer(request, picture, scene)

    def reference(self, camera_id: str, view: str, picture: U8) -> None:
        kept = self.kept.setdefault(camera_id, {})
        try:
            kept[view] = write_reference(self.folder, camera_id, picture, view)
        except OSError as error:
            log.exception("reference_picture_lost", camera=camera_id, error=str(error))
        if self.store is not None:
            self.store.scenes.put(scene_record(camera_id, self.scenes[camera_id], kept))


class Session:
    """A run of a plan.

    Use as a context manager; iterate `steps()`. Leaving it drains the sinks, within `CLOSE_S`, and stores the summary,
    unless `keep_run` is false.

    Args:
        number, of: this process among those that share the plan's cameras; each has an outbox of its own.

    Raises (on entering):
        MatphoError: the model, the store or a required sink cannot be used.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        extra_sinks: Sequence[Sink] = (),
        keep_run: bool = True,
        number: int = 0,
        of: int = 1,
    ) -> None:
        if not plan.cameras:
            raise ConfigError("error-no-cameras")
        self.plan = plan
        self.summary = RunSummary()
        self.undelivered: dict[str, int] = {}
        self._extra, self._keep_run = tuple(extra_sinks), keep_run
        self._number, self._of = number, of
        self._stack = ExitStack()
        self._run_id = uuid.uuid4().hex
        self._feeds: FeedWatch | None = None

    def __enter__(self) -> Session:
        with ExitStack() as stack:
            self._open(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def _open(self, stack: ExitStack) -> None:
        plan = self.plan
        detector: Detector = load_detector(
            plan.model.path,
            threads=plan.model.threads,
            score_threshold=plan.model.score_threshold,
            backend=plan.model.backend,
            device=plan.model.device,
            max_batch=plan.batch.size,
            input_px=plan.model.input,
        )
        if plan.model.trim and isinstance(detector, OnnxDetector):
            detector = by_shape(detector, threads=plan.model.threads)
        describer = load_describer(plan.tracking.appearance, threads=plan.model.threads)
        self.store = None if plan.store is None else open_store(plan.store, stack)
        sinks = [make() for make in plan.sinks] + list(self._extra)
        if self.store is not None:
            sinks.insert(0, StoreSink(self.store))
        self.fan_out = self._fan_out(sinks, stack)
        self._started_ns, self._began = time.time_ns(), time.monotonic()
        stack.callback(self._finish)
        stack.callback(self._drain)
        self.follower = self._link(stack)
        self.alerts = Alerts(self.fan_out.publish, plan.second_look())
        stack.callback(self.alerts.close)
        plan.open_feeds(stack, self._of)
        mutes = Mutes()
        self._watch_desk(mutes, stack)
        plan.second_models.open(stack)
        self._begin_run()
        self._watch_feeds(stack)
        scenes = {camera.camera_id: camera.scene for camera in plan.cameras}
        evidence = None
        if plan.evidence is not None:
            writer = PictureWriter(plan.evidence)
            stack.callback(writer.close)
            evidence = _Evidence(writer, plan.evidence, self.store, scenes)
        self.pipeline = Pipeline(
            detector,
            OnlineTracker(scenes=scenes),
            plan.cameras,
            describer=describer,
            publish=self.alerts.publish,
            evidence=evidence,
            alerts=self.alerts,
            mutes=mutes,
            tell_frames=plan.frame_tracks,
            open_events=self._open_events,
            batch_size=plan.batch.size,
            window_s=plan.batch.window_ms / 1000,
            max_age_s=plan.batch.max_age_s,
        )
        self.summary.times = self.pipeline.times

    def _fan_out(self, sinks: Sequence[Sink], stack: ExitStack) -> FanOut:
        plan = self.plan
        if plan.store is None:
            return FanOut(sinks)
        kept = plan.outbox
        file = open_outbox(outbox_folder(plan.store), stack, number=self._number, of=self._of, sync=kept.sync)
        bounds = Bounds(disk_bytes=kept.max_mb << 20, age_s=kept.max_age_h * 3600, keep_s=kept.keep_h * 3600)
        return FanOut(sinks, bounds, file=file, dead_letters=plan.store.with_suffix(".dead.jsonl"))

    def steps(self, *, most_frames: int | None = None, most_s: float | None = None) -> Iterator[StepResult]:
        """Run, until the sources end, `stop` is called, or a bound is reached."""
        for result in self.pipeline.steps(most_frames=most_frames, most_s=most_s):
            self.summary.add(result)
            yield result

    def stop(self) -> None:
        """End soon; from any thread or a signal handler."""
        self.pipeline.stop()

    def status(self) -> list[CameraStatus]:
        """How each camera is doing."""
        return self.pipeline.status()

    @property
    def off(self) -> tuple[OffRule, ...]:
        """Rules that are off, or judge without a signal whose feed is silent; at this moment, or at the end."""
        return (*self.plan.off, *self.silent)

    @property
    def silent(self) -> tuple[OffRule, ...]:
        """Those of `off` whose feed is silent."""
        return () if self._feeds is None else self._feeds.silent

    def sink_counters(self) -> Mapping[str, SinkCounters]:
        """What became of the records so far, by sink."""
        return self.fan_out.counters()

    def as_dict(self) -> dict[str, Any]:
        """The summary as JSON values, with cameras and sinks."""
        self.summary.wall_s = time.monotonic() - self._began
        self.summary.lost = self.pipeline.lost_frames
        sinks = {name: asdict(counters) for name, counters in self.fan_out.counters().items()}
        more: dict[str, Any] = {"second_look": asdict(self.alerts.counts)}
        if self.follower is not None:
            more["incidents"] = self.follower.counts()
        more["observers"] = {
            camera: {name: asdict(one) for name, one in by_name.items()}
            for camera, by_name in self.pipeline.observers().items()
        }
        more["second_models"] = self.plan.second_models.as_dict()
        if self.plan.signals is not None:
            more["signal_feeds"] = self.plan.signals.counts()
        more |= off_dict(self.off)
        return {**run_dict(self.summary.counts, self._started_ns, self.status()), "sinks": sinks, **more}

    def _link(self, stack: ExitStack) -> Follower | None:
        """Link incidents, where no supervisor does it for several processes."""
        if self.store is None or self._of > 1:
            return None
        follower = follower_of(self.plan, self.store, self.fan_out.publish)
        stack.callback(follower.close)
        stack.callback(wait_stored, self.fan_out)
        follower.start()
        return follower

    def _watch_desk(self, mutes: Mutes, stack: ExitStack) -> None:
        if self.store is None:
            return
        cameras = [camera.camera_id for camera in self.plan.cameras]
        desk = DeskWatch(self.store, mutes, cameras, self.alerts.judge, self.fan_out.publish)
        desk.start()
        stack.callback(desk.close)

    def _watch_feeds(self, stack: ExitStack) -> None:
        if self.plan.signals is None:
            return
        self._feeds = FeedWatch(self.plan.signals, self.plan.cameras, self._started_ns, self._begin_run)
        self._feeds.start()
        stack.callback(self._feeds.close)

    def _open_events(self, camera_id: str) -> Sequence[Event]:
        return () if self.store is None else self.store.events.open_of(camera_id)

    def _begin_run(self) -> None:
        """Pages that show the run hear of what is off from its start, and whenever that changes."""
        if self.store is not None and self._keep_run:
            self.store.runs.put(RunRecord(self._run_id, self._started_ns, summary=off_dict(self.off)))

    def _finish(self) -> None:
        summary = self.as_dict()
        if self.store is not None and self._keep_run:
            self.store.runs.put(RunRecord(self._run_id, self._started_ns, time.time_ns(), summary))

    def _drain(self) -> None:
        self.undelivered = dict(self.fan_out.close(CLOSE_S))
        for name, count in self.undelivered.items():
            if count:
                log.warning("records_not_delivered", sink=name, records=count)


def scene_record(camera_id: str, scene: Scene, pictures: Mapping[str, str]) -> SceneRecord:
    """A scene as the pages draw it, with the paths of its reference pictures by view."""
    drawing = _drawing(scene)
    if scene.presets:
        drawing["presets"] = {
            name: _drawing(preset.scene) | {"label": asdict(preset.label), "picture": pictures.get(name)}
            for name, preset in scene.presets.items()
        }
    picture = pictures.get("") or next(iter(pictures.values()), None)
    return SceneRecord(camera_id, scene.scene_id, scene.version, scene.reference_size, drawing, picture)


def _drawing(scene: Scene) -> dict[str, Any]:
    zones = [
        {"id": z.zone_id, "label": {"en": z.label.en, "vi": z.label.vi}, "polygon": z.polygon.tolist()}
        for z in scene.zones.values()
    ]
    lines = [
        {
            "id": line.line_id,
            "label": {"en": line.label.en, "vi": line.label.vi},
            "start": line.start.tolist(),
            "end": line.end.tolist(),
        }
        for line in scene.lines.values()
    ]
    lanes = [
        {
            "id": lane.lane_id,
            "label": {"en": lane.label.en, "vi": lane.label.vi},
            "polygon": lane.polygon.tolist(),
            "centreline": lane.centreline.tolist(),
            "group": lane.group,
        }
        for lane in scene.lanes.values()
    ]
    named = {"groups": scene.groups, "signals": {name: signal.label for name, signal in scene.signals.items()}}
    names = {
        kind: [{"id": name, "label": {"en": label.en, "vi": label.vi}} for name, label in labels.items()]
        for kind, labels in named.items()
    }
    return {"zones": zones, "lines": lines, "lanes": lanes, **names, "simulated": scene.simulated}


def open_store(path: Path, stack: ExitStack) -> EventStore:
    """The event store at a path, made where it is missing; closed with `stack`.

    Raises:
        MatphoError: it cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError("error-file-unreadable", path=path.parent, reason=error.strerror or error) from error
    store = EventStore.open(path)
    stack.callback(store.close)
    return store
