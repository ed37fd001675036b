"""What was found beside what is true."""

from __future__ import annotations

from benchmarks.events.pairing import nearest_first


def test_the_nearest_two_are_one_and_nothing_is_paired_twice() -> None:
    assert nearest_first([(3.0, 0, 0), (1.0, 0, 1), (2.0, 1, 1), (4.0, 1, 0)]) == [(0, 1), (1, 0)]


def test_what_may_not_be_a_pair_stays_alone() -> None:
    assert nearest_first([(1.0, 0, 0), (2.0, 1, 0)]) == [(0, 0)]
    assert nearest_first([]) == []
