"""What was found beside what is true."""

from __future__ import annotations

from benchmarks.events.pairing import as_many, nearest_first


def test_the_nearest_two_are_one_and_nothing_is_paired_twice() -> None:
    assert nearest_first([(3.0, 0, 0), (1.0, 0, 1), (2.0, 1, 1), (4.0, 1, 0)]) == [(0, 1), (1, 0)]


def test_what_may_not_be_a_pair_stays_alone() -> None:
    assert nearest_first([(1.0, 0, 0), (2.0, 1, 0)]) == [(0, 0)]
    assert nearest_first([]) == []


def test_as_many_pairs_as_there_can_be_and_some_have_theirs_first() -> None:
    close = [(0.02, 0, 0), (0.05, 1, 0), (0.3, 0, 1)]
    assert nearest_first(close) == [(0, 0)]
    assert as_many(close) == [(0, 1), (1, 0)]
    assert as_many([(0.1, 0, 0), (0.2, 1, 0)]) == [(0, 0)]
    assert as_many([(0.1, 0, 0), (0.2, 1, 0)], before={1}) == [(1, 0)]
    assert as_many([]) == []
