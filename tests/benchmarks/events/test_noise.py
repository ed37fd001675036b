"""Noise over perfect boxes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.events.boxes import Seen, see, solids
from benchmarks.events.cameras import Camera
from benchmarks.events.noise import CLASSES, NOISES, Detected, Levels, Noise, NoiseTable
from core.arrays import F64
from core.taxonomy import ObjectClass
from tests.support.recordings import road, standing

CAMERA = Camera("c", -12.0, 0.0, 7.0, 0.0, math.radians(22), 1200.0)
PEOPLE = 2 * 400


def _detected(levels: Levels, seed: int = 1, cars: int = 6, seconds: float = 120.0) -> tuple[Seen, Detected, F64]:
    recording = road({n: standing(4.0 + 7.0 * n, seconds) for n in range(cars)})
    seen = see(CAMERA, solids(recording, 0, recording.steps))
    noise = Noise(CAMERA, levels, PEOPLE, (seed,), np.zeros((0, 2)), NoiseTable.load())
    return seen, noise.detect(recording.time_s, seen), recording.time_s


def test_without_noise_boxes_come_as_they_are() -> None:
    seen, found, _ = _detected(Levels.all(0.0), seconds=2.0)
    assert found.wanted.all()
    assert np.array_equal(found.row, np.arange(len(seen.row)))
    assert found.xyxy == pytest.approx(seen.xyxy, abs=1e-3)
    assert np.array_equal(found.class_id, seen.class_id)


def test_a_seed_gives_the_same_noise_and_another_another() -> None:
    _, one, _ = _detected(Levels(), seconds=5.0)
    _, again, _ = _detected(Levels(), seconds=5.0)
    _, other, _ = _detected(Levels(), seed=2, seconds=5.0)
    assert np.array_equal(one.xyxy, again.xyxy)
    assert one.xyxy.shape != other.xyxy.shape or not np.array_equal(one.xyxy, other.xyxy)


def test_as_many_large_vehicles_are_missed_as_of_those_that_were_labelled() -> None:
    seen, found, _ = _detected(Levels.all(0.0).but("miss", 1.0), cars=1, seconds=900.0)
    assert len(found.row) / len(seen.row) == pytest.approx(NoiseTable.load().recall[1, 3], abs=0.05)


def test_a_larger_input_misses_fewer_small_ones() -> None:
    recording = road({n: standing(30.0 + 8.0 * n, 60.0) for n in range(6)})
    seen = see(CAMERA, solids(recording, 0, recording.steps))
    found = [
        Noise(CAMERA, Levels(), PEOPLE, (1,), np.zeros((0, 2)), NoiseTable.load().for_input(px)).detect(
            recording.time_s, seen
        )
        for px in (None, 416, 832)
    ]
    usual, same, larger = (int((one.row >= 0).sum()) for one in found)
    assert usual == same < 0.95 * larger


def test_a_larger_input_shows_more_false_boxes_of_a_moment() -> None:
    table = NoiseTable.load()
    assert table.more_false == table.for_input(416).more_false == 1.0
    assert table.for_input(832).more_false == pytest.approx(7 / 6)
    counts = []
    for px in (416, 3328):
        only = Levels.all(0.0).but("false", 1.0)
        noise = Noise(CAMERA, only, PEOPLE, (1,), np.zeros((0, 2)), table.for_input(px))
        recording = road({0: standing(60.0, 120.0)})
        found = noise.detect(recording.time_s, see(CAMERA, solids(recording, 0, recording.steps)))
        counts.append(int((found.row < 0).sum()))
    assert 1.3 < counts[1] / counts[0] < 1.7


def test_misses_last() -> None:
    seen, found, times = _detected(Levels.all(0.0).but("miss", 1.0), cars=1, seconds=900.0)
    hit = np.zeros(len(seen.row), np.bool_)
    hit[found.row] = True
    missed = ~hit
    again = missed[1:][missed[:-1]].mean()
    assert again > 3 * missed.mean()  # a tenth of a second later it is still missed
    assert len(times) == len(hit)


def test_each_noise_does_what_its_name_says_and_no_more() -> None:
    seen, boxes, _ = _detected(Levels.all(0.0).but("box", 1.0), seconds=20.0)
    assert len(boxes.row) == len(seen.row)
    assert not np.allclose(boxes.xyxy, seen.xyxy, atol=1.0)
    assert np.array_equal(boxes.class_id, seen.class_id)
    _, called, _ = _detected(Levels.all(0.0).but("confusion", 1.0), seconds=20.0)
    assert called.xyxy == pytest.approx(seen.xyxy, abs=1e-3)
    _, lost, _ = _detected(Levels.all(0.0).but("drop", 1.0), seconds=120.0)
    assert 0 < (~lost.wanted).sum() < 0.1 * len(lost.wanted)
    assert set(NOISES) == {"box", "miss", "confusion", "false", "score", "drop", "calibration"}


def test_twice_the_level_is_twice_as_often_another_class() -> None:
    table = NoiseTable.load()
    truck = int(ObjectClass.TRUCK)
    for level in (0.0, 1.0, 2.0):
        until, shown = table.called(level)
        assert shown[truck, 0] == truck
        assert 1.0 - until[truck, 0] == pytest.approx(min(0.2 * level, 1.0))
        assert until[:, -1] == pytest.approx(np.ones(CLASSES))
