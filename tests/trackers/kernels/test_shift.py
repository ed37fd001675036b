"""The camera's own motion."""

from __future__ import annotations

import numpy as np

from core.arrays import AnyArray
from tests.trackers.kernels.records import RECORD, camera_now, tracks_at
from trackers.kernels.shift import move_with_camera

PERIOD_S = 0.1
AT = np.column_stack((np.arange(8) * 90.0 + 50, np.full(8, 200.0), np.full(8, 40.0), np.full(8, 100.0)))


def moved(errors: AnyArray, frames: int = 1, count: int = 8) -> AnyArray:
    """Where tracks that stand at `AT` are after frames in which their detections are off by `errors` (frames, 8, 2)."""
    camera = camera_now(0)
    for frame in range(frames):
        tracks = tracks_at(AT[:count])
        tracks["det"], tracks["seen_ns"] = np.arange(count), camera["now_ns"]
        camera["now_ns"] += int(PERIOD_S * 1e9)
        box = AT[:count].copy()
        box[:, :2] += errors[frame][:count]
        move_with_camera(tracks, count, box, camera, PERIOD_S, RECORD)
    return np.asarray(tracks["value"][:, :2] - AT[:count, :2])


def test_a_shift_that_all_share_is_followed() -> None:
    rng = np.random.default_rng(2)
    errors = rng.normal((25.0, -15.0), 3, (5, 8, 2))
    found = moved(errors, 5)
    np.testing.assert_allclose(found, np.tile(np.median(errors[-1], axis=0), (8, 1)), rtol=0.15)


def test_a_camera_at_rest_is_left_alone() -> None:
    rng = np.random.default_rng(3)
    errors = rng.normal(0, 6, (60, 8, 2))
    ways = np.array([np.abs(moved(errors[k : k + 10], 10)).max() for k in range(50)])
    medians = np.abs(np.median(errors[9:59], axis=1)).max(axis=1)
    assert ways.mean() < 0.35 * medians.mean()


def test_one_track_alone_never_moves_the_picture() -> None:
    assert not moved(np.full((3, 8, 2), 30.0), 3, count=1).any()
