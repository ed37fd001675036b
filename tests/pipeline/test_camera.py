"""A camera's thread: it reads, thins, reconnects, ends, fails, stops, alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SourceError
from core.frames import FrameMeta, Surface
from core.protocols import FrameStream, Source
from core.records import CameraState
from pipeline.batcher import Batcher, DropPolicy
from pipeline.camera import Backoff, Camera, CameraStatus, Thinner
from pipeline.sources.synthetic import Script, SyntheticSource

QUICK = Backoff(first_s=0.01, most_s=0.02)
LONG = 20.0


def run(source: Source, *, fps: float | None = None) -> tuple[list[FrameMeta], CameraStatus]:
    """A camera to its end, and all its frames."""
    batcher = Batcher(4)
    camera = Camera(source, batcher.inlet(source.camera_id, DropPolicy.WAIT), fps=fps)
    camera.start()
    found: list[FrameMeta] = []
    while not batcher.finished:
        batch = batcher.next(LONG)
        if batch is not None:
            found += batch.frames
            batch.release()
    assert camera.join(LONG)
    return found, camera.status()


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that must come."""
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


def test_a_file_is_read_to_its_end() -> None:
    found, status = run(SyntheticSource("file", Script(frames=30)))
    assert [m.seq for m in found] == list(range(30))
    assert status.state is CameraState.ENDED
    assert (status.frames, status.thinned, status.dropped, status.epoch, status.reconnects) == (30, 0, 0, 0, 0)
    assert status.error is None
    assert status.last_frame_ns is not None


@pytest.mark.parametrize(
    ("fps", "wanted", "count"), [(25.0, 10.0, 40), (30.0, 10.0, 34), (10.0, 25.0, 100), (25.0, 12.5, 50)]
)
def test_frames_are_thinned_evenly_and_that_is_no_loss(fps: float, wanted: float, count: int) -> None:
    found, status = run(SyntheticSource("file", Script(frames=100, fps=fps)), fps=wanted)
    assert abs(len(found) - count) <= 1
    assert {m.dropped for m in found} == {0}
    assert status.thinned == 100 - len(found)
    gaps = [b.media_ns - a.media_ns for a, b in pairwise(found)]
    assert max(gaps) - min(gaps) <= 1e9 / fps + 1


@given(st.lists(st.integers(1, 10**9), min_size=2, max_size=60), st.floats(0.5, 60))
def test_a_thinner_never_passes_more_than_asked(steps: list[int], fps: float) -> None:
    thinner, now, passed = Thinner(fps), 0, []
    for step in steps:
        now += step
        if thinner.passes(now):
            passed.append(now)
    assert passed
    span_s = (passed[-1] - passed[0] + 4e6) / 1e9
    assert len(passed) <= span_s * fps * 1.0001 + 2


def test_what_a_thinned_frame_had_lost_is_told_by_the_next() -> None:
    class Lossy(SyntheticSource):
        def open(self, epoch: int) -> FrameStream:
            return Changed(super().open(epoch), lambda m: replace(m, dropped=2))

    found, status = run(Lossy("file", Script(frames=20, fps=20)), fps=10)
    assert sum(m.dropped for m in found) + 2 * (19 - found[-1].seq) == 40
    assert status.dropped == 40


class Changed:
    """A stream whose metas are changed on the way."""

    def __init__(self, inner: FrameStream, change: Callable[[FrameMeta], FrameMeta]) -> None:
        self._inner, self._change = inner, change

    def __iter__(self) -> Iterator[tuple[FrameMeta, Surface]]:
        return ((self._change(meta), surface) for meta, surface in self._inner)

    def close(self) -> None:
        self._inner.close()


def test_a_lost_camera_connects_again_in_a_new_epoch() -> None:
    batcher = Batcher(4)
    source = SyntheticSource("gate", Script(frames=None, live=True, fail_after=5, fps=100))
    camera = Camera(source, batcher.inlet("gate", DropPolicy.NEWEST, 64), backoff=QUICK)
    camera.start()
    until(lambda: camera.status().epoch >= 3)
    camera.stop()
    assert camera.join(LONG)
    status = camera.status()
    assert status.state is CameraState.ENDED
    assert status.reconnects >= 2
    epochs: dict[int, list[int]] = {}
    while (batch := batcher.next(0)) is not None:
        for meta in batch.frames:
            epochs.setdefault(meta.epoch, []).append(meta.seq)
    assert list(epochs)[:3] == [0, 1, 2]
    assert epochs[1] == [0, 1, 2, 3, 4]


def test_attempts_that_bring_no_frame_use_no_epoch() -> None:
    batcher = Batcher(4)
    source = SyntheticSource("gate", Script(frames=3, live=True, refusals=4))
    camera = Camera(source, batcher.inlet("gate", DropPolicy.NEWEST, 64), backoff=QUICK)
    camera.start()
    assert camera.join(LONG)
    status = camera.status()
    assert (status.state, status.epoch, status.frames, status.reconnects) == (CameraState.ENDED, 0, 3, 0)


