"""The light of a lamp that shines into the lens, and what is as bright and is none."""

from __future__ import annotations

import numpy as np

from core.arrays import F32
from models.observers.glare import glare, has_left

ROWS, COLUMNS = 15, 20
NIGHT = np.full((ROWS, COLUMNS), 28.0, np.float32)
DAY = np.linspace(70, 150, ROWS * COLUMNS, dtype=np.float32).reshape(ROWS, COLUMNS)


def away(x: float, y: float) -> F32:
    """Blocks from a place."""
    return np.asarray(np.hypot(np.arange(COLUMNS) - x, (np.arange(ROWS) - y)[:, None]), np.float32)


def lamp(x: float, y: float, usual: F32 = NIGHT) -> F32:
    """Its light falls off by the second power of the distance, over a veil."""
    return np.minimum(usual + 900 / (1 + (away(x, y) / 1.2) ** 2), 255).astype(np.float32)


def blob(level: float, reach: float, usual: F32 = NIGHT) -> F32:
    """Something before the middle of the lens."""
    return np.where(away(10, 7) <= reach, np.float32(level), usual).astype(np.float32)


def test_what_a_lamp_burns_out_and_its_halo_are_glare() -> None:
    lit = glare(lamp(10, 7), NIGHT)
    assert lit[7, 10] and lit[7, 13] and not lit[0, 0] and 0.03 < lit.mean() < 0.5


def test_by_day_nothing_is() -> None:
    assert not glare(blob(255, 2, DAY), DAY).any()


def test_white_paint_on_a_dark_picture_is_none_though_part_of_it_is_burnt_out() -> None:
    painted = blob(215, 8)
    painted[6:8, 4:16] = 245
    assert not glare(painted, NIGHT).any()


def test_a_hand_beside_street_lamps_is_none_at_night() -> None:
    street = NIGHT.copy()
    street[1, 2:18:5] = 250
    held = np.where(away(10, 9) <= 5, np.float32(110), street).astype(np.float32)
    assert not glare(held, street).any()


def test_a_lamp_in_whose_light_all_was_learnt_has_left_when_it_goes_out_or_moves_on() -> None:
    shone = np.minimum(lamp(10, 7) + 60, 255).astype(np.float32)
    assert has_left(NIGHT, shone, young=False)
    assert has_left(np.minimum(lamp(2, 2) + 60, 255).astype(np.float32), shone, young=False)
    assert not has_left(shone, shone, young=True)


def test_a_lamp_that_moved_has_left_no_burnt_out_place_in_what_is_young() -> None:
    smeared = np.minimum(np.mean([lamp(x, 4) for x in range(0, 20, 2)], axis=0) + 80, 230).astype(np.float32)
    assert has_left(NIGHT, smeared, young=True) and not has_left(NIGHT, smeared, young=False)


def test_what_covers_a_picture_by_day_is_no_lamp_that_left() -> None:
    sky = DAY.copy()
    sky[:2] = 250
    for level in (25.0, 120.0, 240.0):
        covered = blob(level, 8, sky)
        covered[:, :2], covered[:, -2:] = sky[:, :2], sky[:, -2:]
        assert not has_left(covered, sky, young=True)
