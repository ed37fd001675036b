"""The table of likeness against its formula, written out in numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.arrays import AnyArray
from core.geometry import iou
from tests.trackers.kernels.records import PARAMS, RECORD, tracks_at
from trackers.kernels.likeness import pairs


def corners(box: AnyArray, share: float) -> AnyArray:
    half = box[:, 2:] * (0.5 + share)
    return np.concatenate((box[:, :2] - half, box[:, :2] + half), axis=1)


def formula(tracks: AnyArray, box: AnyArray) -> AnyArray:
    value, p = tracks["value"], PARAMS
    d = box[None, :, :2] - value[:, None, :2]
    var = tracks["vv"] + tracks["noise"][:, None]
    near = np.exp(-(d**2 / var[:, None]).sum(axis=2) / 2)
    ratio = np.log(box[None, :, 3] / value[:, None, 3])
    spread = (tracks["size_var"][:, 1, None] + (p.size_noise * box[:, 2:].max(axis=1)) ** 2) / value[:, 3:4] ** 2
    fit = iou(corners(value, p.buffer), corners(box, p.buffer)) + p.place_weight * near
    fit += p.height_weight * (np.exp(-np.abs(ratio)) - 1) - p.hidden_weight * tracks["cover"][:, None]
    return np.where(ratio**2 > p.size_gate**2 * spread, -np.inf, fit)


@settings(max_examples=60)
@given(st.integers(1, 12), st.integers(0, 12), st.integers(0, 2**32 - 1))
def test_the_pairs_and_their_likeness_are_the_formula_s(count: int, number: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    boxes = rng.uniform((0, 0, 20, 40), (300, 200, 80, 160), (count + number, 4))
    tracks, box = tracks_at(boxes[:count]), boxes[count:]
    tracks["cover"] = rng.uniform(0, 1, count)
    kind = np.zeros(number, np.int16)
    track_of, det_of, fit = pairs(tracks, count, box, kind, number, RECORD)
    expected = formula(tracks, box)
    clear = np.abs(expected - PARAMS.gate) > 1e-6
    given = np.zeros(expected.shape, bool)
    given[track_of, det_of] = True
    np.testing.assert_array_equal(given[clear], (expected >= PARAMS.gate)[clear])
    np.testing.assert_allclose(fit, expected[track_of, det_of], rtol=1e-5, atol=1e-6)
    assert (np.diff(track_of) >= 0).all(), "sorted by track, as the assignment wants them"


def test_a_detection_in_its_place_fits_best_and_another_kind_never() -> None:
    tracks = tracks_at([[100, 100, 40, 100]])
    same = pairs(tracks, 1, np.array([[100.0, 100, 40, 100]]), np.zeros(1, np.int16), 1, RECORD)[2]
    assert same == pytest.approx([1 + PARAMS.place_weight])
    assert not len(pairs(tracks, 1, np.array([[100.0, 100, 40, 100]]), np.ones(1, np.int16), 1, RECORD)[2])


def test_more_pairs_than_expected_are_all_given() -> None:
    tracks = tracks_at(np.tile([100.0, 100, 40, 100], (30, 1)))
    box = np.tile([102.0, 101, 40, 100], (40, 1))
    assert len(pairs(tracks, 30, box, np.zeros(40, np.int16), 40, RECORD)[2]) == 1200
