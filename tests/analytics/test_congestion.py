"""traffic.congestion on made-up traffic."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.congestion import LEVELS
from analytics.table import build_rule
from core.events import EndReason, Event, Phase, Severity
from core.measures import CongestionMeasures
from core.taxonomy import ObjectClass
from scenes.rules import CongestionSpec
from tests.support.tracks import T0, Actor, Shot, film, make_scene, pause, play, still, walk, with_lanes

FREE = 10.0
"""Metres a second, 100 pixels; lanes are 80 m long."""
GROUND = with_lanes(make_scene(0.1), free_flow_mps=FREE)
MOTORWAY = CongestionSpec(group="east", road="motorway")
CAR = ObjectClass.CAR


def traffic(*shares: tuple[float, float], count: int = 8, y: float = 400, first_id: int = 1) -> list[Actor]:
    """Cars that go round and round; from each moment on at a share of the free speed."""
    times = np.array([t for t, _ in shares] + [10_000.0])
    way = np.concatenate(([0.0], np.cumsum(np.diff(times) * [share * 100 for _, share in shares])))

    def of(number: int) -> Callable[[float], tuple[float, float]]:
        return lambda t: (100 + (number * 800 / count + float(np.interp(t, times, way))) % 800, y)

    return [Actor(first_id + n, of(n), CAR, (40, 40)) for n in range(count)]


def told(shots: Sequence[Shot], spec: CongestionSpec = MOTORWAY) -> list[Event]:
    return list(play(build_rule(spec, shots[0].scene, "cam"), shots).events)


def measures(event: Event) -> CongestionMeasures:
    assert isinstance(event.measures, CongestionMeasures)
    return event.measures


def second(event: Event) -> float:
    return (event.at_ns - T0) / 1e9


@pytest.mark.parametrize(
    ("share", "level", "severity"),
    [
        (0.77, None, None),
        (0.73, "slow", Severity.LOW),
        (0.27, "slow", Severity.LOW),
        (0.23, "queuing", Severity.MEDIUM),
        (0.12, "queuing", Severity.MEDIUM),
        (0.08, "stationary", Severity.HIGH),
        (0.0, "stationary", Severity.HIGH),
    ],
)
def test_the_levels(share: float, level: str | None, severity: Severity | None) -> None:
    found = told(film(traffic((0, share)), 100, scene=GROUND, fps=4))
    assert [(measures(e).level, e.severity) for e in found[:1]] == ([] if level is None else [(level, severity)])
    if found:
        first = measures(found[0])
        assert first.share == pytest.approx(share, abs=0.02) and first.unit == "m/s"
        assert first.mean_speed_mps == pytest.approx(share * FREE, abs=0.2) and first.free_flow_mps == FREE
        assert first.vehicles == 8 and found[0].zone == "east" and found[0].position is not None


def test_heavy_is_an_event_only_where_asked_for() -> None:
    shots = film(traffic((0, 0.85)), 100, scene=GROUND, fps=4)
    assert told(shots) == []
    (event,) = (e for e in told(shots, MOTORWAY.model_copy(update={"from_level": "heavy"})) if e.revision == 1)
    assert measures(event).level == "heavy"


def test_it_starts_after_the_wait_and_ends_after_as_long() -> None:
    found = told(film(traffic((0, 1.0), (60, 0.5), (200, 1.0)), 320, scene=GROUND, fps=4))
    start, end = found[0], found[-1]
    assert second(start) == pytest.approx(60 + 15 + 60, abs=3)  # half of the window: the mean is under 75 %
    assert (start.at_ns - start.started_ns) / 1e9 == pytest.approx(60, abs=1)
    assert end.end_reason is EndReason.CLEARED and second(end) == pytest.approx(200 + 15 + 60, abs=3)
    assert {e.event_id for e in found} == {start.event_id}


@pytest.mark.parametrize(("lasts", "found"), [(50, 0), (80, 1)])
def test_what_passes_is_no_congestion(lasts: float, found: int) -> None:
    events = told(film(traffic((0, 1.0), (60, 0.5), (60 + lasts, 1.0)), 260, scene=GROUND, fps=4))
    assert len({e.event_id for e in events}) == found


def test_it_is_one_event_through_all_its_levels_and_a_rise_is_told_at_once() -> None:
    found = told(film(traffic((0, 0.5), (100, 0.03), (250, 0.5)), 400, scene=GROUND, fps=4))
    assert len({e.event_id for e in found}) == 1
    levels = [measures(e).level for e in found]
    changes = [a for a, b in zip(levels, ["", *levels], strict=False) if a != b]
    assert changes == ["slow", "queuing", "stationary", "slow"]  # the window passes one limit seconds after the other
    rise = next(e for e in found if measures(e).level == "stationary")
    assert rise.phase is Phase.UPDATED and rise.severity is Severity.HIGH
    assert second(rise) == pytest.approx(100 + 60 + 26, abs=4)


def test_two_vehicles_are_no_congestion_and_unknown_free_flow_tells_nothing() -> None:
    assert told(film(traffic((0, 0.1), count=2), 100, scene=GROUND, fps=4)) == []
    assert told(film(traffic((0, 0.1)), 100, scene=with_lanes(make_scene(0.1)), fps=4)) == []
    limit = with_lanes(make_scene(0.1), speed_limit_mps=FREE)
    assert told(film(traffic((0, 0.1)), 100, scene=limit, fps=4)) != []


def test_who_crosses_the_lane_or_drives_against_it_does_not_count() -> None:
    def across(number: int) -> Actor:
        return Actor(90 + number, lambda t: (200 + 60 * number, 365 + (20 * t + 9 * number) % 70), CAR, (40, 40))

    def against(number: int) -> Actor:
        return Actor(80 + number, lambda t: (900 - (100 * t + 90 * number) % 800, 400), CAR, (40, 40))

    others = [of(number) for of in (across, against) for number in range(9)]
    assert told(film([*traffic((0, 1.0)), *others], 100, scene=GROUND, fps=4)) == []


def test_lanes_that_overlap_count_nobody_twice_and_groups_are_apart() -> None:
    both = with_lanes(make_scene(0.1), (400, 420), free_flow_mps=FREE)
    (first, *_) = told(film(traffic((0, 0.2)), 100, scene=both, fps=4))
    assert measures(first).vehicles == 8
    with pytest.raises(KeyError):
        build_rule(CongestionSpec(group="west"), both, "cam")


@pytest.mark.parametrize("fps", [2, 10])
def test_the_frame_rate_does_not_matter(fps: int) -> None:
    (first, *_) = told(film(traffic((0, 1.0), (30, 0.2)), 130, scene=GROUND, fps=fps))
    assert second(first) == pytest.approx(30 + 10 + 60, abs=3) and measures(first).level == "slow"


def test_an_open_event_outlives_a_loss_and_a_wait_starts_anew() -> None:
    slow = traffic((0, 0.2))
    rule = build_rule(MOTORWAY, GROUND, "cam")
    first = play(rule, film(slow, 100, scene=GROUND, fps=4)).events
    assert pause(rule, 100, 10).events == ()
    later = play(rule, film(slow, 60, scene=GROUND, fps=4, start_s=110, epoch=1)).events
    assert {e.event_id for e in (*first, *later)} == {first[0].event_id} and later[-1].phase is Phase.UPDATED

    rule = build_rule(MOTORWAY, GROUND, "cam")
    assert play(rule, film(slow, 50, scene=GROUND, fps=4)).events == ()
    pause(rule, 50, 10)
    again = play(rule, film(slow, 100, scene=GROUND, fps=4, start_s=60, epoch=1)).events
    assert second(again[0]) == pytest.approx(60 + 15 + 60, abs=3)


def test_a_restart_goes_on_with_the_same_event_and_level() -> None:
    before = told(film(traffic((0, 0.05)), 100, scene=GROUND, fps=4))
    rule = build_rule(MOTORWAY, GROUND, "cam", [before[-1]])
    after = play(rule, film(traffic((0, 0.05), first_id=50), 60, scene=GROUND, fps=4, start_s=130)).events
    assert {e.event_id for e in after} == {before[0].event_id}
    assert {(e.phase, measures(e).level) for e in after} == {(Phase.UPDATED, "stationary")}
    cleared = play(
        build_rule(MOTORWAY, GROUND, "cam", [before[-1]]),
        film(traffic((0, 1.0)), 200, scene=GROUND, fps=4, start_s=130),
    ).events
    assert [(e.event_id, e.end_reason) for e in cleared] == [(before[0].event_id, EndReason.UNSEEN)]


def test_without_a_ground_the_share_is_of_what_was_learnt() -> None:
    """40 cars pass freely, 5 s apart; then ten crawl at a tenth of that."""
    scene = with_lanes(make_scene())
    passing = [Actor(n, walk([(5 * n, 100, 400), (5 * n + 8, 900, 400)]), CAR, (40, 40)) for n in range(40)]
    crawling = [
        Actor(100 + n, walk([(210, 200 + 50 * n, 400), (330, 200 + 50 * n + 1200 / 5.5, 400)])) for n in range(9)
    ]
    crawling = [Actor(a.track_id, a.way, CAR, (40, 40)) for a in crawling]
    found = told(film([*passing, *crawling], 330, scene=scene, fps=4))
    assert found and measures(found[0]).unit == "car lengths/s"
    assert measures(found[0]).share == pytest.approx(0.018, abs=0.01)
    assert measures(found[0]).mean_speed_mps is None and measures(found[0]).free_flow_mps is None


def signal(every_s: float, seconds: float, cycle_s: float = 90, red_s: float = 50) -> list[Actor]:
    """Cars that come at even times to a red light at the lane's end, stand 7 m apart and leave every 2 s."""
    actors, leaves, last = [], list[float](), -10.0
    for number in range(int(seconds / every_s)):
        comes = number * every_s
        ahead = sum(t > comes + 4 for t in leaves)
        go = max(comes + 8, last + 2)
        if go % cycle_s < red_s:
            go += red_s - go % cycle_s
        last = go
        leaves.append(go)
        place = 880 - 70 * ahead
        if place < 120:
            continue  # the queue is longer than the lane
        drive = (place - 100) / 100
        start = max(go - (900 - place) / 60, comes + drive + 0.01)
        way = walk(
            [(comes, 100, 400), (comes + drive, place, 400), (start, place, 400), (max(go, start + 0.1), 900, 400)]
        )
        actors.append(Actor(number + 1, way, CAR, (40, 40)))
    return actors


