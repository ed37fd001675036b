"""A larger model looks at an event's crop."""

from __future__ import annotations

import threading
from typing import Final

import numpy as np

from core.events import Event, Says
from core.frames import ClockSource, FrameBatch, FrameMeta
from core.geometry import covered, iou
from core.protocols import Detector
from core.taxonomy import GROUPS, ObjectClass
from pipeline.second_look.alerts import Crop
from pipeline.sources.surfaces import ArraySurface

SAME: Final = 0.3
"""Overlap (intersection over union) from which it sees the event's object: boxes of two models differ more than two of
one, which are the same from 0.45 on.
"""
WITHIN: Final = 0.5
"""Share of what it sees that lies in the common box of several, from which it is one of them."""
SMALL_PX: Final = 24
"""Shorter side of an event's box below which what is not found may be there all the same."""


class ModelVerifier:
    """Confirms an event whose objects a detector sees where the event is; any class of its kind (vehicles, or people).

    Of an event of several objects, one that it sees in their common box is enough.
    Unsure where it sees something of another kind there, sees it with little certainty, or the box is small.

    Args:
        name: of the model.
        detector: used by this alone; one look at a time.
        score: from which it is sure.
    """

    def __init__(self, name: str, detector: Detector, score: float = 0.4) -> None:
        self._name, self._detector, self._score = name, detector, score
        self._lock = threading.Lock()
        self._seq = 0

    @property
    def name(self) -> str:
        """`model:` and its name."""
        return f"model:{self._name}"

    def look(self, event: Event, crop: Crop, within_s: float) -> tuple[Says, str]:
        """What it sees at the place of the event."""
        height, width = crop.picture.shape[:2]
        with self._lock:
            self._seq += 1
            meta = FrameMeta(
                event.camera_id, 0, self._seq, event.at_ns, ClockSource.ARRIVAL, 0, self._seq, width, height
            )
            found = self._detector.detect(FrameBatch((meta,), (ArraySurface(crop.picture),)))
        wanted = _alike(event.class_ids)
        place = np.array([crop.box], np.float32)
        there = np.asarray(iou(place, found.xyxy)[0] >= SAME)
        if len(event.track_ids) > 1:  # their common box is the box of none of them
            there |= covered(found.xyxy, place)[:, 0] >= WITHIN
        if not event.track_ids or event.box is None:
            there = np.ones(len(found.xyxy), np.bool_)  # an event of a whole place: anything in it counts
        right = np.isin(found.class_id, list(wanted)) if wanted else np.ones(len(found.class_id), np.bool_)
        best = float(found.score[there & right].max(initial=0.0))
        other = float(found.score[there & ~right].max(initial=0.0))
        said = f"{best:.2f}"
        if best >= self._score:
            return Says.CONFIRMED, said
        small = min(crop.box[2] - crop.box[0], crop.box[3] - crop.box[1]) < SMALL_PX
        if best > 0 or other >= self._score or small:
            return Says.UNSURE, said
        return Says.REJECTED, said


def _alike(class_ids: tuple[int, ...]) -> set[int]:
    """These classes, and those that a model may call the same thing: a car is a truck to another."""
    found = set(class_ids)
    for group in GROUPS.values():
        if found & {int(one) for one in group}:
            found |= {int(one) for one in group}
    if int(ObjectClass.PERSON) in found:
        found |= {int(one) for one in GROUPS["two_wheeler"]}
    return found
