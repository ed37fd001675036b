"""Appearance."""

from __future__ import annotations

import numpy as np
import pytest

from core.arrays import F32
from tests.trackers.kernels.records import PARAMS, RECORD, camera_now, tracks_at
from trackers.kernels.looks import add_looks, known, learn_look


def look(*values: float) -> F32:
    array = np.array(values, np.float32)
    return np.asarray(array / max(float(np.linalg.norm(array)), 1e-9), np.float32)


def test_looks_say_at_most_half_of_their_weight_and_unknown_ones_nothing() -> None:
    tracks = tracks_at([[100, 100, 40, 100]] * 2)
    tracks["looked"] = (True, False)
    looks = np.stack((look(1, 0), look(1, 0)))
    camera = camera_now()
    camera["same"], camera["other"] = 0.9, 0.5
    embedding = np.stack((look(1, 0), look(0, 1), np.zeros(2, np.float32)))
    fit = np.zeros(6)
    table = (np.repeat([0, 1], 3), np.tile([0, 1, 2], 2), fit)
    add_looks(tracks, looks, embedding, np.arange(3), camera, table, RECORD)
    half = PARAMS.look_weight / 2
    assert fit.tolist() == pytest.approx([half, -half, 0, 0, 0, 0])


def test_a_track_learns_its_look_and_the_camera_how_alike_things_are() -> None:
    tracks, camera, own = tracks_at([[100, 100, 40, 100]]), camera_now(), np.zeros(3, np.float32)
    learn_look(tracks[0], own, np.zeros(3, np.float32), camera)
    assert not tracks[0]["looked"]
    for k in range(30):
        learn_look(tracks[0], own, look(1, 0.1 * (k % 3), 0), camera)
        assert np.linalg.norm(own) == pytest.approx(1.0, abs=1e-5)
    assert known(own)
    assert tracks[0]["looked"]
    assert float(own @ look(1, 0.1, 0)) > 0.99
    assert 0.95 < camera["same"] <= 1.0
