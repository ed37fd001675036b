"""The machine that this runs on."""

from __future__ import annotations

import math
import os
import platform
from pathlib import Path


def cpu_facts() -> dict[str, str]:
    """What the system tells of a processor, by its own names (`model name`, `flags`); empty where it tells nothing."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def cpu_model() -> str:
    """The processor's name, else its architecture."""
    return cpu_facts().get("model name") or platform.processor() or platform.machine()


def usable_cores(cgroup: Path = Path("/sys/fs/cgroup/cpu.max")) -> tuple[int, ...]:
    """The cores that this process may use: those of its affinity, and no more than its control group's quota."""
    if hasattr(os, "sched_getaffinity"):
        cores = tuple(sorted(os.sched_getaffinity(0)))
    else:
        cores = tuple(range(os.cpu_count() or 1))
    try:
        quota, period = cgroup.read_text(encoding="ascii").split()
        most = max(1, math.floor(int(quota) / int(period)))
    except (OSError, ValueError):  # no control group, or no limit ("max")
        return cores
    return cores[:most]
