"""Queues on lanes, on made-up tracks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.clock import CameraClock
from analytics.queues import LaneQueues, QueueState
from core.scene import Scene
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from core.traffic import SIZES_M
from tests.support.tracks import Actor, Shot, film, make_scene, still, walk, with_lanes

KMH = 1 / 3.6
GROUND, PIXELS = with_lanes(make_scene(0.1)), with_lanes(make_scene())
CAR = ObjectClass.CAR
"""Lane `a` runs from x = 100 to 900, so along = (x - 100) / 10 metres on `GROUND`; a car's box is 40 pixels."""


def car(track_id: int, x: float, y: float = 400, cls: ObjectClass = CAR, **more: object) -> Actor:
    return Actor(track_id, still(x, y), cls, (40, 40), **more)  # type: ignore[arg-type]


def moving(track_id: int, kmh: float, x: float = 500) -> Actor:
    speed = kmh * KMH / 0.1
    return Actor(track_id, lambda t: (x + speed * t, 400), CAR, (40, 40))


def states(shots: Sequence[Shot], scene: Scene = GROUND, queues: LaneQueues | None = None) -> list[QueueState]:
    clock = CameraClock()
    if queues is None:
        queues = LaneQueues(scene, 5 * KMH, 10 * KMH, 20)
    found = []
    for shot in shots:
        clock.frame(shot.view.frame)
        found.append(queues.update(shot.view, clock))
    return found


def last(actors: Sequence[Actor], scene: Scene = GROUND) -> QueueState:
    return states(film(actors, 0.8, scene=scene), scene)[-1]


def test_a_queue_reaches_from_its_head_to_the_rear_of_its_last_vehicle() -> None:
    state = last([car(1, 880), car(2, 800), car(3, 700), car(4, 650, y=500)])
    assert state.length_m == pytest.approx([18 + 4.5, 4.5])
    assert state.lane_vehicles.tolist() == [3, 1]
    assert state.chain.tolist() == [0, 0, 0, 1]
    assert (state.head[0], state.tail[0]) == pytest.approx((78 + 4.5 / 2, 60 - 4.5 / 2))


@pytest.mark.parametrize(("gap_m", "chained"), [(19.9, True), (20.1, False)])
def test_the_longest_gap(gap_m: float, chained: bool) -> None:
    """From the front of the follower to the rear of the car ahead."""
    state = last([car(1, 880), car(2, 880 - 10 * (4.5 + gap_m))])
    assert len(state.lane) == (1 if chained else 2)


def test_behind_a_bus_the_gap_is_from_its_rear() -> None:
    state = last([car(1, 880, cls=ObjectClass.BUS), car(2, 850, cls=ObjectClass.MOTORCYCLE), car(3, 605)])
    assert state.lane_vehicles[0] == 3  # 27.5 m behind the bus's middle, 19.8 m behind its rear


