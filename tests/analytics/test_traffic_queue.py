"""traffic.queue and traffic.spillback on made-up queues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from analytics.table import build_rule
from core.events import EndReason, Event, Phase
from core.lanes import crossed_at, lane_lengths, watched_lanes
from core.measures import QueueMeasures, SpillbackMeasures
from core.scene import Label, Line
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.rules import QueueSpec, SpillbackSpec
from tests.support.tracks import T0, Actor, Shot, film, make_scene, pause, play, still, walk, with_lanes

GROUND, PIXELS = with_lanes(make_scene(0.1)), with_lanes(make_scene())
QUEUE, SPILL = QueueSpec(lane="a"), SpillbackSpec(line="l")
CAR = ObjectClass.CAR
"""Lanes run from x = 100 to 900 in 80 m; line `l` cuts them at x = 500."""


def queue(count: int, start: float = -1e9, end: float = 1e9, *, first_id: int = 1, y: float = 400) -> list[Actor]:
    """Cars 7 m apart behind x = 880."""
    return [Actor(first_id + n, still(880 - 70 * n, y, start, end), CAR, (40, 40)) for n in range(count)]


def told(shots: Sequence[Shot], spec: QueueSpec | SpillbackSpec = QUEUE) -> list[Event]:
    return list(play(build_rule(spec, shots[0].scene, "cam"), shots).events)


def second(event: Event) -> float:
    return (event.at_ns - T0) / 1e9


@pytest.mark.parametrize(("count", "found"), [(4, 0), (5, 1)])
def test_the_least_length(count: int, found: int) -> None:
    """Four cars are 25.5 m long, five 32.5 m; half a second passes before they are known."""
    events = told(film(queue(count), 40, scene=GROUND, fps=4))
    assert sum(e.phase is Phase.STARTED for e in events) == found
    for event in events[:1]:
        assert isinstance(event.measures, QueueMeasures)
        assert event.measures == QueueMeasures(32.5, 32.5, 5, 30.0, "m")
        assert second(event) == 30.5 and event.zone == "a" and event.track_ids == (1, 2, 3, 4, 5)
        assert event.box == (580, 360, 900, 400) and event.position is not None


def test_so_many_vehicles_however_short() -> None:
    few = QUEUE.model_copy(update={"min_vehicles": 3})
    assert len(told(film(queue(3), 31, scene=GROUND, fps=4), few)) == 1
    assert told(film(queue(2), 31, scene=GROUND, fps=4), few) == []


def test_it_is_one_event_while_it_grows_and_shrinks_and_ends_when_it_has_gone() -> None:
    cars = [Actor(n, still(880 - 70 * n, 400, 10 * n, 150), CAR, (40, 40)) for n in range(10)]
    found = told(film(cars, 200, scene=GROUND, fps=4))
    assert len({e.event_id for e in found}) == 1
    assert second(found[0]) == pytest.approx(70, abs=1)  # the fifth comes at 40 s
    last = found[-1]
    assert last.end_reason is EndReason.CLEARED and second(last) == pytest.approx(180, abs=1)
    assert isinstance(last.measures, QueueMeasures)
    assert (last.measures.longest, last.measures.vehicles) == (67.5, 10)
    assert last.measures.duration_s == pytest.approx(110, abs=1)


def test_switched_numbers_and_hidden_cars_are_the_same_queue() -> None:
    switching = [car for part in range(4) for car in queue(6, 20 * part, 20 * part + 20, first_id=100 * part + 1)]
    found = told(film(switching, 80, scene=GROUND, fps=4))
    assert len({e.event_id for e in found}) == 1 and found[-1].phase is Phase.UPDATED
    flicker = [
        replace(car, state=lambda t, n=n: TrackState.COASTING if (round(4 * t) + n) % 3 else TrackState.CONFIRMED)  # type: ignore[misc]
        for n, car in enumerate(queue(6))
    ]
    assert len({e.event_id for e in told(film(flicker, 80, scene=GROUND, fps=4))}) == 1


def test_coasting_cars_alone_start_nothing() -> None:
    unseen = [replace(car, state=lambda t: TrackState.COASTING) for car in queue(6)]
    assert told(film(unseen, 60, scene=GROUND, fps=4)) == []


@pytest.mark.parametrize("spec", [QUEUE, SPILL])
def test_a_queue_that_stands_when_watching_begins_outlives_loss_and_restart(spec: QueueSpec | SpillbackSpec) -> None:
    rule = build_rule(spec, GROUND, "cam")
    first = play(rule, film(queue(7), 40, scene=GROUND, fps=4)).events
    assert pause(rule, 40, 10).events == ()
    later = play(rule, film(queue(7, first_id=50), 70, scene=GROUND, fps=4, start_s=50, epoch=1)).events
    rule = build_rule(spec, GROUND, "cam", [later[-1]])
    last = play(rule, film(queue(7, first_id=90), 70, scene=GROUND, fps=4, start_s=130)).events
    assert {e.event_id for e in (*first, *later, *last)} == {first[0].event_id}
    assert {e.phase for e in (*later, *last)} == {Phase.UPDATED}


def test_a_loss_starts_the_wait_anew() -> None:
    rule = build_rule(QUEUE, GROUND, "cam")
    assert play(rule, film(queue(6), 25, scene=GROUND, fps=4)).events == ()
    pause(rule, 25, 10)
    (event, *_) = play(rule, film(queue(6), 40, scene=GROUND, fps=4, start_s=35, epoch=1)).events
    assert second(event) == pytest.approx(65, abs=0.5)


def test_a_group_has_one_event_for_all_its_lanes() -> None:
    both = [*queue(5), *queue(6, first_id=20, y=500)]
    (event, *_) = told(film(both, 31, scene=GROUND, fps=2), QueueSpec(group="east"))
    assert isinstance(event.measures, QueueMeasures)
    assert (event.measures.length, event.measures.vehicles) == (39.5, 11)
    assert told(film(queue(9, y=500), 60, scene=GROUND, fps=2), QUEUE) == []


def test_without_a_ground_the_length_is_in_cars() -> None:
    """Boxes of 40 pixels: 30 m are 7.5 of them; five cars are 7 and a length of 1.1 long."""
    (event, *_) = told(film(queue(5), 40, scene=PIXELS, fps=4))
    assert isinstance(event.measures, QueueMeasures)
    assert event.measures.unit == "car lengths" and event.measures.length == pytest.approx(8.12, abs=0.01)
    assert told(film(queue(4), 40, scene=PIXELS, fps=4)) == []


@pytest.mark.parametrize("scene", [GROUND, PIXELS])
def test_a_queue_that_reaches_the_line_spills_back(scene: object) -> None:
    """Six cars end with a middle at x = 520, so the rear of the last is at 497.5; five end at 577.5."""
    assert told(film(queue(5), 30, scene=scene), SPILL) == []  # type: ignore[arg-type]
    cars = [*queue(5), *(replace(car, way=still(520, 400, 5, 40)) for car in queue(6)[5:])]
    found = told(film(cars, 80, scene=scene), SPILL)  # type: ignore[arg-type]
    assert [e.phase for e in found if e.phase is not Phase.UPDATED] == [Phase.STARTED, Phase.ENDED]
    assert (second(found[0]), second(found[-1])) == pytest.approx((15.5, 50), abs=0.3)
    assert found[0].zone == "l" and isinstance(found[0].measures, SpillbackMeasures)
    assert found[0].measures.vehicles == 6
    assert found[0].measures.unit == ("m" if scene is GROUND else "car lengths")


@pytest.mark.parametrize(("short_px", "count"), [(15.0, 1), (30.0, 0)])
def test_a_queue_whose_last_one_is_hidden_reaches_the_line_all_the_same(short_px: float, count: int) -> None:
    """The rear of the last that is seen is 1.5 m before the line, or 3 m."""
    cars = [*queue(5), Actor(6, still(522.5 + short_px, 400), CAR, (40, 40))]
    found = told(film(cars, 30, scene=GROUND, fps=4), SPILL)
    assert sum(e.phase is Phase.STARTED for e in found) == count


def test_a_queue_that_reached_the_line_still_does_when_its_last_one_is_hidden() -> None:
    """The last is seen for 4 s of each 8; without him the queue ends 4.8 m short of the line, or 7.8 m."""
    hidden = [Actor(10 + n, still(520, 400, 8 * n, 8 * n + 4), CAR, (40, 40)) for n in range(10)]
    for end, count in ((570.0, 1), (600.0, 0)):
        cars = [*queue(4), Actor(5, still(end, 400), CAR, (40, 40)), *hidden]
        found = told(film(cars, 60, scene=GROUND, fps=4), SPILL)
        assert sum(e.phase is Phase.STARTED for e in found) == count


def test_a_queue_upstream_of_the_line_does_not_reach_it() -> None:
    waiting = [Actor(n, still(470 - 70 * n, 400), CAR, (40, 40)) for n in range(5)]
    assert told(film(waiting, 30, scene=GROUND), SPILL) == []


def test_a_queue_that_only_rolls_through_is_none() -> None:
    rolling = [Actor(n, walk([(0, 100 + 70 * n, 400), (20, 500 + 70 * n, 400)]), CAR, (40, 40)) for n in range(6)]
    assert told(film(rolling, 20, scene=GROUND), SPILL) == []  # 7 km/h


def test_where_a_line_cuts_lanes() -> None:
    assert crossed_at(GROUND, GROUND.lines["l"]).tolist() == pytest.approx([40, 40])
    assert crossed_at(PIXELS, PIXELS.lines["l"]).tolist() == pytest.approx([400, 400])
    assert np.isnan(crossed_at(GROUND, GROUND.lines["l"], "west")).all()
    short = Line("s", Label("", ""), np.array([700.0, 380.0]), np.array([600.0, 420.0]))
    assert crossed_at(GROUND, short).tolist() == pytest.approx([55, np.nan], nan_ok=True)
    along = Line("s", Label("", ""), np.array([200.0, 400.0]), np.array([600.0, 400.0]))
    assert np.isnan(crossed_at(GROUND, along)).all()
    with pytest.raises(KeyError):
        build_rule(SPILL, replace(GROUND, lines={"l": along}), "cam")


def test_lanes_of_a_scene() -> None:
    assert lane_lengths(GROUND).tolist() == pytest.approx([80, 80])
    assert lane_lengths(PIXELS).tolist() == [800, 800]
    assert watched_lanes(GROUND, lane="b").tolist() == [False, True]
    assert watched_lanes(GROUND, group="east").tolist() == [True, True]
    with pytest.raises(KeyError):
        watched_lanes(GROUND, lane="c")
