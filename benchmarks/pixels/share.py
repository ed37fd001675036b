"""What share of a camera's computing time its observers take, beside decoding, detecting and tracking."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np

from benchmarks.pixels.lamps import COLOURS
from core.errors import ConfigError
from core.frames import ClockSource, FrameBatch, FrameMeta
from core.scene import Label, Lamp, Scene, Signal
from models.observers.background.observer import BackgroundObserver
from models.observers.health import HealthObserver
from models.observers.signals import SignalObserver
from models.registry import DEFAULT_MODEL, load_detector
from pipeline.observing import Observing
from pipeline.sources.surfaces import Scaler, VideoSurface
from trackers.online import OnlineTracker

RATE: Final = 7
"""Frames a second: those of the shipped clip."""
WARM: Final = 70
FRAMES: Final = 140
"""That are played before the ones that count, and these: a camera runs for months."""
REPEATS: Final = 3
"""Of which the one with the least share counts: others on the machine only add to it."""
SIGNALS: Final = 2


@dataclass(frozen=True, slots=True)
class Share:
    """Milliseconds of computing time a frame, on one thread: of all observers at their default rates, and all else."""

    observers_ms: float
    chain_ms: float

    @property
    def share(self) -> float:
        """Of the computing time of both."""
        return self.observers_ms / (self.observers_ms + self.chain_ms)


def observers_share(path: Path, frames: int = FRAMES, repeats: int = REPEATS) -> Share:
    """Of a clip that is played again and again at `RATE` frames a second: picture health, things that lie about
    anywhere in the picture, and two signals, beside the shipped detector.

    Raises:
        ConfigError: it cannot be read.
    """
    cv2.setNumThreads(1)
    return min((_run(path, frames) for _ in range(repeats)), key=lambda one: one.share)


def _run(path: Path, frames: int) -> Share:
    detector, tracker = load_detector(DEFAULT_MODEL, threads=1, max_batch=1), OnlineTracker()
    observing: Observing | None = None
    looked = began = 0.0
    for seq, surface in enumerate(_surfaces(path, WARM + frames)):
        if seq == WARM:
            looked, began = 0.0, time.process_time()
        ns = seq * 1_000_000_000 // RATE
        size = surface.width, surface.height
        meta = FrameMeta("cam", 0, seq, ns, ClockSource.FILE, 0, ns, *size)
        look = time.thread_time()
        observing = observing or Observing([HealthObserver(), BackgroundObserver(), SignalObserver(_scene(size))])
        meta = observing.look(meta, surface)
        looked += time.thread_time() - look
        observing.take(meta)
        tracker.update(detector.detect(FrameBatch((meta,), (surface,))))
    spent = time.process_time() - began
    return Share(1000 * looked / frames, 1000 * (spent - looked) / frames)


def _surfaces(path: Path, count: int) -> Iterator[VideoSurface]:
    scaler, shown = Scaler(), 0
    while shown < count:
        before = shown
        try:
            with av.open(str(path)) as container:
                container.streams.video[0].thread_count = 1
                for frame in container.decode(video=0):
                    if shown == count:
                        return
                    yield VideoSurface(frame, scaler)
                    shown += 1
        except (OSError, av.FFmpegError, IndexError) as error:
            raise ConfigError("error-file-unreadable", path=path, reason=str(error)) from error
        if shown == before:
            raise ConfigError("error-file-unreadable", path=path, reason="no frame")


def _scene(size: tuple[int, int]) -> Scene:
    """Two signals in the upper part of the picture, their lamps a hundredth of its width across."""
    across = size[0] / 100
    square = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64) * across
    signals = {}
    for number in range(SIGNALS):
        corner = np.array([size[0] * (0.3 + 0.4 * number), size[1] * 0.2])
        lamps = tuple(Lamp(colour, square + corner + (0, 1.5 * across * n)) for n, colour in enumerate(COLOURS))
        name = f"s{number}"
        signals[name] = Signal(name, Label(name, name), lamps, lanes=("a",))
    return Scene("bench", 1, size, signals=signals)
