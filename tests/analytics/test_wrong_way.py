"""incident.wrong_way on made-up tracks."""

from __future__ import annotations

import pytest

from analytics.table import build_rule
from core.events import Event, Phase
from core.measures import WrongWayMeasures
from core.scene import Scene
from core.taxonomy import ObjectClass
from scenes.rules import WrongWaySpec
from tests.support.tracks import T0, Actor, film, make_scene, play, walk, with_lanes
from tests.support.watched import starts

METRES = with_lanes(make_scene(0.1))
"""Lanes a and b, 80 m to the right: 100 px are 10 m."""
PIXELS = with_lanes(make_scene())
MOTORCYCLE = ObjectClass.MOTORCYCLE
RULE = WrongWaySpec()


def back(number: int = 1, start_s: float = 0.0, speed_mps: float = 8.0, y: float = 400) -> Actor:
    """Comes in from the right."""
    return Actor(number, walk([(start_s, 890, y), (start_s + 80 / speed_mps, 90, y)]), MOTORCYCLE, (20, 18))


@pytest.mark.parametrize("scene", [METRES, PIXELS], ids=["metres", "pixels"])
def test_who_drives_against_the_lane_is_one_event(scene: Scene) -> None:
    found = list(play(build_rule(RULE, scene, "cam"), film([back()], 22, scene=scene)).events)
    assert [e.phase for e in found if e.phase is not Phase.UPDATED] == [Phase.STARTED, Phase.ENDED]
    assert (found[0].at_ns - T0) / 1e9 == pytest.approx(2.0, abs=0.3)
    assert found[0].zone == "" and found[0].track_ids == (1,)


def test_way_and_speed_are_told() -> None:
    found: list[Event] = list(play(build_rule(RULE, METRES, "cam"), film([back()], 9, scene=METRES)).events)
    first, later = found[0].measures, found[1].measures
    assert isinstance(first, WrongWayMeasures) and isinstance(later, WrongWayMeasures)
    assert first.speed_mps == pytest.approx(8, rel=0.01)
    assert first.way_m == pytest.approx(16, abs=1.7)
    assert later.way_m == pytest.approx(16 + 5 * 8, abs=2)


def test_the_right_way_is_no_event() -> None:
    ways = [Actor(n, walk([(n, 90, 400), (n + 10, 910, 400)]), MOTORCYCLE, (20, 18)) for n in range(5)]
    assert starts(film(ways, 20, scene=METRES), RULE) == []


def test_who_pushes_a_vehicle_back_is_no_event() -> None:
    assert starts(film([back(speed_mps=1.3)], 60, scene=METRES), RULE) == []


def test_who_crosses_lanes_is_no_event() -> None:
    across = Actor(1, walk([(0, 500, 200), (6, 500, 800)]), MOTORCYCLE, (20, 18))
    assert starts(film([across], 8, scene=METRES), RULE) == []


def test_who_overtakes_over_a_dashed_line_is_given_time() -> None:
    """Four seconds on the lane of those who come towards it, which is lane b of another scene turned round."""
    lanes = dict(METRES.lanes)
    lanes["b"] = type(lanes["b"])(
        "b", lanes["b"].label, lanes["b"].polygon, lanes["b"].centreline[::-1], "west", length_m=80.0
    )
    scene = Scene("s", 1, METRES.reference_size, METRES.zones, METRES.lines, METRES.ground, METRES.origin, lanes)
    overtakes = walk([(0, 100, 400), (2, 300, 400), (2.5, 350, 500), (6, 700, 500), (6.5, 750, 400), (8, 900, 400)])
    assert starts(film([Actor(1, overtakes, MOTORCYCLE, (20, 18))], 10, scene=scene), RULE) == []
    stays = walk([(0, 100, 400), (2, 300, 400), (2.5, 350, 500), (10.5, 890, 500)])
    assert starts(film([Actor(1, stays, MOTORCYCLE, (20, 18))], 12, scene=scene), RULE) == [pytest.approx(8.4, abs=0.4)]


def test_a_queue_whose_boxes_tremble_is_no_event() -> None:
    def trembles(n: int) -> Actor:
        return Actor(n, lambda t: (300 + 40 * n + 3 * (round(t * 10) % 2), 400.0), MOTORCYCLE, (20, 18))

    assert starts(film([trembles(n) for n in range(8)], 30, scene=METRES), RULE) == []


def test_numbers_that_change_in_a_queue_are_no_event() -> None:
    """Every two seconds the numbers of two neighbours change places: each jumps back once, by one place."""

    def swaps(n: int) -> Actor:
        return Actor(n, lambda t: (300 + 30 * ((n + int(t // 2)) % 2), 400.0), MOTORCYCLE, (20, 18))

    assert starts(film([swaps(0), swaps(1)], 30, scene=METRES), RULE) == []


def test_excepted_zones_are_left_out() -> None:
    spec = WrongWaySpec(except_zones=["z"])
    short = Actor(1, walk([(0, 790, 400), (4, 210, 400)]), MOTORCYCLE, (20, 18))
    assert starts(film([short], 6, scene=METRES), spec) == []
    assert len(starts(film([short], 6, scene=METRES), RULE)) == 1


@pytest.mark.parametrize("fps", [2.0, 25.0])
def test_at_any_frame_rate(fps: float) -> None:
    assert starts(film([back(speed_mps=6)], 12, scene=METRES, fps=fps), RULE) == [pytest.approx(2.1, abs=0.6)]
