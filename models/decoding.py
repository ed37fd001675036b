"""From a graph's outputs to boxes: the words that all model families share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from core.arrays import F32, I64
from core.frames import InputSpec
from core.taxonomy import ObjectClass

COMMON_CLASSES: Final[Mapping[str, ObjectClass]] = {
    **{item.label: item for item in ObjectClass},
    **dict.fromkeys(("pedestrian", "people"), ObjectClass.PERSON),
    **dict.fromkeys(("motorbike", "motor"), ObjectClass.MOTORCYCLE),
    "van": ObjectClass.CAR,
    **dict.fromkeys(
        ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"), ObjectClass.ANIMAL
    ),
    **dict.fromkeys(("backpack", "handbag", "suitcase"), ObjectClass.BAG),
    **dict.fromkeys(("flame", "flames"), ObjectClass.FIRE),
    **dict.fromkeys(("flood", "flooding", "flooded"), ObjectClass.WATER),
}
"""Class names of public data sets (COCO, VisDrone) and what they mean, for models without a card."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """K boxes that a graph proposes, before suppression; values may still be infinite or not numbers.

    Attributes:
        frame: (K) int64, index of the image in the batch.
        xyxy: (K, 4) float32 in slot pixels.
        score: (K) float32.
        model_class: (K) int64, index into the model's own classes.
    """

    frame: I64
    xyxy: F32
    score: F32
    model_class: I64

    def __len__(self) -> int:
        return len(self.score)

    @classmethod
    def joined(cls, parts: Sequence[Candidates], first: Sequence[int] | None = None) -> Candidates:
        """Several as one; `first` is added to the frame index of each part."""
        if not parts:
            return cls(
                np.zeros(0, np.int64), np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64)
            )
        if len(parts) == 1:
            return parts[0]
        frames = [p.frame + (first[i] if first else 0) for i, p in enumerate(parts)]
        return cls(
            np.concatenate(frames),
            np.concatenate([p.xyxy for p in parts]),
            np.concatenate([p.score for p in parts]),
            np.concatenate([p.model_class for p in parts]),
        )


class Decoder(Protocol):
    """Reads one layout of outputs."""

    @property
    def needs_nms(self) -> bool:
        """Whether one object may come back as several boxes."""
        ...

    def decode(self, outputs: Sequence[F32], threshold: float) -> Candidates:
        """The boxes whose best class scores at least `threshold`, and those whose score is not a number."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the detector needs to know of a model, whatever its family."""

    name: str
    spec: InputSpec
    classes: tuple[str, ...]
    class_map: Mapping[str, ObjectClass]
    score_threshold: float
    nms_iou: float
    max_detections: int
    decoder: Decoder

    @property
    def labels(self) -> frozenset[ObjectClass]:
        """The taxonomy's classes that the model can give."""
        return frozenset(self.class_map.values())

    def taxonomy_ids(self) -> I64:
        """The taxonomy's class for each of the model's own, -1 for those that do not count."""
        return np.array([self.class_map.get(name, -1) for name in self.classes], np.int64)


def common_meaning(classes: Sequence[str]) -> dict[str, ObjectClass]:
    """Those class names whose meaning is commonly known."""
    return {name: COMMON_CLASSES[name.lower()] for name in classes if name.lower() in COMMON_CLASSES}
