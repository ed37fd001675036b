"""Turning movements from hand-made ways through a junction."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.events.lane_truth import Ways
from benchmarks.events.traffic.recording import Recording
from benchmarks.events.turning import Turn, figures, true_turns
from core.arrays import F64
from tests.support.recordings import FPS, lane, road

LANES = (
    lane("west_0", "west_in", ((-50.0, 0.0), (0.0, 0.0)), stop_line=True),
    lane("east_0", "east_out", ((20.0, 0.0), (70.0, 0.0))),
    lane("north_0", "north_out", ((10.0, 10.0), (10.0, 60.0))),
)
WEST_IN = np.array([(-2.0, -2.0), (-2.0, 2.0)])
EAST_OUT = np.array([(26.0, -2.0), (26.0, 2.0)])
NORTH_OUT = np.array([(12.0, 16.0), (8.0, 16.0)])
"""Lines across lanes, from the right end to the left as one drives."""


def _through(user: int, leave: int, start_s: float) -> dict[int, tuple[int, F64, F64]]:
    """In over the west arm and out over another, both at 10 m/s."""
    times = start_s + np.arange(51) / FPS
    return {
        2 * user: (0, times, (times - start_s) * 10.0),
        2 * user + 1: (leave, times + 6.0, (times - start_s) * 10.0),
    }


def _junction(parts: list[dict[int, tuple[int, F64, F64]]]) -> Recording:
    ways = {key: way for part in parts for key, way in part.items()}
    found = road(
        {key: (times, along) for key, (_, times, along) in ways.items()},
        lanes=LANES,
        lane_of={key: where for key, (where, _, _) in ways.items()},
    )
    object.__setattr__(found, "user", found.user // 2)
    return found


def test_each_vehicle_goes_from_its_entry_to_its_exit() -> None:
    recording = _junction([_through(1, 1, 0.0), _through(2, 2, 3.0), _through(3, 1, 6.0)])
    found = true_turns(Ways(recording), {"in-west_in": WEST_IN}, {"out-east_out": EAST_OUT, "out-north_out": NORTH_OUT})
    assert found == {("in-west_in", "out-east_out"): 2, ("in-west_in", "out-north_out"): 1}


def test_a_vehicle_that_was_not_seen_coming_in_is_no_movement() -> None:
    recording = _junction([_through(1, 1, 0.0)])
    assert not true_turns(Ways(recording), {"in-north": NORTH_OUT}, {"out-east_out": EAST_OUT})


def test_the_share_that_is_right_counts_what_is_missing_and_what_is_too_much() -> None:
    found = figures([Turn("a", "n", "s", 10, 8, True), Turn("a", "n", "e", 10, 12, True)])
    assert found["right"] == pytest.approx(18 / 20)
    assert found["vehicles"] == found["counted"] == 20
    assert figures([Turn("a", "n", "s", 10, 20, True)])["right"] == pytest.approx(0.5)
    assert figures([])["right"] is None
