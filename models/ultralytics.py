"""Exports of Ultralytics detection models (YOLOv5u to YOLO26), with or without suppression inside the graph."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.arrays import F32
from core.frames import InputSpec
from core.taxonomy import ObjectClass
from models.card import ModelCard
from models.decoding import Candidates, Plan, common_meaning
from models.kernels.reading import best_of_columns
from models.network import Network

METADATA: Final = ("names", "imgsz", "stride")
"""What every export says of itself, and by which one is recognised."""
SCORE_THRESHOLD: Final = 0.25
NMS_IOU: Final = 0.7
MAX_DETECTIONS: Final = 300
"""These three are the defaults of Ultralytics' own `predict`."""


@dataclass(frozen=True, slots=True)
class RawDecoder:
    """Reads (B, 4 + C, N): centre, width and height in slot pixels, then C class scores in 0..1."""

    @property
    def needs_nms(self) -> bool:
        """Several of the N show the same object."""
        return True

    def decode(self, outputs: Sequence[F32], threshold: float) -> Candidates:
        """The boxes whose best class reaches the threshold."""
        output = np.ascontiguousarray(outputs[0])
        # numpy's own maximum takes a fifth of a compiled loop's time.
        best = output[:, 4:].max(axis=1)
        frame, column, score, model_class = best_of_columns(output, 4, best, threshold)
        sides = output[frame, :4, column]
        half = sides[:, 2:] * 0.5
        with np.errstate(invalid="ignore"):  # what is not finite stays so, and is counted later
            xyxy = np.concatenate((sides[:, :2] - half, sides[:, :2] + half), axis=1)
        return Candidates(frame, xyxy, score, model_class)


@dataclass(frozen=True, slots=True)
class EndToEndDecoder:
    """Reads (B, N, 6): left, top, right, bottom in slot pixels, score, class; rows that are not used score 0."""

    @property
    def needs_nms(self) -> bool:
        """The graph gives each object once."""
        return False

    def decode(self, outputs: Sequence[F32], threshold: float) -> Candidates:
        """The boxes that reach the threshold. A class that is not a number makes the score not a number."""
        frame, row = np.nonzero(~(outputs[0][..., 4] < threshold))
        found = outputs[0][frame, row]
        known = np.isfinite(found[:, 5])
        score = np.where(known, found[:, 4], np.nan).astype(np.float32)
        return Candidates(frame, found[:, :4], score, np.where(known, found[:, 5], -1).astype(np.int64))


def recognised(network: Network) -> bool:
    """Whether a graph says of itself that it is such an export."""
    return all(key in network.metadata for key in METADATA)


def plan(network: Network, card: ModelCard | None, meaning: Mapping[str, ObjectClass] | None = None) -> Plan:
    """How to run an Ultralytics export; what the card does not say is taken from the export's metadata.

    Args:
        meaning: of its classes, in place of the card's.

    Raises:
        ModelError: it is not a detection model, its metadata or outputs are not understood, or no class has a meaning.
    """
    task = network.metadata.get("task", "detect")
    if task != "detect":
        raise network.refuse("error-model-task", task=task)
    spec = card.input.spec() if card and card.input else input_spec(network)
    if any(size not in (None, wanted) for size, wanted in zip(network.size, (spec.width, spec.height), strict=True)):
        raise network.refuse("error-model-size", width=spec.width, height=spec.height)
    classes = card.classes if card and card.classes else class_names(network)
    class_map = (card.mapped() if card else common_meaning(classes)) if meaning is None else meaning
    unknown = sorted(set(class_map) - set(classes))
    if meaning is None and (unknown or not class_map):
        raise network.refuse("error-model-classes", found=", ".join(classes), name=", ".join(unknown) or "-")
    return Plan(
        card.name if card else network.path.stem,
        spec,
        classes,
        class_map,
        card.score_threshold if card else SCORE_THRESHOLD,
        card.nms_iou if card else NMS_IOU,
        card.max_detections if card else MAX_DETECTIONS,
        _decoder(network, len(classes)),
    )


def _decoder(network: Network, classes: int) -> RawDecoder | EndToEndDecoder:
    shape = network.outputs[0].shape
    if len(network.outputs) == 1 and len(shape) == 3 and network.outputs[0].kind == "float":
        if shape[1] == 4 + classes and not (shape[2] == 6 and _said(network, "end2end") is True):
            return RawDecoder()
        if shape[2] == 6:
            return EndToEndDecoder()
    raise network.refuse("error-model-outputs", expected=f"[? × {4 + classes} × ?], [? × ? × 6]")


def input_spec(network: Network) -> InputSpec:
    """The input that an export names.

    Raises:
        ModelError: its metadata are not understood.
    """
    size = _said(network, "imgsz")
    if isinstance(size, int):
        size = [size, size]
    match size:
        case [int(height), int(width)] if min(height, width) > 0 and max(height, width) <= 4096:
            return InputSpec(width, height)
        case _:
            raise network.refuse("error-model-metadata", field="imgsz", found=network.metadata.get("imgsz", "-"))


def class_names(network: Network) -> tuple[str, ...]:
    """The classes that an export names, in the order of its outputs.

    Raises:
        ModelError: its metadata are not understood.
    """
    names = _said(network, "names")
    if isinstance(names, (list, tuple)):
        names = dict(enumerate(names))
    if not isinstance(names, Mapping) or not names or set(names) != set(range(len(names))):
        raise network.refuse("error-model-metadata", field="names", found=network.metadata.get("names", "-")[:80])
    return tuple(str(names[index]) for index in range(len(names)))


def _said(network: Network, field: str) -> Any:
    try:
        return ast.literal_eval(network.metadata[field])
    except (KeyError, ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None  # the caller refuses what it cannot use
