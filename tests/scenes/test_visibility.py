"""How large road users appear is told by where lanes and lines lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.scene import Label, Preset, Scene
from scenes.visibility import RIDER_M, pixels_per_metre, smallest_rider
from tests.support.pinhole import Pinhole, road

NAME = Label("", "")


@given(st.floats(4, 20), st.floats(5, 40), st.floats(500, 3000), st.floats(15, 80), st.floats(-20, 20))
def test_a_metre_across_the_view_has_as_many_pixels_as_a_pinhole_says(
    height: float, pitch: float, focal: float, y: float, x: float
) -> None:
    camera = Pinhole(height, pitch, focal)
    place = [(x, y)]
    (across,) = pixels_per_metre(camera.ground, camera.pixels(place))
    straight = camera.pixels([(x - 0.5, y), (x + 0.5, y)])
    (depth,) = camera.depths(place)
    assert np.hypot(*(straight[1] - straight[0])) == pytest.approx(focal / depth, rel=1e-6)
    assert across >= focal / depth * 0.999  # beside the middle a turned metre may be somewhat longer
    assert across <= focal / depth * np.hypot(1, np.hypot(x, y) / y)


def test_it_is_the_far_end_of_a_lane() -> None:
    camera = Pinhole()
    found = smallest_rider(road(camera))
    assert found is not None
    assert (found.place, found.preset) == ("north", "")
    assert found.size_px == pytest.approx(RIDER_M * camera.focal / camera.depths([(0.0, 60.0)])[0], rel=0.01)


def test_a_camera_that_turns_is_judged_by_the_preset_that_shows_least() -> None:
    near, far = road(Pinhole()), road(Pinhole(), 20.0, 90.0)
    bare = Scene("s", 1, near.reference_size)
    turning = replace(bare, presets={"near": Preset("near", NAME, near, ()), "far": Preset("far", NAME, far, ())})
    found = smallest_rider(turning)
    assert found is not None
    assert found.preset == "far"


def test_without_metres_or_places_nothing_is_known() -> None:
    known = road(Pinhole())
    assert smallest_rider(replace(known, ground=None)) is None
    assert smallest_rider(replace(known, lanes={}, lines={})) is None  # and no zones
