"""Which lane a track is on, and how it moves along it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from core.scene import Ground, Label, Lane, Scene
from trackers.lanes import LaneMap

NAME = Label("", "")
GROUND = Ground(np.diag([0.1, -0.1, 1.0]), 0.1)


def lane(name: str, left: float, right: float, *, up: bool, length_m: float | None = None) -> Lane:
    """A lane from the picture's bottom to its top, or the other way."""
    polygon = np.array([(left, 0.0), (right, 0.0), (right, 400.0), (left, 400.0)])
    middle = (left + right) / 2
    ends = [(middle, 400.0), (middle, 0.0)] if up else [(middle, 0.0), (middle, 400.0)]
    return Lane(name, NAME, polygon, np.array(ends), name, length_m=length_m)


def place(
    scene: Scene, feet: Sequence[tuple[float, float]], velocity: Sequence[tuple[float, float]]
) -> tuple[list[float], ...]:
    foot, moved = np.array(feet, np.float32), np.array(velocity, np.float32)
    m = len(foot)
    found = np.zeros(m, np.int16), np.zeros(m), np.zeros(m)
    scale = 1.0 if scene.ground is None else np.array([0.1, -0.1])
    position, speed = foot.astype(np.float64) * scale, moved.astype(np.float64) * scale
    LaneMap(scene).place(foot, moved, position, speed, np.ones(m, np.bool_), found)
    return tuple([float(v) for v in part] for part in found)


def test_lane_way_and_speed_in_pixels_and_in_metres() -> None:
    lanes = {"a": lane("a", 0, 100, up=True), "b": lane("b", 100, 200, up=False)}
    feet, velocity = [(50, 300), (150, 300), (250, 300)], [(0, -20), (0, -20), (0, -20)]
    number, along, speed = place(Scene("s", 1, (400, 400), lanes=lanes), feet, velocity)
    assert number == [0, 1, -1]
    assert along == pytest.approx([100, 300, 0])
    assert speed == pytest.approx([20, -20, 0])
    metric = {
        name: lane(name, one.polygon[0, 0], one.polygon[1, 0], up=name == "a", length_m=40)
        for name, one in lanes.items()
    }
    number, along, speed = place(Scene("s", 1, (400, 400), lanes=metric, ground=GROUND), feet, velocity)
    assert number == [0, 1, -1]
    assert along == pytest.approx([10, 30, 0], abs=1e-5)
    assert speed == pytest.approx([2, -2, 0], abs=1e-5)


def test_where_lanes_overlap_the_one_that_is_driven_along_counts_then_the_nearest() -> None:
    lanes = {"a": lane("a", 0, 120, up=True), "b": lane("b", 80, 200, up=False), "c": lane("c", 80, 220, up=False)}
    scene = Scene("s", 1, (400, 400), lanes=lanes)
    assert place(scene, [(100, 200)] * 3, [(0, -5), (0, 5), (0, 0)])[0] == [0, 1, 0]


def test_a_lane_beyond_the_horizon_holds_nobody() -> None:
    scene = Scene("s", 1, (400, 400), lanes={"a": lane("a", 0, 100, up=True)}, ground=GROUND)
    assert place(scene, [(50, 300)], [(0, 0)])[0] == [-1]
