"""The fake follows its script."""

from __future__ import annotations

import numpy as np

from core.detections import DetectionBatch
from core.frames import ClockSource, FrameMeta
from trackers.fake import FakeTracker


def frame(seq: int, count: int) -> DetectionBatch:
    meta = FrameMeta("a", 0, seq, seq, ClockSource.FILE, 0, seq, 640, 480)
    boxes = np.arange(count, dtype=np.float32)[:, None] * 50 + np.array([0, 0, 40, 40], np.float32)
    scores = np.linspace(0.1, 0.9, count, dtype=np.float32)
    return DetectionBatch((meta,), np.array([0, count], np.int32), boxes, scores, np.zeros(count, np.int16))


def test_a_script_names_the_detections_in_the_order_they_came() -> None:
    tracker = FakeTracker({("a", 0): [31, 17], ("a", 1): [17]})
    first, second = tracker.update(frame(0, 2)), tracker.update(frame(1, 1))
    assert dict(zip(first.det_index.tolist(), first.track_id.tolist(), strict=True)) == {0: 31, 1: 17}
    assert second.track_id.tolist() == [17]
    assert second.ended_id.tolist() == [31]


def test_frames_that_the_script_lacks_go_on_with_new_ids_above() -> None:
    tracker = FakeTracker({("a", 0): [31]})
    tracker.update(frame(0, 1))
    assert sorted(tracker.update(frame(1, 3)).track_id.tolist()) == [31, 32, 33]
