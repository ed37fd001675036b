"""Frames whose source knows who is in them pass the detector by; the others come back in their places."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from core.detections import DetectionBatch
from core.frames import FrameBatch, FrameMeta, Known
from models.fake import FakeDetector, Seen
from models.known import KnownFirst
from tests.support.surfaces import ArraySurface, meta_of

PICTURE = np.zeros((60, 80, 3), np.uint8)


class Telling(ArraySurface):
    """A surface that knows one car."""

    def known(self) -> Known:
        return Known(np.array([(1, 2, 30, 40)], np.float32), np.array([3], np.int16))


class Detector(FakeDetector):
    """Sees one person in each frame, and remembers the batches it was given."""

    def __init__(self) -> None:
        super().__init__(lambda meta: [Seen((5.0, 5.0, 15.0, 25.0), score=0.5)])
        self.batches: list[tuple[FrameMeta, ...]] = []

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        self.batches.append(frames.frames)
        return super().detect(frames)


@pytest.mark.parametrize("known", list(product((True, False), repeat=3)))
def test_every_frame_has_its_own_objects_in_any_mixture(known: tuple[bool, ...]) -> None:
    detector = Detector()
    metas = tuple(meta_of(PICTURE, camera_id=f"c{n}") for n in range(3))
    frames = FrameBatch(metas, tuple(Telling(PICTURE) if one else ArraySurface(PICTURE) for one in known))
    found = KnownFirst(detector).detect(frames)
    assert found.frames == metas
    for n, one in enumerate(known):
        rows = found.rows(n)
        assert found.class_id[rows].tolist() == [3 if one else 0]
        assert found.xyxy[rows].tolist() == [[1, 2, 30, 40] if one else [5, 5, 15, 25]]
        assert found.score[rows].tolist() == [1.0 if one else 0.5]
    asked = [meta.camera_id for batch in detector.batches for meta in batch]
    assert asked == [f"c{n}" for n, one in enumerate(known) if not one], "what is known is not looked for"
    assert len(detector.batches) == (0 if all(known) else 1)
