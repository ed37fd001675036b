"""A classifier: what a picture shows as a whole, by any ONNX graph from one image to one score for each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from core.arrays import F32, F64, U8
from core.frames import InputSpec
from core.taxonomy import ObjectClass
from models import ultralytics
from models.card import ClassifierCard
from models.decoding import common_meaning
from models.filling import fill
from models.network import Network

THRESHOLD: Final = 0.5
"""Probability that counts unless a card says otherwise: more likely than not."""
SUM_TOLERANCE: Final = 0.01
"""Scores that are not negative and sum up to 1 within this are probabilities already; others are logits."""


@dataclass(frozen=True, slots=True)
class ClassifierPlan:
    """All that there is to know of a classifier."""

    name: str
    spec: InputSpec
    classes: tuple[str, ...]
    class_map: Mapping[str, ObjectClass]
    threshold: float


class OnnxClassifier:
    """Says which classes of the taxonomy pictures show. It reuses its slots: one thread at a time may classify.

    Args:
        max_batch: pictures computed at once; a graph with a fixed batch keeps its own.
    """

    def __init__(self, network: Network, plan: ClassifierPlan, *, max_batch: int) -> None:
        self._network, self._plan = network, plan
        self._slots: F32 = np.zeros((network.batch or max_batch, 3, plan.spec.height, plan.spec.width), np.float32)
        self._rows = {
            meaning: [row for row, name in enumerate(plan.classes) if plan.class_map.get(name) is meaning]
            for meaning in dict.fromkeys(plan.class_map.values())
        }

    @property
    def name(self) -> str:
        """The model's name."""
        return self._plan.name

    @property
    def labels(self) -> frozenset[ObjectClass]:
        """The classes it can tell."""
        return frozenset(self._rows)

    @property
    def input_spec(self) -> InputSpec:
        """What pictures are scaled to."""
        return self._plan.spec

    def classify(self, pictures: Sequence[U8]) -> list[dict[ObjectClass, float]]:
        """For each picture (h, w, 3) BGR the classes whose probability reaches the threshold; of several of the model's
        classes that mean the same, the sum.

        Raises:
            ModelError: its outputs are not what they should be, or no numbers.
        """
        found: list[dict[ObjectClass, float]] = []
        for first in range(0, len(pictures), len(self._slots)):
            chunk = pictures[first : first + len(self._slots)]
            for slot, picture in zip(self._slots, chunk, strict=False):
                fill(slot, picture, self._plan.spec)
            found += [self._meanings(row) for row in self._probabilities(len(chunk))]
        return found

    def _probabilities(self, count: int) -> F64:
        images = self._slots[:count] if self._network.batch is None else self._slots
        outputs = self._network.run(images)
        scores = np.asarray(outputs[0][:count], np.float64)
        if len(outputs) != 1 or scores.shape != (count, len(self._plan.classes)):
            raise self._network.refuse("error-classifier-outputs", count=len(self._plan.classes))
        if not np.isfinite(scores).all():
            raise self._network.refuse("error-classifier-not-finite")
        if (scores >= 0).all() and (np.abs(scores.sum(axis=1) - 1) < SUM_TOLERANCE).all():
            return scores
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)

    def _meanings(self, row: F64) -> dict[ObjectClass, float]:
        sums = {meaning: min(float(row[rows].sum()), 1.0) for meaning, rows in self._rows.items()}
        return {meaning: value for meaning, value in sums.items() if value >= self._plan.threshold}


def recognised(network: Network) -> bool:
    """Whether a graph says of itself that it is a classifier of Ultralytics."""
    return ultralytics.recognised(network) and network.metadata.get("task") == "classify"


def plan(
    network: Network, card: ClassifierCard | None, meaning: Mapping[str, ObjectClass] | None = None
) -> ClassifierPlan:
    """How to run a classifier; what the card does not say is taken from an export's metadata.

    Args:
        meaning: of its classes, in place of the card's.

    Raises:
        ModelError: neither says enough, or they do not fit the graph.
    """
    if (card is None or card.input is None or card.classes is None) and not recognised(network):
        raise network.refuse("error-model-no-card")
    # Stretched, not cut to a square as in training: what burns at the edge of a wide picture is to be seen.
    spec = card.input.spec() if card and card.input else replace(ultralytics.input_spec(network), keep_aspect=False)
    if any(size not in (None, wanted) for size, wanted in zip(network.size, (spec.width, spec.height), strict=True)):
        raise network.refuse("error-model-size", width=spec.width, height=spec.height)
    classes = card.classes if card and card.classes else ultralytics.class_names(network)
    class_map = (card.mapped() if card else common_meaning(classes)) if meaning is None else meaning
    name = card.name if card else network.path.stem
    return ClassifierPlan(name, spec, classes, class_map, card.score_threshold if card else THRESHOLD)
