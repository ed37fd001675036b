"""Who truly drove over a line."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.events.lane_truth import Ways, line_minutes
from core.arrays import F64
from tests.support.recordings import FPS, lane, road

BESIDE = (lane("a", "g", ((0.0, 0.0), (200.0, 0.0))), lane("b", "g", ((0.0, 3.0), (200.0, 3.0))))
BACK = (lane("a", "g", ((200.0, 0.0), (0.0, 0.0))),)
TIMES = np.arange(101) / FPS


def _line(x: float, right: float, left: float) -> F64:
    return np.array([(x, right), (x, left)])


def test_who_drives_over_a_line_counts_when_he_is_over_it() -> None:
    rows, times = Ways(road({7: (TIMES, 10.0 * TIMES)})).over(_line(45.0, -1.5, 1.5))
    assert len(rows) == 1
    assert times.tolist() == pytest.approx([4.5])


def test_only_those_who_drive_over_the_line_itself_count() -> None:
    found = Ways(road({1: (TIMES, 10.0 * TIMES), 2: (TIMES, 10.0 * TIMES)}, lanes=BESIDE, lane_of={1: 0, 2: 1}))
    assert [found.recording.user[row] for row in found.over(_line(45.0, -1.5, 1.5))[0]] == [1]
    assert len(found.over(_line(45.0, -1.5, 4.5))[0]) == 2


def test_who_comes_the_other_way_does_not_count() -> None:
    assert not len(Ways(road({1: (TIMES, 10.0 * TIMES)}, lanes=BACK)).over(_line(145.0, -1.5, 1.5))[0])


def test_who_was_away_in_between_has_not_driven_over_it() -> None:
    there = np.concatenate((TIMES[:30], TIMES[60:]))
    assert not len(Ways(road({1: (there, 10.0 * there)})).over(_line(45.0, -1.5, 1.5))[0])


def test_crossings_are_counted_by_minute() -> None:
    late = 60.0 + TIMES
    ways = Ways(road({1: (TIMES, 10.0 * TIMES), 2: (late, 10.0 * TIMES), 3: (late + 49.9, TIMES)}))
    assert [counts for _, counts in line_minutes(ways, _line(45.0, -1.5, 1.5))] == [{"car": 1}, {"car": 1}]