def test_motorcycles_side_by_side_are_one_queue() -> None:
    riders = [car(n, 880 - 12 * (n // 4), 370 + 15 * (n % 4), ObjectClass.MOTORCYCLE) for n in range(16)]
    state = last(riders)
    assert state.lane_vehicles[0] == 16 and state.length_m[0] == pytest.approx(3.6 + SIZES_M[ObjectClass.MOTORCYCLE][0])


def test_the_longest_chain_is_the_queue_of_a_lane() -> None:
    """A taxi stands far downstream of the jam."""
    state = last([car(1, 890), *(car(n, 500 - 60 * n) for n in range(2, 6))])
    assert state.vehicles.tolist() == [1, 4] and state.lane_vehicles[0] == 4


def test_columns_of_several_queues_lie_in_memory_as_those_of_one() -> None:
    """Else loops over them are compiled once more, for seconds, while the camera waits."""
    one, two = last([car(1, 890)]), last([car(1, 890), car(2, 300)])
    assert (len(one.lane), len(two.lane)) == (1, 2)
    for name in ("lane", "vehicles", "lead", "length", "head", "tail"):
        assert getattr(one, name).flags.c_contiguous and getattr(two, name).flags.c_contiguous


@pytest.mark.parametrize(("kmh", "queued"), [(4.9, True), (5.1, False)])
def test_the_speed_at_which_a_vehicle_joins(kmh: float, queued: bool) -> None:
    assert (last([moving(1, kmh)]).chain[0] >= 0) == queued


def test_who_has_joined_stays_until_faster_than_the_end_speed() -> None:
    def way(t: float) -> tuple[float, float]:
        speeds = [0.0, 7.0, 9.9, 10.5, 7.0]
        done = sum(speed * KMH / 0.1 * min(max(t - n, 0.0), 1.0) for n, speed in enumerate(speeds))
        return 500 + done, 400

    found = states(film([Actor(1, way, CAR, (40, 40))], 5, scene=GROUND))
    assert [found[int(10 * t)].chain[0] >= 0 for t in (0.5, 1.5, 2.5, 3.5, 4.5)] == [True, True, True, False, False]


def test_the_speed_of_a_new_track_is_not_known_yet() -> None:
    """Estimates begin at 0: who enters at 8 km/h would else be in a queue."""
    assert [s.chain[0] >= 0 for s in states(film([car(1, 500)], 0.8, scene=GROUND))] == [False] * 5 + [True] * 3


def test_people_who_stand_and_cars_that_cross_or_pass_do_not_queue() -> None:
    across = Actor(2, lambda t: (600, 370 + 100 * t), CAR, (40, 40))
    state = last([car(1, 500, cls=ObjectClass.PERSON), across, moving(3, 30), car(4, 500, y=700)])
    assert state.chain.tolist() == [-1] * 4
    assert state.length_m.tolist() == [0, 0]


def test_without_a_ground_lengths_are_in_car_boxes() -> None:
    """Boxes of 40 pixels: 5 and 10 km/h are 0.35 and 0.69 boxes a second, 20 m are 5 boxes."""
    state = last([car(1, 880), car(2, 700), car(3, 420)], PIXELS)
    assert not state.metric and np.isnan(state.length_m).all()
    assert state.vehicles.tolist() == [2, 1]  # 6.9 boxes behind the second; 4.5 less a car behind the first
    assert state.length[0] == pytest.approx(4.5 + 4.5 / 4)
    slow, fast = (moving(1, v * 0.1 / KMH) for v in (13, 15))
    assert last([slow], PIXELS).chain[0] >= 0 and last([fast], PIXELS).chain[0] < 0


def test_a_queue_that_shrinks_with_distance_keeps_its_length_in_cars() -> None:
    """The same nine cars, seen small far away: boxes and gaps shrink together."""
    size, x, actors = 60.0, 880.0, []
    for number in range(9):
        actors.append(Actor(number, still(x, 400), CAR, (size, size)))
        x -= 1.5 * size * 0.5 * (1 + 0.85)
        size *= 0.85
    assert last(actors, PIXELS).length[0] == pytest.approx(8 * 1.5 + 4.5 / 4)


def test_hidden_vehicles_keep_their_place_and_ended_ones_leave() -> None:
    hidden = car(2, 700, state=lambda t: TrackState.COASTING if t > 1 else TrackState.CONFIRMED)
    gone = Actor(3, still(520, 400, end=2), CAR, (40, 40))
    queues = LaneQueues(GROUND, 5 * KMH, 10 * KMH, 20)
    found = states(film([car(1, 880), hidden, gone], 3, scene=GROUND), queues=queues)
    assert [s.lane_vehicles[0] for s in (found[5], found[15], found[25])] == [3, 3, 2]
    assert len(queues) == 2


def test_numbers_of_a_new_epoch_are_other_vehicles() -> None:
    """7 km/h is in a queue only for who has queued already."""
    rolls = Actor(1, walk([(0, 300, 400), (1, 300, 400), (9, 300 + 8 * 7 * KMH / 0.1, 400)]), CAR, (40, 40))
    first = film([rolls], 2, scene=GROUND)
    same, other = (film([rolls], 2, scene=GROUND, start_s=2, epoch=epoch) for epoch in (0, 1))
    assert states([*first, *same])[-1].chain[0] == 0
    assert states([*first, *other])[-1].chain[0] == -1


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(105, 895), st.booleans(), st.sampled_from([CAR, ObjectClass.BUS])), max_size=30))
def test_chains_part_the_standing_vehicles_of_each_lane(places: list[tuple[float, bool, ObjectClass]]) -> None:
    state = last([car(n, x, 400 if upper else 500, cls) for n, (x, upper, cls) in enumerate(places)])
    assert (state.chain >= 0).all()
    assert np.bincount(state.chain, minlength=len(state.lane)).tolist() == state.vehicles.tolist()
    assert (state.length >= 4.5 - 1e-9).all() and state.length == pytest.approx(state.head - state.tail)
    for number, (lane, head, tail) in enumerate(zip(state.lane, state.head, state.tail, strict=True)):
        behind = [
            h for k, (other, h) in enumerate(zip(state.lane, state.head, strict=True)) if other == lane and k > number
        ]
        assert all(tail - h > 20 for h in behind) and head > tail
