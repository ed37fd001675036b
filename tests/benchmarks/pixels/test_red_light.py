"""Red-light running in simulated traffic, the whole way: cameras, boxes, tracks, rules, truth and score."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.events.noise import Levels
from benchmarks.events.traffic.recording import Recording
from benchmarks.pixels.crossings import GREEN, RED
from benchmarks.pixels.red_light import EARLY_S, TRACKS, red_lights
from tests.support.recordings import FPS, driving, lane, road

STOP_M = 60.0
"""Of two lanes along x, that each have a signal; after `RED_S` both are red."""
RED_S = 8.0
MPS = 10.0
GREEN_S, EARLY_ONLY_S, LATE_S = 3.0, 6.0, 10.0
"""When three cars cross: at green, also where red comes 4 s early; at green, where red comes early at red; at red."""


def recorded() -> Recording:
    lanes = [lane(name, "in", ((0.0, y), (STOP_M, y)), stop_line=True) for name, y in (("a", 0.0), ("b", 3.5))]
    ways = {user: driving(STOP_M - MPS * at_s, MPS, 12.0) for user, at_s in enumerate((GREEN_S, EARLY_ONLY_S, LATE_S))}
    found = road(ways, lanes=lanes, lane_of={1: 1})
    signal = np.where(np.arange(found.steps) / FPS < RED_S, GREEN, RED)
    return replace(found, signal=np.repeat(signal[:, None], len(lanes), axis=1).astype(np.int8))


def test_who_runs_a_red_light_is_found_at_the_signals_as_they_are_and_at_early_ones() -> None:
    found = dict(red_lights(recorded(), 1, Levels()))
    assert set(found) == {signals + tracks for signals in EARLY_S for tracks in TRACKS}
    for tracks in TRACKS:
        ones = [found[signals + tracks] for signals in EARLY_S]
        assert [(one.crossings, one.incidents, one.hidden) for one in ones] == [(3, 1, 0), (3, 2, 0), (3, 3, 0)]
        assert [(one.found, one.alerts, one.false) for one in ones] == [(1, 1, 0), (2, 2, 0), (3, 3, 0)]
        assert all(0.0 < delay_s < 1.5 for one in ones for delay_s in one.delays_s)


def test_a_detector_with_a_small_input_sees_nobody_far_away() -> None:
    found = dict(red_lights(recorded(), 1, Levels(), 32))
    assert [found["red 20 s early" + tracks].found for tracks in TRACKS] == [0, 3]
