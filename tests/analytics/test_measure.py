"""Measurements and track summaries on made-up tracks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.paths import PathLog, simplify
from analytics.table import build_rule
from analytics.track_log import TrackLogRule
from core.findings import Findings
from core.records import Measurement
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.rules import MeasureSpec
from tests.support.tracks import SECOND, T0, Actor, Shot, film, make_scene, pause, play, still, walk, with_lanes

GROUND = make_scene(0.05)
ZONE, LINE = MeasureSpec(zone="z"), MeasureSpec(line="l")


def measured(shots: list[Shot], spec: MeasureSpec) -> list[Measurement]:
    rule = build_rule(spec, shots[0].scene, "cam")
    return list((play(rule, shots) + rule.close(T0)).measurements)


def spans(found: list[Measurement]) -> list[tuple[float, float]]:
    return [(round((m.start_ns - T0) / SECOND, 2), round((m.end_ns - T0) / SECOND, 2)) for m in found]


def total(found: list[Measurement], direction: str = "") -> dict[str, int]:
    counts: dict[str, int] = {}
    for m in found:
        if m.direction == direction:
            counts |= {k: counts.get(k, 0) + n for k, n in m.counts.items()}
    return counts


def test_intervals_are_aligned_to_utc_and_cut_at_both_ends() -> None:
    found = measured(film([], 130, fps=2, start_s=20), ZONE)
    assert spans(found) == [(20, 60), (60, 120), (120, 149.5)]
    assert [m.occupancy for m in found] == [0, 0, 0] and all(m.counts == {} for m in found)


def test_a_line_counts_each_direction_by_class() -> None:
    cars = [Actor(n, walk([(5 * n, 300, 500), (5 * n + 4, 700, 500)]), ObjectClass.CAR) for n in range(1, 5)]
    bikes = [Actor(n, walk([(5 * n, 700, 400), (5 * n + 8, 300, 400)]), ObjectClass.MOTORCYCLE) for n in range(11, 14)]
    found = measured(film(cars + bikes, 120, scene=GROUND), LINE)
    assert total(found, "forward") == {"car": 4} and total(found, "backward") == {"motorcycle": 3}
    first = found[0]
    assert first.direction == "forward" and first.mean_speed_mps == pytest.approx(5.0) and first.occupancy is None
    assert [m.mean_speed_mps for m in found if not m.counts] == [None] * sum(not m.counts for m in found)


def test_a_zone_counts_entries_and_knows_how_full_it_is() -> None:
    """One car passes at 100 pixels a second (6 s inside), another stands there for half of the minute."""
    actors = [
        Actor(1, walk([(0, 100, 500), (9, 1000, 500)]), ObjectClass.CAR),
        Actor(2, still(500, 600, 0, 30), ObjectClass.TRUCK),
    ]
    (first, *_) = measured(film(actors, 70, scene=GROUND), ZONE)
    assert first.counts == {"car": 1, "truck": 1}
    assert first.occupancy == pytest.approx(36 / 60, abs=0.01)
    assert first.mean_speed_mps == pytest.approx(30 / 36, abs=0.03)


def test_flicker_at_the_edge_and_coasting_do_not_count_again() -> None:
    edge = Actor(1, lambda t: (198.0 if round(t * 10) % 2 else 202.0, 500.0))
    assert total(measured(film([edge], 30), ZONE)) == {"person": 1}
    lost = Actor(1, still(500, 500), state=lambda t: TrackState(2) if 3 < t < 9 else TrackState(1))
    assert total(measured(film([lost], 30), ZONE)) == {"person": 1}
    assert total(measured(film([replace(lost, state=lambda t: TrackState.COASTING)], 30), ZONE)) == {}
    returns = Actor(1, walk([(0, 300, 500), (5, 100, 500), (10, 300, 500)]))
    assert total(measured(film([returns], 12), ZONE)) == {"person": 2}


def test_who_is_gone_just_behind_a_line_has_crossed_it() -> None:
    """30 pixels a frame, last seen 2 behind the line: the picture may end there."""
    leaves = Actor(1, lambda t: (322.0 + 300 * t, 500.0) if t <= 0.61 else None, ObjectClass.CAR)
    assert total(measured(film([leaves], 10, fps=10), LINE), "forward") == {"car": 1}
    trembles = Actor(1, lambda t: (497.0 if round(t * 10) % 2 else 502.0, 500.0), ObjectClass.CAR)
    found = measured(film([trembles], 10, fps=10), LINE)
    assert total(found, "forward") == total(found, "backward") == {}


@settings(max_examples=12)
@given(st.integers(2, 25))
def test_the_frame_rate_does_not_change_the_counts(fps: int) -> None:
    actors = [Actor(n + 1, walk([(3 * n, 100, 500), (3 * n + 6, 900, 500)])) for n in range(5)]
    shots = film(actors, 24, fps=fps)
    assert total(measured(shots, ZONE)) == total(measured(shots, LINE), "forward") == {"person": 5}


def test_a_silent_camera_cuts_the_interval_and_none_is_told_meanwhile() -> None:
    rule = build_rule(ZONE, GROUND, "cam")
    found = play(rule, film([], 20, scene=GROUND))
    found += pause(rule, 20, 200)
    found += play(rule, film([], 60, scene=GROUND, start_s=230, epoch=1))
    assert spans(list(found.measurements)) == [(0, 19.9), (230, 240)]
    file = measured(film([], 20) + film([], 20, start_s=30), ZONE)
    assert spans(file) == [(0, 19.9), (30, 49.9)]


def test_a_wall_clock_that_is_set_cuts_the_interval() -> None:
    shots = film([], 20) + film([], 20, start_s=20, wall_offset_ns=-600 * SECOND)
    found = measured(shots, ZONE)
    assert spans(found) == [(0, 19.9), (-580, -560.1)]
    assert all(m.start_ns < m.end_ns for m in found)


def summaries(shots: list[Shot]) -> Findings:
    rule = TrackLogRule("cam")
    return play(rule, shots) + rule.close(T0)


def test_a_track_is_told_once_it_has_ended() -> None:
    way = walk([(1, 100, 500), (6, 600, 500), (11, 600, 900)])
    (track,) = summaries(film([Actor(3, way, ObjectClass.CAR)], 20, scene=GROUND)).tracks
    assert (track.track_id, track.class_id, track.epoch) == (3, ObjectClass.CAR, 0)
    assert (track.started_ns, track.ended_ns) == (T0 + SECOND, T0 + 11 * SECOND)
    assert track.path == ((100, 500), (600, 500), (600, 900))
    assert track.observed == 101 and track.mean_speed_mps == pytest.approx(900 * 0.05 / 10)


def test_a_summary_holds_only_what_was_seen() -> None:
    way = walk([(0, 100, 500), (10, 600, 500)])
    coasts = Actor(1, way, state=lambda t: TrackState(0) if t < 1 else TrackState(1) if t < 5 else TrackState(2))
    (track,) = summaries(film([coasts, Actor(2, way, state=lambda t: TrackState.TENTATIVE)], 20)).tracks
    assert np.allclose(track.path, [(150, 500), (345, 500)]) and track.observed == 40
    assert track.ended_ns == T0 + round(4.9 * SECOND) and track.mean_speed_mps is None


def test_a_box_that_trembles_does_not_travel() -> None:
    rng = np.random.default_rng(3)
    shaken = {t: (500 + float(rng.uniform(-0.9, 0.9)), 500 + float(rng.uniform(-0.9, 0.9))) for t in range(-2, 400)}
    (track,) = summaries(film([Actor(1, lambda t: shaken[round(t * 10)])], 40, scene=GROUND)).tracks
    assert track.mean_speed_mps is not None and track.mean_speed_mps < 0.01 and len(track.path) <= 2


def test_the_class_is_by_majority() -> None:
    shots = film([Actor(1, still(500, 500), ObjectClass.CAR)], 6) + film(
        [Actor(1, still(500, 500), ObjectClass.TRUCK)], 3, start_s=6
    )
    assert [t.class_id for t in summaries(shots).tracks] == [ObjectClass.CAR]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000)), min_size=1, max_size=60), st.floats(0.5, 50))
def test_a_simplified_way_stays_within_its_tolerance(points: list[tuple[float, float]], tolerance: float) -> None:
    way = np.array(points)
    kept = simplify(way, tolerance)
    assert np.array_equal(kept[0], way[0]) and np.array_equal(kept[-1], way[-1])
    for point in way:
        a, b = kept[:-1], kept[1:]
        if not len(a):
            continue
        along = b - a
        squared = np.maximum((along**2).sum(axis=1), 1e-12)
        share = np.clip(((point - a) * along).sum(axis=1) / squared, 0, 1)
        assert np.linalg.norm(point - a - share[:, None] * along, axis=1).min() <= tolerance + 1e-6


def test_long_ways_stay_bounded_in_memory_and_keep_their_shape() -> None:
    log, rng = PathLog(most_points=4_000), np.random.default_rng(5)
    ids, place = np.arange(1, 11), rng.uniform(0, 1000, (10, 2)).astype(np.float32)
    first = place.copy()
    for _ in range(5_000):
        log.add(ids, place)
        place = (place + rng.normal(0, 5, (10, 2))).astype(np.float32)
        assert len(log) <= 4_000
    ways = log.take(ids)
    assert len(log) == 0 and all(len(w) > 100 for w in ways.values())
    assert all(np.array_equal(ways[i][0], first[i - 1]) for i in ways)
    assert all(np.abs(ways[i][-1] - place[i - 1]).max() < 60 for i in ways)


@pytest.mark.parametrize(
    ("sure_s", "counted"), [(0.0, 1), (3.0, 1), (99.0, 0)], ids=["at once", "behind the line", "never"]
)
@pytest.mark.parametrize("spec", [LINE, MeasureSpec(lanes="all")], ids=["line", "lane"])
def test_who_crosses_before_his_track_is_sure_counts_when_it_is(sure_s: float, counted: int, spec: MeasureSpec) -> None:
    """A detector that doubts a car is sure of it only behind the counting place."""
    car = Actor(
        1, walk([(0, 300, 500), (4, 700, 500)]), ObjectClass.CAR, (90, 60), lambda t: TrackState(int(t >= sure_s))
    )
    found = measured(film([car], 10, scene=with_lanes(GROUND)), spec)
    assert sum(n for m in found if m.direction == "forward" for n in m.counts.values()) == counted
