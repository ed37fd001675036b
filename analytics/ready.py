"""Inner loops made ready, so that no camera's first frame waits for them."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Final

import numpy as np
import structlog

from analytics.approaches import Approaches
from analytics.clock import SECOND_NS
from analytics.paths import TOLERANCE_PX, simplify
from analytics.shared import Shared
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
    CollisionSpec,
    CongestionSpec,
    IllegalParkingSpec,
    IntrusionSpec,
    LaneViolationSpec,
    LineCrossingSpec,
    LoiteringSpec,
    MeasureSpec,
    QueueSpec,
    RedLightSpec,
    SpeedingSpec,
    StoppedVehicleSpec,
    WrongWaySpec,
)

log = structlog.get_logger()

WALK_MPS: Final = 1.6
QUEUES_S: Final = 6
"""So long two stand at last: by then the one on foot is told to be a rider (`analytics.traffic.riders`)."""
NOTICED_S: Final = 2.0
"""What takes longer is told."""


@lru_cache(maxsize=1)
def compile_rules() -> None:
    """Show two tracks that cross a line, and then stand as those in a queue do, to rules that have all inner loops;
    once in a process.
    """
    began = time.monotonic()
    scene = _scene()
    places = ({"line": "l"}, {"zone": "z"}, {"lanes": "all"}, {"entries": ["l"], "exits": ["l"]})
    measured = [MeasureSpec.model_validate(place | {"hysteresis_px": 1}) for place in places]
    specs: list[AnyRuleSpec] = [LineCrossingSpec(line="l"), IntrusionSpec(zone="z"), LoiteringSpec(zone="z"), *measured]
    specs += [CongestionSpec(group="a"), QueueSpec(group="a"), StoppedVehicleSpec(zone="z")]
    specs += [IllegalParkingSpec(zone="z")]
    specs += [RedLightSpec(signal="s", hysteresis_px=1), WrongWaySpec(), SpeedingSpec(limit_kmh=1)]
    specs += [CollisionSpec(zone="z"), LaneViolationSpec(lane="a")]
    for rule in (TrackLogRule(""), *build_rules(specs, scene, "", {}).values()):
        for number, foot in enumerate(((6.0, 2.0), (2.0, 6.0), (6.0, 2.0))):
            rule.update(_view(scene, number, foot))
        for number in range(3, 3 + QUEUES_S):
            rule.update(_view(scene, number, (6.0, 2.0), 0.0))
        rule.update(_view(scene, 3 + QUEUES_S, (6.0, 2.0), 0.0, lane=-1))
        rule.close(0)
    shared, view = Shared(scene, ""), _view(scene, 0, (6.0, 2.0), 0.0)
    approaches = Approaches.of(shared, WALK_MPS, WALK_MPS, WALK_MPS)
    approaches.met(shared.hear(view), np.zeros(1, np.int64))
    approaches.touching(view, np.zeros(1, np.int64))
    approaches.partners(view, np.zeros(1, np.int64))
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
    lane = Lane("a", name, zone.polygon, np.array([(0.0, 0.0), (9.0, 9.0)]), "a", length_m=9 * 2**0.5)
    signal, ground = Signal("s", name, line="l"), Ground(np.eye(3), 1.0)
    return Scene("", 1, (9, 9), {"z": zone}, {"l": line}, ground, lanes={"a": lane}, signals={"s": signal})


def _view(scene: Scene, number: int, foot: tuple[float, float], mps: float = WALK_MPS, *, lane: int = 0) -> StepView:
    """A car and somebody on foot at one place of a lane, or of none (-1), as fast, a second after the view before."""
    frame = FrameMeta("", 0, number, number * SECOND_NS, ClockSource.FILE, 0, number * SECOND_NS, 9, 9)
    both, offsets = np.ones(2), np.array((0, 2), np.int32)
    tracks = TrackBatch(
        (frame,),
        offsets,
        np.array([(1, 1, 8, 8)] * 2, np.float32),
        both.astype(np.float32),
        np.array((ObjectClass.CAR, ObjectClass.PERSON), np.int16),
        np.arange(1, 3),
        both.astype(np.uint8),
        np.zeros(2, np.int32),
        np.zeros(2, np.int32),
        np.zeros(0, np.int64),
    )
    place, way = np.array([foot] * 2), np.array([(mps, 0.0)] * 2)
    lanes = np.full(2, lane, np.int16)
    motion = Motion(place.astype(np.float32), way.astype(np.float32), place, way, np.ones(2, np.bool_), lanes)
    return StepView.of(tracks, motion, 0, scene)
