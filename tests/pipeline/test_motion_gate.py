"""Still scenes cost little, and nothing that moves is missed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from core.arrays import U8
from core.detections import DetectionBatch
from core.frames import FrameBatch, FrameMeta, Surface
from core.protocols import Detector, Ticket
from matpho.defaults import CLIP
from models.registry import load_detector
from models.tickets import Done
from pipeline.cameras import CameraPlan
from pipeline.motion_gate import MotionGate, moved
from pipeline.runner import Pipeline
from pipeline.sources.surfaces import ArraySurface
from pipeline.sources.table import sources_for
from scenes.scene_file import load_scene
from trackers.online import OnlineTracker

SECOND = 1_000_000_000
FPS = 25
HEIGHT, WIDTH = 480, 640


def street(seed: int) -> U8:
    """The same ground each time, with a sensor's noise of its own."""
    ground = np.random.default_rng(0).integers(60, 160, (HEIGHT // 40, WIDTH // 40)).astype(np.int16)
    noise = np.random.default_rng(seed + 1).normal(0, 2.5, (HEIGHT, WIDTH)).round().astype(np.int16)
    picture = np.kron(ground, np.ones((40, 40), np.int16)) + noise
    return np.repeat(np.clip(picture, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def passed(gate: MotionGate, pictures: list[U8], first: int = 0) -> list[int]:
    return [
        first + i
        for i, picture in enumerate(pictures)
        if gate.passes((first + i) * SECOND // FPS, ArraySurface(picture))
    ]


def with_person(picture: U8, left: int, size: int = 16) -> U8:
    picture = picture.copy()
    picture[200 : 200 + 2 * size, left : left + size] = 230
    return picture


def test_a_still_scene_falls_to_the_low_rate() -> None:
    found = passed(MotionGate(2), [street(i) for i in range(100)])
    assert 7 <= len(found) <= 9
    assert max(np.diff(found)) <= FPS / 2 + 1


def test_the_first_frame_that_moves_passes_and_soon_all() -> None:
    gate = MotionGate(1)
    passed(gate, [street(i) for i in range(40)])
    walking = [with_person(street(40 + i), 10 + 2 * i) for i in range(30)]
    found = passed(gate, walking, 40)
    assert found[0] == 40
    assert found[-1] == 69
    assert max(np.diff(found)) <= 4
    assert len(found) >= 25


def test_who_stands_still_is_looked_at_again_and_again() -> None:
    gate = MotionGate(2)
    passed(gate, [street(i) for i in range(40)])
    found = passed(gate, [with_person(street(40 + i), 300) for i in range(200)], 40)
    assert found[0] == 40
    assert max(np.diff(found)) <= FPS / 2 + 1
    assert len(found) < 60


def test_slow_motion_adds_up() -> None:
    gate = MotionGate(1)
    passed(gate, [street(i) for i in range(40)])
    creeping = [with_person(street(40 + i), 100 + i // 2, size=40) for i in range(100)]
    found = passed(gate, creeping, 40)
    assert max(np.diff(found)) <= 17  # at the low rate alone 25


def test_specks_that_shake_and_slow_changes_of_light_wake_nobody() -> None:
    ground = street(0)
    rng = np.random.default_rng(5)
    rows, columns = rng.integers(0, HEIGHT, 60), rng.integers(0, WIDTH, 60)
    pictures = []
    for i in range(100):
        picture = np.clip(street(i).astype(np.int16) + i // 10, 0, 255).astype(np.uint8)
        picture[rows, np.clip(columns + i % 2, 0, WIDTH - 1)] = 255
        pictures.append(picture)
    assert ground.shape == pictures[0].shape
    assert len(passed(MotionGate(2), pictures)) < 30


def test_another_view_and_another_size_pass() -> None:
    before = street(0)[::4, ::4, 1]
    assert moved(before, before[:, ::-1])
    assert moved(before, before[:60])
    assert moved(before, 255 - before)
    assert not moved(before, before)


class Paused:
    """The shipped clip, in which time stands still for six seconds after the first six, but for a sensor's noise."""

    camera_id, live = "plaza", False

    def open(self, epoch: int) -> Paused:
        return self

    def close(self) -> None:
        """Nothing is open."""

    def __iter__(self) -> Iterator[tuple[FrameMeta, Surface]]:
        rng, late = np.random.default_rng(0), 0
        for meta, surface in sources_for(str(CLIP), start_ns=0)[0].open(0):
            picture = surface.to_host()
            surface.release()
            for number in range(43 if meta.seq == 42 else 1):
                shown = picture
                if number:
                    late += SECOND // 7
                    shown = np.clip(picture + rng.integers(-2, 3, picture.shape), 0, 255).astype(np.uint8)
                at = meta.media_ns + late
                yield replace(meta, media_ns=at, captured_ns=at), ArraySurface(shown)


class OnceAPicture:
    """The shipped detector, which does not compute again what it has seen in the same picture before."""

    def __init__(self) -> None:
        self._real = load_detector()
        self.input_spec, self.batch_size = self._real.input_spec, 1
        self._found: dict[int, DetectionBatch] = {}

    def submit(self, frames: FrameBatch) -> Ticket:
        return Done(self.detect(frames))

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        (frame,) = frames.frames
        if frame.media_ns not in self._found:
            self._found[frame.media_ns] = self._real.detect(frames)
        return replace(self._found[frame.media_ns], frames=frames.frames)


def run(detector: Detector, still_fps: float | None) -> tuple[int, list[tuple[str, str, float]]]:
    """Frames analysed, and events: kind, place, second of the start."""
    file = load_scene(CLIP.with_suffix(".yaml"))
    plan = CameraPlan(Paused(), file.scene, file.rules, still_fps=still_fps)
    pipeline = Pipeline(detector, OnlineTracker(), [plan])
    frames, found = 0, dict[str, tuple[str, str, float]]()
    for step in pipeline.steps():
        frames += len(step.frames)
        for event in step.findings.events:
            found.setdefault(event.event_id, (event.kind, event.zone, event.started_ns / SECOND))
    return frames, sorted(found.values())


@pytest.mark.slow
def test_the_same_events_with_less_work() -> None:
    detector = OnceAPicture()
    all_frames, events = run(detector, None)
    frames, same = run(detector, 2)
    assert len(events) > 5
    assert [event[:2] for event in same] == [event[:2] for event in events]
    assert max(abs(a[2] - b[2]) for a, b in zip(events, same, strict=True)) <= 0.5
    assert frames <= all_frames - 25
