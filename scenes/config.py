"""The configuration of a running system: cameras, model, store, sinks. docs/configuration.md lists every key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from scenes.camera_specs import CameraSpec
from scenes.documents import Document, Problem, ProblemsError, read_document
from scenes.model_specs import ModelSpec, SecondLookSpec, SecondModelSpec, TrackingSpec, as_model
from scenes.parsing import understand
from scenes.parts import Strict
from scenes.scene_file import SceneFile, load_scene, unseen_presets
from scenes.signal_specs import SignalFeedSpec
from scenes.sink_specs import SinkSpec


class BatchSpec(Strict):
    """How frames of many cameras are brought together."""

    size: int = Field(8, ge=1, le=256, description="Most frames in one call of the detector")
    window_ms: float = Field(10.0, ge=0, le=1000, description="Longest wait for more frames after the first")
    max_age_s: float = Field(2.0, gt=0, description="Live frames older than this are dropped and counted")


class StoreSpec(Strict):
    """Where events and their pictures are kept."""

    path: Path = Field(Path("matpho.db"), description="SQLite file of the event store")
    evidence: Path = Field(Path("evidence"), description="Folder of pictures")


class OutboxSpec(Strict):
    """What waits for the sinks, on disk beside the store."""

    max_mb: int = Field(
        1024, ge=1, description="Most megabytes of records; at the bound what every sink has goes first"
    )
    max_age_h: float = Field(168.0, gt=0, description="Hours after which a record that no sink took goes")
    keep_h: float = Field(1.0, ge=0, description="Hours for which delivered records are kept, to be sent again")
    sync: bool = Field(True, description="Wait for the disk at each commit: a power cut loses nothing either")


Workers = Annotated[int, Field(ge=1, le=256)] | Literal["auto"]


class SystemSpec(Strict):
    """A whole configuration file."""

    version: Literal[1] = Field(1, description="Version of this format")
    model: Annotated[ModelSpec, BeforeValidator(as_model)] = Field(ModelSpec(), description="The detector")
    tracking: TrackingSpec = Field(TrackingSpec(), description="Tracking")
    store: StoreSpec = Field(StoreSpec(), description="Event store")
    batch: BatchSpec = Field(BatchSpec(), description="Batching across cameras")
    outbox: OutboxSpec = Field(OutboxSpec(), description="What waits for the sinks")
    second_look: SecondLookSpec | None = Field(None, description="A second look at events before they go out")
    signals: SignalFeedSpec | None = Field(None, description="What controllers tell of their traffic signals")
    second_models: list[SecondModelSpec] = Field(
        default_factory=list, description="Models that look for what the detector does not know; see models.md"
    )
    workers: Workers = Field(
        1, description="Processes that share the cameras, each watched over and started again; auto: one for each core"
    )
    sinks: list[SinkSpec] = Field(default_factory=list, description="Where records go, besides the store")
    cameras: list[CameraSpec] = Field(min_length=1, description="The cameras")


@dataclass(frozen=True, slots=True)
class Configuration:
    """A checked configuration with its scenes; all paths are absolute or relative to where the program runs."""

    spec: SystemSpec
    scenes: dict[str, SceneFile]
    document: Document

    @property
    def folder(self) -> Path:
        """What relative paths of the file are relative to."""
        return self.document.path.parent

    def path(self, value: Path | str) -> Path:
        """A path of the file as one from here."""
        return self.folder / value


def load_configuration(path: Path) -> Configuration:
    """Read and check a configuration and every scene that it names.

    Raises:
        ConfigError: a file cannot be read; `ProblemsError` (a ConfigError) with all mistakes of all files.
    """
    # Whether there is a feed is asked below; of the rest nothing else depends.
    read = understand(read_document(path), SystemSpec, spare=SystemSpec.model_fields.keys() - {"signals"})
    if read.spec is None:
        raise ProblemsError(read.problems)
    document, spec = read.document, read.spec
    problems = read.problems + _camera_ids(document, spec) + _second_models(document, spec)
    scenes: dict[str, SceneFile] = {}
    loaded: dict[Path, SceneFile] = {}
    for number, camera in enumerate(spec.cameras):
        ca_file = None if camera.onvif is None else camera.onvif.ca_file
        if ca_file is not None and not (path.parent / ca_file).is_file():
            place = ("cameras", number, "onvif", "ca_file")
            problems.append(document.problem(place, "problem-file-missing", path=path.parent / ca_file))
        if camera.scene is None:
            continue
        file = path.parent / camera.scene
        if not file.is_file():
            problems.append(document.problem(("cameras", number, "scene"), "problem-file-missing", path=file))
            continue
        try:
            if file not in loaded:
                loaded[file] = load_scene(file)
            scenes[camera.id] = loaded[file]
            problems += _unseen(document, number, camera, loaded[file])
            problems += _untold(document, number, spec, loaded[file])
        except ProblemsError as error:
            problems.extend(p for p in error.problems if p not in problems)
    if problems:
        raise ProblemsError(problems)
    return Configuration(spec, scenes, document)


def _unseen(document: Document, number: int, camera: CameraSpec, file: SceneFile) -> list[Problem]:
    """Presets that nothing can tell, and a camera that is asked for no use."""
    if camera.onvif is not None:
        useless = not file.scene.presets
        return [document.problem(("cameras", number, "onvif"), "problem-onvif-no-presets")] if useless else []
    return unseen_presets(file, camera.id)


def _untold(document: Document, number: int, spec: SystemSpec, file: SceneFile) -> list[Problem]:
    """Signals that a controller is to tell of, where none can."""
    scenes = [file.scene, *(preset.scene for preset in file.scene.presets.values())]
    fed = [name for scene in scenes for name, signal in scene.signals.items() if signal.feed]
    if not fed or spec.signals is not None:
        return []
    return [document.problem(("cameras", number, "scene"), "problem-signals-untold", name=fed[0])]


def _second_models(document: Document, spec: SystemSpec) -> list[Problem]:
    names = [model.name for model in spec.second_models]
    return [
        document.problem(("second_models", number, "name"), "problem-id-twice", name=name)
        for number, name in enumerate(names)
        if name in names[:number]
    ]


def _camera_ids(document: Document, spec: SystemSpec) -> list[Problem]:
    first: dict[str, int] = {}
    found = []
    for number, camera in enumerate(spec.cameras):
        if camera.id in first:
            line = document.line(("cameras", first[camera.id], "id"))
            found.append(
                document.problem(("cameras", number, "id"), "problem-camera-twice", name=camera.id, other=line)
            )
        first.setdefault(camera.id, number)
    return found
