"""The sparse assignment finds what a dense one finds."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from core.arrays import AnyArray
from trackers.kernels.assignment import assign


def check(table: AnyArray) -> None:
    """`table` (tracks, detections) holds worths, NaN where a pair may not be."""
    track_of, det_of = np.nonzero(~np.isnan(table))
    found = assign(track_of, det_of, table[track_of, det_of], *table.shape)
    kept = np.flatnonzero(found >= 0)
    assert len(set(found[kept].tolist())) == len(kept), "a detection given twice"
    worth = table[kept, found[kept]]
    assert not np.isnan(worth).any(), "a pair that may not be"
    free = np.where(np.isnan(table), 0.0, np.maximum(table, 0.0))
    best = free[linear_sum_assignment(free, maximize=True)].sum()
    np.testing.assert_allclose(worth.sum(), best, atol=1e-9)


@settings(max_examples=200)
@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_no_pairing_is_worth_more(tracks: int, detections: int, seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    table = rng.uniform(-0.2, 1.5, (tracks, detections))
    table[rng.random(table.shape) > share] = np.nan
    check(table)


def test_a_crowd_of_hundreds() -> None:
    rng = np.random.default_rng(1)
    table = rng.uniform(0, 1, (300, 280))
    table[rng.random(table.shape) > 0.03] = np.nan
    check(table)


def test_equal_worths_pair_as_many_as_can_be() -> None:
    check(np.ones((6, 6)))
