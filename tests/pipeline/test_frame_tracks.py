"""What is told of a frame is what was seen in it."""

from __future__ import annotations

import numpy as np
import pytest

from core.frames import ClockSource, FrameMeta
from core.motion import Motion
from core.tracks import TrackBatch, TrackState
from pipeline.frame_tracks import frame_tracks
from scenes.scene_file import empty_scene


def test_only_tracks_that_were_seen_are_told_with_metres_where_they_hold() -> None:
    metas = tuple(
        FrameMeta("cam", 2, seq, seq * 40_000_000, ClockSource.ARRIVAL, 0, seq, 640, 480, 0) for seq in (5, 6)
    )
    states = [TrackState.CONFIRMED, TrackState.COASTING, TrackState.CONFIRMED, TrackState.TENTATIVE]
    boxes = np.arange(16, dtype=np.float32).reshape(4, 4)
    tracks = TrackBatch(
        metas,
        np.array([0, 3, 4], np.int32),
        boxes,
        np.full(4, 0.75, np.float32),
        np.array([3, 3, 0, 3], np.int16),
        np.array([7, 8, 9, 10], np.int64),
        np.array(states, np.uint8),
        np.array([0, -1, 1, 0], np.int32),
        np.zeros(3, np.int32),
        np.zeros(0, np.int64),
    )
    velocity = np.array([[3.0, 4.0], [0, 0], [0.01, 0], [0, 0]])
    position = np.array([[1.0, 2.0], [0, 0], [5.0, 6.0], [0, 0]])
    valid = np.array([True, True, False, True])
    motion = Motion(np.zeros((4, 2), np.float32), np.zeros((4, 2), np.float32), position, velocity, valid)
    first, second = frame_tracks(tracks, motion, {"cam": empty_scene("cam", 640, 480)})
    assert (first.camera_id, first.epoch, first.seq, first.at_ns) == ("cam", 2, 5, 200_000_000)
    assert [thing.track_id for thing in first.objects] == [7, 9]
    car, person = first.objects
    assert car.box == (0.0, 1.0, 2.0, 3.0)
    assert (car.speed_mps, car.ground) == (5.0, (1.0, 2.0))
    assert car.direction == pytest.approx((0.6, 0.8))
    assert (person.speed_mps, person.direction, person.ground, person.position) == (None, None, None, None)
    assert second.objects == ()
