"""Queues that discharge at green: what is measured is what was driven."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from core.observations import Observations, SignalReading, SignalReadings
from core.records import Measurement
from core.scene import Label, Scene, Signal
from core.signals import SignalState
from core.taxonomy import ObjectClass
from scenes.rules import MeasureSpec
from tests.support.tracks import SECOND, Actor, Shot, film, make_scene, with_lanes
from tests.support.traffic import at, measured

LANE = MeasureSpec(lanes="all", interval_s=300)
GREEN_S, HEADWAY_S, LOST_S = 20.0, 2.0, 2.6


def scene(metric: bool) -> Scene:
    made = with_lanes(make_scene(0.1 if metric else None, (1400, 1000)), stop_line=True)
    return replace(made, signals={"s": Signal("s", Label("s", "s"), lanes=("a",))})


def waits(number: int) -> Callable[[float], tuple[float, float] | None]:
    """The n-th of a queue, 7 m apart; its middle passes the stop line, x = 900, so many headways after it began."""
    place = 880.0 - 70 * number
    passes = GREEN_S + LOST_S + HEADWAY_S * (number + 1)

    def way(t: float) -> tuple[float, float] | None:
        x = place if t < passes - 1 else place + (900 - place) * (t - passes + 1)
        return (min(x, 900 + 100 * (t - passes)) if t > passes else x, 400.0) if x < 1300 else None

    return way


def lit(shots: Sequence[Shot]) -> list[Shot]:
    found = []
    for shot in shots:
        t = shot.tracks.frames[0].media_ns / SECOND
        since, state = (GREEN_S, SignalState.GREEN) if t >= GREEN_S else (0.0, SignalState.RED)
        reading = SignalReading("s", state, round(since * SECOND), 1.0)
        found.append(replace(shot, observations=Observations(signals=SignalReadings((reading,)))))
    return found


def starts(count: int, metric: bool = True, signals: bool = True) -> Measurement:
    here = scene(metric) if signals else replace(scene(metric), signals={})
    cars = [Actor(n + 1, waits(n), ObjectClass.CAR, (45, 30)) for n in range(count)]
    shots = film(cars, 60, scene=here, fps=10)
    return at(measured(lit(shots) if signals else shots, LANE), "a")[0]


@pytest.mark.parametrize("metric", [True, False])
def test_lost_time_and_headway_are_those_that_were_driven(metric: bool) -> None:
    found = starts(9, metric)
    assert found.green_starts == 1
    assert found.saturation_headway_s == pytest.approx(HEADWAY_S, abs=0.05)
    assert found.start_up_lost_s == pytest.approx(LOST_S, abs=0.15)


def test_a_short_queue_tells_nothing_and_a_lane_without_a_signal_has_none() -> None:
    short = starts(4)
    assert (short.green_starts, short.start_up_lost_s, short.saturation_headway_s) == (0, None, None)
    assert starts(9, signals=False).green_starts is None
