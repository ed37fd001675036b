"""Road users over changes of number: which track goes on with which, and what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.clock import CameraClock
from analytics.measure import MeasureRule
from analytics.traffic.chains import Chains
from core.records import Measurement
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.rules import MeasureSpec
from tests.support.tracks import T0, Actor, Shot, film, play, still, walk
from tests.support.traffic import METRES, SIZES, measured, total

CAR, MOTORCYCLE, TRUCK, PERSON = ObjectClass.CAR, ObjectClass.MOTORCYCLE, ObjectClass.TRUCK, ObjectClass.PERSON
SIZE = SIZES[CAR]
LANES = MeasureSpec(lanes="all")


def follow(shots: Sequence[Shot]) -> tuple[Chains, int]:
    """The chains after a film, and how many began."""
    chains, clock, tracks = Chains(), CameraClock(), set[tuple[int, int]]()
    for shot in shots:
        clock.frame(shot.view.frame)
        _, _, sure = chains.update(shot.view, clock.run_ns, anew=clock.new_epoch)
        tracks |= {(shot.view.frame.epoch, number) for number in shot.view.track_id[sure].tolist()}
    return chains, len(tracks) - chains.handed_over + chains.jumps


def two(
    place: tuple[float, float], begin: float = 3.5, second: ObjectClass = CAR, speed: float = 100, end: float = 3.0
) -> list[Actor]:
    """A car at 100 px/s from x = 100 that is lost at `end`, and a track that begins at `place` and is soon sure."""
    x, y = place
    old = Actor(1, walk([(0, 100, 400), (end, 100 + 100 * end, 400)]), CAR, SIZE)
    way = walk([(begin, x, y), (begin + 2, x + 2 * speed, y)])
    return [old, Actor(2, way, second, SIZE, lambda t: TrackState(t > begin + 0.15))]


@pytest.mark.parametrize(
    ("actors", "chains"),
    [
        (two((450, 400)), 1),
        (two((465, 405)), 1),
        (two((450, 400), second=TRUCK), 1),
        (two((450, 400), second=MOTORCYCLE), 2),
        (two((450, 400), second=PERSON), 2),
        (two((450, 470)), 2),
        (two((380, 400)), 2),
        (two((640, 400)), 2),
        (two((450, 400), speed=-100), 2),
        (two((450, 400), begin=2.5), 2),
        (two((800, 400), begin=7.0), 1),
        (two((950, 400), begin=8.6), 2),
    ],
)
def test_a_track_goes_on_with_a_lost_one_only_where_that_would_be(actors: list[Actor], chains: int) -> None:
    assert follow(film(actors, 11, fps=10))[1] == chains


@pytest.mark.parametrize(("after", "chains"), [(4, 1), (15, 1), (25, 2)])
def test_who_stood_still_is_waited_for_longer(after: float, chains: int) -> None:
    parts = [Actor(1, still(300, 400, 0, 5), CAR, SIZE), Actor(2, still(303, 400, 5 + after, 40), CAR, SIZE)]
    assert follow(film(parts, 40))[1] == chains


def test_the_nearest_pairs_are_joined_whatever_their_order() -> None:
    """Three abreast lose their numbers at once."""
    before = [Actor(n, walk([(0, 100, 370 + 30 * n), (3, 400, 370 + 30 * n)]), MOTORCYCLE, (20, 18)) for n in (1, 2, 3)]
    after = [
        Actor(10 - n, walk([(3.4, 440, 371 + 30 * n), (6, 700, 371 + 30 * n)]), MOTORCYCLE, (20, 18)) for n in (1, 2, 3)
    ]
    found, began = follow(film([*before, *after], 6))
    assert began == 3 and found.handed_over == 3
    last = {int(row["id"]): round(float(row["y"])) for row in found.records[found.records["used"]]}
    assert last == {9: 401, 8: 431, 7: 461}


def test_one_lost_track_has_one_heir() -> None:
    heirs = [Actor(n, walk([(3.5, 440 + 10 * n, 400), (5, 600, 400)]), CAR, SIZE) for n in (2, 3)]
    assert follow(film([two((0, 0))[0], *heirs], 5))[1] == 2


def test_a_track_that_jumps_is_somebody_else() -> None:
    """Its number went over to another vehicle on the other side of the counting place: nobody passed it."""
    jumper = Actor(1, lambda t: (200.0 + 20 * t, 400.0) if t < 5 else (800.0 + 10 * t, 400.0), CAR, SIZE)
    shots = film([jumper], 8, scene=METRES)
    rule = MeasureRule([LANES, MeasureSpec(line="l")], METRES, "cam")
    found = (play(rule, shots) + rule.close(T0)).measurements
    assert rule.jumps == 1 and all(m.counts == {} for m in found)


@pytest.mark.parametrize("gap", [0.2, 0.6, 1.4])
@pytest.mark.parametrize("place", [430, 480, 499, 501, 520])
def test_a_number_that_changes_at_the_counting_place_neither_loses_nor_doubles(place: float, gap: float) -> None:
    """Twenty cars, each lost at this place and found again further on."""
    cars = []
    for n in range(20):
        start, lost = 4.0 * n, 4.0 * n + place / 100
        whole = walk([(start, 0, 400), (start + 10, 1_000, 400)])
        cars.append(Actor(2 * n + 1, lambda t, w=whole, e=lost: w(t) if t < e else None, CAR, SIZE))  # type: ignore[misc]
        cars.append(Actor(2 * n + 2, lambda t, w=whole, e=lost + gap: w(t) if t >= e else None, CAR, SIZE))  # type: ignore[misc]
    found = measured(film(cars, 100, scene=METRES, fps=12), LANES, MeasureSpec(line="l"))
    assert total(found, "a") == {"car": 20} and total(found, "l") == {"car": 20}
    assert total(found, "a", "backward") == total(found, "l", "backward") == {}


def test_a_new_epoch_is_a_new_camera() -> None:
    parts = film([Actor(1, still(300, 400), CAR, SIZE)], 2) + film(
        [Actor(1, still(300, 400), CAR, SIZE)], 2, start_s=2, epoch=1
    )
    assert follow(parts)[1] == 2


def test_the_table_has_room_for_those_who_are_there_and_no_more() -> None:
    crowd = [Actor(n, still(20 * (n % 50), 20 * (n // 50), 0, 2), PERSON) for n in range(1, 601)]
    few = [Actor(1_000 + n, walk([(n, 0, 400), (n + 3, 300, 400)]), CAR, SIZE) for n in range(40)]
    chains, clock, rooms = Chains(), CameraClock(), []
    for shot in film(crowd + few, 60, fps=5):
        clock.frame(shot.view.frame)
        chains.update(shot.view, clock.run_ns, anew=clock.new_epoch)
        rooms.append(chains.room)
    assert 600 <= rooms[0] <= 1_300 and rooms[-1] <= 32 and len(chains) == 0


@cache
def lost_and_found() -> tuple[Actor, ...]:
    """Traffic whose tracks are lost for 0.7 s each."""
    rng = np.random.default_rng(3)
    actors = []
    for n in range(30):
        start, lost = float(rng.uniform(0, 20)), float(rng.uniform(2, 6))
        y, pace = float(rng.uniform(370, 530)), float(rng.uniform(80, 160))
        whole = walk([(start, 0, y), (start + 1_000 / pace, 1_000, y)])
        cls = MOTORCYCLE if n % 2 else CAR
        actors.append(Actor(n + 1, lambda t, w=whole, e=start + lost: w(t) if t < e else None, cls, SIZES[cls]))  # type: ignore[misc]
        actors.append(
            Actor(n + 101, lambda t, w=whole, e=start + lost + 0.7: w(t) if t >= e else None, cls, SIZES[cls])  # type: ignore[misc]
        )
    return tuple(actors)


@cache
def counted(actors: tuple[Actor, ...]) -> list[Measurement]:
    specs = LANES, MeasureSpec(zone="z"), MeasureSpec(line="l"), MeasureSpec(id="t", entries=["l"], exits=["l"])
    return measured(film(actors, 40, scene=METRES, fps=5), *specs)


@settings(max_examples=10)
@given(st.randoms(use_true_random=False), st.integers(1, 10_000))
def test_neither_the_order_of_rows_nor_the_numbers_matter(random: object, add: int) -> None:
    """Traffic with lost tracks, once as it is, once with rows shuffled and tracks renumbered."""
    actors = lost_and_found()
    numbers = list(range(1, len(actors) + 1))
    random.shuffle(numbers)  # type: ignore[attr-defined]
    other = [Actor(numbers[i] + add, a.way, a.cls, a.size) for i, a in enumerate(actors)]
    random.shuffle(other)  # type: ignore[attr-defined]
    one, two = counted(actors), counted(tuple(other))
    assert [(m.place, m.direction, m.counts) for m in one] == [(m.place, m.direction, m.counts) for m in two]
    assert [m.occupancy for m in one] == pytest.approx([m.occupancy for m in two])
