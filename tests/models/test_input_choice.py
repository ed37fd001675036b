"""A camera's input is as large as its scene asks for, and no larger."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.frames import InputSpec
from models.input_choice import WANTED_PX, choose_input, seen_with
from tests.support.pinhole import Pinhole, road

SQUARE = InputSpec(416, 416)


@pytest.mark.parametrize(
    ("far_m", "width", "enough"),
    [(20.0, 416, True), (40.0, 640, True), (60.0, 832, True), (80.0, 1248, True), (200.0, 1248, False)],
)
def test_it_grows_with_what_is_to_be_seen(far_m: float, width: int, enough: bool) -> None:
    choice = choose_input(road(Pinhole(), 10.0, far_m), SQUARE)
    assert (choice.width, choice.enough) == (width, enough)
    assert (choice.size_px >= WANTED_PX) == enough


def test_pictures_are_not_blown_up() -> None:
    small = road(Pinhole(focal=500, size=(640, 360)), 10.0, 60.0)
    choice = choose_input(small, SQUARE)
    assert choice.width == 640
    assert not choice.enough


def test_a_picture_smaller_than_the_export_keeps_it() -> None:
    assert choose_input(road(Pinhole(focal=250, size=(320, 180)), 10.0, 60.0), SQUARE).width == 416


def test_without_metres_it_is_as_exported() -> None:
    choice = choose_input(replace(road(Pinhole()), ground=None), SQUARE)
    assert (choice.width, choice.smallest, choice.enough) == (416, None, True)


def test_an_upright_picture_is_fitted_by_its_height() -> None:
    wide, upright = Pinhole(), Pinhole(size=(720, 1280))
    assert seen_with(road(upright), SQUARE, 416).size_px == pytest.approx(seen_with(road(wide), SQUARE, 416).size_px)
