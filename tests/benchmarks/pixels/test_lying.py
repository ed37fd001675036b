"""The benchmark of things that lie about: truth that is what it says, and figures that count it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.pixels import lying, lying_report
from benchmarks.pixels.clips import Clip
from benchmarks.pixels.lying import Group, ThingsResult, measure_things
from benchmarks.pixels.measure import PixelsPlan, Quiet
from benchmarks.pixels.road_users import Found, RoadUsers, frame_of, middle_of, stands_still
from benchmarks.pixels.things import SIZES, Lying, owners, show, stage
from benchmarks.pixels.weather import untouched
from core.arrays import U8
from core.taxonomy import ObjectClass

NOBODY = Found(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int16))


@pytest.fixture(scope="module")
def clip() -> Clip:
    rng = np.random.default_rng(1)
    street = np.repeat(rng.integers(70, 130, (216, 384, 1)), 3, axis=2).astype(np.uint8)
    return Clip("made up", tuple(street.copy() for _ in range(4)), True)


@pytest.fixture(scope="module")
def staged(clip: Clip) -> list[Lying]:
    return stage(clip, middle_of(clip), RoadUsers((NOBODY,)), 0, 75)[0]


def test_things_are_drawn_anew_by_seed_the_same_again_and_apart_from_one_another(
    clip: Clip, staged: list[Lying]
) -> None:
    again, other = (stage(clip, middle_of(clip), RoadUsers((NOBODY,)), seed, 75)[0] for seed in (0, 1))
    assert [thing.box for thing in again] == [thing.box for thing in staged] != [thing.box for thing in other]
    assert [thing.name for thing in staged if thing.kind == "incident.debris"] == [f"debris {side}" for side in SIZES]
    taken = np.zeros(clip.size[::-1], int)
    for left, top, right, bottom in (thing.box for thing in staged):
        taken[top:bottom, left:right] += 1
    assert taken.max() == 1


def test_a_thing_is_seen_while_it_lies_there_and_behind_those_who_pass(clip: Clip, staged: list[Lying]) -> None:
    middle = middle_of(clip)
    thing = next(thing for thing in staged if thing.name == "debris 56")
    left, top, right, bottom = thing.box

    def part(second: float, picture: U8) -> U8:
        return show(second, picture.copy(), middle, [thing])[top:bottom, left:right]

    there, before = part(thing.from_s + 1, middle), part(thing.from_s - 1, middle)
    assert np.array_equal(before, middle[top:bottom, left:right])
    assert abs(float(there.mean()) - float(before.mean())) > 10
    passer = middle.copy()
    passer[top:bottom, left:right] = 255
    assert np.array_equal(part(thing.from_s + 1, passer), passer[top:bottom, left:right])


def test_a_bag_lies_where_nobody_stays_by_it(clip: Clip) -> None:
    """A person 30 pixels high is 1.7 m: 4 m around him are 70."""
    stands = Found(np.array([(60, 150, 75, 180)], np.float32), np.ones(1, np.float32), np.zeros(1, np.int16))
    users = RoadUsers((stands,) * 100)
    seeds = range(8)
    bags = [t for n in seeds for t in stage(clip, middle_of(clip), users, n, 75)[0] if t.name == "bag"]
    away = [np.hypot((bag.box[0] + bag.box[2]) / 2 - 67.5, bag.box[3] - 180) for bag in bags]
    assert len(bags) == 16 and min(away) > 70


def test_who_leaves_a_thing_is_by_it_when_it_appears(staged: list[Lying]) -> None:
    left = [thing for thing in staged if thing.owner is not None]
    assert {thing.name for thing in left} == {"bag", "thrown by a rider"}
    for thing in left:
        ((box, cls),) = owners(thing.from_s, [thing])
        assert abs((box[0] + box[2]) / 2 - (thing.box[0] + thing.box[2]) / 2) < 3
        assert cls == int(ObjectClass.PERSON if thing.name == "bag" else ObjectClass.MOTORCYCLE)
        assert list(owners(thing.until_s + 60, [thing])) == []


def test_road_users_are_played_to_and_fro_and_others_added(clip: Clip) -> None:
    users = RoadUsers(tuple(Found(np.full((n, 4), n, "f4"), np.ones(n, "f4"), np.zeros(n, "i2")) for n in range(3)))
    assert [len(users.at(tick).xyxy) for tick in range(6)] == [0, 1, 2, 1, 0, 1]
    batch = users.at(2).batch(frame_of(7, clip.size), [((1.0, 2.0, 3.0, 4.0), 5)])
    assert batch.xyxy[-1].tolist() == [1, 2, 3, 4] and batch.class_id.tolist() == [0, 0, 5] and len(batch) == 3


def test_a_camera_that_drifts_is_told_from_one_that_stands(clip: Clip) -> None:
    drifting = Clip("drifts", tuple(np.roll(clip.frames[0], n, axis=1) for n in range(20)), True)
    assert stands_still(Clip("stands", clip.frames * 5, True)) and not stands_still(drifting)


def test_what_is_staged_is_counted_once_and_false_alerts_by_weather(
    clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    def few(*given: object) -> tuple[list[Lying], int]:
        things, _ = stage(*given)  # type: ignore[arg-type]
        return [thing for thing in things if thing.name == "debris 12"], 145

    monkeypatch.setattr(lying, "load", lambda _: clip)
    monkeypatch.setattr(lying, "load_detector", lambda *_, **__: None)
    monkeypatch.setattr(lying, "look_for", lambda *_: RoadUsers((NOBODY,)))
    monkeypatch.setattr(lying, "stage", few)
    monkeypatch.setattr(lying, "WEATHERS", {"untouched": untouched})
    told: list[str] = []
    found = measure_things([Path("made-up.mp4")], PixelsPlan(1, 0.005), told.append)
    assert next(iter(found.by_kind())) == ("incident.debris", 1, 1) and found.failed == 0
    figures = found.as_dict()
    assert figures["things"]["debris 12"]["mean_time_to_detect_s"] <= 3
    assert figures["false_beside_things"]["false"] == {} and figures["quiet"]["untouched"]["false"] == {}
    assert len(list(lying_report.tables(found))) == 3 and len(told) == 2
    assert "made-up" in "".join(lying_report.notes(found))


def test_nothing_staged_is_no_share() -> None:
    result = ThingsResult(PixelsPlan(), [])
    result.groups["stall"], result.quiet["rain"] = Group("environment.encroachment"), Quiet()
    assert result.groups["stall"].figures()["detection_rate"] is None and result.as_dict()["kinds"] == {}
    tables: Iterator[object] = lying_report.tables(result)
    assert len(list(tables)) == 3
