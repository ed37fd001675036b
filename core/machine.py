"""The machine that this runs on."""

from __future__ import annotations

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
