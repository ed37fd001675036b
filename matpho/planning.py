"""From what a person asked for to what is run: sources or a configuration file → a plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import structlog
from pydantic import ValidationError

from core.errors import ConfigError, SinkError
from core.off_rules import OffRule
from core.protocols import Sink, Source
from core.scene import Scene
from core.signals import SignalFeed
from core.taxonomy import ObjectClass, classes_of
from core.times import time_ns
from incidents.sites import Site
from matpho.defaults import EVIDENCE, STORE
from matpho.kafka_plan import kafka_sinks, sends, sinks_of
from matpho.observing import make_observers, with_camera_rules
from matpho.second_look_plan import second_look_of
from matpho.second_models import SecondModels, second_models_of
from matpho.signal_feeds import OpenFeeds, feeds_of, untold
from matpho.viewpoints import Onvif, make_viewpoint
from models.registry import class_labels
from pipeline.cameras import CameraPlan
from pipeline.onvif.tls import believing
from pipeline.second_look.alerts import SecondLook
from pipeline.signals.board import SignalBoard
from pipeline.sources.table import sources_for
from pipeline.sources.urls import Credentials, redact
from scenes.camera_specs import CameraSpec
from scenes.config import BatchSpec, Configuration, OutboxSpec, Workers
from scenes.documents import Problem, ProblemsError, read_document
from scenes.model_specs import APPEARANCES, ModelSpec, TrackingSpec
from scenes.picture_rules import SIGHTING_SPECS
from scenes.rules import AnyRuleSpec, CameraDownSpec
from scenes.scene_file import SceneFile, empty_scene, load_scene, unseen_presets
from scenes.secrets import Login, from_environment, from_file, resolve
from scenes.sink_specs import KafkaSinkSpec, SinkSpec
from sinks.json_lines import JsonLinesSink

log = structlog.get_logger()

UNKNOWN_SIZE: Final = (1920, 1080)
"""Reference size of a camera without a scene: what its records' pixels refer to, whatever its picture's size."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a run needs. Sinks are made when it starts, so that a plan that is never run opens nothing."""

    model: ModelSpec
    cameras: tuple[CameraPlan, ...]
    batch: BatchSpec = field(default_factory=BatchSpec)
    store: Path | None = STORE
    evidence: Path | None = EVIDENCE
    sinks: tuple[Callable[[], Sink], ...] = ()
    tracking: TrackingSpec = field(default_factory=TrackingSpec)
    workers: Workers = 1
    outbox: OutboxSpec = field(default_factory=OutboxSpec)
    frame_tracks: bool = False
    sites: tuple[Site, ...] = ()
    """Where cameras stand, of those that the configuration places or names neighbours of."""
    second_look: Callable[[], SecondLook | None] = lambda: None
    open_feeds: OpenFeeds = lambda _stack, _processes: None
    """Opens what tells the state of signals; for as long as a stack, given the number of processes of the run."""
    second_models: SecondModels = field(default_factory=SecondModels)
    signals: SignalBoard | None = None
    """What controllers have told, where anybody may tell."""

    @property
    def off(self) -> tuple[OffRule, ...]:
        """Rules that can find nothing, as far as is known."""
        unseen = self.second_models.off((camera.camera_id, camera.rules) for camera in self.cameras)
        return unseen if self.signals is not None else (*unseen, *untold(self.cameras))

    def with_threads(self, threads: int) -> Plan:
        """The same with so many threads in the detector."""
        return replace(self, model=self.model.model_copy(update={"threads": threads}))


def plan_sources(
    uris: Sequence[str],
    *,
    model: ModelSpec | None = None,
    scene: Path | None = None,
    fps: float | None = None,
    still_fps: float | None = None,
    start: str | None = None,
    secrets: Path | None = None,
    loop: bool = False,
    realtime: bool = False,
) -> tuple[CameraPlan, ...]:
    """Cameras for addresses and files given on the spot.

    Raises:
        ConfigError: the scene, the start or the secrets cannot be used, or two sources get one name.
        SourceError: a source cannot be what it says.
    """
    file = None if scene is None else load_scene(scene)
    if file is not None and scene is not None:
        _refuse_missing_classes(scene, file, model or ModelSpec())
        unseen = unseen_presets(file, ", ".join(uris))
        if unseen:
            raise ProblemsError(unseen)
    start_ns = time.time_ns() if start is None else parse_start(start)
    plans: list[CameraPlan] = []
    for uri in uris:
        login = _login(uri, secrets)
        device = (model or ModelSpec()).device
        for source in sources_for(
            uri, start_ns=start_ns, credentials=login, loop=loop, realtime=realtime, fps=fps, device=device
        ):
            if any(plan.camera_id == source.camera_id for plan in plans):
                raise ConfigError("error-camera-twice", camera=source.camera_id)
            planned = camera_plan(source, file, fps, still_fps)
            plans.append(replace(planned, viewpoint=make_viewpoint(planned.scene)))
    return tuple(plans)


