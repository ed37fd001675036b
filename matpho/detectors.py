"""The detector of a run: with one input for all cameras, or with those that their scenes ask for."""

from __future__ import annotations

import structlog

from core.frames import InputSpec
from core.protocols import Detector
from matpho.plan import Plan
from models.by_camera import ByCamera
from models.detector import OnnxDetector
from models.input_choice import choose_input
from models.registry import by_shape, exported_input, load_detector, takes_input
from pipeline.cameras import CameraPlan
from pipeline.sources.traffic.source import TrafficSource
from scenes.model_specs import InputWidth

log = structlog.get_logger()


def detectors_of(plan: Plan) -> dict[str, Detector]:
    """The detector of each camera of a plan, ready to run; cameras with the same input have the same.

    Raises:
        ModelError, ConfigError: the model cannot be used, or not with an input that was asked for.
    """
    widths = input_widths(plan)
    by_width = {width: _load(plan, width) for width in sorted(set(widths.values()), key=lambda one: one or 0)}
    return {camera: by_width[width] for camera, width in widths.items()}


def together(detectors: dict[str, Detector]) -> Detector:
    """All of them as one."""
    first = next(iter(detectors.values()))
    return first if all(one is first for one in detectors.values()) else ByCamera(detectors, first)


def input_widths(plan: Plan) -> dict[str, int | None]:
    """Of each camera's input, in pixels; None: as the model was exported.

    Raises:
        ModelError, ConfigError: the model cannot be used.
    """
    asked = {camera.camera_id: camera.input or plan.model.input for camera in plan.cameras}
    exported = exported_input(plan.model.path) if "auto" in asked.values() else None
    widths = {camera.camera_id: _width(camera, asked[camera.camera_id], exported) for camera in plan.cameras}
    chosen = {width for name, width in widths.items() if asked[name] == "auto" and width is not None}
    unfit = {width for width in chosen if not takes_input(plan.model.path, width)}
    if unfit:
        log.warning("inputs_as_exported", model=plan.model.path, instead_of=sorted(unfit))
    return {name: None if asked[name] == "auto" and width in unfit else width for name, width in widths.items()}


def _width(camera: CameraPlan, asked: InputWidth, exported: InputSpec | None) -> int | None:
    if isinstance(asked, int):
        return asked
    if asked == "exported" or exported is None or isinstance(camera.source, TrafficSource):  # which knows who is there
        return None
    width = choose_input(camera.scene, exported).width
    return None if width == exported.width else width


def _load(plan: Plan, width: int | None) -> Detector:
    model = plan.model
    detector: Detector = load_detector(
        model.path,
        threads=model.threads,
        score_threshold=model.score_threshold,
        backend=model.backend,
        device=model.device,
        max_batch=plan.batch.size,
        input_px=width,
    )
    return by_shape(detector, threads=model.threads) if model.trim and isinstance(detector, OnnxDetector) else detector
