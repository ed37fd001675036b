"""Who is too fast to overlap his last box is found where others went before him."""

from __future__ import annotations

from core.taxonomy import ObjectClass
from core.tracks import TrackState
from tests.trackers.test_riders import PERSON, Box, Way, check_ids, film, ids, motorcycle, rider, watch
from trackers.online import OnlineTracker

CAR = int(ObjectClass.CAR)
FAST = 1000.0
"""Pixels a second: 100 a frame, nearly two widths of a rider and half of a motorcycle's."""


def _along(box_at: Way, begins: float) -> Way:
    def at(t: float) -> Box | None:
        return box_at(t - begins) if 0 <= t - begins <= 1.3 else None

    return at


def _alone(t: float) -> Box:
    return rider(50 + FAST * t)


def _traffic(tracker: OnlineTracker, count: int) -> float:
    """So many motorcycles drive past, one after the other."""
    for number in range(count):
        way = _along(lambda t: motorcycle(50 + FAST * t), 2.0 * number)
        watch(film([(int(ObjectClass.MOTORCYCLE), way)], 2.0, 2.0 * number), tracker)
    return 2.0 * count


def test_a_rider_without_his_machine_is_lost_where_nobody_went_before() -> None:
    found = watch(film([(PERSON, _along(_alone, 0.0))], 1.4))
    assert not ids(found, PERSON)


def test_a_rider_without_his_machine_is_followed_where_others_went_before() -> None:
    tracker = OnlineTracker()
    start = _traffic(tracker, 6)
    found = watch(film([(PERSON, _along(_alone, start))], 1.4, start), tracker)
    assert len(ids(found[5:], PERSON, state=None)) == 1, "from where the others' speeds were known"
    assert len(ids(found, PERSON)) == 1
    check_ids(found)


def test_who_stands_where_others_drive_is_still_followed() -> None:
    tracker = OnlineTracker()
    start = _traffic(tracker, 6)
    found = watch(film([(PERSON, lambda _t: rider(700.0))], 1.4, start), tracker)
    assert len(ids(found, PERSON, state=None)) == 1


def test_a_new_epoch_knows_no_ways() -> None:
    tracker = OnlineTracker()
    start = _traffic(tracker, 6)
    found = watch(film([(PERSON, _along(_alone, start))], 1.4, start, epoch=1), tracker)
    assert not ids(found, PERSON)


def test_a_fast_rider_is_joined_with_the_machine_below_him() -> None:
    tracker = OnlineTracker()
    start = _traffic(tracker, 1)
    both: list[tuple[int, Way]] = [
        (int(ObjectClass.MOTORCYCLE), _along(lambda t: motorcycle(50 + FAST * t), start)),
        (PERSON, _along(_alone, start)),
    ]
    found = watch(film(both, 1.4, start), tracker)
    assert len(ids(found, int(ObjectClass.MOTORCYCLE))) == 1
    assert not ids(found, PERSON)
    assert not len(found[11].track_id[found[11].class_id == PERSON]), "he has no row of his own"


def test_a_machine_found_below_a_known_rider_keeps_his_number() -> None:
    def machine(t: float) -> Box | None:
        return motorcycle(200 + 150 * t) if t >= 1.0 else None

    found = watch(film([(PERSON, lambda t: rider(200 + 150 * t)), (int(ObjectClass.MOTORCYCLE), machine)], 3.0))
    first = ids(found[:10], PERSON)
    assert len(first) == 1
    assert ids(found[20:], int(ObjectClass.MOTORCYCLE), TrackState.CONFIRMED) == first
    assert ids(found, PERSON) | ids(found, int(ObjectClass.MOTORCYCLE)) == first
    check_ids(found)


def test_a_second_box_on_a_car_is_nobody_however_far_it_moves() -> None:
    def car(t: float) -> Box:
        return (100 + 300 * t, 300.0, 400 + 300 * t, 450.0)

    def part(t: float) -> Box | None:
        return (220 + 300 * t, 330.0, 430 + 300 * t, 440.0) if t >= 1.0 else None

    scores = {CAR: 0.9, int(ObjectClass.TRUCK): 0.3}
    batches = film([(CAR, car), (int(ObjectClass.TRUCK), part)], 3.0)
    for batch in batches:
        batch.score.flags.writeable = True
        batch.score[:] = [scores[int(kind)] for kind in batch.class_id]
    found = watch(batches)
    assert len(ids(found, CAR) | ids(found, int(ObjectClass.TRUCK))) == 1


def test_a_doubtful_car_of_its_own_is_somebody_when_it_has_moved() -> None:
    def car(t: float) -> Box:
        return (100 + 300 * t, 300.0, 400 + 300 * t, 450.0)

    def other(t: float) -> Box | None:
        return (450 + 300 * t, 330.0, 720 + 300 * t, 440.0) if t >= 1.0 else None

    scores = {CAR: 0.9, int(ObjectClass.TRUCK): 0.3}
    batches = film([(CAR, car), (int(ObjectClass.TRUCK), other)], 3.0)
    for batch in batches:
        batch.score.flags.writeable = True
        batch.score[:] = [scores[int(kind)] for kind in batch.class_id]
    found = watch(batches)
    assert len(ids(found, CAR) | ids(found, int(ObjectClass.TRUCK))) == 2