def plan_configuration(
    configuration: Configuration, *, loop: bool = False, realtime: bool = False, workers: Workers | None = None
) -> Plan:
    """The plan of a configuration file.

    Raises:
        ConfigError: a secret is missing, or a rule asks for a class that the model lacks.
    """
    spec = configuration.spec
    problems = missing_classes(configuration)
    if problems:
        raise ProblemsError(problems)
    cameras, board, second = [], SignalBoard(), second_models_of(configuration)
    for camera in spec.cameras:
        source = camera_source(configuration, camera, loop=loop, realtime=realtime)
        file = configuration.scenes.get(camera.id)
        planned = camera_plan(source, file, camera.fps, camera.still_fps, board, second)
        viewpoint = make_viewpoint(planned.scene, onvif_of(configuration, camera))
        cameras.append(replace(planned, priority=camera.priority, viewpoint=viewpoint))
    return Plan(
        model_of(configuration),
        tuple(cameras),
        spec.batch,
        configuration.path(spec.store.path),
        configuration.path(spec.store.evidence),
        tuple(make for sink in spec.sinks for make in _sinks(configuration, sink)),
        tracking_of(configuration),
        spec.workers if workers is None else workers,
        spec.outbox,
        any(isinstance(sink, KafkaSinkSpec) and sends(sink.topics, "frames") for sink in spec.sinks),
        sites_of(configuration),
        lambda: second_look_of(configuration),
        feeds_of(configuration, board),
        second,
        None if spec.signals is None else board,
    )


def sites_of(configuration: Configuration, area: str | None = None) -> tuple[Site, ...]:
    """What linking knows of the cameras of a configuration; `area`: of these alone."""
    found = []
    for camera in configuration.spec.cameras:
        if area is not None and camera.area != area:
            continue
        file, at = configuration.scenes.get(camera.id), camera.position
        scene = empty_scene(camera.id, *UNKNOWN_SIZE) if file is None else file.scene
        found.append(Site.of(camera.id, scene, None if at is None else (at.longitude, at.latitude), camera.neighbours))
    return tuple(found)


def model_of(configuration: Configuration) -> ModelSpec:
    """The model with its path resolved: a shipped name stays a name."""
    model = configuration.spec.model
    file = configuration.path(model.path)
    return model.model_copy(update={"path": str(file)}) if file.suffix == ".onnx" or file.is_file() else model


def tracking_of(configuration: Configuration) -> TrackingSpec:
    """Tracking with the path of its model resolved: a name stays a name."""
    tracking = configuration.spec.tracking
    if tracking.appearance in APPEARANCES:
        return tracking
    return tracking.model_copy(update={"appearance": str(configuration.path(tracking.appearance))})


def camera_source(configuration: Configuration, camera: CameraSpec, *, loop: bool, realtime: bool) -> Source:
    """Where a configured camera's frames come from.

    Raises:
        ConfigError: its secret is missing.
        SourceError: it is a folder of several videos, or nothing that can be read.
    """
    uri = camera.source if "://" in camera.source else str(configuration.path(camera.source))
    login = None
    if camera.credentials is not None:
        login = _credentials(resolve(camera.credentials, camera.id, configuration.folder))
    start_ns = time.time_ns() if camera.start is None else parse_start(camera.start)
    found = sources_for(
        uri,
        camera_id=camera.id,
        start_ns=start_ns,
        credentials=login,
        loop=loop,
        realtime=realtime,
        fps=camera.fps,
        decode=camera.decode,
        device=configuration.spec.model.device,
    )
    if len(found) != 1:
        raise ConfigError("error-camera-folder", camera=camera.id, path=uri, count=len(found))
    return found[0]


