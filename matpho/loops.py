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
    """Compile them, by making one of each part."""
    from analytics.engine import RuleEngine
    from models.registry import load_detector
    from trackers.online import OnlineTracker
    from trackers.world import World

    OnlineTracker(), World({}), RuleEngine(), load_detector()
