"""What a person has muted is followed and not told; one state machine does it for all kinds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analytics.engine import RuleEngine
from core.events import EndReason, Event, EventKind, Phase
from core.findings import Findings
from core.mutes import Epoch, Mute, Mutes
from core.taxonomy import ObjectClass
from scenes.rules import AnyRuleSpec, CameraDownSpec, IntrusionSpec, LineCrossingSpec, LoiteringSpec, StoppedVehicleSpec
from tests.support.tracks import SECOND, T0, Actor, Shot, film, join, make_scene, still, walk

SCENE = make_scene(0.05)
SPECS: list[AnyRuleSpec] = [
    IntrusionSpec(zone="z", still_s=0),
    StoppedVehicleSpec(zone="z"),
    LoiteringSpec(zone="z", for_s=5, still_s=5),
]
PARKED = Actor(2, still(600, 600), ObjectClass.CAR, (90, 60))
PERSON = Actor(1, still(500, 500, 0, 40), size=(20, 40))


def mute(until_s: float = 1e6, **scope: Any) -> Mute:
    plain = Mute("m1", "Lan", "roadworks", T0, T0 + round(until_s * SECOND))
    return replace(plain, **scope)


def at_t0(*now: Mute) -> Mutes:
    """In force on a machine whose clock stands at the time of the first frame."""
    return Mutes(now, clock=lambda: T0)


def run(
    shots: list[Shot], mutes: Mutes, specs: list[AnyRuleSpec] = SPECS, open_events: tuple[Event, ...] = ()
) -> Findings:
    """The machine's clock goes with the frames."""
    engine, findings = RuleEngine(mutes), Findings()
    engine.add_camera("cam", SCENE, specs, open_events)
    for shot in shots:
        frame = shot.tracks.frames[0]
        mutes.clock = lambda now_ns=frame.captured_ns: now_ns  # type: ignore[misc]
        findings += engine.update(*join([shot]))
    return findings


def told(findings: Findings) -> list[tuple[EventKind, Phase]]:
    return [(event.kind, event.phase) for event in findings.events if event.phase is not Phase.UPDATED]


def test_events_of_its_scope_are_not_told_and_ask_for_no_picture_while_the_others_are() -> None:
    mutes = Mutes((mute(kind="incident"),))
    found = run(film([PARKED, PERSON], 30, scene=SCENE), mutes)
    assert {event.kind for event in found.events} == {EventKind.INTRUSION, EventKind.LOITERING}
    assert {request.event.kind for request in found.evidence} == {EventKind.INTRUSION, EventKind.LOITERING}
    assert mutes.suppressed == {"m1": 1}, "a car that stands is one event, however long it is muted"


@pytest.mark.parametrize(
    "scope",
    [
        {"camera_id": "cam"},
        {"rule_id": "security.intrusion:z", "camera_id": "cam"},
        {"zone": "z"},
        {"kind": "security.intrusion"},
        {"camera_id": "cam", "track_id": 1, "kind": "security.intrusion"},
    ],
    ids=str,
)
def test_every_part_of_a_scope_counts(scope: dict[str, Any]) -> None:
    shots = film([PERSON], 4, scene=SCENE)
    specs: list[AnyRuleSpec] = [IntrusionSpec(zone="z", still_s=0)]
    assert told(run(shots, Mutes((mute(**scope),)), specs)) == []
    other: dict[str, Any] = {
        name: value + 1 if isinstance(value, int) else f"{value}x" for name, value in scope.items()
    }
    assert len(told(run(shots, Mutes((mute(**other),)), specs))) == 1


def test_an_open_event_is_closed_at_once_with_the_reason_and_says_nothing_more() -> None:
    mutes = at_t0()
    engine = RuleEngine(mutes)
    engine.add_camera("cam", SCENE, [StoppedVehicleSpec(zone="z")])
    shots = film([PARKED], 60, scene=SCENE)
    found = Findings()
    for shot in shots[:200]:
        found += engine.update(*join([shot]))
    assert told(found) == [(EventKind.STOPPED_VEHICLE, Phase.STARTED)]
    mutes.replace([mute(kind="incident.stopped_vehicle")])
    (closed,) = engine.update(*join([shots[200]])).events
    assert (closed.phase, closed.end_reason) == (Phase.ENDED, EndReason.MUTED)
    assert closed.revision == found.events[-1].revision + 1
    rest = Findings()
    for shot in shots[201:]:
        rest += engine.update(*join([shot]))
    assert rest.events == ()


