"""The pinhole camera, and how far two cameras' metres are apart."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geometry import project
from scenes.calibration.camera import Pinhole
from scenes.calibration.compare import difference
from tests.support.street import Camera

CAMERAS = st.builds(
    Camera,
    height=st.floats(3, 30),
    pitch=st.floats(5, 70),
    focal=st.floats(0.4, 3.0),
    roll=st.floats(-4, 4),
)


def pinhole(camera: Camera) -> Pinhole:
    width = camera.size[0]
    return Pinhole(
        camera.size, camera.focal * width, math.radians(camera.pitch), math.radians(camera.roll), camera.height
    )


def seen(camera: Camera, seed: int = 0) -> np.ndarray:
    """Points (N, 2) of the picture well below the horizon."""
    known = pinhole(camera)
    width, height = camera.size
    pixels = np.random.default_rng(seed).uniform((0, 0), (width, height), (200, 2))
    below = np.array([known.horizon(float(x)) for x in pixels[:, 0]])
    return pixels[pixels[:, 1] > below + 0.1 * height]


@given(camera=CAMERAS)
def test_it_sees_what_a_camera_made_of_rays_sees(camera: Camera) -> None:
    pixels = seen(camera)
    metres, valid = project(pinhole(camera).ground, pixels)
    assert valid.all()
    assert np.allclose(metres, camera.ground(pixels), rtol=1e-6, atol=1e-6)


@given(camera=CAMERAS)
def test_the_horizon_is_where_metres_end(camera: Camera) -> None:
    known = pinhole(camera)
    for x in (0.0, 400.0, 1919.0):
        row = known.horizon(x)
        _, valid = project(known.ground, np.array([(x, row - 1.0), (x, row + 1.0)]))
        assert valid.tolist() == [False, True]


@given(camera=CAMERAS, scale=st.floats(0.5, 2.0), turn=st.floats(-3, 3), move=st.floats(-50, 50))
def test_the_difference_is_that_of_scale_whatever_the_frame(
    camera: Camera, scale: float, turn: float, move: float
) -> None:
    true, pixels = pinhole(camera).ground, seen(camera)
    cos, sin = scale * math.cos(turn), scale * math.sin(turn)
    other = np.array([[cos, -sin, move], [sin, cos, -move], [0, 0, 1]]) @ true
    if len(pixels) < 10:
        return
    found = difference(true, other, pixels)
    assert (found.along, found.across, found.scale) == pytest.approx((scale - 1,) * 3, abs=1e-6)
    if scale == 1:
        assert found.position_m == pytest.approx(0, abs=1e-6)


def test_a_scale_that_differs_by_direction_is_told_by_direction() -> None:
    camera = Camera()
    true, pixels = pinhole(camera).ground, seen(camera)
    found = difference(true, np.diag([1.1, 0.9, 1.0]) @ true, pixels)
    assert (found.along, found.across) == pytest.approx((-0.1, 0.1), abs=1e-9)
    turned = difference(true, np.diag([1.1, 0.9, 1.0]) @ true, pixels, np.array([2.0, 0.0]))
    assert (turned.along, turned.across) == pytest.approx((0.1, -0.1), abs=1e-9)
