"""One model for many cameras: batches, turns, failures, the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import numpy as np
import pytest

from core.arrays import U8
from core.errors import MatphoError
from core.frames import InputSpec
from core.taxonomy import ObjectClass
from pipeline.second_models.desk import Desk
from pipeline.second_models.eyes import FakeEye, Found

FIRE = int(ObjectClass.FIRE)


def grey(value: int) -> U8:
    return np.full((4, 4, 3), value, np.uint8)


def by_brightness(picture: U8) -> Sequence[Found]:
    return [Found(FIRE, float(picture[0, 0, 0]) / 255)]


class GatedEye(FakeEye):
    """Looks only when it is let, and remembers what it was shown together."""

    def __init__(self, *, most: int = 4) -> None:
        super().__init__(by_brightness, frozenset({FIRE}), most=most, spec=InputSpec(4, 4))
        self.gate, self.began = threading.Semaphore(0), threading.Semaphore(0)
        self.batches: list[list[int]] = []

    def look(self, pictures: Sequence[U8]) -> list[tuple[Found, ...]]:
        self.began.release()
        assert self.gate.acquire(timeout=20)
        self.batches.append([int(picture[0, 0, 0]) for picture in pictures])
        return super().look(pictures)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def opened(eye: FakeEye, stack: ExitStack) -> Desk:
    desk = Desk("m", lambda: eye)
    desk.open()
    stack.callback(desk.close)
    return desk


def test_cameras_share_a_batch_and_each_gets_its_own_answer(stack: ExitStack) -> None:
    eye = GatedEye()
    desk = opened(eye, stack)
    first = desk.ask([grey(0)])
    assert eye.began.acquire(timeout=20)
    jobs = [desk.ask([grey(n), grey(n + 1)]) for n in (10, 20, 30)]
    for _ in range(3):
        eye.gate.release()
    assert [len(job.result()) for job in (first, *jobs)] == [1, 2, 2, 2]
    assert jobs[2].result()[1] == (Found(FIRE, 31 / 255),)
    assert eye.batches == [[0], [10, 11, 20, 21], [30, 31]], "no more at once than the model computes"
    assert (desk.counts.looks, desk.counts.pictures, desk.counts.failed) == (4, 7, 0)


def test_newer_pictures_take_the_place_of_those_that_wait_and_not_of_those_in_hand(stack: ExitStack) -> None:
    eye = GatedEye()
    desk = opened(eye, stack)
    running = desk.ask([grey(1)])
    assert eye.began.acquire(timeout=20)
    waiting = desk.ask([grey(2)])
    assert not desk.renew(running, [grey(8)]) and desk.renew(waiting, [grey(9)])
    for _ in range(2):
        eye.gate.release()
    assert waiting.result() == [(Found(FIRE, 9 / 255),)] and eye.batches == [[1], [9]]
    assert desk.counts.missed == 2


def test_what_raises_is_told_to_all_of_the_batch_and_the_next_is_served(stack: ExitStack) -> None:
    def sometimes(picture: U8) -> Sequence[Found]:
        if picture[0, 0, 0] == 13:
            raise RuntimeError("out of memory")
        return by_brightness(picture)

    desk = opened(FakeEye(sometimes, frozenset({FIRE})), stack)
    with pytest.raises(RuntimeError, match="memory"):
        desk.ask([grey(13)]).result()
    assert desk.ask([grey(0)]).result() == [(Found(FIRE, 0.0),)]
    assert desk.counts.failed == 1


def test_at_the_end_nobody_waits_for_ever() -> None:
    eye = GatedEye()
    desk = Desk("m", lambda: eye)
    desk.open()
    desk.ask([grey(1)])
    assert eye.began.acquire(timeout=20)
    waiting = desk.ask([grey(2)])
    closing = threading.Thread(target=desk.close)
    closing.start()
    eye.gate.release()
    closing.join(20)
    for job in (waiting, desk.ask([grey(3)])):
        with pytest.raises(MatphoError, match="ended"):
            job.result()


def test_what_was_never_opened_answers_nobody() -> None:
    with pytest.raises(MatphoError):
        Desk("m", lambda: GatedEye()).ask([grey(0)]).result()