def test_when_the_mute_ends_and_the_cause_is_still_there_it_alerts_then_and_else_not() -> None:
    shots = film([PARKED], 60, scene=SCENE)
    found = run(shots, Mutes((mute(30, kind="incident"),)), [StoppedVehicleSpec(zone="z")])
    assert told(found) == [(EventKind.STOPPED_VEHICLE, Phase.STARTED)]
    first = found.events[0]
    assert (first.at_ns - T0) / SECOND == pytest.approx(30, abs=0.3)
    assert (first.started_ns - T0) / SECOND == pytest.approx(0, abs=1)
    assert first.revision == 1 and len(found.evidence) == 1
    gone = film([Actor(2, still(600, 600, 0, 15), ObjectClass.CAR, (90, 60))], 60, scene=SCENE)
    assert told(run(gone, Mutes((mute(50, kind="incident"),)), [StoppedVehicleSpec(zone="z")])) == []


def test_a_zone_s_event_alerts_when_its_mute_ends_though_nobody_is_seen_in_that_frame() -> None:
    shots = film(
        [Actor(1, still(500, 500, 0, 29.7), size=(20, 40)), Actor(9, still(510, 500, 30.4, 50), size=(20, 40))],
        45,
        scene=SCENE,
    )
    found = run(shots, Mutes((mute(30, zone="z"),)), [IntrusionSpec(zone="z", still_s=0, gap_s=2)])
    assert told(found)[0] == (EventKind.INTRUSION, Phase.STARTED)


def test_events_of_a_moment_and_a_camera_s_silence_are_muted_too() -> None:
    crosser = Actor(1, walk([(0, 100, 500), (10, 900, 500)]))
    crossing: list[AnyRuleSpec] = [LineCrossingSpec(line="l")]
    assert run(film([crosser], 10, scene=SCENE), Mutes(), crossing).events
    mutes = Mutes((mute(kind="security.line_crossing"),))
    assert run(film([crosser], 10, scene=SCENE), mutes, crossing).events == ()
    assert mutes.suppressed["m1"] == 1

    engine, mutes = RuleEngine(mutes := at_t0()), mutes
    engine.add_camera("cam", SCENE, [CameraDownSpec()])
    said = [event for t in range(60) for event in engine.tick(T0 + t * SECOND).events]
    assert said[0].phase is Phase.STARTED
    mutes.replace([mute(camera_id="cam")])
    (closed,) = engine.tick(T0 + 61 * SECOND).events
    assert closed.end_reason is EndReason.MUTED


def test_an_event_that_was_open_at_a_restart_is_closed_by_a_mute_that_came_meanwhile() -> None:
    shots = film([PARKED], 60, scene=SCENE)
    before = run(shots[:200], Mutes(), [StoppedVehicleSpec(zone="z")]).events[-1]
    after = run(shots[220:], Mutes((mute(zone="z"),)), [StoppedVehicleSpec(zone="z")], (before,))
    assert [(e.event_id, e.phase, e.end_reason) for e in after.events] == [
        (before.event_id, Phase.ENDED, EndReason.MUTED)
    ]


def test_a_mute_of_a_track_covers_it_where_its_number_is_the_same_camera_s() -> None:
    event = run(film([PARKED], 15, scene=SCENE), Mutes(), [StoppedVehicleSpec(zone="z")]).events[0]
    first, second = Epoch(0, T0, T0), Epoch(1, T0 + SECOND, T0 + SECOND)
    assert mute(camera_id="cam", track_id=2).covers(event, first)
    assert not mute(camera_id="cam", track_id=3).covers(event, first)
    assert not mute(camera_id="cam", track_id=2).covers(event, second), "another epoch, another vehicle"


