"""Levels of service at their borders."""

from __future__ import annotations

import pytest

from core.traffic import level_by_density, level_by_speed

DENSITIES = [0, 6.8, 6.81, 11.2, 11.3, 16.2, 16.3, 21.7, 21.8, 28.0, 28.1, 200]
SHARES = [1.2, 0.851, 0.85, 0.68, 0.67, 0.51, 0.5, 0.41, 0.4, 0.31, 0.3, -0.1]


@pytest.mark.parametrize(("density", "level"), list(zip(DENSITIES, "AABBCCDDEEFF", strict=True)))
def test_by_density(density: float, level: str) -> None:
    assert level_by_density(density) == level


@pytest.mark.parametrize(("share", "level"), list(zip(SHARES, "AABBCCDDEEFF", strict=True)))
def test_by_speed(share: float, level: str) -> None:
    assert level_by_speed(share) == level
