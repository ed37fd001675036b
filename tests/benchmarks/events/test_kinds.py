"""Kinds, their rules, and where they watch."""

from __future__ import annotations

import numpy as np

from benchmarks.events.block import MADE_UP, load
from benchmarks.events.cameras import place_cameras
from benchmarks.events.kinds import KINDS, SWEEP, places_of, rule_of, specs_for
from benchmarks.events.views import build_view
from core.events import EventKind
from scenes.rules import MeasureSpec


def test_every_rule_is_a_kind_that_the_code_knows() -> None:
    known = {kind.value for kind in EventKind}
    assert all(rule in known for kind in KINDS if (rule := rule_of(kind)))


def test_a_rule_watches_each_place_of_its_kind() -> None:
    recording = load(MADE_UP)
    (camera,) = place_cameras(recording, 1, 1)
    scene = build_view(recording, camera).scene
    for kind in KINDS:
        found = list(specs_for(kind, scene, "street"))
        if rule_of(kind) is None:
            assert not found
        else:
            assert sorted(spec.place for spec in found) == sorted(places_of(kind, scene))


def test_copies_at_other_thresholds_are_told_from_the_rule_itself() -> None:
    recording = load(MADE_UP)
    (camera,) = place_cameras(recording, 1, 1)
    view = build_view(recording, camera, sweep=True)
    copies = [rule for rule in view.rules if rule.rule_id.startswith(SWEEP)]
    stops = [rule for rule in copies if rule.kind == "incident.stopped_vehicle"]
    wanted = [value for values in KINDS["incident.stopped_vehicle"].sweep.values() for value in values]
    assert len(stops) == len(wanted)
    assert len({rule.rule_id for rule in view.rules}) == len(view.rules)


def test_scenes_are_drawn_where_the_camera_sees() -> None:
    recording = load(MADE_UP)
    for camera in place_cameras(recording, 4, 2):
        view = build_view(recording, camera)
        for lane in view.scene.lanes.values():
            assert (lane.polygon >= -1).all()
            assert (lane.polygon <= np.array([camera.width, camera.height]) + 1).all()
        assert any(isinstance(rule, MeasureSpec) and rule.lanes == "all" for rule in view.rules)
