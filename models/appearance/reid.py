"""A describer by a re-identification network: any ONNX graph from one image to one vector."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import structlog

from core.arrays import F32, I64
from core.detections import DetectionBatch
from core.errors import ModelError
from core.frames import FrameBatch, InputSpec
from core.taxonomy import class_of
from models.appearance.visibility import views
from models.backends import open_network
from models.card import AppearanceCard, card_path, check_sum, read_appearance_card
from models.filling import fill
from models.network import Network

log = structlog.get_logger()

DEFAULT_INPUT: Final = InputSpec(
    128, 256, "rgb", mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375), keep_aspect=False
)
"""What re-identification models are fed unless a card says otherwise: upright crops, ImageNet's mean and deviation."""
MOST_CROPS: Final = 32
"""Crops computed at once by a graph that takes any number."""


@dataclass(frozen=True, slots=True)
class ReidPlan:
    """What a describer needs to know of its model: the input, the classes it tells apart (None: all), and the length of
    an embedding.
    """

    name: str
    spec: InputSpec
    class_ids: I64 | None
    size: int


class ReidDescriber:
    """A `core.protocols.Describer` over an ONNX graph. It reuses its slots: one thread at a time may describe."""

    def __init__(self, network: Network, plan: ReidPlan) -> None:
        self._network = network
        self._plan = plan
        self._slots: F32 = np.zeros((network.batch or MOST_CROPS, 3, plan.spec.height, plan.spec.width), np.float32)
        self._warned = False

    @property
    def size(self) -> int:
        """Numbers of an embedding."""
        return self._plan.size

    def describe(self, frames: FrameBatch, detections: DetectionBatch) -> DetectionBatch:
        """The detections with embeddings (N, `size`); all zero where `views` finds too little to see, of a class that
        the model cannot tell apart, and where the model gives no numbers.
        """
        boxes, seen = views(detections)
        if self._plan.class_ids is not None:
            seen &= np.isin(detections.class_id, self._plan.class_ids)
        rows = np.flatnonzero(seen)
        frame_of = np.searchsorted(detections.offsets, rows, side="right") - 1
        embedding = np.zeros((len(detections), self.size), np.float32)
        for first in range(0, len(rows), len(self._slots)):
            chunk = rows[first : first + len(self._slots)]
            places = zip(frame_of[first : first + len(chunk)].tolist(), boxes[chunk].tolist(), strict=True)
            for slot, (frame, (left, top, right, bottom)) in zip(self._slots, places, strict=False):
                fill(slot, frames.surfaces[frame].crop((left, top, right, bottom)), self._plan.spec)
            embedding[chunk] = self._infer(len(chunk))
        return replace(detections, embedding=embedding)

    def _infer(self, count: int) -> F32:
        # A graph of a fixed batch also computes what an earlier call left in the slots not filled now.
        images = self._slots[:count] if self._network.batch is None else self._slots
        found = self._network.run(images)[0][:count]
        lengths = np.linalg.norm(found.astype(np.float64), axis=1, keepdims=True)
        good = np.isfinite(lengths) & (lengths > 0)
        if not good.all() and not self._warned:
            self._warned = True
            log.warning("appearance_not_finite_or_zero", model=self._plan.name, crops=int((~good).sum()))
        return np.where(good, found / np.where(good, lengths, 1.0), 0.0).astype(np.float32)


def load_reid(path: Path, *, threads: int | None = None) -> ReidDescriber:
    """A describer that is ready to run, tried on an empty image.

    Args:
        path: an ONNX file; a card `NAME.card.yaml` may lie beside it.
        threads: for one inference on the CPU; None: all cores.

    Raises:
        ModelError: the file is missing, its checksum differs from its card's, or its graph is not one image to one
            vector.
        ConfigError: its card has mistakes.
    """
    if not path.is_file():
        raise ModelError("error-appearance-missing", path=path)
    card = _card(path)
    network = open_network(path, threads=threads)
    spec = _spec(network, card)
    ids = None if card is None or card.classes is None else np.array([class_of(name) for name in card.classes])
    return ReidDescriber(network, ReidPlan(path.stem, spec, ids, _tried(network, spec)))


def _card(path: Path) -> AppearanceCard | None:
    if not card_path(path).is_file():
        return None
    card = read_appearance_card(card_path(path))
    if card.file != path.name:
        raise ModelError("error-model-card-file", card=card_path(path), file=card.file, path=path)
    check_sum(path, card)
    return card


def _spec(network: Network, card: AppearanceCard | None) -> InputSpec:
    """The card's input, else the usual one in the graph's own size."""
    width, height = network.size
    if card is None or card.input is None:
        return replace(DEFAULT_INPUT, width=width or DEFAULT_INPUT.width, height=height or DEFAULT_INPUT.height)
    if (width or card.input.width, height or card.input.height) != (card.input.width, card.input.height):
        raise network.refuse("error-model-size", width=card.input.width, height=card.input.height)
    return card.input.spec()


def _tried(network: Network, spec: InputSpec) -> int:
    """The length of an embedding, by computing some."""
    if len(network.outputs) != 1:
        raise network.refuse("error-appearance-outputs")
    count = network.batch or 2
    try:
        found = network.run(np.zeros((count, 3, spec.height, spec.width), np.float32))[0]
    except Exception as error:  # ONNX Runtime's errors share no base class
        reason = str(error).partition("\n")[0]
        raise network.refuse("error-appearance-failed", width=spec.width, height=spec.height, reason=reason) from error
    if found.ndim != 2 or len(found) != count or not found.shape[1] or found.dtype.kind != "f":
        raise network.refuse("error-appearance-outputs")
    return int(found.shape[1])
