"""Observers through the whole way: from pictures of a camera to events, in a running pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from core.arrays import U8
from core.events import Event, EventKind, Phase
from core.frames import MOVING, ClockSource, FrameMeta, Surface
from core.observations import Fact
from core.protocols import FrameStream
from core.records import CameraHealth, Record
from core.taxonomy import ObjectClass
from models.fake import FakeDetector, Seen
from models.observers.fake import FakeObserver
from models.observers.health import HealthObserver
from pipeline.cameras import CameraPlan
from pipeline.runner import Pipeline
from pipeline.sources.surfaces import ArraySurface
from scenes.rules import AnyRuleSpec, CameraCoveredSpec, CameraMovedSpec, IntrusionSpec
from tests.contracts.test_observer import street
from tests.support.tracks import SECOND, T0, make_scene
from trackers.online import OnlineTracker

SIZE = (320, 180)
STREET = np.asarray(cv2.resize(street(), (640, 360), interpolation=cv2.INTER_CUBIC), np.uint8)


def shown(x: float) -> U8:
    """The street, moved by so many pixels to the right."""
    matrix = np.array([(1, 0, x), (0, 1, 0)], np.float64)
    return np.asarray(cv2.warpAffine(STREET, matrix, (640, 360), borderMode=cv2.BORDER_REFLECT), np.uint8)


@dataclass(frozen=True)
class Filmed:
    """A source of ten pictures a second."""

    picture: Callable[[int], U8]
    count: int
    camera_id: str = "cam"
    live: bool = False

    def open(self, epoch: int) -> FrameStream:
        return _Stream(self)


@dataclass
class _Stream:
    film: Filmed

    def __iter__(self) -> Iterator[tuple[FrameMeta, Surface]]:
        for seq in range(self.film.count):
            ns = seq * SECOND // 5
            yield (
                FrameMeta("cam", 0, seq, T0 + ns, ClockSource.FILE, 0, ns, 640, 360),
                ArraySurface(self.film.picture(seq)),
            )

    def close(self) -> None: ...


def run(
    picture: Callable[[int], U8],
    count: int,
    rules: tuple[AnyRuleSpec, ...],
    seen: Callable[[FrameMeta], list[Seen]] = lambda _: [],
    observer: Callable[[], HealthObserver | FakeObserver] = HealthObserver,
) -> tuple[Pipeline, list[Record], list[tuple[FrameMeta, list[list[float]]]]]:
    """The pipeline after its end, what it published, and each frame with the boxes of its tracks."""
    records: list[Record] = []
    plan = CameraPlan(Filmed(picture, count), make_scene(size=(640, 360)), rules, observers=(observer,))
    pipeline = Pipeline(FakeDetector(seen), OnlineTracker(), [plan], publish=records.extend)
    tracked = []
    for step in pipeline.steps(most_s=200):
        for index, frame in enumerate(step.frames.frames):
            tracked.append((frame, step.tracks.xyxy[step.tracks.rows(index)].tolist()))
    return pipeline, records, tracked


def events(records: list[Record], kind: EventKind) -> list[Event]:
    return [r for r in records if isinstance(r, Event) and r.kind is kind]


def test_a_small_shift_is_taken_off_what_is_found() -> None:
    def seen(frame: FrameMeta) -> list[Seen]:
        x = 300.0 + (8.0 if frame.seq >= 100 else 0.0)
        return [Seen((x, 100.0, x + 60, 140.0), ObjectClass.CAR)]

    _, records, tracked = run(lambda n: shown(8.0 if n >= 100 else 0.0), 250, (CameraMovedSpec(),), seen)
    frame, boxes = tracked[-1]
    assert frame.shift_px == pytest.approx((8.0, 0.0), abs=0.5) and frame.view == ""
    assert boxes[0][0] == pytest.approx(300.0, abs=1.0), "where it was before"
    (started,) = [e for e in events(records, EventKind.CAMERA_MOVED) if e.phase is Phase.STARTED]
    assert started.measures.corrected  # type: ignore[union-attr]


def test_a_large_one_pauses_what_names_places_until_the_camera_is_back() -> None:
    box = (280.0, 240.0, 340.0, 330.0)
    _, records, tracked = run(
        lambda n: shown(120.0 if 100 <= n < 250 else 0.0),
        400,
        (CameraMovedSpec(), IntrusionSpec(zone="z", classes=["vehicle"])),
        lambda _: [Seen(box, ObjectClass.CAR)],
    )
    away = [frame.seq for frame, _ in tracked if frame.view == MOVING]
    assert 100 < away[0] < 160 and 250 < away[-1] < 310
    assert [e.phase for e in events(records, EventKind.CAMERA_MOVED) if e.phase is not Phase.UPDATED] == [
        Phase.STARTED,
        Phase.ENDED,
    ]
    inside = events(records, EventKind.INTRUSION)
    assert len({e.event_id for e in inside}) == 1, "held, and found again"
    told = [r.faults for r in records if isinstance(r, CameraHealth)]
    assert told[-1] == () or told[-1] == ("camera.moved",)


def test_an_observer_that_fails_takes_nothing_with_it() -> None:
    def fails(frame: FrameMeta) -> Fact:
        raise RuntimeError("broken")

    pipeline, _, tracked = run(
        lambda n: STREET, 100, (CameraCoveredSpec(),), observer=lambda: FakeObserver(fails, every_ns=SECOND // 10)
    )
    assert len(tracked) == 100 and pipeline.lost_frames == 0
    counters = pipeline.observers()["cam"]["fake"]
    assert counters.given_up and counters.failed == counters.looks == 5
