"""Patches found again in a picture that has moved."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.arrays import F64, I64, U8
from models.kernels.patches import follow

SIZE, SEARCH = 24, 6
CORNERS: I64 = np.array([(60, 50), (120, 70), (150, 40)], np.int64)


def _picture() -> U8:
    noise = np.random.default_rng(3).integers(0, 256, (100, 200)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 2.0), np.uint8)


def _patches(picture: U8) -> U8:
    half = SIZE // 2
    return np.stack([picture[y - half : y + half, x - half : x + half] for x, y in CORNERS.tolist()])


def _found(picture: U8, about: tuple[int, int] = (0, 0)) -> F64:
    return follow(picture, CORNERS, _patches(_picture()), about, SEARCH, 0.7)


@settings(max_examples=25, deadline=None)
@given(st.floats(-4.5, 4.5), st.floats(-4.5, 4.5))
def test_a_moved_picture_is_found_to_a_tenth_of_a_pixel_in_any_light(right: float, down: float) -> None:
    move = np.array([(1, 0, right), (0, 1, down)])
    moved = cv2.warpAffine(_picture(), move, (200, 100), flags=cv2.INTER_CUBIC)
    found = _found(np.asarray(cv2.convertScaleAbs(moved, alpha=0.7, beta=20), np.uint8))
    assert len(found) == len(CORNERS)
    assert found == pytest.approx(np.tile((right, down), (3, 1)), abs=0.15)


def test_further_away_it_is_found_about_where_it_is_expected() -> None:
    moved = np.roll(_picture(), (9, -14), axis=(0, 1))
    assert len(_found(moved)) == 0, "beyond what is searched, or at its rim"
    assert _found(moved, (-12, 8)) == pytest.approx(np.tile((-14.0, 9.0), (3, 1)), abs=0.1)


def test_what_is_hidden_or_beyond_the_picture_is_not_found() -> None:
    picture = _picture()
    picture[30:70, 40:80] = 90
    assert len(_found(picture)) == len(CORNERS) - 1
    assert len(follow(_picture(), CORNERS - (55, 0), _patches(_picture()), (0, 0), SEARCH, 0.7)) == 0


def test_a_patch_without_anything_on_it_is_nowhere() -> None:
    flat = np.full((3, SIZE, SIZE), 80, np.uint8)
    assert len(follow(np.full((100, 200), 80, np.uint8), CORNERS, flat, (0, 0), SEARCH, 0.7)) == 0
