"""Whether a machine keeps up, by its cameras' counts."""

from __future__ import annotations

import pytest

from core.records import CameraState
from matpho.load import LoadMeter
from models.fake import FakeDetector
from pipeline.camera import CameraStatus
from pipeline.cameras import CameraPlan
from pipeline.runner import Pipeline
from pipeline.sources.synthetic import Script, SyntheticSource
from scenes.scene_file import empty_scene
from trackers.online import OnlineTracker


def status(name: str, frames: int, analysed: int) -> CameraStatus:
    return CameraStatus(name, CameraState.RUNNING, 0, frames, analysed, 0, 0, 0, None, None, 0)


def test_rates_of_all_and_of_the_worst() -> None:
    meter = LoadMeter()
    assert meter.update(0.0, [status("a", 100, 100), status("b", 0, 0)]) is None
    load = meter.update(5.0, [status("a", 225, 200), status("b", 50, 10)])
    assert load is not None
    assert (load.offered, load.analysed) == (35.0, 22.0)
    assert (load.worst, load.worst_offered, load.worst_analysed) == ("b", 10.0, 2.0)
    assert load.overloaded


def test_what_is_over_is_forgotten() -> None:
    meter = LoadMeter()
    meter.update(0.0, [status("a", 0, 0)])
    for second in range(1, 40):
        load = meter.update(float(second), [status("a", 500 + 25 * second, 25 * second)])
    assert load is not None
    assert load.offered == pytest.approx(25)
    assert not load.overloaded


def test_a_camera_that_sends_nothing_is_no_overload() -> None:
    meter = LoadMeter()
    meter.update(0.0, [status("a", 7, 7)])
    assert meter.update(9.0, [status("a", 7, 7)]) is None


def test_the_pipeline_counts_what_was_analysed() -> None:
    plan = CameraPlan(SyntheticSource("a", Script(frames=20)), empty_scene("a", 320, 240))
    watched = Pipeline(FakeDetector(lambda _meta: []), OnlineTracker(), [plan])
    for _ in watched.steps():
        pass
    (found,) = watched.status()
    assert (found.frames, found.analysed) == (20, 20)
