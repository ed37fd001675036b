"""What everything keeps to that looks at pictures for the rules, and what becomes of one that does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from core.arrays import U8
from core.frames import ClockSource, FrameMeta
from core.observations import NOTHING_SEEN, Fact, Observations, PictureHealth, Placement
from core.protocols import Observer
from core.taxonomy import ObjectClass
from models.observers.background.observer import BackgroundObserver
from models.observers.fake import FakeObserver
from models.observers.glimpse import SurfaceGlimpse
from models.observers.health import HealthObserver
from models.observers.signals import SignalObserver
from pipeline.observing import MOST_FAILED, WAITING, Observing
from pipeline.second_models.desk import Desk
from pipeline.second_models.eyes import FakeEye, Found
from pipeline.second_models.observer import ModelObserver
from pipeline.sources.surfaces import ArraySurface
from tests.models.observers.test_signals import scene_of
from tests.support.tracks import make_scene

SIZE = (320, 180)
SECOND = 1_000_000_000


def street(seed: int = 0) -> U8:
    """Something to recognise."""
    coarse = np.random.default_rng(seed).integers(0, 255, (18, 32, 3), np.uint8)
    return np.asarray(np.kron(coarse, np.ones((10, 10, 1), np.uint8)), np.uint8)


def told(number: int = 0) -> PictureHealth:
    return PictureHealth(float(number), 100.0, 200.0)


def seeing(*, placed: bool, waits: bool = True) -> ModelObserver:
    """By a model that sees fire in bright pictures, wherever that is."""
    eye = FakeEye(_bright if placed else lambda _: [Found(FIRE, 0.5)], frozenset({FIRE}), placed=placed)
    desk = Desk("fire", lambda: eye)
    desk.open()
    return ModelObserver(desk, eye, make_scene(size=SIZE), 1.0, ("", "z"), waits=waits)


def _bright(picture: U8) -> list[Found]:
    height, width = picture.shape[:2]
    return [Found(FIRE, 0.9, (0.0, 0.0, float(width), float(height)))] if picture.mean() > 128 else []


FIRE = int(ObjectClass.FIRE)
MAKERS: dict[str, Callable[[], Observer]] = {
    "background": BackgroundObserver,
    "health": HealthObserver,
    "health, given": lambda: HealthObserver([street()]),
    "health, turning": lambda: HealthObserver(placed=False),
    "signals": lambda: SignalObserver(scene_of()),
    "second model": lambda: seeing(placed=True),
    "second model, nobody waits": lambda: seeing(placed=True, waits=False),
    "second model, without places": lambda: seeing(placed=False),
    "fake": lambda: FakeObserver(lambda frame: told(frame.seq)),
}


@pytest.fixture(params=MAKERS)
def observer(request: pytest.FixtureRequest) -> Observer:
    return MAKERS[request.param]()


def frame(seq: int, *, epoch: int = 0, size: tuple[int, int] = SIZE, step_ns: int = 100_000_000) -> FrameMeta:
    ns = seq * step_ns
    return FrameMeta("cam", epoch, seq, ns, ClockSource.FILE, 0, ns, *size)


PICTURES = {
    "street": street(),
    "black": np.zeros((180, 320, 3), np.uint8),
    "white": np.full((180, 320, 3), 255, np.uint8),
    "noise": np.random.default_rng(1).integers(0, 255, (180, 320, 3), np.uint8),
    "large": np.tile(street(), (6, 6, 1)),
    "upright": np.ascontiguousarray(np.rot90(street())),
    "grey": np.repeat(street()[:, :, :1], 3, axis=2),
    "flat": np.zeros((3, 900, 3), np.uint8),
    "tiny": np.zeros((2, 3, 3), np.uint8),
    "one": np.zeros((1, 1, 3), np.uint8),
}


def test_any_picture_of_any_size_is_looked_at(observer: Observer) -> None:
    for number, picture in enumerate(list(PICTURES.values()) * 4):
        height, width = picture.shape[:2]
        meta = frame(number, epoch=number % 3, size=(width, height))
        fact = observer.look(SurfaceGlimpse(meta, ArraySurface(picture)))
        assert fact is None or Observations.of([fact]) != NOTHING_SEEN


def test_the_surface_is_left_as_it_was(observer: Observer) -> None:
    surface = ArraySurface(street())
    for number in range(6):
        observer.look(SurfaceGlimpse(frame(number), surface))
    assert np.array_equal(surface.to_host(), street())


def test_a_clock_that_goes_back_or_stands_is_no_trouble(observer: Observer) -> None:
    surface = ArraySurface(street())
    for seq, ns in enumerate([0, 10**9, 10**9, 5 * 10**8, 0, 2 * 10**9, 2 * 10**18]):
        observer.look(SurfaceGlimpse(replace(frame(seq), media_ns=ns), surface))


def test_it_says_who_it_is_and_how_often_it_looks(observer: Observer) -> None:
    assert observer.name and observer.every_ns >= 100_000_000


def test_it_may_be_closed_before_any_look_and_twice(observer: Observer) -> None:
    observer.close()
    observer.close()


def observing(script: Callable[[FrameMeta], Fact | None], every_ns: int = SECOND) -> Observing:
    return Observing([FakeObserver(script, every_ns=every_ns)])


def test_looks_are_taken_at_the_observers_own_rate_and_anew_in_each_epoch() -> None:
    seen: list[tuple[int, int]] = []
    watch = observing(lambda f: seen.append((f.epoch, f.seq)), every_ns=SECOND)
    for epoch, seqs in ((0, range(25)), (1, range(3))):
        for seq in seqs:
            watch.look(frame(seq, epoch=epoch), ArraySurface(street()))
    assert seen == [(0, 0), (0, 10), (0, 20), (1, 0)]
    assert watch.counters["fake"].looks == 4 and watch.counters["fake"].seconds > 0


def test_frames_rarer_than_the_rate_are_all_looked_at_and_a_gap_is_not_made_up_for() -> None:
    seen: list[int] = []
    watch = observing(lambda f: seen.append(f.media_ns // SECOND), every_ns=SECOND)
    for second in (0, 2, 4, 100, 101, 102):
        watch.look(frame(second, step_ns=SECOND), ArraySurface(street()))
    assert seen == [0, 2, 4, 100, 101, 102]


def test_facts_reach_the_next_frame_that_comes_as_far_as_the_rules() -> None:
    watch = observing(lambda f: told(f.seq))
    frames = [watch.look(frame(seq), ArraySurface(street())) for seq in range(25)]
    assert watch.take(frames[5]) == Observations(told(0)), "the frames before were dropped on the way"
    assert watch.take(frames[6]) == NOTHING_SEEN
    assert watch.take(frames[24]) == Observations(told(20)), "the newest of two"


def test_facts_of_an_epoch_before_are_not_told_in_the_next() -> None:
    watch = observing(lambda f: told(f.seq) if f.epoch == 0 else None)
    watch.look(frame(0), ArraySurface(street()))
    after = watch.look(frame(0, epoch=1), ArraySurface(street()))
    assert watch.take(after) == NOTHING_SEEN


def test_facts_that_nobody_takes_are_bounded_and_counted() -> None:
    watch = observing(lambda f: told(f.seq), every_ns=1)
    for seq in range(WAITING + 10):
        watch.look(frame(seq), ArraySurface(street()))
    assert watch.lost == 10


def test_what_raises_is_counted_and_the_camera_and_the_others_go_on() -> None:
    def fails(shown: FrameMeta) -> Fact:
        raise RuntimeError("broken")

    good = FakeObserver(lambda f: told(f.seq), name="good", every_ns=1)
    watch = Observing([FakeObserver(fails, name="bad", every_ns=1), good])
    frames = [frame(seq) for seq in range(MOST_FAILED + 5)]
    assert [watch.look(f, ArraySurface(street())) for f in frames] == frames
    bad = watch.counters["bad"]
    assert (bad.looks, bad.failed, bad.given_up) == (MOST_FAILED, MOST_FAILED, True)
    assert watch.counters["good"].looks == len(frames) and watch.counters["good"].failed == 0
    assert watch.take(frames[-1]) == Observations(told(frames[-1].seq))


def test_one_look_that_fails_does_not_end_it() -> None:
    def sometimes(shown: FrameMeta) -> Fact:
        if shown.seq % 2:
            raise MemoryError
        return told(shown.seq)

    watch = observing(sometimes, every_ns=1)
    for seq in range(40):
        watch.look(frame(seq), ArraySurface(street()))
    assert (watch.counters["fake"].failed, watch.counters["fake"].given_up) == (20, False)


def test_what_cannot_be_closed_does_not_keep_others_from_it() -> None:
    class Stuck(FakeObserver):
        def close(self) -> None:
            raise OSError("busy")

    other = FakeObserver(lambda f: None, name="other")
    Observing([Stuck(lambda f: None), other]).close()
    assert other.closed


def test_a_shift_is_written_into_frames_and_a_place_that_does_not_hold_is_no_view() -> None:
    places = {0: Placement(), 1: Placement((4.0, -2.0)), 2: Placement((400.0, 0.0), valid=False), 3: Placement()}
    watch = observing(lambda f: replace(told(), placement=places[f.seq // 10]), every_ns=SECOND)
    frames = [watch.look(frame(seq), ArraySurface(street())) for seq in range(40)]
    assert [frames[n].shift_px for n in (5, 15, 35)] == [(0.0, 0.0), (4.0, -2.0), (0.0, 0.0)]
    assert [f.view for f in frames] == [""] * 20 + ["?"] * 10 + [""] * 10
    turning = replace(frame(25), view="north")
    assert watch.look(turning, ArraySurface(street())) == turning, "its viewpoint knows better"
