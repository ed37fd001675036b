"""Ways that were lost in between, shared out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from analytics.traffic.sharing import share_out

COUNTS = st.integers(0, 500)


@given(st.data(), st.integers(1, 5), st.integers(1, 5))
def test_everybody_who_went_out_came_in_somewhere(data: st.DataObject, entries: int, exits: int) -> None:
    seen = data.draw(arrays.arrays(np.int64, (entries, exits), elements=COUNTS))
    entered = data.draw(arrays.arrays(np.int64, entries, elements=COUNTS))
    left = data.draw(arrays.arrays(np.int64, exits, elements=COUNTS))
    found = share_out(seen, entered, left)
    assert (found >= 0).all() and np.isfinite(found).all()
    assert found.sum(axis=0) == pytest.approx(left, abs=1e-6)


def test_a_pattern_whose_ways_are_lost_evenly_is_found_again() -> None:
    """Half of all vehicles change their number on the way: what was seen whole and the open ends tell the rest."""
    true = np.array([(0, 40, 200), (60, 0, 20), (100, 80, 0)])
    seen = true // 2
    lost = true - seen
    found = seen + share_out(seen, lost.sum(axis=1), lost.sum(axis=0))
    assert np.abs(found - true).sum() < 0.06 * true.sum()


def test_a_way_that_is_lost_more_often_is_made_up_for_by_its_ends() -> None:
    """All who turn left are lost, nobody else: the pattern has none of them, but both ends miss them."""
    seen = np.array([(0.0, 100.0), (100.0, 0.0)])
    found = share_out(seen, np.array([30.0, 0.0]), np.array([30.0, 0.0]))
    assert found[0, 0] == pytest.approx(30.0)


def test_before_anybody_was_seen_the_whole_way_all_are_alike() -> None:
    found = share_out(np.zeros((2, 2)), np.array([6.0, 2.0]), np.array([4.0, 4.0]))
    assert found == pytest.approx(np.array([(3.0, 3.0), (1.0, 1.0)]))
    assert not share_out(np.zeros((2, 2)), np.array([6.0, 2.0]), np.zeros(2)).any()
