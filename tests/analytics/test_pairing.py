"""Pairs, the nearest first."""

from __future__ import annotations

import numpy as np

from analytics.pairing import nearest_first


def test_the_nearest_are_paired_first_and_each_once() -> None:
    away = np.array([[1.0, 0.5, np.inf], [0.6, 0.7, np.inf], [3.0, 2.0, np.inf]])
    assert list(nearest_first(away)) == [(0, 1), (1, 0)]


def test_nobody_is_paired_where_none_may_be() -> None:
    assert list(nearest_first(np.full((2, 2), np.inf))) == []
    assert list(nearest_first(np.zeros((0, 3)))) == []
