"""Who is seen past a stop line alone, and whether he came over it."""

from __future__ import annotations

import numpy as np

from analytics.clock import CameraClock
from analytics.late_crossings import LateCrossings
from analytics.stop_lines import StopLine
from analytics.views import class_mask
from core.scene import Label, Line
from core.taxonomy import ObjectClass
from tests.support.tracks import Actor, film, make_scene, walk

SCENE = make_scene(0.05)
AT_ORIGIN = Line("l", Label("Kerb", "Lề"), np.array([0.0, 200.0]), np.array([0.0, -200.0]))
"""Across the ground's origin."""


def test_who_creeps_past_a_line_as_a_camera_starts_has_not_come_over_it() -> None:
    """1 m/s from 1 m past it on, from the first picture on."""
    clock = CameraClock()
    late = LateCrossings(clock, class_mask(["vehicle"]))
    line = StopLine.of(AT_ORIGIN, SCENE.ground).ground
    assert line is not None
    number = late.watch(line)
    creeps, told = Actor(1, walk([(0, 20, 60), (8, 180, 60)]), ObjectClass.CAR), 0
    for shot in film([creeps], 8, scene=SCENE):
        clock.frame(shot.view.frame)
        late.follow(shot.view, np.zeros(0, np.int64))
        told += len(late.at(number))
    assert told == 0
