"""Live pictures: the next one for whoever looks, none kept for nobody, and nobody waits for ever."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from core.live import LivePicture
from models.fake import FakeDetector, Seen
from pipeline.cameras import CameraPlan
from pipeline.live import LivePictures, LiveRelay
from pipeline.runner import Pipeline
from pipeline.sources.surfaces import ArraySurface
from pipeline.sources.synthetic import Script, SyntheticSource
from scenes.scene_file import empty_scene
from trackers.online import OnlineTracker


def watching(frames: int | None = None) -> Pipeline:
    detector = FakeDetector(lambda frame: [Seen((10.0 + frame.seq % 50, 50.0, 60.0 + frame.seq % 50, 130.0))])
    source = SyntheticSource("cam", Script(frames=frames, fps=30, paced=True))
    return Pipeline(detector, OnlineTracker(), [CameraPlan(source, empty_scene("cam", 320, 240), ())])


class Running:
    """A pipeline in a thread of its own."""

    def __init__(self, watched: Pipeline) -> None:
        self.pipeline = watched
        self._thread = threading.Thread(target=lambda: list(watched.steps()), daemon=True)

    def __enter__(self) -> LivePictures:
        self._thread.start()
        return self.pipeline.live

    def __exit__(self, *error: object) -> None:
        self.pipeline.stop()
        self._thread.join(10)


def test_each_look_shows_a_newer_frame_with_who_is_in_it() -> None:
    with Running(watching()) as live:
        assert list(live.cameras) == ["cam"]
        shown = [live.picture("cam", wait_s=10) for _ in range(3)]
    assert all(isinstance(one, LivePicture) for one in shown)
    times = [one.frame.media_ns for one in shown if one]
    assert times == sorted(set(times))
    last = shown[-1]
    assert last is not None
    assert last.pixels.shape == (240, 320, 3)
    assert last.pixels.any()
    assert len(last.xyxy) == len(last.class_id) == len(last.track_id)
    assert last.scene is not None


def test_many_look_at_the_same_picture() -> None:
    with Running(watching()) as live:
        found: list[LivePicture | None] = []
        lookers = [threading.Thread(target=lambda: found.append(live.picture("cam", wait_s=10))) for _ in range(5)]
        for looker in lookers:
            looker.start()
        for looker in lookers:
            looker.join(15)
    assert len(found) == 5
    assert all(found)


def test_an_unknown_camera_is_answered_at_once_and_a_silent_one_in_time() -> None:
    live = LivePictures({"silent": empty_scene("silent", 320, 240)})
    began = time.monotonic()
    assert live.picture("other", wait_s=60) is None
    assert live.picture("silent", wait_s=0.05) is None
    assert time.monotonic() - began < 30


def test_who_waits_is_told_when_watching_ends() -> None:
    live = LivePictures({"silent": empty_scene("silent", 320, 240)})
    found: list[object] = []
    waiting = threading.Thread(target=lambda: found.append(live.picture("silent", wait_s=60)))
    waiting.start()
    while waiting.is_alive():
        live.close()
        waiting.join(0.02)
    assert found == [None]
    assert not live.cameras
    assert live.picture("silent", wait_s=60) is None


def test_no_picture_is_taken_while_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[object] = []
    monkeypatch.setattr(ArraySurface, "to_host", taken.append)
    watched = watching(frames=20)
    assert len(list(watched.steps())) > 0
    assert taken == []


def test_a_relay_shows_nothing_and_then_what_it_is_told_to() -> None:
    relay = LiveRelay()
    assert not relay.cameras
    assert relay.picture("cam", wait_s=60) is None
    with Running(watching()) as live:
        relay.show(live)
        assert list(relay.cameras) == ["cam"]
        shown = relay.picture("cam", wait_s=10)
    assert shown is not None
    assert np.isfinite(shown.xyxy).all()
