"""The noise of blocks, by the quietest quarter of each."""

from __future__ import annotations

import numpy as np
import pytest

from models.kernels.blocks import quiet_quarter


def test_a_quarter_ends_where_the_sorted_values_say_to_a_part_of_a_level() -> None:
    values = np.random.default_rng(0).integers(0, 40, (37, 50)).astype(np.uint8)
    below = quiet_quarter(values, (5, 3))
    assert below.shape == (3, 5)
    for row in range(3):
        for column in range(5):
            part = np.sort(values[12 * row : 12 * row + 12, 10 * column : 10 * column + 10], axis=None)
            level, wanted = int(part[30]), 30
            first, under, inside = max(level - 0.5, 0.0), int((part < level).sum()), int((part == level).sum())
            assert below[row, column] == pytest.approx(first + (level + 0.5 - first) * (wanted - under) / inside)


def test_of_one_level_a_quarter_is_a_quarter_of_it() -> None:
    assert quiet_quarter(np.full((8, 8), 7, np.uint8), (1, 1))[0, 0] == pytest.approx(6.75)
    assert quiet_quarter(np.zeros((8, 8), np.uint8), (2, 2)).max() == pytest.approx(0.125)
    assert quiet_quarter(np.full((4, 4), 255, np.uint8), (1, 1))[0, 0] == pytest.approx(254.75)