def onvif_of(configuration: Configuration, camera: CameraSpec) -> Onvif | None:
    """Where a configured camera is asked which way it looks.

    Raises:
        ConfigError: its secret is missing, or `ca_file` has no certificates.
    """
    if camera.onvif is None:
        return None
    asked = camera.onvif
    secure = asked.url.startswith("https:")
    if secure and asked.any_certificate:
        log.warning("onvif_certificate_unchecked", camera=camera.id, url=redact(asked.url))
    ca_file = None if asked.ca_file is None else configuration.path(asked.ca_file)
    tls = believing(ca_file, anybody=asked.any_certificate) if secure else None
    login = camera.onvif.credentials or camera.credentials
    return Onvif(
        camera.onvif.url,
        camera.onvif.profile,
        None if login is None else _credentials(resolve(login, camera.id, configuration.folder)),
        tls,
    )


def missing_classes(configuration: Configuration) -> list[Problem]:
    """Rules that ask for a class that the configured model cannot give."""
    spec, found = model_of(configuration), list[Problem]()
    labels = class_labels(spec.path)
    for file in {id(scene): scene for scene in configuration.scenes.values()}.values():
        found += _missing_in(file, labels, spec.path)
    return found


def kafka_sinks_at(bootstrap: Sequence[str], *, required: bool = False) -> list[Sink]:
    """Kafka sinks without login, as `--kafka` asks for; `required` tries the broker at once.

    Raises:
        SinkError: required, and no broker answers.
        ConfigError: an address is none.
    """
    try:
        spec = KafkaSinkSpec(kind="kafka", bootstrap=list(bootstrap), required=required, driver="auto")
    except ValidationError as error:
        raise SinkError("error-kafka-server", server=", ".join(bootstrap)) from error
    return [make() for make in sinks_of(spec)]


def parse_start(value: str) -> int:
    """UTC nanoseconds of an RFC 3339 time.

    Raises:
        ConfigError: it is none.
    """
    try:
        return time_ns(value)
    except ValueError as error:
        raise ConfigError("error-start", value=value) from error


def camera_plan(
    source: Source,
    file: SceneFile | None,
    fps: float | None = None,
    still_fps: float | None = None,
    feed: SignalFeed | None = None,
    second: SecondModels | None = None,
) -> CameraPlan:
    """One camera: its scene and the rules that suit its source.

    `feed`: what controllers tell of their signals; `second`: models that may look at its pictures.

    Raises:
        ConfigError: a picture of the scene cannot be read any more.
    """
    scene: Scene = empty_scene(source.camera_id, *UNKNOWN_SIZE) if file is None else file.scene
    rules: tuple[AnyRuleSpec, ...] = () if file is None else file.rules
    if source.live and not any(isinstance(rule, CameraDownSpec) for rule in rules):
        rules = (*rules, CameraDownSpec())
    if not source.live:
        rules = tuple(rule for rule in rules if not isinstance(rule, CameraDownSpec))
    rules = with_camera_rules(scene, rules)
    observers = make_observers(scene, rules, feed)
    if second is not None:
        observers += second.makers(scene, rules, live=source.live)
    return CameraPlan(source, scene, rules, fps, still_fps, observers=observers)


def _sinks(configuration: Configuration, spec: SinkSpec) -> tuple[Callable[[], Sink], ...]:
    if isinstance(spec, KafkaSinkSpec):
        return kafka_sinks(configuration, spec)
    path = configuration.path(spec.path)
    return (lambda: JsonLinesSink.file(path),)


def _login(uri: str, secrets: Path | None) -> Credentials | None:
    if "://" not in uri:
        return None
    if secrets is not None:
        host = uri.split("://", 1)[1].split("/")[0].rsplit("@")[-1]
        return _credentials(from_file(secrets, host))
    try:
        return _credentials(from_environment("MATPHO_CAMERA"))
    except ConfigError:
        return None


def _credentials(login: Login) -> Credentials:
    return Credentials(login.user, login.password)


def _refuse_missing_classes(path: Path, file: SceneFile, model: ModelSpec) -> None:
    problems = _missing_in(file, class_labels(model.path), model.path)
    if problems:
        raise ProblemsError(problems)


def _missing_in(file: SceneFile, labels: frozenset[ObjectClass], model: str) -> list[Problem]:
    if file.path is None:
        return []
    document = read_document(file.path)
    found = []
    for number, rule in enumerate(file.rules):
        if isinstance(rule, SIGHTING_SPECS):
            continue  # by second models: where none has its classes, it is off and says so
        for position, name in enumerate(getattr(rule, "classes", [])):
            # A group is watched as far as the model goes; a single class that it lacks would never be seen.
            if not classes_of((name,)) & labels:
                told = {"model": model, "name": name, "known": ", ".join(sorted(c.label for c in labels))}
                found.append(document.problem(("rules", number, "classes", position), "problem-class-missing", **told))
    return found