STANDING: list[AnyRuleSpec] = [StoppedVehicleSpec(zone="z")]
STRANGER = Actor(2, still(300, 300), ObjectClass.CAR, (90, 60))
RENAMED = replace(PARKED, track_id=7)


@pytest.mark.parametrize("epoch", [0, 1], ids=["a restart", "a reconnect"])
def test_a_muted_vehicle_stays_muted_under_another_number_and_a_stranger_with_its_number_is_told(epoch: int) -> None:
    first, mutes = film([PARKED], 20, scene=SCENE), at_t0()
    later = film([RENAMED, STRANGER], 40, scene=SCENE, start_s=30, epoch=epoch)
    if epoch:
        engine = RuleEngine(mutes)
        engine.add_camera("cam", SCENE, STANDING)
        before = [event for shot in first for event in engine.update(*join([shot])).events]
        mutes.replace([mute(camera_id="cam", track_id=2).given_at(before)])
        after = [event for shot in later for event in engine.update(*join([shot])).events]
        assert [event.end_reason for event in after if event.event_id == before[0].event_id] == [EndReason.MUTED]
    else:
        before = list(run(first, mutes, STANDING).events)
        again = at_t0(mute(camera_id="cam", track_id=2).given_at(before))
        after = list(run(later, again, STANDING).events)  # it ended when it was muted: nothing is open
        assert again.suppressed["m1"] == 1
    (told_of,) = {event.event_id: event for event in after if event.event_id != before[0].event_id}.values()
    assert told_of.box is not None and told_of.box[0] < 300


def test_a_mute_follows_an_event_that_is_found_again_after_a_restart() -> None:
    before = run(film([PARKED], 20, scene=SCENE), at_t0(), STANDING).events
    mutes = Mutes((mute(camera_id="cam", track_id=2).given_at(before),))
    after = run(film([RENAMED, STRANGER], 40, scene=SCENE, start_s=30), mutes, STANDING, (before[-1],)).events
    closed, *others = after
    assert (closed.event_id, closed.end_reason) == (before[0].event_id, EndReason.MUTED)
    assert {event.track_ids for event in others} == {(2,)} and mutes.suppressed["m1"] == 1


def test_who_comes_to_the_place_of_a_muted_vehicle_later_is_told() -> None:
    before = run(film([PARKED], 20, scene=SCENE), at_t0(), STANDING).events
    shots = film([replace(RENAMED, way=still(600, 600, 120, 140))], 110, scene=SCENE, start_s=30)
    after = run(shots, Mutes((mute(camera_id="cam", track_id=2).given_at(before),)), STANDING)
    assert told(after) == [(EventKind.STOPPED_VEHICLE, Phase.STARTED)]


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_mute_ends_by_the_clock_of_the_machine_and_not_of_the_camera(hours: int) -> None:
    shots = film([PARKED], 20, scene=SCENE, wall_offset_ns=hours * 3_600 * SECOND)
    for now_s, count in ((0, 0), (7_200, 1)):
        engine = RuleEngine(Mutes((mute(7_200, camera_id="cam"),), clock=lambda now=now_s: T0 + now * SECOND))  # type: ignore[misc]
        engine.add_camera("cam", SCENE, STANDING)
        started = [e for shot in shots for e in engine.update(*join([shot])).events if e.phase is Phase.STARTED]
        assert len(started) == count


def test_a_mute_given_at_an_event_knows_when_its_track_had_its_number() -> None:
    events = run(film([PARKED], 30, scene=SCENE), at_t0(), STANDING).events
    last = replace(events[-1], phase=Phase.ENDED, at_ns=events[-1].at_ns + 900 * SECOND, end_reason=EndReason.UNSEEN)
    given = mute(camera_id="cam", track_id=2).given_at([*events, last])
    assert (given.event_id, given.seen_ns, given.box) == (last.event_id, events[-1].at_ns, events[-1].box)
    assert mute().given_at([replace(events[0], view="gate")]).box is None
