"""Signals in the benchmark of pictures: truth that is what it says, and figures that count it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.events.watching import START_NS
from benchmarks.pixels import lamps, report
from benchmarks.pixels.clips import Clip
from benchmarks.pixels.crossings import Crossing, early
from benchmarks.pixels.lamps import LIGHTS, Light, Seen, lamps_seen
from benchmarks.pixels.measure import PixelsPlan, PixelsResult
from benchmarks.pixels.red_light import RedLights, score
from core.events import Event, EventKind
from core.measures import RedLightMeasures
from core.signals import SignalState
from tests.support.records import an_event

SECOND = 1_000_000_000


def clip() -> Clip:
    rng = np.random.default_rng(1)
    return Clip("made up", tuple(rng.integers(40, 200, (72, 96, 3), np.uint8) for _ in range(3)), True)


def seen(light: Light, monkeypatch: pytest.MonkeyPatch, seconds: float = 12.0) -> Seen:
    monkeypatch.setattr(lamps, "LIGHTS", {"one": light})
    monkeypatch.setattr(lamps, "SIZES", ((640, 360), (1280, 720)))
    total = Seen()
    for _, _, one in lamps_seen(clip(), seconds):
        total.add(one)
    return total


def test_a_plain_signal_is_told_right_and_all_frames_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = seen(Light(), monkeypatch)
    assert found.frames == 2 * (12 * 10 - 2) and found.right == found.frames
    figures = found.figures()
    assert figures["right"] == 1.0 and figures["hidden_frames"] == 0


def test_a_bus_hides_frames_that_are_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    found = seen(Light(bus_s=5.0), monkeypatch)
    assert found.hidden.total() > 0 and found.frames + found.hidden.total() == 2 * (12 * 10 - 2)


def test_dark_lamps_are_never_truly_a_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    found = seen(replace(LIGHTS["flashing"]), monkeypatch)
    assert set(found.as_what) <= {f"{SignalState.FLASHING_AMBER.value} as {s.value}" for s in SignalState}


def test_the_same_clip_gives_the_same_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seen(LIGHTS["flicker"], monkeypatch, 4.0).figures() == seen(LIGHTS["flicker"], monkeypatch, 4.0).figures()


def test_an_early_red_takes_the_end_of_green() -> None:
    shown = np.array([3] * 100 + [2] * 30 + [1] * 50, np.int8)
    assert early(shown, 4.0, 10.0).tolist() == [3] * 60 + [2] * 30 + [1] * 90
    assert early(shown, 0.0, 10.0).tolist() == shown.tolist()


def alert(second: float, zone: str = "a") -> Event:
    at_ns = START_NS + round(second * SECOND)
    event = an_event(1, kind=EventKind.RED_LIGHT, zone=zone, started_ns=at_ns, at_ns=at_ns + SECOND)
    return replace(event, measures=RedLightMeasures(2.0, "s"))


def test_alerts_are_laid_beside_crossings_of_their_line_once() -> None:
    truth = [
        Crossing(0, ("a",), 10.0, 2.0),
        Crossing(0, ("a",), 20.0, 0.5),
        Crossing(0, ("b",), 30.0, 5.0),
        Crossing(0, ("a",), 40, 0.0),
    ]
    alerts = [alert(10.2), alert(10.4), alert(20.1), alert(30.0), alert(40.0)]
    found = score(truth, alerts, 0.5)
    assert (found.crossings, found.incidents, found.found, found.alerts) == (4, 2, 1, 5)
    assert found.false == 3, "the second of the first, on another line, at green; who is near the grace is neither"
    assert found.missed == {"b": 1} and found.delays_s == [pytest.approx(1.2)]
    assert found.bands == {"< 5": 1, "< 5 detected": 1, ">= 5": 1}
    figures = found.figures()
    assert figures["detection_rate"] == 0.5 and figures["false_share"] == 0.6
    assert RedLights().figures()["false_share"] is None


def test_who_crosses_between_two_lines_may_be_told_at_either_and_each_alert_is_of_the_nearest() -> None:
    truth = [Crossing(0, ("a", "b"), 10.0, 3.0, alone=True), Crossing(0, ("b",), 10.6, 3.6)]
    found = score(truth, [alert(10.1, "b"), alert(10.5, "b")], 0.5)
    assert (found.found, found.false, found.bands["alone detected"]) == (2, 0, 1)


def test_who_is_hardly_seen_or_not_certain_is_neither_missed_nor_false() -> None:
    truth = [Crossing(0, ("a",), 10.0, 3.0, seen=False), Crossing(0, ("a",), 20.0, 3.0, certain=False)]
    found = score(truth, [alert(10.0)], 0.5)
    assert (found.incidents, found.hidden, found.false) == (0, 1, 0)
    assert score(truth, [], 0.5).incidents == 0


def test_tables_show_them() -> None:
    result = PixelsResult(PixelsPlan(), [], signals={"day": Seen(90, 5, 5, 2)}, red_lights={"as they are": RedLights()})
    assert len(list(report.tables(result))) == 5
