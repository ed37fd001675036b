"""A run ends when its time is over or its frames are taken."""

from __future__ import annotations

import pytest

from pipeline.budget import Budget


def test_frames_are_counted_down() -> None:
    budget = Budget(most_frames=5)
    budget.take(3)
    assert (budget.frames_left, budget.spent) == (2, False)
    budget.take(2)
    assert budget.spent
    assert not budget.late


def test_time_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("pipeline.budget.time.monotonic", lambda: now[0])
    budget = Budget(most_s=10)
    assert not budget.late
    now[0] = 110.0
    assert budget.late
    assert not budget.spent


def test_without_bounds_it_never_ends() -> None:
    budget = Budget()
    budget.take(10**9)
    assert (budget.frames_left, budget.spent, budget.late) == (None, False, False)
