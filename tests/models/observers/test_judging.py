"""What a change in a picture is told to be: a made-up piece of road, before and now."""

from __future__ import annotations

import cv2
import numpy as np

from core.arrays import F32, U8
from models.observers.background.judging import GROWS, judge
from models.observers.background.light import Light
from models.observers.background.patch import Nature, Patch
from models.observers.background.pixels import Pixels, Seen

SIZE = (60, 80)
BOX = (30, 24, 46, 36)
"""What has changed: left, top, right, bottom."""


def road(level: float = 90.0) -> F32:
    return np.full(SIZE, level, np.float32)


def glow(height: float = 130.0) -> F32:
    """Light of a lamp in the box, which falls off through it and beyond."""
    away = np.hypot(np.arange(SIZE[1]) - 38, np.arange(SIZE[0])[:, None] - 29) / 9
    return np.asarray(height * np.exp(-(away**2) / 2), np.float32)


def nature(was: F32, now: F32, looks: int = 3) -> Nature:
    left, top, right, bottom = BOX
    before, shown = (np.clip(picture, 0, 255).astype(np.uint8) for picture in (was, now))
    every: U8 = np.full(SIZE, 255, np.uint8)
    pixels = Pixels(before, every)
    pixels.shown = shown
    light = Light(1.0, np.zeros((2, 2), np.float32), None, None)
    seen = Seen(shown, before, np.full(SIZE, 12, np.uint8), every, light)
    mask: U8 = np.full((bottom - top, right - left), 255, np.uint8)
    patch = Patch(1, left, top, mask, shown[top:bottom, left:right].astype(np.float32), 8.0, looks=looks)
    return judge(patch, pixels, seen)[0]


def changed(was: F32, by: float, beside: float = 0.0) -> F32:
    left, top, right, bottom = BOX
    now = was + np.float32(beside)
    now[top:bottom, left:right] = was[top:bottom, left:right] + by
    return now


def test_what_is_put_on_a_road_is_a_thing() -> None:
    left, top, right, bottom = BOX
    for level in (30, 60, 120, 180, 250):
        for was in (road(), road() + glow(25)):
            now = was.copy()
            now[top:bottom, left:right] = level
            assert nature(was, now) is Nature.PUT


def test_the_rest_of_a_light_that_has_been_learnt_is_light() -> None:
    """Traffic hid a part of it when it came on: now nothing ends where the change does."""
    now = road() + glow()
    was = now.copy()
    was[BOX[1] :] = road()[BOX[1] :]
    assert nature(was, now) is Nature.LIGHT


def test_what_has_changed_beside_it_as_well_is_light() -> None:
    """Pixels beside it are too restless to have changed; what was learnt of them is somebody's who passed."""
    was = road() + np.random.default_rng(0).normal(0, 12, SIZE).astype(np.float32)
    assert nature(was, changed(road(), 50, beside=35)) is Nature.LIGHT
    assert nature(was + 70, changed(road(160), -50, beside=-35)) is Nature.LIGHT


def test_where_that_is_not_clear_it_is_judged_again() -> None:
    now = changed(road(), 60, beside=24)
    assert nature(road(), now) is Nature.NEW and nature(road(), now, looks=GROWS) is Nature.PUT
    assert nature(road(), changed(road(), 60, beside=-24)) is Nature.PUT, "somebody dark passes by"


def test_a_change_that_is_none_any_more_is_no_thing() -> None:
    assert nature(road(), changed(road(), 8)) is Nature.LIGHT


def test_what_was_odd_and_is_as_what_is_around_it_has_gone() -> None:
    """Somebody passes when it is judged, whose edges are as steep."""
    left, top, right, bottom = BOX
    was, now = road(), road()
    was[top:bottom, left:right] = 190
    was = np.asarray(cv2.GaussianBlur(was, (0, 0), 1.5), np.float32)
    now[top - 2 : bottom + 2, left - 2 : right + 2] += np.random.default_rng(0).normal(0, 90, (16, 20))
    now[top + 1 : bottom - 1, left + 1 : right - 1] = 90
    assert nature(was, now) is Nature.TAKEN
