"""The compiled inner loops of all parts."""

from __future__ import annotations


def loops_ready() -> bool:
    """Whether they are compiled for this machine; else a first run takes half a minute more."""
    import analytics.kernels
    import models.kernels
    import trackers.kernels
    from core.compiled import is_compiled

    return is_compiled(analytics.kernels, models.kernels, trackers.kernels)


def compile_loops() -> None:
    """Compile them, by making one of each part, and looking at the lamps of no signal, for a dark place, and at a place
    in another light.
    """
    import av
    import numpy as np

    from analytics.engine import RuleEngine
    from models.observers.lamps import judge
    from models.observers.placing import Reference
    from models.registry import load_detector
    from pipeline.sources.points import sample
    from trackers.online import OnlineTracker
    from trackers.world import World

    OnlineTracker(), World({}), RuleEngine(), load_detector()
    nowhere = np.zeros(0, np.int64)
    pixels = sample(av.VideoFrame(16, 16, "yuv420p"), nowhere, nowhere, 0)
    judge(pixels, nowhere, np.zeros(1, np.int64), np.zeros(0, np.bool_), grey=False)
    dark = np.zeros((64, 64), np.uint8)
    Reference(dark).near(dark, (0.0, 0.0))
    _look_at_a_place()


def _look_at_a_place() -> None:
    import numpy as np

    from core.frames import ClockSource, FrameMeta
    from models.observers.background.observer import BackgroundObserver
    from models.observers.glimpse import SurfaceGlimpse
    from models.observers.health import HealthObserver
    from pipeline.sources.surfaces import ArraySurface

    place = np.random.default_rng(0).integers(0, 128, (180, 320, 3), np.uint8)
    for observer in (HealthObserver(), BackgroundObserver()):
        for second in range(3):
            frame = FrameMeta("", 0, second, 0, ClockSource.FILE, 0, second * 1_000_000_000, 320, 180)
            observer.look(SurfaceGlimpse(frame, ArraySurface(np.right_shift(place, second % 2))))
