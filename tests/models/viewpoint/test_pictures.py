"""A camera that turns, told by its picture: a crop that pans over a large real picture with traffic in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.arrays import U8
from core.frames import MOVING, Look
from models.viewpoint.pictures import PictureViewpoint, like_presets, plain_presets
from pipeline.sources.surfaces import ArraySurface
from tests.support.turning import MIDDLES, Actor, Stop, Tour, Window, large_picture

VIDEO = Path(__file__).parents[4] / "shared" / "video"
CLIPS = [("topdown_traffic.mp4", "highway.avi"), ("car_detection.mp4", "pets09_s2l1.avi")]
SIZE = (640, 360)
HOMES: dict[str, Window] = {
    "a": (*MIDDLES[0], 1.5),
    "b": (*MIDDLES[1], 1.5),
    "c": (*MIDDLES[3], 1.2),
}
NOWHERE: Window = (MIDDLES[0][0] + 560, MIDDLES[0][1] + 320, 1.5)


@pytest.fixture(params=CLIPS, ids=lambda clips: clips[0])
def picture(request: pytest.FixtureRequest) -> U8:
    return picture_of(request.param)


@cache
def picture_of(clips: tuple[str, str]) -> U8:
    missing = [name for name in clips if not (VIDEO / name).is_file()]
    if missing:
        pytest.skip(f"no {VIDEO / missing[0]}")
    return large_picture([VIDEO / name for name in clips])


def traffic(count: int = 60, seed: int = 1) -> list[Actor]:
    rng = np.random.default_rng(seed)
    return [
        Actor(
            (float(rng.uniform(-500, 2800)), float(rng.uniform(100, 1296))),
            (float(rng.normal(0, 130)), float(rng.normal(0, 20))),
            (float(rng.uniform(30, 110)), float(rng.uniform(25, 70))),
            (int(rng.integers(255)), int(rng.integers(255)), int(rng.integers(255))),
        )
        for _ in range(count)
    ]


def viewpoint(tour: Tour) -> PictureViewpoint:
    return PictureViewpoint({name: [tour.reference(window)] for name, window in HOMES.items()}, SIZE)


def looks(tour: Tour, by: PictureViewpoint | None = None, epoch: int = 0) -> Iterator[tuple[float, Look]]:
    by = by or viewpoint(tour)
    for frame, surface in tour.frames(epoch=epoch):
        yield frame.media_ns / 1e9, by.look(frame, surface)


ROUND = [
    Stop("a", HOMES["a"], 3),
    Stop("b", HOMES["b"], 3, 1.5),
    Stop("", NOWHERE, 3, 1.0),
    Stop("c", HOMES["c"], 3, 1.2),
    Stop("a", HOMES["a"], 3, 2.0),
    Stop("b", HOMES["b"], 3, 6.0),
]


def moved_px(tour: Tour, t: float) -> float:
    """How far the middle of the picture is from the nearest preset, in pixels of the camera."""
    x, y, zoom = tour.moment(t).window
    return min(float(np.hypot(x - home[0], y - home[1])) / zoom for home in HOMES.values())


@pytest.mark.parametrize(
    ("clips", "fps"), [(CLIPS[0], 2.0), (CLIPS[0], 10.0), (CLIPS[0], 25.0), (CLIPS[1], 10.0)], ids=str
)
def test_presets_are_told_right_and_moves_are_seen(clips: tuple[str, str], fps: float) -> None:
    """A move is seen at the frame, or within 0.25 s, after it has shifted the picture by 2.5 % of its width."""
    tour = Tour(picture_of(clips), ROUND, traffic(), fps=fps, noise=3.0, light=0.3, miss_px=2.0)
    for t, look in looks(tour):
        true = tour.moment(t)
        since = t - true.since_s
        if true.moving:
            assert look.view == MOVING or moved_px(tour, max(t - 0.25, true.since_s)) <= 0.025 * 640, (t, look)
        elif since >= max(0.5, 2.01 / fps):
            assert look.view == (true.preset or MOVING), (t, look, true)
            assert look.still
        else:
            assert look.view in (MOVING, true.preset)


def test_wind_and_passing_lorries_are_no_move(picture: U8) -> None:
    """Lorries over half of the picture, and cars around them; the mast swings by 1 % of the width."""
    x, y, _ = HOMES["a"]
    lorries = [Actor((x - 1100, y + 200), (500.0, 0.0), (600.0, 440.0), (60, 70, 200), start_s=s) for s in (1.0, 6.0)]
    tour = Tour(picture, [Stop("a", HOMES["a"], 11)], [*traffic(), *lorries], noise=3.0, sway_px=3.0)
    told = [(t, look.view) for t, look in looks(tour) if t > 0.8]
    assert {view for _, view in told} == {"a"}, [t for t, view in told if view != "a"]


def test_light_that_changes_is_no_move(picture: U8) -> None:
    """From day to dusk within a minute: a third of the light, and twice the noise."""
    tour = Tour(picture, [Stop("a", HOMES["a"], 60)], traffic(), fps=1.0, noise=5.0, light=0.65, light_s=120)
    assert {look.view for t, look in looks(tour) if t > 2.5} == {"a"}


def test_a_dark_picture_with_noise_is_recognised_or_unknown_but_nothing_else(picture: U8) -> None:
    tour = Tour(picture, ROUND, traffic(), fps=5.0, noise=8.0, light=0.8, light_s=80)
    for t, look in looks(tour):
        true = tour.moment(t)
        if not true.moving and t - true.since_s > 0.5:
            assert look.view in (MOVING, true.preset)


@pytest.mark.parametrize(
    "window",
    [
        (HOMES["a"][0] + 48, HOMES["a"][1], 1.5),
        (HOMES["a"][0] + 200, HOMES["a"][1], 1.5),
        (HOMES["a"][0], HOMES["a"][1] + 40, 1.5),
        (HOMES["a"][0], HOMES["a"][1], 1.45),
        (HOMES["a"][0], HOMES["a"][1], 1.55),
        (HOMES["a"][0], HOMES["a"][1], 1.1),
    ],
    ids=["5 % to the right", "21 % to the right", "7 % down", "zoomed in by 3 %", "zoomed out by 3 %", "zoomed far in"],
)
def test_what_is_near_a_preset_is_not_at_it(picture: U8, window: Window) -> None:
    tour = Tour(picture, [Stop("", window, 3), Stop("a", HOMES["a"], 2, 0.8)], traffic(), noise=3.0)
    told = list(looks(tour))
    assert {look.view for t, look in told if t < 3} == {MOVING}
    assert all(look.still for t, look in told if 0.5 < t < 3)
    assert {look.view for t, look in told if t > 4.4} == {"a"}


def test_where_it_lies_is_told_in_pixels_of_the_frame(picture: U8) -> None:
    x, y, zoom = HOMES["a"]
    tour = Tour(picture, [Stop("a", (x - 6 * zoom, y + 4 * zoom, zoom), 2)], noise=2.0)
    offsets = [look.offset_px for t, look in looks(tour) if t > 0.5]
    assert np.allclose([o for o in offsets if o is not None], (6, -4), atol=1.0) and None not in offsets


def test_after_a_reconnect_nothing_is_taken_for_granted(picture: U8) -> None:
    """The camera was turned while its stream was away: its old preset must not be said of the new picture."""
    first = Tour(picture, [Stop("a", HOMES["a"], 2)], traffic())
    by = viewpoint(first)
    assert [look.view for _, look in looks(first, by)][-1] == "a"
    after = [look.view for _, look in looks(Tour(picture, [Stop("b", HOMES["b"], 2)], traffic()), by, epoch=1)]
    assert "a" not in after and after[0] == MOVING and after[-1] == "b"


def test_night_has_a_picture_of_its_own(picture: U8) -> None:
    tour = Tour(picture, [Stop("a", HOMES["a"], 2)], noise=2.0)
    day = tour.reference(HOMES["a"])
    night = np.asarray(255 - day, np.uint8)  # whatever it looks like: not like the day
    other = tour.reference(HOMES["b"])
    by = PictureViewpoint({"a": [day, night], "b": [other]}, SIZE)
    without = PictureViewpoint({"a": [day], "b": [other]}, SIZE)
    found = []
    for frame, surface in tour.frames():
        dark = ArraySurface(np.asarray(255 - surface.to_host(), np.uint8))
        found.append((by.look(frame, dark).view, without.look(frame, dark).view))
    assert found[-1] == ("a", MOVING)


def test_the_picture_may_have_another_size_than_the_reference(picture: U8) -> None:
    tour = Tour(picture, ROUND[:2], traffic(), noise=2.0)
    large = {n: [np.asarray(cv2.resize(tour.reference(w), (1280, 720)), np.uint8)] for n, w in HOMES.items()}
    told = [look.view for t, look in looks(tour, PictureViewpoint(large, (1280, 720))) if t > 0.5]
    assert {told[0], told[-1]} == {"a", "b"} and set(told) == {"a", "b", MOVING}


def test_pictures_that_cannot_serve_are_told(picture: U8) -> None:
    tour = Tour(picture, ROUND[:1])
    a, b = tour.reference(HOMES["a"]), tour.reference(HOMES["b"])
    wall: U8 = np.full((360, 640, 3), 120, np.uint8)
    assert plain_presets({"a": [a], "wall": [a, wall]}, SIZE) == ["wall"]
    near = tour.reference((HOMES["a"][0] + 6, HOMES["a"][1], 1.5))
    assert like_presets({"a": [a], "b": [b], "near": [b, near]}, SIZE) == [("a", "near"), ("b", "near")]
