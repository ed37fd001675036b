"""How the figures move: with images in a call, with cores, with cameras."""

from __future__ import annotations

import logging
import multiprocessing
import os
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any, Final

import numpy as np
import structlog

from benchmarks.machine import resident_mib
from benchmarks.perception.ours import Clip, chain, detector_alone
from benchmarks.perception.result import BatchCurve
from core.arrays import F32
from models.registry import load_detector

WARM_FRAMES: Final = 5
LEAST_IMAGES: Final = 16
"""Timed at each size of a batch, in each round."""
PATIENCE_S: Final = 900.0
"""A process that does not answer for longer is taken to be lost."""


@dataclass(frozen=True, slots=True)
class Load:
    """A detector to be loaded in another process."""

    model: str
    backend: str


class ProcessLost(Exception):  # noqa: N818
    """A process of ours ended before it answered, as for lack of memory."""


def batch_curve(load: Load, inputs: Sequence[F32], sizes: Sequence[int], rounds: int) -> BatchCurve:
    """Milliseconds of a call by its number of images, on the first inputs; the sizes in turns."""
    asked = max(sizes) + 1  # a graph of its own number keeps to that, and no size here is this one
    detector = load_detector(load.model, threads=1, backend=load.backend, max_batch=asked)
    fixed = None if detector.batch_size == asked else detector.batch_size
    tried = [fixed] if fixed is not None else list(sizes)
    batches = {size: np.concatenate([inputs[i % len(inputs)] for i in range(size)]) for size in tried}
    taken: dict[int, list[float]] = {size: [] for size in tried}
    for images in batches.values():
        detector.infer(images)
    for _ in range(rounds):
        for size, images in batches.items():
            calls = max(1, LEAST_IMAGES // size)
            taken[size].append(1000 * detector_alone(detector, [images] * calls).seconds / calls)
    return BatchCurve({size: statistics.median(found) for size, found in taken.items()}, fixed)


def core_counts(available: int) -> tuple[int, ...]:
    """1, 2, 4, … and all."""
    powers = [2**n for n in range(available.bit_length()) if 2**n < available]
    return (*powers, available)


def cores_curve(load: Load, clip: Clip, cores: Sequence[int], rounds: int) -> dict[int, list[float]]:
    """Frames a second of one process on each of so many cores, all at once, for each round.

    Raises:
        ProcessLost: one of them ended.
    """
    found: dict[int, list[float]] = {count: [] for count in core_counts(len(cores))}
    with ExitStack() as stack:
        workers = [stack.enter_context(_Worker(load, clip, core)) for core in cores]
        for worker in workers:
            worker.hear()
        for _ in range(rounds):
            for count, rates in found.items():
                rates.append(_together(workers[:count]))
    return found


def memory(load: Load, clip: Clip, cameras: int) -> float:
    """MiB that a fresh process holds at the end of a clip played by so many cameras at once.

    Raises:
        BrokenProcessPool: it was stopped from outside.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_resident, load, clip, cameras).result()


def _together(workers: Sequence[_Worker]) -> float:
    for worker in workers:
        worker.tell()
    answers = [worker.hear() for worker in workers]
    seconds = max(ended for _, _, ended in answers) - min(began for _, began, _ in answers)
    return float(sum(frames for frames, _, _ in answers) / seconds)


class _Worker:
    """A process bound to a core, which plays the clip when told and sleeps otherwise."""

    def __init__(self, load: Load, clip: Clip, core: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, load, clip, core), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def tell(self) -> None:
        try:
            self._pipe.send(True)
        except OSError as error:
            raise ProcessLost from error

    def hear(self) -> tuple[int, float, float]:
        """Frames, and the moments of beginning and end."""
        try:
            if not self._pipe.poll(PATIENCE_S):
                raise ProcessLost
            answer: tuple[int, float, float] = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise ProcessLost from error
        return answer


def _quiet() -> None:
    """A fresh process knows nothing of how the command line logs."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def _serve(pipe: Connection[Any, Any], load: Load, clip: Clip, core: int) -> None:
    _quiet()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
    detector = load_detector(load.model, threads=1, backend=load.backend, max_batch=1)
    chain(detector, replace(clip, frames=WARM_FRAMES))
    pipe.send((0, 0.0, 0.0))
    while pipe.recv():
        began = time.perf_counter()
        frames = chain(detector, clip).timed.frames
        pipe.send((frames, began, time.perf_counter()))


def _resident(load: Load, clip: Clip, cameras: int) -> float:
    _quiet()
    held: list[float] = []
    detector = load_detector(load.model, threads=1, backend=load.backend)
    chain(detector, clip, cameras, at_end=lambda: held.append(resident_mib()))
    return held[0] if held else resident_mib()
