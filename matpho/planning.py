"""From what a person asked for to what is run: sources or a configuration file → a plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.errors import ConfigError
from core.protocols import Sink
from matpho.camera_plan import camera_plan, camera_source, login_at
from matpho.linking import sites_of
from matpho.model_plan import missing_classes, model_of, refuse_missing_classes, tracking_of
from matpho.plan import Plan
from matpho.second_look_plan import second_look_of
from matpho.second_models import second_models_of
from matpho.signal_feeds import feeds_of
from matpho.times import parse_time
from matpho.viewpoints import make_viewpoint, onvif_of
from pipeline.cameras import CameraPlan
from pipeline.signals.board import SignalBoard
from pipeline.sources.table import sources_for
from scenes.config import Configuration, Workers
from scenes.documents import ProblemsError
from scenes.model_specs import ModelSpec
from scenes.scene_file import load_scene, unseen_presets
from scenes.sink_specs import KafkaSinkSpec, SinkSpec
from sinks.json_lines import JsonLinesSink


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
    if file is not None:
        refuse_missing_classes(file, model or ModelSpec())
        unseen = unseen_presets(file, ", ".join(uris))
        if unseen:
            raise ProblemsError(unseen)
    start_ns = time.time_ns() if start is None else parse_time(start)
    plans: list[CameraPlan] = []
    for uri in uris:
        login = login_at(uri, secrets)
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
        cameras.append(replace(planned, priority=camera.priority, viewpoint=viewpoint, input=camera.input))
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
        any(map(_sends_frames, spec.sinks)),
        sites_of(configuration),
        lambda: second_look_of(configuration),
        feeds_of(configuration, board),
        second,
        None if spec.signals is None else board,
    )


def _sinks(configuration: Configuration, spec: SinkSpec) -> tuple[Callable[[], Sink], ...]:
    if isinstance(spec, KafkaSinkSpec):
        from matpho.kafka_plan import kafka_sinks  # a client that takes long to import

        return kafka_sinks(configuration, spec)
    path = configuration.path(spec.path)
    return (lambda: JsonLinesSink.file(path),)


def _sends_frames(spec: SinkSpec) -> bool:
    return isinstance(spec, KafkaSinkSpec) and spec.topics.frames is not None and spec.topics.frames.send
