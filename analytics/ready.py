"""Inner loops made ready, so that no camera's first frame waits for them."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Final

import numpy as np
import structlog

from analytics.paths import TOLERANCE_PX, simplify
from analytics.table import build_rules
from analytics.track_log import TrackLogRule
from analytics.track_table import TrackTable
from core.arrays import frozen
from core.findings import StepView
from core.frames import ClockSource, FrameMeta
from core.motion import Motion
from core.scene import Ground, Label, Lane, Line, Scene, Signal, Zone
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch
from scenes.rules import (
    AnyRuleSpec,
    CongestionSpec,
    IntrusionSpec,
    LineCrossingSpec,
    MeasureSpec,
    QueueSpec,
    RedLightSpec,
    StoppedVehicleSpec,
)

log = structlog.get_logger()

NOTICED_S: Final = 2.0
"""What takes longer is told."""


@lru_cache(maxsize=1)
def compile_rules() -> None:
    """Show a track that crosses a line to rules that have all inner loops; once in a process."""
    began = time.monotonic()
    scene = _scene()
    places = ({"line": "l"}, {"zone": "z"}, {"lanes": "all"}, {"entries": ["l"], "exits": ["l"]})
    measured = [MeasureSpec.model_validate(place | {"hysteresis_px": 1}) for place in places]
    specs: list[AnyRuleSpec] = [LineCrossingSpec(line="l"), IntrusionSpec(zone="z"), *measured]
    specs += [CongestionSpec(group="a"), QueueSpec(group="a"), StoppedVehicleSpec(zone="z")]
    specs.append(RedLightSpec(signal="s", hysteresis_px=1))
    for rule in (TrackLogRule(""), *build_rules(specs, scene, "", {}).values()):
        for number, foot in enumerate(((6.0, 2.0), (2.0, 6.0), (6.0, 2.0))):
            rule.update(_view(scene, number, foot))
        rule.close(0)
    table = TrackTable([])
    table.locate(np.arange(1, 3), 0)
    for ids in (np.arange(1, 2), frozen(np.arange(2, 3), np.int64, (1,), "ids")):
        table.take(ids)
    simplify(np.zeros((3, 2), np.float32), TOLERANCE_PX)
    seconds = time.monotonic() - began
    if seconds > NOTICED_S:
        log.info("rules_compiled", seconds=round(seconds, 1))


def _scene() -> Scene:
    name = Label("", "")
    zone = Zone("z", name, np.array([(0.0, 0.0), (9.0, 0.0), (0.0, 9.0)]))
    line = Line("l", name, np.array((0.0, 0.0)), np.array((9.0, 9.0)))
    lane = Lane("a", name, zone.polygon, np.array([(0.0, 0.0), (9.0, 9.0)]), "a")
    signal, ground = Signal("s", name, line="l"), Ground(np.eye(3), 1.0)
    return Scene("", 1, (9, 9), {"z": zone}, {"l": line}, ground, lanes={"a": lane}, signals={"s": signal})


def _view(scene: Scene, number: int, foot: tuple[float, float]) -> StepView:
    frame = FrameMeta("", 0, number, number, ClockSource.FILE, 0, number, 9, 9)
    one = np.ones(1)
    offsets = np.array((0, 1), np.int32)
    tracks = TrackBatch(
        (frame,),
        offsets,
        np.array([(1, 1, 8, 8)], np.float32),
        one.astype(np.float32),
        np.full(1, ObjectClass.CAR, np.int16),
        one.astype(np.int64),
        one.astype(np.uint8),
        np.zeros(1, np.int32),
        np.zeros(2, np.int32),
        np.zeros(0, np.int64),
    )
    place, still = np.array([foot]), np.zeros((1, 2))
    motion = Motion(place.astype(np.float32), still.astype(np.float32), place, still, np.ones(1, np.bool_))
    return StepView.of(tracks, motion, 0, scene)