def test_a_camera_that_waits_says_why() -> None:
    batcher = Batcher(4)
    source = SyntheticSource("gate", Script(live=True, refusals=1))
    camera = Camera(source, batcher.inlet("gate", DropPolicy.NEWEST), backoff=Backoff(first_s=3600))
    camera.start()
    until(lambda: camera.status().state is CameraState.WAITING)
    assert "gate" in (camera.status().error or "") and camera.status().code
    camera.stop()
    assert camera.join(LONG)
    assert camera.status().state is CameraState.ENDED


def test_a_broken_file_fails_and_keeps_its_frames_and_its_error() -> None:
    found, status = run(SyntheticSource("file", Script(frames=30, fail_after=7)))
    assert len(found) == 7
    assert status.state is CameraState.FAILED
    assert "file" in (status.error or "")


def test_an_error_that_will_not_pass_fails_a_live_camera() -> None:
    class Gone(SyntheticSource):
        def open(self, epoch: int) -> FrameStream:
            raise SourceError("error-source-push-closed", retryable=False, camera=self.camera_id)

    _, status = run(Gone("gate", Script(live=True)))
    assert status.state is CameraState.FAILED


def test_the_pause_that_an_error_demands_is_kept() -> None:
    class Locked(SyntheticSource):
        attempts = 0

        def open(self, epoch: int) -> FrameStream:
            self.attempts += 1
            raise SourceError("error-source-login", retryable=True, retry_after_s=3600.0, camera=self.camera_id)

    source = Locked("gate", Script(live=True))
    camera = Camera(source, Batcher(1).inlet("gate", DropPolicy.NEWEST), backoff=QUICK)
    camera.start()
    until(lambda: camera.status().state is CameraState.WAITING)
    time.sleep(0.1)  # many quick pauses long
    assert source.attempts == 1
    camera.stop()
    assert camera.join(LONG)


def test_a_fault_in_one_camera_touches_no_other(caplog: pytest.LogCaptureFixture) -> None:
    class Faulty(SyntheticSource):
        def open(self, epoch: int) -> FrameStream:
            raise ZeroDivisionError("a bug")

    batcher = Batcher(4)
    faulty = Camera(Faulty("faulty"), batcher.inlet("faulty", DropPolicy.WAIT))
    sound = Camera(SyntheticSource("sound", Script(frames=20)), batcher.inlet("sound", DropPolicy.WAIT))
    faulty.start()
    sound.start()
    found: list[FrameMeta] = []
    while not batcher.finished:
        batch = batcher.next(LONG)
        found += batch.frames if batch is not None else ()
    assert faulty.join(LONG)
    assert sound.join(LONG)
    assert faulty.status().state is CameraState.FAILED
    assert "ZeroDivisionError" in (faulty.status().error or "")
    assert sound.status().state is CameraState.ENDED
    assert len(found) == 20


@pytest.mark.parametrize(
    "script",
    [
        Script(live=True, stall_after=2, stall_s=3600),
        Script(live=True, paced=True, fps=0.001),
        Script(live=True, refusals=10**6),
        Script(frames=None),
    ],
    ids=["stalled", "paced", "pausing", "full"],
)
def test_stop_is_prompt_wherever_it_is(script: Script) -> None:
    batcher = Batcher(4)
    source = SyntheticSource("gate", script)
    policy = DropPolicy.NEWEST if script.live else DropPolicy.WAIT
    camera = Camera(source, batcher.inlet("gate", policy, 2), backoff=Backoff(first_s=3600))
    camera.start()
    until(lambda: camera.status().state is not CameraState.CONNECTING)
    camera.stop()
    assert camera.join(LONG)
    assert camera.status().state is CameraState.ENDED


def test_stop_before_start_and_twice() -> None:
    camera = Camera(SyntheticSource("gate", Script(frames=None)), Batcher(1).inlet("gate", DropPolicy.WAIT))
    camera.stop()
    camera.stop()
    camera.start()
    assert camera.join(LONG)
    assert camera.status().frames == 0


def test_stop_while_it_connects() -> None:
    entered, go_on = threading.Event(), threading.Event()

    class Slow(SyntheticSource):
        def open(self, epoch: int) -> FrameStream:
            entered.set()
            go_on.wait(LONG)
            return super().open(epoch)

    camera = Camera(Slow("gate", Script(frames=None)), Batcher(1).inlet("gate", DropPolicy.WAIT))
    camera.start()
    assert entered.wait(LONG)
    camera.stop()
    assert not camera.join(0.01)
    go_on.set()
    assert camera.join(LONG)
    assert camera.status().frames == 0


def test_pauses_grow_to_a_bound_and_vary() -> None:
    backoff = Backoff(first_s=1, factor=2, most_s=60, jitter=0.2)
    assert [backoff.pause_s(n, 0.5) for n in (1, 2, 3, 6, 7, 10**6)] == [1, 2, 4, 32, 60, 60]
    assert backoff.pause_s(1, 0.0) == pytest.approx(0.8)
    assert backoff.pause_s(1, 1.0) == pytest.approx(1.2)
