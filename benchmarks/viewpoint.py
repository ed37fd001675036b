"""What it costs to tell where a turning camera looks, beside the shipped detector on the same frames."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from rich.table import Table

from core.arrays import U8
from core.frames import ClockSource, FrameBatch, FrameMeta
from locales import text
from models.registry import load_detector
from models.viewpoint.pictures import PictureViewpoint
from pipeline.sources.surfaces import ArraySurface
from pipeline.sources.table import sources_for

SIZE: Final = (1920, 1080)
PRESETS: Final = 8
FPS: Final = 10
SECOND_NS: Final = 1_000_000_000
LARGER: Final = 2.5
"""A clip's frame is enlarged to so many times `SIZE`, and the camera looks at a part of it."""


def measure(clip: Path, model: str, *, frames: int = 100) -> dict[str, Any]:
    """Median milliseconds of a frame: standing at a preset, standing where none is, turning, and the detector's.

    Args:
        frames: of each; those of the detector are a quarter.
    """
    whole = _enlarged(clip, frames)
    width, height = whole[0].shape[1] - SIZE[0], whole[0].shape[0] - SIZE[1]
    corners = [(width * (n % 4) // 3, height * (n // 4)) for n in range(PRESETS)]
    pictures = {str(n): [_crop(whole[0], corner)] for n, corner in enumerate(corners)}
    nowhere = (width // 6, height // 2)
    ways: dict[str, Callable[[int], tuple[int, int]]] = {
        "stands": lambda n: corners[0],
        "unknown": lambda n: nowhere,
        "turns": lambda n: (n * width // frames, height // 3),
    }
    costs: dict[str, Any] = {}
    for name, way in ways.items():
        viewpoint = PictureViewpoint(pictures, SIZE)
        shown = [ArraySurface(_crop(picture, way(n))) for n, picture in enumerate(whole)]
        times = list(_timed(viewpoint, shown))
        # Until it has come to stand, it is looked at each frame.
        costs[name] = {"mean_ms": float(np.mean(times[FPS:])), "worst_ms": float(np.percentile(times[FPS:], 95))}
    costs["detector"] = _detector(model, [_crop(picture, corners[0]) for picture in whole[: max(frames // 4, 2)]])
    return {"presets": PRESETS, "size": SIZE, "fps": FPS, "frames": frames, "cost": costs}


def table(found: dict[str, Any]) -> Table:
    """The figures, each beside the detector."""
    shown = Table(title=text("bench-viewpoint-title", presets=found["presets"], fps=found["fps"]))
    for name in ("what", "mean", "worst", "share"):
        shown.add_column(text(f"bench-viewpoint-{name}"), justify="left" if name == "what" else "right")
    detector = found["cost"]["detector"]["mean_ms"]
    for name, cost in found["cost"].items():
        mean, worst = cost["mean_ms"], cost["worst_ms"]
        shown.add_row(text(f"bench-viewpoint-{name}"), f"{mean:.2f}", f"{worst:.2f}", f"{100 * mean / detector:.1f} %")
    return shown


def _timed(viewpoint: PictureViewpoint, surfaces: Sequence[ArraySurface]) -> Iterator[float]:
    for number, surface in enumerate(surfaces):
        ns = number * SECOND_NS // FPS
        frame = FrameMeta("bench", 0, number, ns, ClockSource.FILE, 0, ns, *SIZE)
        began = time.perf_counter()
        viewpoint.look(frame, surface)
        yield 1000 * (time.perf_counter() - began)


def _detector(model: str, pictures: Sequence[U8]) -> dict[str, float]:
    detector, times = load_detector(model), []
    for number, picture in enumerate(pictures):
        frame = FrameMeta("bench", 0, number, number, ClockSource.FILE, 0, number, *SIZE)
        batch = FrameBatch((frame,), (ArraySurface(picture),))
        began = time.perf_counter()
        detector.detect(batch)
        times.append(1000 * (time.perf_counter() - began))
    return {"mean_ms": float(np.mean(times[1:])), "worst_ms": float(np.percentile(times[1:], 95))}


def _enlarged(clip: Path, frames: int) -> list[U8]:
    """So many frames of a clip, again from its start where it is shorter; one in two, so that things move."""
    stream = sources_for(str(clip))[0].open(0)
    found: list[U8] = []
    try:
        for _, surface in islice(stream, 0, 2 * min(frames, 40), 2):
            found.append(surface.to_host())
            surface.release()
    finally:
        stream.close()
    size = round(SIZE[0] * LARGER), round(SIZE[1] * LARGER)
    large = [np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8) for picture in found]
    return [large[n % len(large)] for n in range(frames)]


def _crop(picture: U8, corner: tuple[int, int]) -> U8:
    x, y = corner
    return picture[y : y + SIZE[1], x : x + SIZE[0]]
