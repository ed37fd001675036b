"""Edges of two pictures of one place: how many times as high they are in the later one."""

from __future__ import annotations

import numpy as np
import pytest

from models.kernels.edges import most_common, steps


def test_each_edge_is_told_as_the_difference_of_its_two_sides() -> None:
    before, now = np.random.default_rng(0).integers(0, 256, (2, 41, 50)).astype(np.uint8)
    few = [picture[::8].astype(int) for picture in (before, now)]
    was, then = (picture[:, 4::4] - picture[:, :-4:4] for picture in few)
    edges = np.abs(was) >= 12
    assert steps(before, now, (8, 4), 4, 12) == pytest.approx(then[edges] / was[edges])


def test_the_contrast_is_that_which_most_edges_have_kept_to() -> None:
    rng = np.random.default_rng(1)
    kept, others = rng.normal(0.6, 0.01, 500), rng.uniform(-4, 4, 700)
    assert most_common(np.concatenate((kept, others)), 3.0, 60) == pytest.approx(0.6, abs=0.01)
    assert most_common(np.full(80, -1.0), 3.0, 60) == 1.0
    assert most_common(np.zeros(0), 3.0, 60) == 1.0