@pytest.mark.parametrize(("every_s", "found"), [(9, 0), (6.5, 0), (3, 1)])
def test_waiting_for_green_is_no_congestion_but_a_queue_that_green_does_not_clear_is(
    every_s: float, found: int
) -> None:
    """20 cars leave in a green; 10, 14 or 30 come in a cycle."""
    events = told(film(signal(every_s, 600), 600, scene=GROUND, fps=2), CongestionSpec(group="east"))
    assert len({e.event_id for e in events}) == found
    mean = np.mean(
        [
            np.clip(s.view.lane_speed, 0, None).mean()
            for s in film(signal(9, 180), 180, scene=GROUND, fps=2)
            if len(s.view.lane)
        ]
    )
    assert mean < 0.75 * FREE  # the mean over a cycle alone would call even light traffic slow


@settings(max_examples=15)
@given(st.lists(st.tuples(st.floats(20, 120), st.sampled_from([0.02, 0.2, 0.5, 0.95])), min_size=1, max_size=4))
def test_an_event_never_outlasts_free_traffic_nor_misses_a_long_jam(parts: list[tuple[float, float]]) -> None:
    times = np.concatenate(([0.0], np.cumsum([lasts for lasts, _ in parts])))
    shares = [(float(t), share) for t, (_, share) in zip(times, parts, strict=False)]
    found = told(film(traffic(*shares, (float(times[-1]), 1.0)), float(times[-1]) + 150, scene=GROUND, fps=2))
    assert not found or found[-1].phase is Phase.ENDED
    assert all(measures(e).level in LEVELS[1:] for e in found)
    if any(lasts > 95 and share < 0.6 for lasts, share in parts):
        assert found


def test_a_gap_in_the_road_is_not_congestion() -> None:
    """Three cars wait at the kerb inside the lane for long; then the road is empty."""
    parked = [Actor(n, still(300 + 60 * n, 400, 0, 40), CAR, (40, 40)) for n in range(3)]
    assert told(film(parked, 150, scene=GROUND, fps=2)) == []
