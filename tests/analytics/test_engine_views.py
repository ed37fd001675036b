"""Rules of a camera that turns: each hears the frames of its own preset, and holds its events meanwhile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analytics.engine import RuleEngine
from core.events import EndReason, EventKind, Phase
from core.findings import Findings
from core.frames import MOVING
from core.scene import Label, Preset, Scene
from scenes.rules import AnyRuleSpec, CameraDownSpec, IntrusionSpec, LineCrossingSpec, MeasureSpec
from tests.support.tracks import SECOND, T0, Actor, Shot, film, make_scene, still

HOUR_S = 3_600
NORTH, SOUTH = make_scene(0.05), replace(make_scene(), lines={})
SCENE = Scene(
    "mast",
    1,
    (1000, 1000),
    presets={n: Preset(n, Label(n, n), s, (Path(f"{n}.png"),)) for n, s in (("north", NORTH), ("south", SOUTH))},
)
SPECS: list[AnyRuleSpec] = [
    IntrusionSpec(zone="z", still_s=0),
    LineCrossingSpec(line="l"),
    MeasureSpec(zone="z", interval_s=10),
    CameraDownSpec(after_s=3),
]
INSIDE = [Actor(1, still(450, 500))]


def engine(*, live: bool = False) -> RuleEngine:
    made = RuleEngine()
    made.add_camera("cam", SCENE, SPECS, live=live)
    return made


def shots(view: str, start_s: float, seconds: float, actors: list[Actor] = INSIDE) -> list[Shot]:
    """What is seen from `start_s` on; track ids are new ones in each part, as a tracker gives them."""
    again = [replace(a, track_id=a.track_id + round(start_s * 10)) for a in actors]
    found = film(again, seconds, scene=SCENE.at(view), start_s=start_s, camera_id="cam")
    frames = [(replace(shot.tracks.frames[0], view=view),) for shot in found]
    return [replace(shot, tracks=replace(shot.tracks, frames=f)) for shot, f in zip(found, frames, strict=True)]


def run(made: RuleEngine, *parts: list[Shot]) -> Findings:
    found = Findings()
    for part in parts:
        for shot in part:
            found += made.update(shot.tracks, shot.motion)
    return found


def test_each_preset_has_events_of_its_own_under_its_name() -> None:
    made = engine()
    found = run(made, shots("north", 0, 3), shots(MOVING, 3, 2), shots("south", 5, 3)) + made.close(T0 + 8 * SECOND)
    assert [(e.view, e.rule_id, e.phase) for e in found.events] == [
        ("north", "security.intrusion:z", Phase.STARTED),
        ("south", "security.intrusion:z", Phase.STARTED),
    ]
    assert [r.event.view for r in found.evidence] == ["north", "south"]
    assert [(t.view, t.track_id) for t in found.tracks] == [("north", 1), ("south", 51)]


def test_a_place_that_a_preset_lacks_is_not_watched_there() -> None:
    crossing = [Actor(1, lambda t: (200 + 100 * (t % 10), 500.0))]
    found = run(engine(), shots("south", 0, 8, crossing), shots("north", 10, 8, crossing))
    crossed = [e for e in found.events if e.kind is EventKind.LINE_CROSSING]
    assert {e.view for e in crossed} == {"north"} and len({e.event_id for e in crossed}) == 1


def test_nothing_is_found_while_it_moves() -> None:
    crossing = [Actor(1, lambda t: (200 + 100 * t, 500.0)), *INSIDE]
    found = run(engine(), shots(MOVING, 0, 6, crossing))
    assert found.records == ()


def test_an_event_is_held_for_as_long_as_an_hour_and_goes_on_where_it_was() -> None:
    made = engine()
    first = run(made, shots("north", 0, 3))
    away = run(made, *[shots("south", 4 + 60 * n, 1, []) for n in range(58)])
    assert away.events == ()
    back = run(made, shots("north", HOUR_S - 60, 10))
    assert {e.event_id for e in back.events} == {first.events[0].event_id}
    assert {e.phase for e in back.events} == {Phase.UPDATED} and {e.view for e in back.events} == {"north"}
    gone = run(made, shots("north", HOUR_S - 50, 30, []))
    assert [(e.phase, e.end_reason) for e in gone.events if e.phase is Phase.ENDED] == [
        (Phase.ENDED, EndReason.CLEARED)
    ]


def test_time_away_counts_for_nothing_however_short_it_is() -> None:
    """A second elsewhere, half a second until the person is found again: the zone was not seen empty for a second."""
    made = RuleEngine()
    specs: list[AnyRuleSpec] = [
        IntrusionSpec(zone="z", still_s=0, clear_s=1, hold_s=1),
        MeasureSpec(zone="z", interval_s=60),
    ]
    made.add_camera("cam", SCENE, specs, live=False)
    found = run(made, shots("north", 0, 3), shots(MOVING, 3, 1, []), shots("north", 4, 0.5, []), shots("north", 4.5, 3))
    assert len({e.event_id for e in found.events}) == 1 and Phase.ENDED not in {e.phase for e in found.events}
    found += made.close(T0 + 8 * SECOND)
    watched = [round((m.end_ns - m.start_ns) / SECOND, 1) for m in found.measurements]
    assert watched == [2.9, 3.4]
    assert [m.occupancy for m in found.measurements] == pytest.approx([1, 3 / 3.4], abs=0.05)


def test_an_event_that_is_not_looked_at_for_longer_is_given_up() -> None:
    """Of a file, whose frames are its clock, and of a live camera, for which time is told."""
    for live in (False, True):
        made = engine(live=live)
        run(made, shots("north", 0, 3))
        ended = Findings()
        for second in range(4, HOUR_S + 20):
            ended += run(made, shots("south", second, 0.2, []))
            ended += made.tick(T0 + second * SECOND)
        lost = [e for e in ended.events if e.phase is Phase.ENDED]
        assert [(e.view, e.end_reason) for e in lost] == [("north", EndReason.LOOKED_AWAY)]
        assert EventKind.CAMERA_DOWN not in {e.kind for e in ended.events}, "frames came all the time"


def test_intervals_are_cut_where_it_turns() -> None:
    made = engine()
    found = run(made, shots("north", 0, 14), shots(MOVING, 14, 2), shots("south", 16, 8), shots("north", 24, 6))
    found += made.close(T0 + 30 * SECOND)
    spans = [(m.view, (m.start_ns - T0) / SECOND, round((m.end_ns - T0) / SECOND, 2)) for m in found.measurements]
    assert spans == [
        ("north", 0, 10),
        ("north", 10, 13.9),
        ("south", 16, 20),
        ("south", 20, 23.9),
        ("north", 24, 29.9),
    ]
    counts = [sum(m.counts.values()) for m in found.measurements]
    assert counts == [1, 0, 1, 0, 0], "who stands there still after ten seconds is no other"


def test_after_a_restart_each_preset_goes_on_with_its_own_events() -> None:
    made = engine()
    before = run(made, shots("north", 0, 3), shots("south", 5, 3))
    latest = {e.event_id: e for e in before.events}
    again = RuleEngine()
    again.add_camera("cam", SCENE, SPECS, list(latest.values()), live=False)
    after = run(again, shots("south", 20, 10), shots("north", 30, 10))
    assert {(e.event_id, e.view) for e in after.events} == {(e.event_id, e.view) for e in before.events}
    assert {e.phase for e in after.events} == {Phase.UPDATED}
    north_only = RuleEngine()
    north_only.add_camera(
        "cam", replace(SCENE, presets={"north": SCENE.presets["north"]}), SPECS, list(latest.values())
    )
    ended = [e for e in run(north_only, shots("north", 50, 1)).events if e.phase is Phase.ENDED]
    assert [(e.view, e.end_reason) for e in ended] == [("south", EndReason.RULE_REMOVED)]


def test_a_rule_that_fails_in_one_preset_works_in_the_other() -> None:
    made = engine()
    made._cameras["cam"].rules["north"]["security.intrusion:z"] = None  # type: ignore[assignment]
    found = run(made, shots("north", 0, 3), shots("south", 5, 3))
    assert [e.view for e in found.events] == ["south"]
    assert made.failed == {("cam", "security.intrusion:z"): 1}


def test_a_camera_that_is_removed_ends_the_events_of_all_its_presets() -> None:
    made = engine()
    run(made, shots("north", 0, 3), shots("south", 5, 3))
    gone = made.remove_camera("cam", T0 + 9 * SECOND)
    assert {(e.view, e.end_reason) for e in gone.events} == {
        ("north", EndReason.CAMERA_REMOVED),
        ("south", EndReason.CAMERA_REMOVED),
    }
