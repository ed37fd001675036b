"""One batch from pixels to findings, with and without appearance."""

from __future__ import annotations

import numpy as np

from analytics.engine import RuleEngine
from core.arrays import F32
from core.detections import DetectionBatch
from core.frames import FrameBatch, FrameMeta
from core.protocols import Describer
from core.tracks import TrackBatch
from models.appearance.fake import FakeDescriber
from models.fake import FakeDetector, Seen
from pipeline.cameras import CameraPlan
from pipeline.runner import Pipeline
from pipeline.sources.synthetic import Script, SyntheticSource
from pipeline.step import Step
from scenes.scene_file import empty_scene
from tests.support.surfaces import batch_of
from trackers.fake import FakeTracker
from trackers.world import World

PICTURES = [np.zeros((100, 200, 3), np.uint8)] * 2


class Watching:
    """A tracker that keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[DetectionBatch] = []
        self._real = FakeTracker()

    def update(self, detections: DetectionBatch) -> TrackBatch:
        self.given.append(detections)
        return self._real.update(detections)

    def forget(self, camera_id: str) -> None:
        self._real.forget(camera_id)


def two(_frame: FrameMeta) -> list[Seen]:
    return [Seen((10, 10, 40, 90)), Seen((100, 10, 130, 90), score=0.8)]


def by_place(_frame: FrameMeta, xyxy: F32) -> F32:
    return np.asarray(np.column_stack((xyxy[:, 0], 130 - xyxy[:, 0])), np.float32)


def step(tracker: Watching, describer: Describer | None) -> tuple[Step, FrameBatch]:
    scenes = {"cam": empty_scene("cam", 200, 100)}
    rules = RuleEngine()
    rules.add_camera("cam", scenes["cam"], (), (), live=False)
    return Step(FakeDetector(two), tracker, World(scenes), rules, describer=describer), batch_of(*PICTURES)


def test_the_tracker_gets_the_embeddings() -> None:
    tracker = Watching()
    run, frames = step(tracker, FakeDescriber(by_place, 2))
    result = run(frames)
    assert result.detections is tracker.given[0]
    assert result.detections.embedding.shape == (4, 2)
    np.testing.assert_allclose(np.linalg.norm(result.detections.embedding, axis=1), 1, atol=1e-6)
    assert run.times.describe > 0
    assert run.times.total > run.times.detect + run.times.track


def test_without_a_describer_there_is_no_appearance_and_no_time_for_it() -> None:
    tracker = Watching()
    run, frames = step(tracker, None)
    run(frames)
    assert tracker.given[0].embedding.shape == (4, 0)
    assert run.times.describe == 0


def test_the_pipeline_hands_its_describer_on() -> None:
    tracker = Watching()
    plan = CameraPlan(SyntheticSource("a", Script(frames=3)), empty_scene("a", 320, 240))
    for _ in Pipeline(FakeDetector(two), tracker, [plan], describer=FakeDescriber(by_place, 2)).steps():
        pass
    assert {batch.embedding.shape[1] for batch in tracker.given} == {2}
