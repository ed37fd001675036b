"""Who truly crosses a stop line: when, by which lane, and who is let be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
import shapely

from benchmarks.events.boxes import Seen
from benchmarks.events.cameras import Camera
from benchmarks.events.event_truth import Witness
from benchmarks.events.traffic.recording import RecordedLane, Recording
from benchmarks.events.views import LaneView, View
from benchmarks.pixels.crossings import GREEN, RED, Crossing, Shown, crossings
from core.scene import Label, Scene, Signal
from core.taxonomy import ObjectClass

FPS, SECONDS, LENGTH_M = 10.0, 30, 2.0
Way = Callable[[float], tuple[float, float]]
"""Metres: lanes a (right) and b lead eastwards to their stop lines at x = 0; each is 3.5 m wide."""
LANES = {"a": -1.75, "b": 1.75}


PICTURE = shapely.box(-60, -20, 40, 20)


def red_from_5_s(t: float) -> int:
    return RED if t >= 5 else GREEN


def recorded(ways: list[Way], shown: Mapping[str, Callable[[float], int]] | None = None) -> Recording:
    """So many motorcycles; `shown`: 1 red, 3 green, by lane and second; red from 5 s on."""
    times = np.arange(round(SECONDS * FPS)) / FPS
    shows = dict.fromkeys(LANES, red_from_5_s) | dict(shown or {})
    signal = np.array([[shows[name](t) for name in LANES] for t in times.tolist()], np.int8)
    places = np.array([[way(t) for way in ways] for t in times])
    speeds = np.gradient(places, 1 / FPS, axis=0)
    count, rows = len(ways), len(times) * len(ways)
    lanes = tuple(
        RecordedLane(name, "in", np.array([(-60.0, y), (0.0, y)]), 3.5, 14.0, True) for name, y in LANES.items()
    )
    return Recording(
        "made up",
        times,
        np.arange(len(times) + 1) * count,
        np.tile(np.arange(count), len(times)).astype(np.int32),
        np.full(rows, ObjectClass.MOTORCYCLE, np.int16),
        places[..., 0].ravel().astype(np.float32),
        places[..., 1].ravel().astype(np.float32),
        np.arctan2(speeds[..., 1], speeds[..., 0] + 1e-9).ravel().astype(np.float32),
        np.hypot(speeds[..., 0], speeds[..., 1]).ravel().astype(np.float32),
        np.full(rows, LENGTH_M, np.float32),
        np.full(rows, 0.7, np.float32),
        np.full(rows, 1.6, np.float32),
        np.zeros(rows, np.int16),
        signal,
        lanes,
        (),
        (),
        (),
        {"fps": FPS},
    )


def truth(
    ways: list[Way],
    shown: Mapping[str, Callable[[float], int]] | None = None,
    *,
    seen: bool = True,
    picture: shapely.Polygon = PICTURE,
) -> list[Crossing]:
    recording, name = recorded(ways, shown), Label("x", "x")
    signals = {lane: Signal(lane, name, feed="truth", lanes=(lane,)) for lane in LANES}
    views = {lane: LaneView(number, 0.0, 60.0, True) for number, lane in enumerate(LANES)}
    camera = Camera("cam", 0.0, 0.0, 8.0, 0.0, 0.5, 1000.0)
    scene = Scene("made up", 1, (1280, 720), signals=signals)
    view = View(
        camera,
        scene,
        (),
        views,
        {},
        {},
        {},
        frozenset(),
        frozenset(),
        {},
        picture,
        np.zeros((0, 2)),
    )
    witness, rows = Witness(), len(recording.user)
    parts, box = 2 * recording.user.astype(np.int64), np.zeros((rows, 4))
    visible = np.full(rows, 1.0 if seen else 0.1)
    witness.follow(
        recording.time_s,
        Seen(recording.offsets, np.arange(rows), parts, recording.cls, box.astype(np.float32), box, visible),
    )
    return sorted(crossings(recording, 0, view, Shown(recording, [view], 0.0), witness), key=lambda one: one.at_s)


def drives(at_s: float, y: float = LANES["a"], mps: float = 10.0) -> Way:
    """Its front is at the line then."""
    return lambda t: (float(np.clip(mps * (t - at_s), -50, 100)) - LENGTH_M / 2, y)


def test_a_crossing_is_of_the_front_between_two_steps() -> None:
    first, second = truth([drives(4.0), drives(8.33)])
    assert first.lanes == ("a",) and first.at_s == pytest.approx(4.0) and first.red_s == 0
    assert first.certain and first.seen and first.alone and second.alone
    assert second.at_s == pytest.approx(8.33, abs=0.01) and second.red_s == pytest.approx(3.33, abs=0.01)


def test_one_vehicle_is_one_crossing_also_between_two_lanes() -> None:
    (between,) = truth([drives(8.0, -0.4)])
    assert (between.lanes, between.certain) == (("a", "b"), True)
    (let_go,) = truth([drives(8.0, -0.4)], {"b": lambda t: GREEN})
    assert not let_go.certain, "the signal of the lane beside let it go"
    (beside,) = truth([drives(8.0, -4.0)])
    assert not beside.certain, "it is on no lane"
    assert truth([drives(8.0, -6.0)]) == []


def test_who_stops_past_the_line_has_not_gone_on_and_who_turns_there_nearly_has() -> None:
    assert truth([lambda t: (min(10 * (t - 8.0), 2.0), -1.75)]) == []

    def starts(at_m: float, then_m: float) -> Way:
        """It waits with its front there, goes on at 8 s, and as far as that."""
        return lambda t: (min(at_m - LENGTH_M / 2 + 0.75 * max(t - 8.0, 0.0) ** 2, then_m), -1.75)

    (started,) = truth([starts(-0.1, 100.0)])
    assert started.certain and started.at_s == pytest.approx(8.37, abs=0.1), "slow as it was, it did not stop"
    assert truth([starts(-0.1, 0.5)]) == []

    def turns(far_m: float) -> Way:
        return lambda t: (min(10 * (t - 8.0), far_m), -1.75 - max(10 * (t - 8.0) - far_m, 0.0))

    (certain,) = truth([turns(6.0)])
    (doubtful,) = truth([turns(5.2)])
    assert certain.certain and not doubtful.certain and truth([turns(4.0)]) == []


def test_who_stops_upon_the_line_runs_it_if_he_goes_on_while_it_is_red() -> None:
    def waits(t: float) -> tuple[float, float]:
        """Its front is over the line at 8 s, 0.8 m past it from 8.1 to 11 s, its middle over it at 11.2 s."""
        return min(10 * (t - 8.0), 0.8) - LENGTH_M / 2 + max(1.5 * (t - 11.0), 0.0) * (t - 11.0) * 3, LANES["a"]

    (ran,) = truth([waits])
    assert ran.certain and ran.at_s == pytest.approx(8.0, abs=0.1) and ran.middle_s == pytest.approx(11.25, abs=0.15)
    assert truth([waits], {"a": lambda t: RED if t < 11 else GREEN}) == [], "it waits for green, over the line"


def test_who_leaves_the_picture_before_it_has_gone_on_is_neither() -> None:
    def slants(t: float) -> tuple[float, float]:
        past_m = 10 * (t - 8.0)
        return past_m - LENGTH_M / 2, -1.75 - 0.5 * max(past_m, 0.0)

    (whole,) = truth([slants])
    (cut,) = truth([slants], picture=shapely.box(-60, -3, 40, 20))
    assert whole.certain and not cut.certain and cut.red_s == whole.red_s


def test_who_comes_among_others_or_is_hidden_is_said_to() -> None:
    one, other, third = truth([drives(8.0), drives(8.8, LANES["b"]), drives(15.0)])
    assert (one.alone, other.alone, third.alone) == (False, False, True)
    (hidden,) = truth([drives(8.0)], seen=False)
    assert not hidden.seen and hidden.certain
