"""security.line_crossing on made-up tracks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.table import build_rule
from core.events import EndReason, Event, EventKind, Phase
from core.measures import LineCrossingMeasures
from core.scene import Scene
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.rules import Direction, LineCrossingSpec
from tests.support.tracks import Actor, Shot, film, make_scene, play, still, walk

SCENE = make_scene()


def crossings(shots: list[Shot], scene: Scene = SCENE, direction: Direction = "both") -> list[str]:
    """The directions of the crossings found."""
    findings = play(build_rule(LineCrossingSpec(line="l", direction=direction), scene, "cam"), shots)
    return [direction_of(e) for e in findings.events if e.phase is Phase.STARTED]


def direction_of(event: Event) -> str:
    assert isinstance(event.measures, LineCrossingMeasures)
    return event.measures.direction


def there(*x: float, step: float = 1.0, y: float = 500.0) -> list[Shot]:
    """One track that is at these x, one after the other, on straight ways of `step` seconds."""
    way = walk([(n * step, value, y) for n, value in enumerate(x)])
    return film([Actor(1, way)], (len(x) - 1) * step + 0.1)


def test_a_crossing_is_one_event_started_and_ended_at_once() -> None:
    scene = make_scene(0.05)
    rule = build_rule(LineCrossingSpec(line="l"), scene, "cam")
    findings = play(rule, film([Actor(4, walk([(0, 400, 500), (5, 600, 500)]), ObjectClass.CAR)], 5, scene=scene))
    started, ended = findings.events
    assert started.event_id == ended.event_id
    assert (started.phase, ended.phase) == (Phase.STARTED, Phase.ENDED)
    assert started.at_ns == ended.at_ns == started.started_ns
    assert ended.end_reason is EndReason.CLEARED
    assert isinstance(started.measures, LineCrossingMeasures) and started.measures.direction == "forward"
    assert started.measures.speed_mps == pytest.approx(2.0)
    assert (started.track_ids, started.class_ids, started.zone) == ((4,), (ObjectClass.CAR,), "l")
    assert started.position is not None and started.position[0] > 105.85


@pytest.mark.parametrize(
    ("asked", "found"), [("both", ["forward", "backward"]), ("forward", ["forward"]), ("backward", ["backward"])]
)
def test_only_the_asked_direction_is_told(asked: Direction, found: list[str]) -> None:
    assert crossings(there(400, 600, 400), direction=asked) == found


def test_flicker_over_the_line_is_one_crossing() -> None:
    assert crossings(there(400, 499, 501, 498, 503, 497, 502, 600)) == ["forward"]


def test_who_comes_near_and_goes_back_does_not_cross() -> None:
    assert crossings(there(400, 503, 400, 504, 400)) == []


def test_the_way_around_the_end_is_no_crossing() -> None:
    around = walk([(0, 400, 500), (2, 400, 100), (4, 600, 100), (6, 600, 500)])
    assert crossings(film([Actor(1, around)], 6)) == []
    back_through = walk([(0, 400, 500), (2, 400, 100), (4, 600, 100), (6, 600, 500), (8, 400, 500)])
    assert crossings(film([Actor(1, back_through)], 8.1)) == ["backward"]


def test_a_predicted_box_does_not_cross() -> None:
    way = walk([(0, 400, 500), (4, 600, 500)])
    lost = Actor(1, way, state=lambda t: TrackState.CONFIRMED if t < 1.5 else TrackState.COASTING)
    assert crossings(film([lost], 4)) == []
    found_again = Actor(1, way, state=lambda t: TrackState.COASTING if 1.5 < t < 3 else TrackState.CONFIRMED)
    assert crossings(film([found_again], 4)) == ["forward"]


def test_tentative_tracks_and_other_classes_are_ignored() -> None:
    way = walk([(0, 400, 500), (4, 600, 500)])
    assert crossings(film([Actor(1, way, state=lambda t: TrackState.TENTATIVE)], 4)) == []
    assert crossings(film([Actor(1, way, ObjectClass.BAG)], 4)) == []


def test_a_pause_of_ten_seconds_hides_no_crossing_of_the_same_track() -> None:
    shots = film([Actor(1, walk([(0, 400, 500), (14, 600, 500)]))], 14)
    assert crossings([s for s in shots if not 3 <= s.view.frame.seq / 10 < 13]) == ["forward"]


def test_an_event_left_open_by_a_crash_is_ended() -> None:
    first = play(build_rule(LineCrossingSpec(line="l"), SCENE, "cam"), there(400, 600)).events[0]
    rule = build_rule(LineCrossingSpec(line="l"), SCENE, "cam", [first])
    (ended,) = play(rule, film([], 3, start_s=10)).events
    assert (ended.event_id, ended.revision, ended.phase) == (first.event_id, 2, Phase.ENDED)
    assert ended.kind is EventKind.LINE_CROSSING


@settings(max_examples=60)
@given(
    st.lists(st.floats(300, 700, allow_nan=False), min_size=2, max_size=12).filter(
        lambda xs: all(abs(x - 500) > 6 for x in (xs[0], xs[-1]))
    ),
    st.sampled_from([2.0, 5.0, 10.0, 25.0]),
)
def test_forward_less_backward_is_the_net_change_of_side(xs: list[float], fps: float) -> None:
    way = walk([(float(n), x, 500.0) for n, x in enumerate(xs)])
    found = crossings(film([Actor(1, way)], len(xs) - 1 + 1 / fps, fps=fps))
    assert found.count("forward") - found.count("backward") == (xs[-1] > 500) - (xs[0] > 500)


@settings(max_examples=30)
@given(st.integers(2, 25), st.floats(0, 1), st.integers(1, 4))
def test_the_frame_rate_does_not_change_the_count(fps: int, late: float, people: int) -> None:
    ways = [walk([(n + late, 350, 300 + 60 * n), (n + late + 6, 650, 300 + 60 * n)]) for n in range(people)]
    found = crossings(film([Actor(n + 1, way) for n, way in enumerate(ways)], 14, fps=fps))
    assert found == ["forward"] * people


def test_a_source_of_another_size_is_seen_in_reference_pixels() -> None:
    shots = film([Actor(1, walk([(0, 400, 500), (5, 600, 500)]))], 5, frame_size=(500, 250))
    rule = build_rule(LineCrossingSpec(line="l"), SCENE, "cam")
    box = play(rule, shots).events[0].box
    assert box is not None and box[2] - box[0] == pytest.approx(40) and box[3] == pytest.approx(500)


def test_a_track_that_begins_on_the_line_has_not_crossed() -> None:
    assert crossings(film([Actor(1, walk([(0, 501, 500), (3, 600, 500)]))], 3)) == []
    assert crossings(film([replace(Actor(1, still(498, 500)), track_id=2)], 3)) == []
