"""The machine that a benchmark runs on: what it is, and how a measurement keeps to one of its cores."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from core.machine import cpu_facts, cpu_model

FEATURES: Final = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8", "asimd", "bf16")
"""What decides how fast a processor multiplies matrices, by Linux' names."""
DISTRIBUTIONS: Final = ("onnxruntime", "onnxruntime-gpu", "openvino", "numpy", "numba", "av", "opencv-python-headless")


def cores() -> list[int]:
    """The cores that this process may use, by number; where the system does not tell, as many as there are."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


@contextmanager
def one_core() -> Iterator[None]:
    """All threads and processes started inside share one core, where the system lets us choose."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def other_cores() -> Iterator[None]:
    """What is started inside keeps off the core that `one_core` takes, where there are others."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, before - {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_features() -> list[str]:
    """Those of `FEATURES` that the processor has; empty where the system does not tell."""
    facts = cpu_facts()
    have = set(f"{facts.get('flags', '')} {facts.get('Features', '')}".split())
    return [name for name in FEATURES if name in have]


def machine() -> dict[str, Any]:
    """The machine for a JSON file."""
    return {
        "processor": cpu_model(),
        "features": cpu_features(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def resident_mib() -> float:
    """Resident memory of this process, MiB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def versions() -> dict[str, str]:
    """Of the packages that a frame's time depends on, those installed."""
    found = {}
    for name in DISTRIBUTIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
