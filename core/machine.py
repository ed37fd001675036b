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


def usable_cores() -> tuple[int, ...]:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


def core_limit(cgroup: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """How many cores' work this process may do at once: its cores, or less by its control group's quota."""
    cores = len(usable_cores())
    try:
        quota, period = cgroup.read_text(encoding="ascii").split()
        return max(1, min(cores, math.floor(int(quota) / int(period))))
    except (OSError, ValueError):  # no control group, or no limit ("max")
        return cores
