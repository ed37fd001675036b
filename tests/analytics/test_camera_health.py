"""Events about the camera itself, from what observers tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analytics.engine import RuleEngine
from core.events import Event, EventKind, Phase, Severity
from core.findings import Findings
from core.frames import MOVING
from core.measures import CameraMovedMeasures
from core.observations import NOTHING_SEEN, Observations, PictureHealth, Placement
from core.scene import Scene
from scenes.camera_rules import CAMERA_SPECS, CameraSpec
from scenes.rules import AnyRuleSpec, IntrusionSpec
from tests.support.tracks import SECOND, T0, Actor, film, make_scene, still

WELL = PictureHealth(0.0, 100.0, 200.0, 1.0, 0.0, 0.0, 0.9, (0.0, 0.0))
Told = Callable[[float], PictureHealth | None]
SCENE = make_scene(0.05)


def run(
    told: Told,
    seconds: float,
    *,
    specs: list[AnyRuleSpec] | None = None,
    ahead_s: float | None = None,
    made: RuleEngine | None = None,
    start_s: float = 0.0,
    scene: Scene = SCENE,
    every: int = 20,
) -> Findings:
    """Ten frames a second, with a look at every 20th; a place that does not hold marks the frames, as it would."""
    if made is None:
        made = engine(specs)
    found, placement = Findings(), Placement()
    for number, shot in enumerate(film([Actor(1, still(500, 500))], seconds, scene=scene, start_s=start_s)):
        health = told(start_s + number / 10) if number % every == 0 else None
        placement = health.placement if health else placement
        view = "" if placement.valid else MOVING
        ahead_ns = None if ahead_s is None else round(ahead_s * SECOND)
        frame = replace(shot.tracks.frames[0], view=view, clock_ahead_ns=ahead_ns)
        seen = Observations(health) if health else NOTHING_SEEN
        found += made.update(replace(shot.tracks, frames=(frame,)), shot.motion, [seen])
    return found


def engine(specs: list[AnyRuleSpec] | None = None, open_events: tuple[Event, ...] = ()) -> RuleEngine:
    made = RuleEngine()
    made.add_camera("cam", SCENE, [*(spec() for spec in CAMERA_SPECS), *(specs or [])], open_events)
    return made


def lives(found: Findings) -> list[tuple[EventKind, Phase, float]]:
    """Kind, phase and second of each revision but updates."""
    return [(e.kind, e.phase, (e.at_ns - T0) / SECOND) for e in found.events if e.phase is not Phase.UPDATED]


FAULTS: dict[EventKind, dict[str, Any]] = {
    EventKind.CAMERA_DARK: {"light": 20.0, "level": 8.0, "hidden": 0.9, "sharpness": None},
    EventKind.CAMERA_BLURRED: {"sharpness": 0.1, "hidden": 0.4},
    EventKind.CAMERA_COVERED: {"hidden": 0.8},
    EventKind.CAMERA_MOVED: {"placement": Placement((6.0, 4.0)), "shift_px": (6.0, 4.0)},
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_starts_after_its_time_ends_after_its_own_and_is_one_kind(kind: EventKind) -> None:
    wrong = replace(WELL, **FAULTS[kind])
    found = run(lambda t: wrong if 20 <= t < 60 else WELL, 100)
    assert [(k, p) for k, p, _ in lives(found)] == [(kind, Phase.STARTED), (kind, Phase.ENDED)]
    started, ended = (at for _, _, at in lives(found))
    assert 30 <= started <= 32 and 70 <= ended <= 73
    assert [r.event.kind for r in found.evidence] == [kind], "a picture shows it"


def test_what_lasts_no_longer_than_it_must_is_no_event() -> None:
    for fault in FAULTS.values():
        assert lives(run(lambda t, f=fault: replace(WELL, **f) if 20 <= t < 28 else WELL, 60)) == []  # type: ignore[misc]


def test_one_look_in_between_does_not_start_the_waiting_anew() -> None:
    found = run(lambda t: WELL if t == 26 or t < 20 else replace(WELL, hidden=0.8), 40)
    assert [(k, p) for k, p, _ in lives(found)] == [(EventKind.CAMERA_COVERED, Phase.STARTED)]


def test_one_look_among_those_that_cannot_tell_is_no_event() -> None:
    def told(t: float) -> PictureHealth:
        return replace(WELL, sharpness=0.1 if t == 20 else None)

    assert lives(run(told, 60)) == []


@pytest.mark.parametrize(
    ("sharpness", "hidden", "kind"),
    [
        (0.05, 0.9, EventKind.CAMERA_BLURRED),
        (0.3, 0.5, EventKind.CAMERA_BLURRED),
        (0.3, 0.9, EventKind.CAMERA_BLURRED),
        (0.6, 0.5, EventKind.CAMERA_COVERED),
    ],
)
def test_what_is_out_of_focus_is_not_covered(sharpness: float, hidden: float, kind: EventKind) -> None:
    found = run(lambda t: WELL if t < 20 else replace(WELL, sharpness=sharpness, hidden=hidden), 60)
    assert [(k, p) for k, p, _ in lives(found)] == [(kind, Phase.STARTED)]


def test_frozen_is_told_when_it_has_lasted_and_began_when_it_began() -> None:
    found = run(lambda t: replace(WELL, still_s=max(t - 20, 0) if t < 120 else 0.0), 140)
    (started, ended) = (e for e in found.events if e.phase is not Phase.UPDATED)
    assert (started.kind, (started.started_ns - T0) / SECOND) == (EventKind.CAMERA_FROZEN, 20.0)
    assert 80 <= (started.at_ns - T0) / SECOND <= 82 and 125 <= (ended.at_ns - T0) / SECOND <= 127


def test_frozen_goes_on_as_one_event_when_its_stillness_is_counted_anew() -> None:
    def told(t: float) -> PictureHealth:
        since = 20 if t < 100 else 100
        return replace(WELL, still_s=None if t == 100 else max(t - since, 0.0))

    found = run(told, 240)
    assert [p for _, p, _ in lives(found)] == [Phase.STARTED]


def test_what_cannot_be_told_starts_nothing_and_holds_what_is_open() -> None:
    unknown = PictureHealth(0.0, 100.0, 200.0)
    assert lives(run(lambda t: unknown, 60)) == []
    held = run(lambda t: replace(WELL, hidden=0.8) if t < 20 else unknown, 100)
    assert [p for _, p, _ in lives(held)] == [Phase.STARTED]
    gone = run(lambda t: replace(WELL, hidden=0.8) if t < 20 else None, 200)
    assert [e.end_reason and e.end_reason.value for e in gone.events if e.phase is Phase.ENDED] == ["unseen"]


def test_a_large_shift_is_high_and_pauses_what_names_places_and_holds_its_events() -> None:
    away = replace(WELL, placement=Placement((300.0, 0.0), valid=False), shift_px=(300.0, 0.0))
    made = engine([IntrusionSpec(zone="z", still_s=0)])
    found = run(lambda t: away if 20 <= t < 60 else WELL, 100, made=made)
    moved = [e for e in found.events if e.kind is EventKind.CAMERA_MOVED]
    assert moved[0].severity is Severity.HIGH
    assert moved[0].measures == CameraMovedMeasures(moved[0].measures.duration_s, False, 300.0, 0.0)  # type: ignore[union-attr]
    inside = [e for e in found.events if e.kind is EventKind.INTRUSION]
    assert [e.phase for e in inside if e.phase is not Phase.UPDATED] == [Phase.STARTED], "one, held meanwhile"
    assert not any(T0 + 21 * SECOND < e.at_ns < T0 + 59 * SECOND for e in inside)


def test_a_place_that_fits_nowhere_has_no_shift() -> None:
    lost = replace(WELL, agreement=0.02, shift_px=None, placement=Placement(valid=False))
    (event,) = run(lambda t: lost, 15).events[:1]
    assert event.measures == CameraMovedMeasures(event.measures.duration_s, False)  # type: ignore[union-attr]


@pytest.mark.parametrize(("ahead_s", "told"), [(1.0, 0), (-1.9, 0), (3.0, 1), (-7_200.0, 1)])
def test_a_clock_that_is_wrong_for_a_minute_is_told(ahead_s: float, told: int) -> None:
    found = run(lambda t: WELL, 70, ahead_s=ahead_s)
    assert [k for k, _, _ in lives(found)] == [EventKind.CAMERA_CLOCK] * told


def test_faults_of_a_camera_are_known_while_they_last() -> None:
    made = engine()
    assert made.faults("cam") == made.faults("nobody") == ()
    run(lambda t: replace(WELL, hidden=0.8), 20, made=made)
    assert made.faults("cam") == ("camera.covered",)
    run(lambda t: WELL, 20, made=made, start_s=20)
    assert made.faults("cam") == ()


def test_an_event_goes_on_after_a_restart() -> None:
    covered = replace(WELL, hidden=0.8)
    before = run(lambda t: covered, 20)
    latest = {e.event_id: e for e in before.events}
    made = engine(open_events=tuple(latest.values()))
    after = run(lambda t: covered, 20, made=made, start_s=30)
    assert {e.event_id for e in after.events} == set(latest) and {e.phase for e in after.events} == {Phase.UPDATED}


def test_at_one_frame_a_second_too() -> None:
    made = engine()
    found = Findings()
    for shot in film([], 40, scene=SCENE, fps=1):
        found += made.update(shot.tracks, shot.motion, [Observations(replace(WELL, hidden=0.8))])
    assert [k for k, _, _ in lives(found)] == [EventKind.CAMERA_COVERED]


@pytest.mark.parametrize("spec", CAMERA_SPECS)
def test_every_spec_needs_no_place(spec: type[CameraSpec]) -> None:
    assert spec().place == "" and spec().rule_id == spec().kind
    assert np.isfinite(spec().for_s)
