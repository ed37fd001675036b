"""Inner loops made ready, so that no camera's first frame waits for them."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Final

import numpy as np
import structlog

from analytics.measure import MeasureRule
from analytics.paths import TOLERANCE_PX, simplify
from analytics.track_log import TrackLogRule
from core.findings import StepView
from core.frames import ClockSource, FrameMeta
from core.motion import Motion
from core.protocols import Rule
from core.scene import Label, Line, Scene, Zone
from core.tracks import TrackBatch
from scenes.rules import MeasureSpec

log = structlog.get_logger()

NOTICED_S: Final = 2.0
"""What takes longer is told."""


@lru_cache(maxsize=1)
def compile_rules() -> None:
    """Show one track to rules that have all inner loops; once in a process."""
    began = time.monotonic()
    scene = _scene()
    rules: list[Rule] = [TrackLogRule("")]
    rules += [MeasureRule(MeasureSpec.model_validate(place), scene, "") for place in ({"line": "l"}, {"zone": "z"})]
    view = _view(scene)
    for rule in rules:
        rule.update(view)
    simplify(np.zeros((3, 2), np.float32), TOLERANCE_PX)
    seconds = time.monotonic() - began
    if seconds > NOTICED_S:
        log.info("rules_compiled", seconds=round(seconds, 1))


def _scene() -> Scene:
    name = Label("", "")
    zone = Zone("z", name, np.array([(0.0, 0.0), (9.0, 0.0), (0.0, 9.0)]))
    line = Line("l", name, np.array((0.0, 0.0)), np.array((9.0, 9.0)))
    return Scene("", 1, (9, 9), {"z": zone}, {"l": line})


def _view(scene: Scene) -> StepView:
    frame = FrameMeta("", 0, 0, 0, ClockSource.FILE, 0, 0, 9, 9)
    one = np.ones(1)
    offsets = np.array((0, 1), np.int32)
    tracks = TrackBatch(
        (frame,),
        offsets,
        np.array([(1, 1, 2, 2)], np.float32),
        one.astype(np.float32),
        np.zeros(1, np.int16),
        one.astype(np.int64),
        one.astype(np.uint8),
        np.zeros(1, np.int32),
        np.zeros(2, np.int32),
        np.zeros(0, np.int64),
    )
    place = np.ones((1, 2))
    motion = Motion(place.astype(np.float32), place.astype(np.float32), place, place, np.ones(1, np.bool_))
    return StepView.of(tracks, motion, 0, scene)
