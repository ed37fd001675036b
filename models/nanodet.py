"""NanoDet: class scores and distributions of the box's sides, at three strides.

R. Lyu, NanoDet (2021); the sides as distributions: X. Li et al., Generalized Focal Loss (2020).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F32, I64
from core.taxonomy import ObjectClass
from models.card import ModelCard
from models.decoding import Candidates, Plan
from models.kernels.reading import best_of_rows
from models.network import Network, TensorInfo

STRIDES: Final = (8, 16, 32)
BINS: Final = 11
"""A side lies 0 to 10 strides from the cell's centre."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where one stride's outputs are among the graph's, and the width of its grid in cells."""

    stride: int
    columns: int
    scores: int
    sides: int


@dataclass(frozen=True, slots=True)
class NanoDetDecoder:
    """Reads raw heads: for each cell C class scores in 0..1, and 4 × 11 logits for left, top, right, bottom."""

    heads: tuple[Head, ...]

    @property
    def needs_nms(self) -> bool:
        """Neighbouring cells see the same object."""
        return True

    def decode(self, outputs: Sequence[F32], threshold: float) -> Candidates:
        """The boxes of the cells whose best class reaches the threshold."""
        parts = [_cells(head, outputs, threshold) for head in self.heads]
        frame, score, model_class, logits, centre, stride = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Candidates(frame, _boxes(logits, centre, stride), score, model_class)


def _cells(head: Head, outputs: Sequence[F32], threshold: float) -> tuple[I64, F32, I64, F32, F32, F32]:
    """Of the cells that reach the threshold: frame, score, class, logits (K, 44), centre (K, 2) and stride (K, 1)."""
    frame, cell, score, model_class = best_of_rows(np.ascontiguousarray(outputs[head.scores]), threshold)
    centre = (np.column_stack((cell % head.columns, cell // head.columns)) + 0.5) * head.stride
    stride = np.full((len(cell), 1), head.stride, np.float32)
    return frame, score, model_class, outputs[head.sides][frame, cell], centre.astype(np.float32), stride


def _boxes(logits: F32, centre: F32, stride: F32) -> F32:
    """Boxes (K, 4) in slot pixels: from the cell's centre, on each side the expected bin times the stride."""
    bins = logits.reshape(-1, 4, BINS)
    with np.errstate(invalid="ignore"):  # what is not finite stays so, and is counted later
        weights = np.exp(bins - bins.max(axis=2, keepdims=True))
        far = weights @ np.arange(BINS, dtype=np.float32) / weights.sum(axis=2) * stride
    return np.concatenate((centre - far[:, :2], centre + far[:, 2:]), axis=1)


def plan(network: Network, card: ModelCard | None, meaning: Mapping[str, ObjectClass] | None = None) -> Plan:
    """How to run a NanoDet; `meaning`: of its classes, in place of the card's.

    Raises:
        ModelError: there is no card, or the graph's input or outputs are not those of a NanoDet of the card's size.
    """
    if card is None or card.input is None or card.classes is None:
        raise network.refuse("error-model-no-card")
    spec = card.input.spec()
    if any(size not in (None, wanted) for size, wanted in zip(network.size, (spec.width, spec.height), strict=True)):
        raise network.refuse("error-model-size", width=spec.width, height=spec.height)
    heads = tuple(_head(network, stride, spec.width, spec.height, len(card.classes)) for stride in STRIDES)
    return Plan(
        card.name,
        spec,
        card.classes,
        card.mapped() if meaning is None else meaning,
        card.score_threshold,
        card.nms_iou,
        card.max_detections,
        NanoDetDecoder(heads),
    )


def _head(network: Network, stride: int, width: int, height: int, classes: int) -> Head:
    columns, rows = -(-width // stride), -(-height // stride)
    scores = _find(network.outputs, columns * rows, classes)
    sides = _find(network.outputs, columns * rows, 4 * BINS)
    if scores is None or sides is None:
        expected = f"[? × {columns * rows} × {classes}], [? × {columns * rows} × {4 * BINS}]"
        raise network.refuse("error-model-outputs", expected=expected)
    return Head(stride, columns, scores, sides)


def _find(outputs: Sequence[TensorInfo], cells: int, values: int) -> int | None:
    shapes = [output.shape[1:] if output.kind == "float" else () for output in outputs]
    return shapes.index((cells, values)) if (cells, values) in shapes else None
