"""Loops over the pixels of a background model: they say what the same steps of OpenCV say, one after the other."""

from __future__ import annotations

import cv2
import numpy as np

from core.arrays import U8
from models.kernels.changes import aim, learn_unrest, look

COUNT = 3 * 8192 + 5
"""More than one chunk, and no whole number of them."""


def levels(seed: int, most: int = 256) -> U8:
    return np.random.default_rng(seed).integers(0, most, COUNT).astype(np.uint8)


def column(values: cv2.typing.MatLike) -> U8:
    return np.asarray(values, np.uint8).reshape(-1)


def test_a_look_is_laid_beside_the_model_as_step_by_step() -> None:
    luma, unrest, age, watched = levels(0), levels(1, 90), levels(2, 9), levels(3, 3) // 1 * 127
    age[:50] = 255
    watched = np.where(watched > 0, 255, 0).astype(np.uint8)
    near = np.random.default_rng(4).integers(-40, 41, (2, COUNT))
    shown, middle = (np.clip(luma + one, 0, 255).astype(np.uint8) for one in near)
    least, most = (np.clip(middle.astype(int) + by, 0, 255).astype(np.uint8) for by in (-3, 3))
    limit = column(cv2.convertScaleAbs(unrest, alpha=5 / 4)).clip(12, 48)
    other = np.abs(luma.astype(int) - shown) > limit
    away = np.maximum(column(cv2.subtract(luma, most)), column(cv2.subtract(least, luma)))
    changes = (away > limit) & (watched > 0)
    passes, goes_on = changes & other & (age >= 2), changes & ~(other & (age >= 1))
    mean = column(cv2.addWeighted(shown, 0.75, luma, 0.25, 0))
    follows = np.where(passes, shown, np.where(other, luma, mean))
    older = np.where(goes_on, np.minimum(age.astype(int) + 1, 255), np.where(passes, age.astype(int) - 1, 0))
    told, found = np.empty_like(luma), np.empty_like(luma)
    look(luma, least, most, unrest, watched, (12, 48), 2, told, found, shown, age)
    assert passes.any() and goes_on.any()
    assert np.array_equal(told, limit) and np.array_equal(found > 0, changes) and set(found.tolist()) == {0, 255}
    assert np.array_equal(shown, follows) and np.array_equal(age, older)


def test_unrest_follows_by_a_quarter_and_jumps_where_the_picture_is_burnt_out() -> None:
    luma, unrest, age = levels(0), levels(1), levels(2, 4)
    predicted = np.clip(luma + np.random.default_rng(4).integers(-60, 61, COUNT), 0, 255).astype(np.uint8)
    away, usual = np.abs(luma.astype(int) - predicted), column(cv2.convertScaleAbs(unrest, alpha=1 / 4))
    step = np.clip(unrest.astype(int) + np.sign(away - usual), 0, 255)
    step = np.minimum(step + np.where(luma >= 250, 8, 0), 255)
    expected = np.where(age >= 2, unrest, step)
    learn_unrest(luma, predicted, age, 250, 8, unrest)
    assert np.array_equal(unrest, expected)


def test_a_look_counts_for_no_more_than_its_bound() -> None:
    luma, predicted, changed, small = levels(0), levels(1), levels(2, 2), levels(3, 2)
    bounded = np.clip(luma.astype(int), predicted.astype(int) - 8, predicted.astype(int) + 8)
    expected = np.where(small > 0, luma, np.where(changed > 0, predicted, bounded))
    target = np.empty_like(luma)
    aim(luma, predicted, changed, small, 8, target)
    assert np.array_equal(target, expected)
