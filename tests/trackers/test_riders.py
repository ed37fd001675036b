"""A two-wheeler and who rides it are one road user; who does not ride is a pedestrian."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.detections import DetectionBatch
from core.frames import ClockSource, FrameMeta
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch, TrackState
from trackers.online import OnlineTracker

PERSON, MOTORCYCLE = int(ObjectClass.PERSON), int(ObjectClass.MOTORCYCLE)
FPS = 10.0
Box = tuple[float, float, float, float]
Way = Callable[[float], Box | None]


def motorcycle(x: float, ground: float = 500.0) -> Box:
    """Seen across: 190 wide, 110 high."""
    return (x - 95, ground - 110, x + 95, ground)


def rider(x: float, ground: float = 500.0) -> Box:
    return (x - 30, ground - 160, x + 30, ground - 20)


def walker(x: float, ground: float = 510.0) -> Box:
    return (x - 30, ground - 170, x + 30, ground)


def film(
    actors: Sequence[tuple[int, Way]], seconds: float, start_s: float = 0.0, epoch: int = 0
) -> list[DetectionBatch]:
    """Detections of each frame, in the order of the actors."""
    batches = []
    for number in range(round(seconds * FPS)):
        t = start_s + number / FPS
        seen = [(kind, way(t)) for kind, way in actors]
        boxes = [(kind, box) for kind, box in seen if box is not None]
        now = FrameMeta("a", epoch, number, round(t * 1e9), ClockSource.FILE, 0, round(t * 1e9), 1920, 1080)
        batches.append(
            DetectionBatch(
                (now,),
                np.array([0, len(boxes)], np.int32),
                np.array([box for _, box in boxes], np.float32).reshape(-1, 4),
                np.full(len(boxes), 0.9, np.float32),
                np.array([kind for kind, _ in boxes], np.int16),
            )
        )
    return batches


def watch(batches: Sequence[DetectionBatch], tracker: OnlineTracker | None = None) -> list[TrackBatch]:
    tracker = tracker or OnlineTracker()
    return [tracker.update(batch) for batch in batches]


def ids(found: Sequence[TrackBatch], kind: int, state: TrackState | None = TrackState.CONFIRMED) -> set[int]:
    return {
        int(i)
        for f in found
        for i, c, s in zip(f.track_id, f.class_id, f.state, strict=True)
        if c == kind and (state is None or s == state)
    }


def riding(t: float) -> float:
    return 200 + 150 * t


def check_ids(found: Sequence[TrackBatch]) -> None:
    ended: list[int] = []
    for f in found:
        assert not set(ended) & set(f.track_id.tolist()), "an ended id came back"
        assert (f.track_id > 0).all()
        assert len(set(f.track_id.tolist())) == len(f)
        ended += f.ended_id.tolist()
    assert len(ended) == len(set(ended)), "an id ended twice"


def test_a_motorcycle_with_rider_and_pillion_is_one_road_user() -> None:
    found = watch(
        film(
            [
                (MOTORCYCLE, lambda t: motorcycle(riding(t))),
                (PERSON, lambda t: rider(riding(t) + 15)),
                (PERSON, lambda t: rider(riding(t) - 45)),
            ],
            6,
        )
    )
    assert len(ids(found, MOTORCYCLE)) == 1
    assert not ids(found, PERSON), "no rider is ever sure to be a pedestrian"
    assert [len(f) for f in found[20:]] == [1] * 40
    check_ids(found)


def test_who_walks_past_a_parked_motorcycle_stays_a_pedestrian() -> None:
    found = watch(film([(MOTORCYCLE, lambda t: motorcycle(900)), (PERSON, lambda t: rider(500 + 100 * t))], 8))
    assert len(ids(found, PERSON)) == 1
    assert all((f.class_id == PERSON).sum() == 1 for f in found)
    assert all(TrackState.TENTATIVE not in f.state.tolist() for f in found[5:])


def test_who_appears_beside_a_parked_motorcycle_is_a_pedestrian_after_a_second() -> None:
    found = watch(film([(MOTORCYCLE, lambda t: motorcycle(900)), (PERSON, lambda t: rider(900))], 4))
    people = [int(f.state[f.class_id == PERSON][0]) for f in found]
    assert people[:10] == [TrackState.TENTATIVE] * 10
    assert people[12:] == [TrackState.CONFIRMED] * 28


def test_who_walks_beside_a_moving_motorcycle_stays_a_pedestrian() -> None:
    found = watch(
        film([(MOTORCYCLE, lambda t: motorcycle(riding(t))), (PERSON, lambda t: walker(riding(t) - 110, 530))], 5)
    )
    assert len(ids(found, PERSON)) == 1
    assert len(ids(found, MOTORCYCLE)) == 1


def test_a_rider_who_waits_at_a_red_light_stays_a_rider() -> None:
    def x(t: float) -> float:
        return riding(min(t, 3.0)) + 150 * max(t - 33.0, 0.0)

    found = watch(film([(MOTORCYCLE, lambda t: motorcycle(x(t))), (PERSON, lambda t: rider(x(t)))], 36))
    assert not ids(found, PERSON)
    assert len(ids(found, MOTORCYCLE)) == 1


def test_who_gets_off_comes_back_with_a_new_id() -> None:
    def person(t: float) -> Box:
        return rider(riding(t)) if t < 4 else walker(riding(4.0) + 80 * (t - 4))

    found = watch(film([(MOTORCYCLE, lambda t: motorcycle(riding(min(t, 4.0)))), (PERSON, person)], 10))
    assert not ids(found[:40], PERSON)
    assert len(ids(found, PERSON)) == 1
    before = ids(found[:40], PERSON, None)
    assert not ids(found, PERSON) & before
    check_ids(found)


def test_who_walks_up_mounts_and_rides_off_ends_as_a_pedestrian_once() -> None:
    def person(t: float) -> Box:
        return walker(400 + 100 * t) if t < 3.5 else rider(750 + 150 * max(t - 6, 0.0))

    found = watch(film([(MOTORCYCLE, lambda t: motorcycle(750 + 150 * max(t - 6, 0.0))), (PERSON, person)], 11))
    (walked,) = ids(found, PERSON)
    assert sum(f.ended_id.tolist().count(walked) for f in found) == 1
    assert not ids(found[-20:], PERSON, None)
    assert len(ids(found, MOTORCYCLE)) == 1


def test_a_motorcycle_that_is_not_seen_under_its_rider_goes_on_by_him() -> None:
    batches = film(
        [
            (MOTORCYCLE, lambda t: motorcycle(riding(t)) if not 3 <= t < 6 else None),
            (PERSON, lambda t: rider(riding(t))),
        ],
        9,
    )
    found = watch(batches)
    assert len(ids(found, MOTORCYCLE)) == 1
    assert not ids(found, PERSON)
    for f, batch in zip(found[30:60], batches[30:60], strict=True):
        assert f.state.tolist() == [TrackState.CONFIRMED]
        assert batch.class_id[f.det_index].tolist() == [PERSON], "his detection stands for the two"
    check_ids(found)


def test_a_rider_whose_machine_is_never_seen_again_is_a_pedestrian_in_the_end() -> None:
    def x(t: float) -> float:
        return 200 + 75 * t

    found = watch(
        film([(MOTORCYCLE, lambda t: motorcycle(x(t)) if t < 5 else None), (PERSON, lambda t: rider(x(t)))], 22)
    )
    assert not ids(found[:140], PERSON)
    assert len(ids(found[-20:], PERSON)) == 1
    assert not ids(found[-20:], MOTORCYCLE, None)
    check_ids(found)


def test_two_motorcycles_side_by_side_have_a_rider_each() -> None:
    found = watch(
        film(
            [
                (MOTORCYCLE, lambda t: motorcycle(riding(t))),
                (MOTORCYCLE, lambda t: motorcycle(riding(t) + 60, 560)),
                (PERSON, lambda t: rider(riding(t))),
                (PERSON, lambda t: rider(riding(t) + 60, 560)),
            ],
            6,
        )
    )
    assert len(ids(found, MOTORCYCLE)) == 2
    assert not ids(found[15:], PERSON, None)


def test_a_new_epoch_ends_what_was_given_out_and_no_rider() -> None:
    tracker = OnlineTracker()
    actors: list[tuple[int, Way]] = [
        (MOTORCYCLE, lambda t: motorcycle(riding(t))),
        (PERSON, lambda t: rider(riding(t))),
    ]
    old = watch(film(actors, 4), tracker)
    new = watch(film(actors, 1, start_s=4, epoch=1), tracker)
    assert new[0].ended_id.tolist() == old[-1].track_id.tolist()
    check_ids(old + new)


@pytest.mark.parametrize("kind", [int(ObjectClass.CAR), PERSON])
def test_only_two_wheelers_are_ridden(kind: int) -> None:
    found = watch(film([(kind, lambda t: motorcycle(riding(t))), (PERSON, lambda t: rider(riding(t)))], 5))
    assert len(found[-1]) == 2


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_ids_keep_their_promises_in_any_jumble(seed: int) -> None:
    rng = np.random.default_rng(seed)
    kinds = rng.choice([PERSON, MOTORCYCLE], 6)
    place, speed = rng.uniform(300, 900, 6), rng.uniform(-120, 120, 6)

    def way(i: int) -> Way:
        make = motorcycle if kinds[i] == MOTORCYCLE else rider
        gone = rng.random(80) < 0.2
        return lambda t: None if gone[round(t * FPS) % 80] else make(float(place[i] + speed[i] * np.sin(t)))

    check_ids(watch(film([(int(kinds[i]), way(i)) for i in range(6)], 8)))
