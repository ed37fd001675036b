"""How it is told where a turning camera looks: by its pictures, by its own word, or by both."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from core.arrays import U8
from core.errors import ConfigError
from core.protocols import Viewpoint
from core.scene import Scene
from models.viewpoint.pictures import PictureViewpoint, like_presets, plain_presets
from pipeline.onvif.ptz import PtzService
from pipeline.onvif.soap import OnvifClient
from pipeline.onvif.tls import believing
from pipeline.onvif.viewpoint import OnvifViewpoint
from pipeline.onvif.watch import PtzWatch
from pipeline.sources.urls import Credentials, redact
from pipeline.viewpoint import MakeViewpoint
from scenes.camera_specs import CameraSpec
from scenes.config import Configuration
from scenes.documents import Problem, read_document
from scenes.presets import read_picture
from scenes.scene_file import SceneFile
from scenes.secrets import resolve

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Onvif:
    """A camera's device service, the media profile that turns (None: the first), its login, whom to believe."""

    url: str
    profile: str | None = None
    login: Credentials | None = None
    tls: ssl.SSLContext | None = None

    def service(self) -> PtzService:
        """A connection of one's own to its PTZ service."""
        return PtzService(OnvifClient(self.url, self.login, tls=self.tls), self.profile)


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
    named, login = asked.credentials or camera.credentials, None
    if named is not None:
        found = resolve(named, camera.id, configuration.folder)
        login = Credentials(found.user, found.password)
    return Onvif(asked.url, asked.profile, login, tls)


def make_viewpoint(scene: Scene, onvif: Onvif | None = None) -> MakeViewpoint | None:
    """What makes the viewpoint of a camera; None for a fixed one, which pays nothing.

    Raises:
        ConfigError: a reference picture cannot be read any more.
    """
    if not scene.presets:
        return None
    pictures = reference_pictures(scene)

    def make() -> Viewpoint:
        by_picture = PictureViewpoint(pictures, scene.reference_size) if pictures else None
        if onvif is not None:
            watch = PtzWatch(onvif.service(), scene.presets)
            watch.start()
            return OnvifViewpoint(watch, by_picture)
        return by_picture or PictureViewpoint({}, scene.reference_size)

    return make


def reference_pictures(scene: Scene) -> Mapping[str, Sequence[U8]]:
    """The pictures (height, width, 3) BGR of each preset that has some.

    Raises:
        ConfigError: one cannot be read any more.
    """
    found: dict[str, list[U8]] = {}
    for name, preset in scene.presets.items():
        for path in preset.pictures:
            picture = read_picture(path)
            if picture is None:
                raise ConfigError("problem-preset-picture", path=path)
            found.setdefault(name, []).append(picture)
    return found


def doubtful_presets(file: SceneFile) -> list[Problem]:
    """Presets whose pictures show too little to be recognised, or too much the same to be told apart."""
    if file.path is None or not file.scene.presets:
        return []
    document, names = read_document(file.path), list(file.scene.presets)
    pictures, size = reference_pictures(file.scene), file.scene.reference_size
    found = [
        document.problem(("presets", names.index(name), "picture"), "problem-preset-plain", name=name)
        for name in plain_presets(pictures, size)
    ]
    return found + [
        document.problem(("presets", names.index(b), "picture"), "problem-preset-alike", name=b, other=a)
        for a, b in like_presets(pictures, size)
    ]


def unknown_to_camera(scene: Scene, onvif: Onvif) -> list[str]:
    """Tokens of presets that the camera has no position for, and no picture shows.

    Raises:
        SourceError: the camera does not answer.
    """
    service = onvif.service()
    try:
        told = service.presets()
    finally:
        service.client.close()
    bare = [p for p in scene.presets.values() if p.position is None and not p.pictures]
    return [p.token for p in bare if told.get(p.token) is None]
