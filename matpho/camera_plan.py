"""From a camera as configured, or given on the spot, to what is watched."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from core.errors import ConfigError
from core.protocols import Source
from core.scene import Scene
from core.signals import SignalFeed
from matpho.observing import make_observers, with_camera_rules
from matpho.second_models import SecondModels
from matpho.times import parse_time
from pipeline.cameras import CameraPlan
from pipeline.sources.table import sources_for
from pipeline.sources.urls import Credentials
from scenes.camera_specs import CameraSpec
from scenes.config import Configuration
from scenes.rules import AnyRuleSpec, CameraDownSpec
from scenes.scene_file import SceneFile, empty_scene
from scenes.secrets import Login, from_environment, from_file, resolve

UNKNOWN_SIZE: Final = (1920, 1080)
"""Reference size of a camera without a scene: what its records' pixels refer to, whatever its picture's size."""


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
    start_ns = time.time_ns() if camera.start is None else parse_time(camera.start)
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


def login_at(uri: str, secrets: Path | None) -> Credentials | None:
    """The login for an address given on the spot: of a secrets file, else of the environment.

    Raises:
        ConfigError: the secrets cannot be used.
    """
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
