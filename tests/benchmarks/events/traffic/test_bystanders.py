"""People on squares beside the street: what they do is what truth says, and nothing else of the recording changes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from benchmarks.events.traffic.bystanders import SLOT_S, with_bystanders
from benchmarks.events.traffic.recording import Recording
from core.taxonomy import ObjectClass
from tests.support.recordings import driving, lane, road

LANES = (lane("a", "east", ((0.0, 0.0), (200.0, 0.0))), lane("b", "west", ((200.0, 4.0), (0.0, 4.0))))


@pytest.fixture(scope="module")
def before() -> Recording:
    return road({1: driving(0.0, 0.2, 900)}, lanes=LANES)


@pytest.fixture(scope="module")
def after(before: Recording) -> Recording:
    return with_bystanders(before)


def test_the_same_people_come_each_time_and_the_traffic_is_as_it_was(before: Recording, after: Recording) -> None:
    again = with_bystanders(before)
    assert np.array_equal(after.x, again.x) and np.array_equal(after.user, again.user)
    vehicles = after.cls != int(ObjectClass.PERSON)
    assert np.array_equal(after.x[vehicles], before.x) and np.array_equal(after.user[vehicles], before.user)
    assert np.array_equal(after.step_of_rows()[vehicles], before.step_of_rows())
    assert after.user[~vehicles].min() > before.user.max()


def test_squares_are_beside_the_carriageway_and_nobody_leaves_the_pavement_for_it(after: Recording) -> None:
    squares = [shapely.Polygon(area.polygon) for area in after.areas if area.kind == "square"]
    carriageway = shapely.union_all([shapely.LineString(x.centreline).buffer(x.width_m / 2) for x in LANES])
    assert len(squares) >= 6 and not any(square.intersects(carriageway) for square in squares)
    assert not any(a.intersects(b) for n, a in enumerate(squares) for b in squares[:n])
    people = after.cls == int(ObjectClass.PERSON)
    feet = after.x[people].astype(np.float64), after.y[people].astype(np.float64)
    assert not shapely.contains_xy(carriageway, *feet).any()


def test_some_stay_some_gather_some_run_and_others_only_nearly(after: Recording) -> None:
    people = np.flatnonzero(after.cls == int(ObjectClass.PERSON))
    when = after.time_s[after.step_of_rows()[people]]
    users, first = np.unique(after.user[people], return_index=True)
    assert len(first) > 20
    lasts = np.array([np.ptp(when[after.user[people] == user]) for user in users])
    fastest = np.array([after.speed[people][after.user[people] == user].max() for user in users])
    assert (lasts > 75).any() and ((lasts > 30) & (lasts < 60)).any()
    assert ((fastest > 4.2) & (lasts < 8)).any() and fastest.max() < 6
    for area in (a for a in after.areas if a.kind == "square"):
        inside = shapely.contains_xy(
            shapely.Polygon(area.polygon), after.x[people].astype(np.float64), after.y[people].astype(np.float64)
        )
        at_once = np.bincount(after.step_of_rows()[people][inside], minlength=after.steps)
        assert at_once.max() < 20
    assert lasts.max() < SLOT_S, "who comes is gone before the next"


def test_where_there_is_no_room_there_is_nobody() -> None:
    crowded = tuple(lane(f"l{n}", f"g{n}", ((0.0, 4.0 * n), (200.0, 4.0 * n))) for n in range(-8, 9))
    full = road({1: driving(0.0, 5.0, 20)}, lanes=crowded[:1])
    assert with_bystanders(full).areas != ()
    empty = road({1: driving(0.0, 5.0, 3)}, lanes=crowded)
    inner = [a for a in with_bystanders(empty).areas if abs(float(a.polygon[:, 1].mean())) < 30]
    assert inner == []
