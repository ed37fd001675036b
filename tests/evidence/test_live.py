"""What a camera shows now, drawn: places and boxes at their places, the frame itself left as it was."""

from __future__ import annotations

import numpy as np
import pytest

from core.arrays import U8
from core.live import LivePicture
from core.scene import Label, Lane, Line, Scene, Zone
from evidence.live import draw_live
from tests.support.surfaces import meta_of

NAME = Label("", "")


def scene() -> Scene:
    def corners(left: float, top: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        return np.array([(left, top), (left + 40, top), (left + 40, top + 40), (left, top + 40)])

    zones = {"z": Zone("z", NAME, corners(20, 20))}
    lines = {"l": Line("l", NAME, np.array((100.0, 100.0)), np.array((150.0, 100.0)))}
    lanes = {"a": Lane("a", NAME, corners(20, 120), np.array([(40.0, 160.0), (40.0, 120.0)]), "a")}
    return Scene("s", 1, (200, 200), zones, lines, lanes=lanes)


def live(size: int, boxes: list[tuple[float, float, float, float]], at: Scene | None = None) -> LivePicture:
    pixels: U8 = np.full((size, size, 3), 90, np.uint8)
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    ids = np.arange(len(xyxy))
    return LivePicture(1, meta_of(pixels), pixels, xyxy, ids.astype(np.int16), ids, at)


def rows_and_columns(drawn: U8) -> tuple[list[int], list[int]]:
    marked = (np.abs(drawn.astype(int) - 90) > 12).any(axis=2)
    return np.flatnonzero(marked.any(axis=1)).tolist(), np.flatnonzero(marked.any(axis=0)).tolist()


@pytest.mark.parametrize("most_width", [200, 100])
def test_a_box_is_drawn_where_it_is_in_any_size(most_width: int) -> None:
    shown = live(200, [(40, 60, 120, 160)])
    drawn = draw_live(shown, most_width)
    assert drawn.shape == (most_width, most_width, 3)
    rows, columns = rows_and_columns(drawn)
    share = most_width / 200
    assert (columns[0], columns[-1]) == pytest.approx((40 * share, 120 * share), abs=1.1)
    assert (rows[0], rows[-1]) == pytest.approx((60 * share, 160 * share), abs=1.1)
    assert (shown.pixels == 90).all(), "the frame is not drawn upon"


def test_places_of_the_scene_are_drawn_at_their_share_of_the_picture() -> None:
    rows, columns = rows_and_columns(draw_live(live(400, [], scene())))
    assert (columns[0], columns[-1]) == pytest.approx((40, 300), abs=2)
    assert (rows[0], rows[-1]) == pytest.approx((40, 320), abs=2)
    assert (draw_live(live(400, [])) == 90).all()


def test_boxes_far_outside_do_no_harm() -> None:
    drawn = draw_live(live(200, [(-1e6, -1e6, 1e6, 1e6), (150, 150, 1e7, 1e7)]))
    assert drawn.shape == (200, 200, 3)
