"""What is wrong with a configuration or a scene, without starting anything."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console

from core.errors import MatphoError
from core.protocols import Source
from core.scene import Scene
from locales import text
from matpho.viewpoints import doubtful_presets, onvif_of, unknown_to_camera
from pipeline.sources.traffic.recording import SUFFIX as TRAFFIC
from pipeline.sources.urls import redact
from scenes.camera_specs import CameraSpec
from scenes.config import Configuration, SystemSpec, load_configuration
from scenes.documents import ProblemsError, nearest, read_document
from scenes.model_specs import InputWidth, ModelSpec
from scenes.scene_file import SceneSpec, load_scene

if TYPE_CHECKING:
    from matpho.input_advice import InputAdvice

FORMS: Final = (SystemSpec, SceneSpec)
SCHEMAS: Final[dict[str, type[SystemSpec] | type[SceneSpec]]] = dict(zip(("config", "scene"), FORMS, strict=True))


def check_file(path: Path, console: Console, *, probe: bool) -> tuple[int, int]:
    """Check a file and tell what was found; how many problems, and how many warnings, that is.

    Args:
        probe: also open each camera, and ask it for its presets.

    Raises:
        ConfigError: it cannot be read, or is not what it should be.
    """
    if _is_system(read_document(path).data):
        configuration = load_configuration(path)
        problems = _check_system(configuration, probe, console)
        scenes = list({id(scene): scene for scene in configuration.scenes.values()}.values())
        advice = [] if problems else _advice(configuration)
    else:
        scenes, problems = [load_scene(path)], 0
        advice = _advice_on([(scenes[0].scene.scene_id, scenes[0].scene, "auto")], ModelSpec())
    warnings = [str(warning) for scene in scenes for warning in (*scene.warnings, *doubtful_presets(scene))]
    warnings += [one.line for one in advice if one.warning]
    for line in (one.line for one in advice if not one.warning):
        console.print(f"• {line}", markup=False)
    for warning in warnings:
        console.print(f"! {warning}", markup=False)
    return problems, len(warnings)


def _advice(configuration: Configuration) -> list[InputAdvice]:
    """Of cameras whose pictures a detector looks at."""
    from matpho.model_plan import model_of

    model = model_of(configuration)
    cameras = [
        (camera.id, configuration.scenes[camera.id].scene, camera.input or model.input)
        for camera in configuration.spec.cameras
        if camera.id in configuration.scenes and not camera.source.endswith(TRAFFIC)
    ]
    return _advice_on(cameras, model)


def _advice_on(cameras: Sequence[tuple[str, Scene, InputWidth]], model: ModelSpec) -> list[InputAdvice]:
    from matpho.input_advice import input_advice
    from models.registry import exported_input

    exported = exported_input(model.path)
    if exported is None:
        return []
    filmed = [camera for camera in cameras if not camera[1].simulated]
    found = [input_advice(name, scene, asked, exported) for name, scene, asked in filmed]
    return [one for one in found if one is not None]


def _is_system(data: Mapping[str, Any]) -> bool:
    """Whether a file is a configuration rather than a scene, by its keys, though some of them be misspelt."""
    likeness = [sum(nearest(str(key), list(form.model_fields)) is not None for key in data) for form in FORMS]
    return "cameras" in data or likeness[0] > likeness[1]


def json_schema(name: str) -> str:
    """The published JSON Schema of a kind of file, as editors read it."""
    schema: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema | SCHEMAS[name].model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def _probe_onvif(configuration: Configuration, camera: CameraSpec, console: Console) -> list[str]:
    onvif, scene = onvif_of(configuration, camera), configuration.scenes.get(camera.id)
    if onvif is None or scene is None:
        return []
    unknown = unknown_to_camera(scene.scene, onvif)
    if unknown:
        return [text("cli-probe-presets", camera=camera.id, presets=", ".join(unknown))]
    console.print(f"[green]✓[/] {text('cli-probe-onvif', camera=camera.id, url=redact(onvif.url))}")
    return []


def _check_second(configuration: Configuration, console: Console) -> list[str]:
    """What is wrong with second models; rules that are off, and models that nobody asks, are no mistakes but told."""
    from core.off_rules import told_off
    from matpho.second_models import second_models_of

    second = second_models_of(configuration)
    for file in configuration.scenes.values():
        second.makers(file.scene, file.rules, live=False)
    second.check()
    off = told_off(second.off((camera, file.rules) for camera, file in configuration.scenes.items()))
    for line in (*off, *(text("second-idle", name=name) for name in second.idle)):
        console.print(f"! {line}", markup=False)
    return second.problems


def _check_system(configuration: Configuration, probe: bool, console: Console) -> int:
    from matpho.model_plan import missing_classes, model_of, tracking_of
    from models.appearance.load import check_describer
    from models.registry import check_model

    said: list[str] = []
    model = check_model(model_of(configuration).path)
    said += model.problems
    if not model.problems:
        said += [str(problem) for problem in missing_classes(configuration)]
    said += check_describer(tracking_of(configuration).appearance)
    said += _check_second(configuration, console)
    for camera in configuration.spec.cameras:
        said += _check_camera(configuration, camera, probe, console)
    for line in said:
        console.print(f"✗ {line}", markup=False)
    return len(said)


def _check_camera(configuration: Configuration, camera: CameraSpec, probe: bool, console: Console) -> list[str]:
    from matpho.camera_plan import camera_source

    try:
        source = camera_source(configuration, camera, loop=False, realtime=False)
        if not probe:
            return []
        _probe_picture(configuration, camera, source, console)
        return _probe_onvif(configuration, camera, console)
    except ProblemsError:
        raise
    except MatphoError as error:
        return [text("cli-camera-trouble", camera=camera.id, reason=error)]
    except StopIteration:
        return [text("cli-camera-trouble", camera=camera.id, reason=text("cli-probe-no-frame"))]


def _probe_picture(configuration: Configuration, camera: CameraSpec, source: Source, console: Console) -> None:
    stream = source.open(0)
    try:
        frame, surface = next(iter(stream))
        surface.release()
    finally:
        stream.close()
    size = f"{frame.width}×{frame.height}"
    console.print(f"[green]✓[/] {text('cli-probe-good', camera=camera.id, size=size)}")
    scene = configuration.scenes.get(camera.id)
    if scene is not None and not scene.scene.has_shape((frame.width, frame.height)):
        reference = "×".join(map(str, scene.scene.reference_size))
        shape = text("problem-scene-shape", reference=reference, size=size)
        console.print("! " + text("cli-camera-trouble", camera=camera.id, reason=shape), markup=False)
