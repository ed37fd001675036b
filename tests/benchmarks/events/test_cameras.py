"""Virtual cameras."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.events.boxes import see, solids
from benchmarks.events.cameras import STYLES, Camera, calibrated, place_cameras
from benchmarks.events.made_up import made_up
from benchmarks.events.views import build_view
from scenes.rules import MeasureSpec
from tests.support.recordings import lane, road, standing

cameras = st.builds(
    Camera,
    st.just("c"),
    st.floats(-50, 50),
    st.floats(-50, 50),
    st.floats(4, 15),
    st.floats(-math.pi, math.pi),
    st.floats(math.radians(10), math.radians(45)),
    st.floats(600, 2600),
)


@given(cameras, st.floats(0, 1279), st.floats(0.55, 0.99))
def test_pixels_go_to_the_ground_and_back(camera: Camera, x: float, y: float) -> None:
    # Rows from just below the horizon to the picture's lower edge.
    horizon = camera.height / 2 - camera.focal_px * math.tan(camera.pitch)
    pixel = np.array([(x, max(horizon, 0.0) + y * (camera.height - max(horizon, 0.0)))])
    metres, valid = camera.ground().to_ground(pixel)
    assert valid.all()
    back, before = camera.project_ground(metres)
    assert before.all()
    assert back == pytest.approx(pixel, abs=1e-4)
    # What the product makes of the same homography.
    pixels, held = camera.ground().to_picture(metres)
    assert held.all()
    assert pixels == pytest.approx(back, abs=1e-4)


@given(cameras)
def test_what_stands_higher_is_seen_higher(camera: Camera) -> None:
    away = camera.z / math.tan(camera.pitch)
    foot = (camera.x + away * math.cos(camera.yaw), camera.y + away * math.sin(camera.yaw))
    pixels, before = camera.project(np.array([(*foot, 0.0), (*foot, 1.5)]))
    assert before.all()
    assert pixels[0] == pytest.approx((camera.width / 2, camera.height / 2), abs=1e-6)
    assert pixels[1, 1] < pixels[0, 1]


def test_points_picked_by_hand_give_a_ground_that_is_nearly_right() -> None:
    camera = Camera("c", 0.0, 0.0, 8.0, 0.3, math.radians(22), 1300.0)
    ground = calibrated(camera, 1.5, np.random.default_rng(1))
    pixels = np.array([(300.0, 500.0), (640.0, 400.0), (1000.0, 650.0)])
    away = np.linalg.norm(ground.to_ground(pixels)[0] - camera.ground().to_ground(pixels)[0], axis=1)
    assert 0.0 < away.max() < 1.0
    assert 0.0 < ground.error_m < 1.0


def test_the_nearer_of_two_cars_hides_the_farther() -> None:
    camera = Camera("c", -10.0, 0.0, 5.0, 0.0, math.radians(15), 1200.0)
    seen = see(camera, solids(road({1: standing(10.0, 0.1), 2: standing(15.0, 0.1)}), 0, 1))
    visible = dict(zip((seen.part // 2).tolist(), seen.visible.tolist(), strict=True))
    assert visible[1] == 1.0
    assert visible[2] < 0.7


def test_cameras_of_one_seed_are_the_same_and_differ_among_themselves() -> None:
    recording = made_up(60.0)
    first = place_cameras(recording, 5, 3)
    assert first == place_cameras(recording, 5, 3)
    assert first[:3] == place_cameras(recording, 3, 3)
    assert len({(camera.z, camera.pitch, camera.focal_px) for camera in first}) == 5
    low, high = STYLES["street"].height_m
    assert all(low <= camera.z <= high for camera in first)


def test_from_one_camera_in_eight_all_arms_of_a_junction_are_seen() -> None:
    arms = {"n": (0.0, 1.0), "e": (1.0, 0.0), "s": (0.0, -1.0), "w": (-1.0, 0.0)}
    lanes = []
    for name, (x, y) in arms.items():
        far, near, aside = np.array((150 * x, 150 * y)), np.array((12 * x, 12 * y)), np.array((-2 * y, 2 * x))
        into = tuple(map(tuple, (far + aside, near + aside)))
        lanes += [lane(f"{name}_in", f"{name}_in", into, stop_line=True)]
        lanes += [lane(f"{name}_out", f"{name}_out", tuple(map(tuple, (near - aside, far - aside))))]
    times = np.arange(101) / 10
    crossing = road(
        dict.fromkeys(range(8), (times, times * 12.0)),
        lanes=lanes,
        lane_of={number: number for number in range(8)},
        name="junction",
    )
    seen = build_view(crossing, place_cameras(crossing, 7, 1)[6], picked_px=0.0)
    assert len(seen.entries) == len(seen.exits) == 4
    assert [rule.all_ways for rule in seen.rules if isinstance(rule, MeasureSpec) and rule.entries] == [True]
