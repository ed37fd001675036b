"""Made-up scenes are the same in every run and like what they stand for; their cost is measured on all cameras."""

from __future__ import annotations

import numpy as np

from benchmarks.tracking.scaling import PICTURE, ScalingPlan, cost, live_tracks, scene, together, walkers
from core.geometry import iou

SMALL = ScalingPlan(objects=(5, 10), cameras=(1, 3), warm=4, frames=10, rounds=1, live=(3, 10))


def test_the_same_seed_gives_the_same_scene() -> None:
    first, second, other = walkers(20, 30), walkers(20, 30), walkers(20, 30, seed=1)
    np.testing.assert_array_equal(first.xyxy, second.xyxy)
    np.testing.assert_array_equal(first.score, second.score)
    assert len(first.score) != len(other.score) or not np.array_equal(first.xyxy, other.xyxy)


def test_one_in_ten_is_missed_and_all_stay_in_the_picture() -> None:
    clip = walkers(100, 200)
    assert abs(len(clip.score) / (100 * 200) - 0.9) < 0.01
    centres = (clip.xyxy[:, :2] + clip.xyxy[:, 2:]) / 2
    assert (centres > 0).all()
    assert (centres < PICTURE).all()
    assert (clip.xyxy[:, 2:] > clip.xyxy[:, :2]).all()


def test_walkers_cross_and_move_by_little() -> None:
    clip = walkers(20, 200)
    crossing = 0
    for frame in range(1, clip.frames):
        now, before = (clip.xyxy[clip.rows(f)].astype(np.float64) for f in (frame, frame - 1))
        crossing += int((iou(now, now) > 0.3).sum() > len(now))
        moved = np.abs(now[:, None] - before[None]).max(axis=2).min(axis=1)
        assert np.median(moved) < 12
    assert crossing > 5


def test_a_batch_holds_every_camera_as_it_is_alone() -> None:
    clips = [walkers(5, 6), walkers(5, 6, seed=2)]
    for frame, batch in enumerate(together(clips)):
        assert [meta.camera_id for meta in batch.frames] == ["camera-0", "camera-1"]
        for camera, clip in enumerate(clips):
            np.testing.assert_array_equal(batch.xyxy[batch.rows(camera)], clip.xyxy[clip.rows(frame)])


def test_cost_is_told_for_one_camera_and_many() -> None:
    for cameras in SMALL.cameras:
        batches = scene(10, cameras, SMALL.warm + SMALL.timed(cameras))
        assert len(batches) == SMALL.warm + SMALL.timed(cameras)
        assert 0 < cost(batches, SMALL.warm, SMALL.rounds) < 1000


def test_live_tracks_are_counted() -> None:
    live = live_tracks(SMALL)
    assert (live.cameras, live.objects) == (3, 10)
    assert 20 <= live.tracks <= 40
    assert live.ms > 0
