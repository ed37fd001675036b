"""What is drawn lies where the scene says, at any size, and nothing is changed in place."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.events import EventKind
from core.lens import Lens
from core.records import TrackSummary
from core.scene import Ground, Label, Lamp, Lane, Line, Scene, Signal, Zone
from core.signals import LampColour
from evidence import drawing
from evidence.drawing import CLASS_COLOURS, LAMP_COLOURS, LANE_COLOURS, LINE, draw_event, draw_scene, draw_tracks, plain
from scenes.ground import GroundFit
from tests.support.records import any_event_of

# Straight down: 20 px are a metre.
FLAT = Ground(np.diag([0.05, 0.05, 1.0]), 0.1)
# A usual camera: the horizon lies in the upper third.
TILTED = Ground(np.array([[0.02, 0.0, -8.0], [0.0, -0.01, 12.0], [0.0, 0.004, -0.6]]), 0.1)


def scene(ground: Ground | None = None) -> Scene:
    square = np.array([[100.0, 200], [300, 200], [300, 400], [100, 400]])
    return Scene(
        "s", 1, (640, 480),
        zones={"square": Zone("square", Label("Square", "Quảng trường Ba Đình"), square)},
        lines={"gate": Line("gate", Label("Gate", "Cổng"), np.array([400.0, 300.0]), np.array([600.0, 300.0]))},
        ground=ground,
    )  # fmt: skip


@pytest.mark.parametrize("size", [(640, 480), (320, 240), (1280, 960)])
def test_a_scene_is_drawn_where_it_is(size: tuple[int, int]) -> None:
    width, height = size
    picture = np.zeros((height, width, 3), np.uint8)
    drawn = draw_scene(picture, scene(), "en")
    factor = width / 640
    changed = np.asarray(drawn.any(axis=2))
    assert changed[round(380 * factor), round(120 * factor)], "inside the zone"
    assert changed[round(300 * factor), round(560 * factor)], "on the line"
    # forward is to the right of a walker from start to end, which is down in this picture
    assert changed[round(318 * factor), round(500 * factor)]
    assert not changed[round(282 * factor), round(500 * factor)]
    assert not changed[round(450 * factor), round(50 * factor)]
    assert not picture.any()


def test_lanes_are_drawn_in_the_colour_of_their_group_with_arrows_the_way_they_go() -> None:
    def lane(name: str, x: float, group: str) -> Lane:
        polygon = np.array([[x, 400.0], [x + 60, 400], [x + 60, 40], [x, 40]])
        return Lane(name, Label(name, name), polygon, np.array([[x + 30, 400.0], [x + 30, 40]]), group)

    lanes = {name: lane(name, x, group) for name, x, group in (("a", 60, "n"), ("b", 260, "n"), ("c", 460, "s"))}
    drawn = draw_scene(np.zeros((480, 640, 3), np.uint8), Scene("s", 1, (640, 480), lanes=lanes), "en")
    edges = [tuple(drawn[100, x].tolist()) for x in (60, 260, 460)]
    assert edges[0] == edges[1] == LANE_COLOURS[0]
    assert edges[2] == LANE_COLOURS[1]
    # The arrow a quarter of the way up: its tip is above, its wide end below.
    assert drawn[312, 90].any()
    wide, narrow = (int((drawn[y, 70:110] == LANE_COLOURS[0]).all(axis=1).sum()) for y in (318, 313))
    assert wide > narrow > 0


def test_the_evidence_of_a_signal_shows_its_stop_line_and_its_lamps() -> None:
    lamp = Lamp(LampColour.RED, np.array([[300.0, 100], [320, 100], [320, 120], [300, 120]]))
    signal = Signal("north", Label("North", "Bắc"), (lamp,), line="gate")
    event = replace(any_event_of(EventKind.RED_LIGHT, 1), zone="north", box=None)
    shown = replace(scene(), signals={"north": signal})
    drawn = draw_event(np.zeros((480, 640, 3), np.uint8), event, 0, shown)
    assert tuple(drawn[300, 560].tolist()) == LINE
    assert drawn[110, 300].argmax() == np.argmax(LAMP_COLOURS[LampColour.RED])
    assert not drawn[110, 310].any(), "what is in the lamp"


@pytest.mark.parametrize("ground", [FLAT, TILTED])
def test_a_calibrated_scene_gets_a_grid_in_metres(ground: Ground) -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    bare, grid = draw_scene(picture, scene(), "en"), draw_scene(picture, scene(ground), "en")
    assert np.count_nonzero((bare != grid).any(axis=2)) > 1_000


def test_no_grid_is_drawn_above_the_horizon() -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    changed = (draw_scene(picture, scene(), "en") != draw_scene(picture, scene(TILTED), "en")).any(axis=2)
    assert not changed[40:130].any()  # below the legend; the horizon is at 0.6 / 0.004 = 150 px
    assert changed[149:152, ::7].all(axis=1).any(), "the horizon itself is drawn"


def test_pairs_are_drawn_with_a_line_to_where_the_ground_has_them_and_the_error_is_said() -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    pixels = np.array([(60.0, 420.0), (600.0, 420.0), (500.0, 220.0), (150.0, 220.0), (330.0, 300.0)])
    metres, _ = TILTED.to_ground(pixels)
    there, _ = TILTED.to_picture(metres)
    np.testing.assert_allclose(there, pixels, atol=1e-6)
    off = metres.copy()
    off[4] = TILTED.to_ground(np.array([(390.0, 300.0)]))[0]
    fit = GroundFit(TILTED, None, pixels, off, np.array([0.1, 0.1, 0.1, 0.1, 2.0]))
    without, drawn = draw_scene(picture, scene(TILTED), "en"), draw_scene(picture, scene(TILTED), "en", fit)
    changed = (without != drawn).any(axis=2)
    assert all(changed[round(y), round(x)] for x, y in pixels)
    assert changed[300, 340:385].all(), "from where it was clicked to where the ground has its metres"
    legend = {drawn[:60].tobytes(), without[:60].tobytes(), draw_scene(picture, scene(TILTED), "vi")[:60].tobytes()}
    assert len(legend) == 3, "points say more than a figure alone, and each language its own"


def test_the_grid_follows_a_lens() -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    bent = Ground(TILTED.matrix, 0.1, Lens(-0.2, 0.0, 0.0, 0.0, 0.0, 500.0, (320.0, 240.0)))
    assert not np.array_equal(draw_scene(picture, scene(TILTED), "en"), draw_scene(picture, scene(bent), "en"))


def test_a_homography_that_sees_no_ground_is_no_error() -> None:
    far = Ground(np.diag([1e6, 1e6, 1.0]), 1.0)
    shifted = Ground(far.matrix + np.array([[0.0, 0, 1e9], [0, 0, 1e9], [0, 0, 0]]), 1.0)
    assert draw_scene(np.zeros((480, 640, 3), np.uint8), scene(shifted), "vi").shape == (480, 640, 3)


@pytest.mark.skipif(not hasattr(cv2, "FontFace"), reason="OpenCV before 5 has no TrueType text")
def test_vietnamese_labels_keep_their_diacritics() -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    assert not np.array_equal(draw_scene(picture, scene(), "vi"), draw_scene(picture, scene(), "en"))


def test_without_a_truetype_font_labels_are_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_font", lambda: None)
    assert draw_scene(np.zeros((480, 640, 3), np.uint8), scene(), "vi").any()
    assert plain("Vạch băng qua đường Đinh Tiên Hoàng → ngõ") == "Vach bang qua duong Dinh Tien Hoang ? ngo"


@given(st.text())
def test_plain_text_is_ascii(value: str) -> None:
    assert all(" " <= c <= "~" for c in plain(value))


def test_tracks_have_the_colour_of_their_class_and_the_scale_of_the_picture() -> None:
    picture = np.zeros((240, 320, 3), np.uint8)
    track = TrackSummary("hk01", 0, 1, 3, 0, 1, ((100.0, 100.0), (500.0, 100.0)), 9)
    drawn = draw_tracks(picture, [track], (640, 480))
    blue, green, red = drawn[50, 150].tolist()
    assert blue > green > red > 50, f"not the hue of {CLASS_COLOURS[3]}"
    assert not drawn[100, 150].any()
    assert not picture.any()


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7)), max_size=5))
def test_no_path_is_too_far_to_draw(path: list[tuple[float, float]]) -> None:
    track = TrackSummary("hk01", 0, 1, 0, 0, 1, tuple(path), 1)
    assert draw_tracks(np.zeros((48, 64, 3), np.uint8), [track]).shape == (48, 64, 3)
