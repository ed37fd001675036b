"""The scripted detector."""

from __future__ import annotations

import numpy as np

from core.taxonomy import ObjectClass
from models.fake import FakeDetector, Seen
from tests.support.surfaces import batch_of

PICTURE = np.zeros((100, 200, 3), np.uint8)


def test_it_sees_what_the_script_says_of_a_camera_and_frame() -> None:
    detector = FakeDetector({("cam", 1): [Seen((1, 2, 30, 40)), Seen((5, 5, 9, 9), ObjectClass.CAR, 0.95)]})
    batch = detector.detect(batch_of(PICTURE, PICTURE))
    assert batch.offsets.tolist() == [0, 0, 2]
    assert batch.class_id.tolist() == [ObjectClass.CAR, ObjectClass.PERSON]
    np.testing.assert_allclose(batch.xyxy[1], [1, 2, 30, 40])


def test_what_lies_outside_or_beyond_the_bound_is_cut_and_counted() -> None:
    boxes = [Seen((150, 50, 260, 160)), Seen((300, 0, 400, 50)), Seen((0, 0, 9, 9), score=0.1)]
    detector = FakeDetector(lambda _meta: boxes, max_detections=1)
    batch = detector.detect(batch_of(PICTURE))
    np.testing.assert_allclose(batch.xyxy, [[150, 50, 200, 100]])
    assert (detector.counters.degenerate, detector.counters.over_limit) == (1, 1)
