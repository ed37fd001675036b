"""The busy junction: vehicles that drive as they should, under a rule of every kind that tracks alone carry."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from analytics.engine import RuleEngine
from benchmarks.junction.measure import measure
from benchmarks.junction.report import tables
from benchmarks.junction.rules import event_rules
from benchmarks.junction.traffic import FPS, drive, scene
from core.events import EventKind, Phase
from scenes.camera_rules import CAMERA_SPECS
from scenes.object_rules import OBJECT_SPECS
from scenes.picture_rules import SIGHTING_SPECS
from scenes.rules import SPECS, CameraDownSpec, MeasureSpec, RedLightSpec
from trackers.world import World

OTHERS = (MeasureSpec, CameraDownSpec, RedLightSpec, *CAMERA_SPECS, *OBJECT_SPECS, *SIGHTING_SPECS)
"""Measurements, and what is of the clock, of signals, or of what observers see in pictures."""


def test_it_has_a_rule_of_every_kind_that_tracks_alone_carry() -> None:
    place = scene()
    rules = event_rules(place)
    assert {rule.kind for rule in rules} == {kind for kind, spec in SPECS.items() if spec not in OTHERS}
    named = {rule.place for rule in rules}
    assert place.zones.keys() | place.lines.keys() <= named, "every zone and every line is watched"


@pytest.mark.parametrize("standing", [0.0, 0.5], ids=["free", "a jam"])
def test_its_vehicles_do_nothing_that_nobody_meant_them_to(standing: float) -> None:
    """They cross lines, and closed zones; in a jam queues reach lines, and cars stand in a lane of buses."""
    place = scene()
    world, engine, told = World({"junction": place}), RuleEngine(), Counter[EventKind]()
    engine.add_camera("junction", place, event_rules(place))
    for batch in islice(drive(100, standing=standing), round(15 * FPS)):
        found = engine.update(batch, world.locate(batch)).events
        told.update(event.kind for event in found if event.phase is Phase.STARTED)
    assert not engine.failed
    meant = {EventKind.LINE_CROSSING, EventKind.INTRUSION}
    assert told.keys() == (meant | {EventKind.SPILLBACK, EventKind.LANE} if standing else meant)


def test_the_benchmark_runs_and_tells_all_its_parts() -> None:
    result = measure(tracks=10, frames=3, updates=200, progress=lambda _line: None)
    assert result.costs.keys() >= {"motion", "measurements", "rules", "rules in a jam"}
    assert all(cost.median_ms > 0 for cost in result.costs.values()) and result.memory is not None
    assert len(tables(result)) == 2
