"""Text that is burnt into a picture, and what is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.arrays import U8
from models.observers.background.text import is_text

CLOCK = "2026-01-05 08:47"


def road() -> U8:
    return np.asarray(np.random.default_rng(0).normal(95, 4, (180, 320)).clip(0, 255), np.uint8)


def written(told: str = CLOCK, colour: int = 255, ground: int | None = None) -> tuple[U8, tuple[int, int, int, int]]:
    """A line of text, and the box of its last letter."""
    picture = road()
    (width, height), _ = cv2.getTextSize(told, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 1)
    (before, _), _ = cv2.getTextSize(told[:-1], cv2.FONT_HERSHEY_SIMPLEX, 0.4, 1)
    if ground is not None:
        cv2.rectangle(picture, (58, 100 - height - 2), (62 + width, 103), (ground,), -1)
    cv2.putText(picture, told, (60, 100), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (colour,), 1, cv2.LINE_AA)
    return picture, (60 + before, 100 - height, 60 + width, 101)


@pytest.mark.parametrize(("colour", "ground"), [(255, None), (255, 0), (0, 230)])
def test_a_letter_that_changes_in_a_line_is_text(colour: int, ground: int | None) -> None:
    picture, box = written(colour=colour, ground=ground)
    assert is_text(box, picture, 150.0)
    assert not is_text(box, picture, 30.0), "as faint a change is not that of a letter"


def test_what_lies_alone_or_is_larger_is_none() -> None:
    picture = road()
    picture[90:100, 100:112] = 230
    assert not is_text((100, 90, 112, 100), picture, 130.0)
    assert not is_text((100, 70, 130, 101), written()[0], 150.0)


def test_what_lies_on_a_crossing_or_before_a_fence_is_none() -> None:
    for wide in (3, 6):
        picture = road()
        for x in range(60, 240, 2 * wide):
            picture[85:105, x : x + wide] = 220
        picture[90:100, 140:150] = 30
        assert not is_text((140, 90, 150, 100), picture, 130.0)
