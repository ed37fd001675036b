"""Bars count every time once, in the step where it lies, and fit the picture."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.charts import WIDTH, bars
from console.summary import chart, fitting_step
from core.times import SECOND_NS, time_ns
from tests.support.console import crossing

NOON = 1_767_600_000 * SECOND_NS
seconds = st.lists(st.integers(0, 100_000), min_size=1, max_size=60)


@given(seconds, seconds)
def test_stacked_bars_hold_all_counts(some: Sequence[int], others: Sequence[int]) -> None:
    one, two = ([NOON + s * SECOND_NS for s in starts] for starts in (some, others))
    series = {"a": ("#111", one), "b": ("#222", two)}
    drawn = bars(series, fitting_step(100_000 * SECOND_NS), "en")
    assert drawn is not None
    assert sum(int(bar.note.rpartition(": ")[2]) for bar in drawn.bars) == len(some) + len(others)
    assert [(name, count) for name, _, count in drawn.legend] == [("a", len(some)), ("b", len(others))]
    for bar in drawn.bars:
        assert drawn.left <= bar.x
        assert bar.x + bar.width <= WIDTH + 1
        assert bar.y >= 9.9
        assert bar.y + bar.height <= drawn.base + 0.1


def test_no_time_no_chart() -> None:
    assert bars({"a": ("#111", [])}, 60, "en") is None


@given(seconds)
def test_the_pages_chart_counts_what_its_window_shows(starts: Sequence[int]) -> None:
    events = [crossing(str(n), NOON + s * SECOND_NS) for n, s in enumerate(starts)]
    drawn = chart(events, NOON + 10**7 * SECOND_NS)  # long after: the window fits the events
    assert sum(sum(b["counts"].values()) for b in drawn["buckets"]) == len(events)
    assert len(drawn["buckets"]) <= 60


@pytest.mark.parametrize(("ago_s", "step_s"), [(30, 10), (1_800, 60)])
def test_recent_events_are_shown_up_to_now(ago_s: int, step_s: int) -> None:
    drawn = chart([crossing("c", NOON - ago_s * SECOND_NS)], NOON)
    assert drawn["step_s"] == step_s
    assert len(drawn["buckets"]) == 60
    assert time_ns(drawn["buckets"][-1]["start"]) <= NOON < time_ns(drawn["buckets"][-1]["start"]) + step_s * SECOND_NS
    assert sum(sum(b["counts"].values()) for b in drawn["buckets"]) == 1
