"""What a look of a second model costs: the camera that hands its picture in, and the model. Not how well any sees."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from benchmarks.pixels.clips import Clip
from core.frames import ClockSource, FrameMeta
from core.scene import Scene
from models.observers.glimpse import SurfaceGlimpse
from models.registry import DEFAULT_MODEL, load_detector
from pipeline.second_models.desk import Desk
from pipeline.second_models.eyes import DetectorEye
from pipeline.second_models.observer import ModelObserver
from pipeline.sources.surfaces import ArraySurface

STAND_IN: Final = DEFAULT_MODEL
"""Takes the place of a second model, of which none is shipped: a small detector, 416 × 416."""
LOOKS: Final = 24


@dataclass(frozen=True, slots=True)
class SecondCost:
    """Milliseconds of computing time a look: of the camera's thread, and of the model on one thread."""

    camera_ms: float
    model_ms: float


def second_cost(clip: Clip) -> SecondCost:
    """Of a live camera, at its clip's size; each look waits for the one before to be computed."""
    detector = load_detector(STAND_IN, threads=1)
    eye = DetectorEye(detector, frozenset(map(int, detector.labels)))
    desk = Desk(STAND_IN, lambda: eye)
    desk.open()
    observer, spent = ModelObserver(desk, eye, Scene("bench", 1, clip.size), 1.0, [""], waits=False), 0.0
    for second in range(LOOKS):
        surface, ns = ArraySurface(clip.at(second)), second * 1_000_000_000
        meta = FrameMeta("cam", 0, second, ns, ClockSource.FILE, 0, ns, *clip.size)
        began = time.thread_time()
        observer.look(SurfaceGlimpse(meta, surface))
        spent += time.thread_time() - began
        while desk.counts.pictures <= second:
            time.sleep(0.002)
    desk.close()
    began = time.thread_time()
    for second in range(LOOKS):
        eye.look([clip.at(second)])
    return SecondCost(1000 * spent / LOOKS, 1000 * (time.thread_time() - began) / LOOKS)
