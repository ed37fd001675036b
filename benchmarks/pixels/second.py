"""What a look of a second model costs: the camera that hands its picture in, and the model. Not how well any sees."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.pixels.clips import Clip
from core.arrays import U8
from core.errors import MatphoError
from core.frames import ClockSource, FrameMeta
from core.scene import Scene
from models.observers.glimpse import SurfaceGlimpse
from models.registry import DEFAULT_MODEL, load_detector
from pipeline.second_models.desk import Desk, Job
from pipeline.second_models.eyes import DetectorEye
from pipeline.second_models.observer import ModelObserver
from pipeline.sources.surfaces import ArraySurface

STAND_IN: Final = DEFAULT_MODEL
"""Takes the place of a second model, of which none is shipped: a small detector, 416 × 416."""
LOOKS: Final = 24
LONGEST_S: Final = 30.0
"""For which one look is waited: it takes a hundredth of that on a slow machine."""


@dataclass(frozen=True, slots=True)
class SecondCost:
    """Milliseconds of computing time a look: of the camera's thread, and of the model on one thread."""

    camera_ms: float
    model_ms: float


class _LastJob(Desk):
    """Remembers what was handed in last."""

    last: Job | None = None

    def ask(self, pictures: Sequence[U8]) -> Job:
        self.last = super().ask(pictures)
        return self.last


def second_cost(clip: Clip, longest_s: float = LONGEST_S) -> SecondCost:
    """Of a live camera, at its clip's size; each look waits for the one before to be computed, `longest_s` at most.

    Raises:
        MatphoError: a look took longer.
    """
    detector = load_detector(STAND_IN, threads=1)
    eye = DetectorEye(detector, frozenset(map(int, detector.labels)))
    desk = _LastJob(STAND_IN, lambda: eye)
    desk.open()
    try:
        spent = _looks(clip, desk, eye, longest_s)
    finally:
        desk.close()
    began = time.thread_time()
    for second in range(LOOKS):
        eye.look([clip.at(second)])
    return SecondCost(1000 * spent / LOOKS, 1000 * (time.thread_time() - began) / LOOKS)


def _looks(clip: Clip, desk: _LastJob, eye: DetectorEye, longest_s: float) -> float:
    """Seconds of computing time that the camera's thread spends on `LOOKS` looks."""
    observer, spent = ModelObserver(desk, eye, Scene("bench", 1, clip.size), 1.0, [""], waits=False), 0.0
    for second in range(LOOKS):
        surface, ns = ArraySurface(clip.at(second)), second * 1_000_000_000
        meta = FrameMeta("cam", 0, second, ns, ClockSource.FILE, 0, ns, *clip.size)
        began = time.thread_time()
        observer.look(SurfaceGlimpse(meta, surface))
        spent += time.thread_time() - began
        # By the job itself: pictures are counted before it is ready, and a look in between would hand none in.
        if desk.last is not None and not desk.last.ready.wait(longest_s):
            raise MatphoError("error-bench-pixels-second", model=STAND_IN, seconds=f"{longest_s:g}")
    return spent
