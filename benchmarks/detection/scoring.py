"""Average precision as COCO computes it, and what is found and falsely found at the detector's own threshold.

A detection belongs to the object of its class that it overlaps most, at least by the threshold asked for; the best
detections choose first. One that belongs to an ignored object (a crowd region, or an object of another size than the
one scored) counts neither way, and so does an unmatched one of another size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.detection.labels import Truth
from core.arrays import F32, F64, I64, Bool
from core.taxonomy import ObjectClass

OVERLAPS: Final[F64] = np.linspace(0.5, 0.95, 10)
"""Intersection over union from which a detection is right: AP50 takes the first, AP50:95 the mean of all."""
RECALLS: Final[F64] = np.linspace(0.0, 1.0, 101)
MOST: Final = 100
"""Detections of a class in a picture that are scored, the best first."""
SIZES: Final = {
    "all": (0.0, np.inf),
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, np.inf),
}
"""Areas in square pixels, both ends included, as COCO has them."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The D detections of a picture: (D, 4) float32 in pixels, (D) float32, (D) int64 of the taxonomy."""

    xyxy: F32
    score: F32
    class_id: I64


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture that was seen."""

    truth: Truth
    found: Found
    covered: frozenset[ObjectClass]
    night: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Figures of one class, or of several together, in a choice of pictures.

    Attributes:
        pictures: how many were looked at; objects: how many they show, ignored ones apart.
        ap50, ap: 0..1, for several classes the mean over those that have objects; None without any object.
        found: objects found at the threshold; false: detections there that are none.
    """

    pictures: int
    objects: int
    ap50: float | None
    ap: float | None
    found: int
    false: int

    @property
    def recall(self) -> float | None:
        """Objects found, of all; None without any."""
        return self.found / self.objects if self.objects else None

    @property
    def precision(self) -> float | None:
        """Right detections, of all; None without any."""
        seen = self.found + self.false
        return self.found / seen if seen else None

    @property
    def false_per_picture(self) -> float | None:
        """None without any picture."""
        return self.false / self.pictures if self.pictures else None

    @classmethod
    def together(cls, parts: Sequence[Score], pictures: int) -> Score:
        """Several classes as one."""
        known = [p for p in parts if p.ap is not None and p.ap50 is not None]
        return cls(
            pictures,
            sum(p.objects for p in parts),
            float(np.mean([p.ap50 for p in known])) if known else None,
            float(np.mean([p.ap for p in known])) if known else None,
            sum(p.found for p in parts),
            sum(p.false for p in parts),
        )


def score_class(pictures: Sequence[Picture], wanted: ObjectClass, threshold: float, size: str = "all") -> Score:
    """The figures of one class, in those pictures whose labels tell of it."""
    looked = [p for p in pictures if wanted in p.covered]
    parts = [_matched(p.truth, p.found, int(wanted), SIZES[size]) for p in looked]
    objects = sum(part.objects for part in parts)
    scores = np.concatenate([p.score for p in parts] or [np.zeros(0, np.float32)])
    right = np.concatenate([p.right for p in parts] or [np.zeros((len(OVERLAPS), 0), np.bool_)], axis=1)
    ignored = np.concatenate([p.ignored for p in parts] or [np.zeros((len(OVERLAPS), 0), np.bool_)], axis=1)
    shown = (scores >= threshold) & ~ignored[0]
    found, false = int((right[0] & shown).sum()), int((~right[0] & shown).sum())
    if not objects:
        return Score(len(looked), 0, None, None, found, false)
    order = np.argsort(-scores, kind="stable")
    ap = [average_precision(right[i, order], ignored[i, order], objects) for i in range(len(OVERLAPS))]
    return Score(len(looked), objects, ap[0], float(np.mean(ap)), found, false)


def average_precision(right: Bool, ignored: Bool, objects: int) -> float:
    """Mean of the best precision at or beyond each of `RECALLS`, of (D) detections from the best score down."""
    right = right[~ignored]
    hits = np.cumsum(right)
    precision = hits / np.arange(1, len(right) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(hits / objects, RECALLS, side="left")
    return float(np.append(precision, 0.0)[at].mean())


@dataclass(frozen=True, slots=True, eq=False)
class _Matched:
    """Of one picture and class: the scores (D), and at each overlap which detections are right or ignored (T, D)."""

    objects: int
    score: F32
    right: Bool
    ignored: Bool


def _matched(truth: Truth, found: Found, wanted: int, size: tuple[float, float]) -> _Matched:
    of_class = truth.class_id == wanted
    boxes, crowd, area = truth.xyxy[of_class], truth.crowd[of_class], truth.area[of_class]
    aside = crowd | (area < size[0]) | (area > size[1])
    mine = np.flatnonzero(found.class_id == wanted)
    mine = mine[np.argsort(-found.score[mine], kind="stable")][:MOST]
    overlap = overlaps(found.xyxy[mine], boxes, crowd)
    taken = np.zeros((len(OVERLAPS), len(boxes)), np.bool_)
    right = np.zeros((len(OVERLAPS), len(mine)), np.bool_)
    ignored = np.zeros_like(right)
    for d, row in enumerate(overlap):
        for t in np.flatnonzero(row.max(initial=0.0) >= OVERLAPS):
            free = (row >= OVERLAPS[t]) & (crowd | ~taken[t])
            free = free & ~aside if (free & ~aside).any() else free  # an ignored one only where none else is left
            if free.any():
                best = int(np.flatnonzero(free)[-1 - np.argmax(row[free][::-1])])
                taken[t, best] = True
                right[t, d], ignored[t, d] = not aside[best], aside[best]
    sides = found.xyxy[mine, 2:] - found.xyxy[mine, :2]
    extent = sides.prod(axis=1)
    ignored |= ~right & ((extent < size[0]) | (extent > size[1]))
    return _Matched(int((~aside).sum()), found.score[mine], right, ignored)


def overlaps(found: F32, boxes: F32, crowd: Bool) -> F64:
    """Intersection over union (D, G) in float64; over the detection's own area where the object is a crowd."""
    a, b = found[:, None].astype(np.float64), boxes[None].astype(np.float64)
    shared = np.clip(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None).prod(axis=-1)
    area_a, area_b = ((x[..., 2:] - x[..., :2]).prod(axis=-1) for x in (a, b))
    whole = np.where(crowd[None], area_a, area_a + area_b - shared)
    return np.asarray(np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0))
