"""What every rule keeps to, whatever it looks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from analytics.reasons import COUNTED
from analytics.table import build_rule
from analytics.track_log import TrackLogRule
from analytics.track_table import LEAST_ROOM
from core.codec.records import record_to_dict
from core.events import Event, EventKind, Phase
from core.explanation import Reason, Reasons
from core.findings import Findings
from core.observations import Background, Blob, Observations, SignalReading, SignalReadings
from core.protocols import Rule
from core.scene import Label, Line, Scene, Signal
from core.signals import SignalState
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.camera_rules import CAMERA_SPECS
from scenes.object_rules import OBJECT_SPECS
from scenes.picture_rules import SIGHTING_SPECS
from scenes.rules import (
    AbandonedObjectSpec,
    AnyRuleSpec,
    CameraDownSpec,
    CollisionSpec,
    CongestionSpec,
    CrowdingSpec,
    DebrisSpec,
    EncroachmentSpec,
    FightSpec,
    FloodingSpec,
    IllegalParkingSpec,
    IntrusionSpec,
    LaneViolationSpec,
    LineCrossingSpec,
    LitteringSpec,
    LoiteringSpec,
    MeasureSpec,
    NoCrossingSpec,
    PedestrianSpec,
    QueueSpec,
    RedLightSpec,
    RunningSpec,
    SlowVehicleSpec,
    SmokeFireSpec,
    SpeedingSpec,
    SpillbackSpec,
    StoppedVehicleSpec,
    WrongWaySpec,
)
from tests.support.tracks import SECOND, T0, Actor, Shot, film, make_scene, play, still, walk, with_lanes

TALL = (20.0, 40.0)
"""Of people, in pixels: 2 m where a pixel is 0.05 m."""
SPECS: list[AnyRuleSpec] = [
    LineCrossingSpec(line="l"),
    IntrusionSpec(zone="z"),
    LoiteringSpec(zone="z", for_s=5, still_s=5),
    CrowdingSpec(zone="z", count=2, for_s=2),
    CongestionSpec(group="east", for_s=3, window_s=2, least_vehicles=1),
    QueueSpec(lane="a", min_length_m=3, for_s=2),
    SpillbackSpec(line="l", for_s=2),
    StoppedVehicleSpec(zone="z", for_s=3),
    WrongWaySpec(),
    PedestrianSpec(lane="a"),
    CollisionSpec(zone="z"),
    SlowVehicleSpec(group="east", for_s=2, least_vehicles=1, usual_kmh=5),
    IllegalParkingSpec(zone="z", for_s=3),
    SpeedingSpec(limit_kmh=20, over_m=5),
    LaneViolationSpec(lane="a"),
    LaneViolationSpec(entry="l", exit="m"),
    NoCrossingSpec(line="l"),
    RedLightSpec(signal="s", grace_s=0.0, past_m=1.0),
    RunningSpec(zone="z"),
    FightSpec(zone="z"),
    DebrisSpec(lane="a", for_s=5),
    AbandonedObjectSpec(zone="z", for_s=15),
    LitteringSpec(zone="z", for_s=3),
    EncroachmentSpec(zone="z", for_s=5),
    CameraDownSpec(after_s=3),
    *(spec() for spec in CAMERA_SPECS),
    SmokeFireSpec(zone="z"),
    FloodingSpec(),
    MeasureSpec(zone="z", interval_s=10),
    MeasureSpec(line="l", interval_s=10),
    MeasureSpec(lane="a", interval_s=10),
    MeasureSpec(entries=["l"], exits=["l"], interval_s=10),
]
MAKERS: dict[str, Callable[[Scene], Rule]] = {
    spec.rule_id: (lambda scene, spec=spec: build_rule(spec, scene, "cam")) for spec in SPECS
} | {"track_log": lambda scene: TrackLogRule("cam")}
OF_CAMERA = (CameraDownSpec, *CAMERA_SPECS, *SIGHTING_SPECS)
"""What tracks have no part in."""
EVENT_RULES = [spec for spec in SPECS if not isinstance(spec, MeasureSpec)]


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest) -> Callable[[Scene], Rule]:
    return MAKERS[request.param]


@cache
def a_scene(metres_per_pixel: float | None = None) -> Scene:
    """All of the zone is one lane, to the right; lines l and, further on, m."""
    scene = make_scene(metres_per_pixel)
    further = Line("m", Label("m", "m"), np.array([700.0, 800.0]), np.array([700.0, 200.0]))
    signal = Signal("s", Label("Gate", "Cổng"), line="l")
    scene = replace(scene, lines={**scene.lines, "m": further}, signals={"s": signal})
    return with_lanes(scene, (500,), 600, free_flow_mps=14.0)


def abrupt(t: float) -> tuple[float, float] | None:
    """At 15 m/s, where a pixel is 0.05 m, and from 10 s on at 15 m/s² to a stop beside the car that stands there."""
    if not 9 <= t < 25:
        return None
    stopping = min(max(t - 10, 0.0), 1.0)
    return 100 + 300 * (min(t, 10) - 9) + 300 * stopping - 150 * stopping**2, 490.0


@cache
def busy(scene: Scene, seconds: float = 30, epoch: int = 0) -> list[Shot]:
    """People and cars that walk, stand, flicker, meet and leave."""
    rng = np.random.default_rng(7)
    flicker = {t: TrackState(int(rng.choice([0, 1, 1, 1, 2]))) for t in range(400)}
    actors = [
        Actor(1, walk([(0, 100, 500), (8, 500, 500), (30, 900, 500)]), size=TALL),
        Actor(2, still(450, 400, 2, 20), size=TALL),
        Actor(3, still(490, 450, 4, 25), ObjectClass.CAR, (90, 60)),
        Actor(4, walk([(5, 480, 300), (15, 520, 300), (25, 480, 300)]), state=lambda t: flicker[round(t * 10)]),
        Actor(5, walk([(0, 0, 0), (30, 1000, 1000)]), ObjectClass.MOTORCYCLE),
        Actor(6, walk([(3, 950, 600), (9, 50, 600)]), ObjectClass.MOTORCYCLE),
        Actor(7, walk([(0, 100, 700), (4, 900, 700)]), ObjectClass.CAR, (90, 60)),
        Actor(8, walk([(10, 250, 750), (16, 850, 750)])),
        Actor(9, abrupt, ObjectClass.CAR, (90, 60)),
        Actor(10, walk([(14, 500, 250), (16, 610, 250), (24, 610, 250)]), size=TALL),
        Actor(11, walk([(14, 735, 250), (16, 625, 250), (24, 625, 250)]), size=TALL),
    ]
    return with_signal(with_thing(film(actors, seconds, scene=scene, epoch=epoch)))


def with_signal(shots: list[Shot]) -> list[Shot]:
    """The same film, at a red signal."""
    red = SignalReadings((SignalReading("s", SignalState.RED, 0, 1.0),))
    return [replace(shot, observations=replace(shot.observations, signals=red)) for shot in shots]


def with_thing(shots: list[Shot], from_s: float = 11.0) -> list[Shot]:
    """The same film, with a look a second at a thing that lies where somebody passed, told of five seconds later."""

    def told(second: float) -> Observations:
        there = (Blob(1, (280.0, 715.0, 310.0, 745.0), second - from_s),) if second >= from_s + 5 else ()
        return Observations(background=Background(True, there))

    seconds = [shot.tracks.frames[0].media_ns / SECOND for shot in shots]
    return [
        replace(shot, observations=told(second)) if second == round(second) else shot
        for shot, second in zip(shots, seconds, strict=True)
    ]


def plain(findings: Findings) -> list[dict[str, Any]]:
    """Records without what is drawn by lot."""
    return [{k: v for k, v in record_to_dict(r).items() if k not in ("event_id", "pictures")} for r in findings.records]


@pytest.mark.parametrize("metres_per_pixel", [None, 0.05])
def test_same_tracks_same_findings(make: Callable[[Scene], Rule], metres_per_pixel: float | None) -> None:
    scene = a_scene(metres_per_pixel)
    first, second = make(scene), make(scene)
    shots = busy(scene)
    assert plain(play(first, shots) + first.close(T0)) == plain(play(second, shots) + second.close(T0))


def test_the_view_is_left_as_it_was(make: Callable[[Scene], Rule]) -> None:
    scene, rule = a_scene(0.05), None
    rule = make(scene)
    arrays = ("track_id", "class_id", "score", "state", "xyxy", "foot", "foot_velocity", "position", "velocity")
    for shot in busy(scene, 12):
        before = {name: getattr(shot.view, name).copy() for name in arrays}
        rule.update(shot.view)
        assert all(np.array_equal(getattr(shot.view, name), before[name]) for name in arrays)


def explained(rule: Rule, shots: Sequence[Shot]) -> list[tuple[Findings, dict[int, dict[str, Reasons]]]]:
    """For each frame what was found, and what the rule said of each track by its number."""
    heard = []
    for shot in shots:
        found = rule.update(shot.view)
        ids = shot.view.track_id.tolist()
        heard.append((found, {i: dict(rule.explain(shot.view, row)) for row, i in enumerate(ids)}))
    return heard


@pytest.mark.parametrize("metres_per_pixel", [None, 0.05])
def test_who_is_asked_finds_what_he_would_have_found(
    make: Callable[[Scene], Rule], metres_per_pixel: float | None
) -> None:
    scene = a_scene(metres_per_pixel)
    silent, asked = make(scene), make(scene)
    shots = busy(scene, 20) + busy(scene, 10, epoch=1)
    found = sum((found for found, _ in explained(asked, shots)), Findings())
    assert plain(found + asked.close(T0)) == plain(play(silent, shots) + silent.close(T0))


@pytest.mark.parametrize("metres_per_pixel", [None, 0.05])
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.rule_id)
def test_each_rule_says_of_each_track_what_it_knows_in_both_languages(
    spec: AnyRuleSpec, metres_per_pixel: float | None
) -> None:
    scene = a_scene(metres_per_pixel)
    said = dict[object, Reason]()
    for _, tracks in explained(build_rule(spec, scene, "cam"), busy(scene)):
        for rules in tracks.values():
            assert list(rules) == [spec.rule_id] and rules[spec.rule_id]
            for item in rules[spec.rule_id]:
                assert all(np.isfinite(amount.value) for _, amount in item.amounts())
                said[item.kind] = item
    for item in said.values():
        english, vietnamese = item.said("en"), item.said("vi")
        assert item.message not in (english, vietnamese) and english != vietnamese
        assert not {"{", "}", "$"} & set(english + vietnamese) and "unit-" not in english + vietnamese


@pytest.mark.parametrize("metres_per_pixel", [None, 0.05])
@pytest.mark.parametrize("spec", EVENT_RULES, ids=lambda spec: spec.rule_id)
def test_all_conditions_hold_for_a_track_whose_event_starts(spec: AnyRuleSpec, metres_per_pixel: float | None) -> None:
    scene = a_scene(metres_per_pixel)
    started = 0
    for found, tracks in explained(build_rule(spec, scene, "cam"), busy(scene)):
        for event in (event for event in found.events if event.phase is Phase.STARTED):
            started += 1
            # Who left a thing may have gone, and nobody is what debris comes from.
            for track in tracks.keys() & set(event.track_ids):
                failing = [item.said("en") for item in tracks[track][spec.rule_id] if item.holds is False]
                assert failing == [], (event.kind, track)
            assert event.track_ids or isinstance(spec, OBJECT_SPECS)
    # Some want metres, or what is to be learnt first where there are none.
    assert started or metres_per_pixel is None or isinstance(spec, OF_CAMERA)


@pytest.mark.parametrize("spec", [s for s in SPECS if isinstance(s, MeasureSpec)], ids=lambda spec: spec.rule_id)
def test_who_counts_is_said_to_count_once(spec: MeasureSpec) -> None:
    scene = a_scene(0.05)
    rule = build_rule(spec, scene, "cam")
    heard = explained(rule, busy(scene))
    found = sum((found for found, _ in heard), Findings()) + rule.close(T0)
    said = [item.message for _, tracks in heard for rules in tracks.values() for item in rules[spec.rule_id]]
    # Who comes in and ends inside counts when nobody can say anything of him any more.
    counts = [m.counts for m in found.measurements if m.direction or spec.entries is None]
    assert said.count(COUNTED) == sum(sum(by_class.values()) for by_class in counts) > 0


def test_no_track_is_no_trouble(make: Callable[[Scene], Rule]) -> None:
    scene = a_scene()
    rule = make(scene)
    findings = play(rule, film([], 20, scene=scene)) + rule.tick(T0 + 20 * SECOND) + rule.close(T0 + 21 * SECOND)
    assert findings.events == () and findings.tracks == ()


def test_the_clock_may_tick_before_any_frame_and_after_the_last(make: Callable[[Scene], Rule]) -> None:
    scene = a_scene()
    rule = make(scene)
    for second in range(-5, 0):
        rule.tick(T0 + second * SECOND)
    play(rule, busy(scene, 5))
    found = Findings()
    for second in range(5, 30):
        found += rule.tick(T0 + second * SECOND)
    assert {e.kind for e in found.events} <= {EventKind.CAMERA_DOWN}


def test_values_are_finite_and_revisions_in_order(make: Callable[[Scene], Rule]) -> None:
    scene = a_scene(0.05)
    rule = make(scene)
    findings = play(rule, busy(scene)) + play(rule, busy(scene, 20, epoch=1)) + rule.close(T0 + 60 * SECOND)
    assert all(np.isfinite(number) for number in numbers([asdict(r) for r in findings.records]))
    lives: dict[str, list[Event]] = {}
    for event in findings.events:
        lives.setdefault(event.event_id, []).append(event)
    for life in lives.values():
        assert [e.revision for e in life] == list(range(1, len(life) + 1))
        assert [e.phase is Phase.STARTED for e in life] == [True] + [False] * (len(life) - 1)
        assert all(e.phase is not Phase.ENDED and e.end_reason is None for e in life[:-1])
        assert all(a.at_ns <= b.at_ns and a.started_ns == b.started_ns for a, b in pairwise(life))
        assert all(e.started_ns <= e.at_ns and e.pictures == life[0].pictures for e in life)


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [n for v in value.values() for n in numbers(v)]
    if isinstance(value, (list, tuple)):
        return [n for v in value for n in numbers(v)]
    return [value] if isinstance(value, float) else []


def test_every_started_event_asks_for_its_picture() -> None:
    scene = a_scene(0.05)
    for spec in EVENT_RULES:
        findings = play(build_rule(spec, scene, "cam"), busy(scene))
        started = [e for e in findings.events if e.phase is Phase.STARTED]
        assert bool(started) == (not isinstance(spec, OF_CAMERA))
        assert [r.event for r in findings.evidence] == started
        for event, request in zip(started, findings.evidence, strict=True):
            assert request.path == event.pictures[0].path == f"pictures/2026-01-05/{event.event_id}-1.jpg"
            assert request.frame.captured_ns == event.pictures[0].captured_ns == event.at_ns


@cache
def passers(scene: Scene) -> list[Shot]:
    """300 short tracks, and then nobody for longer than any event is held or any number remembered."""
    actors = [Actor(n + 1, still(300 + n % 400, 500, n / 10, n / 10 + 0.5)) for n in range(300)]
    return film(actors, 31, scene=scene, fps=5) + film([], 130, scene=scene, fps=2, start_s=31, epoch=0)


SCENE = a_scene(0.05)


def test_state_is_freed_when_tracks_have_ended(make: Callable[[Scene], Rule]) -> None:
    rule = make(SCENE)
    play(rule, passers(SCENE))
    assert kept(rule) <= LEAST_ROOM


def test_state_is_freed_when_a_tracker_never_says_that_tracks_ended(make: Callable[[Scene], Rule]) -> None:
    rule = make(SCENE)
    for shot in passers(SCENE):
        rule.update(replace(shot.view, ended_id=np.zeros(0, np.int64)))
    assert kept(rule) <= LEAST_ROOM


def kept(thing: object, depth: int = 4) -> int:
    """Rows, with the room for more of them, and items held anywhere in a rule's own state."""
    if isinstance(thing, np.ndarray):
        return len(thing) if thing.dtype.names else 0
    if isinstance(thing, (dict, list, set)):
        return sum(1 for _ in thing)
    if depth == 0 or not type(thing).__module__.startswith("analytics"):
        return 0
    names = list(getattr(thing, "__dict__", {}))
    own = len(thing) if hasattr(thing, "__len__") else 0
    return max([own, *(kept(getattr(thing, name), depth - 1) for name in names)])


def test_numbers_of_a_new_epoch_are_other_tracks(make: Callable[[Scene], Rule]) -> None:
    """Track 1 left of the line, then, after a reconnect, track 1 right of it: nobody crossed, nobody stayed."""
    scene = a_scene(0.05)
    rule = make(scene)
    findings = play(rule, film([Actor(1, still(300, 500))], 0.5, scene=scene))
    findings += play(rule, film([Actor(1, still(700, 500))], 0.5, scene=scene, start_s=600, epoch=1))
    findings += rule.close(T0 + 601 * SECOND)
    assert findings.events == ()
    assert [t.epoch for t in findings.tracks] in ([], [0, 1])
    assert all(sum(m.counts.values()) <= 1 for m in findings.measurements)


def test_watching_goes_on_after_it_was_closed(make: Callable[[Scene], Rule]) -> None:
    """A turning camera comes back after a second: what was open is held, tracks are new ones, nothing counts twice."""
    scene = a_scene(0.05)
    actors = [Actor(n, still(400 + 60 * n, 500), size=TALL) for n in range(1, 4)]
    actors += [Actor(n, still(x, 700), ObjectClass.CAR, (90, 60)) for n, x in ((8, 400), (9, 700))]
    again = [replace(a, track_id=a.track_id + 100) for a in actors]
    rule = make(scene)
    before = play(rule, with_thing(film(actors, 20, scene=scene), 0.0)) + rule.close(T0 + 20 * SECOND)
    after = play(rule, with_thing(film(again, 40, scene=scene, start_s=21), 0.0)) + rule.close(T0 + 61 * SECOND)
    assert {e.event_id for e in after.events} == {e.event_id for e in before.events}
    assert {e.phase for e in after.events} <= {Phase.UPDATED}
    assert {t.track_id for t in before.tracks} & {t.track_id for t in after.tracks} == set()
    held = [(m.start_ns, m.end_ns) for m in before.measurements + after.measurements]
    assert not any(start < T0 + 20.5 * SECOND < end for start, end in held)


MOVING = (
    *(LineCrossingSpec, NoCrossingSpec, LaneViolationSpec, WrongWaySpec, SlowVehicleSpec, SpeedingSpec),
    *(RunningSpec, FightSpec, CollisionSpec, PedestrianSpec, RedLightSpec, LitteringSpec, *OF_CAMERA),
)
"""Whose causes do not stand still."""


def test_an_event_outlives_a_restart() -> None:
    """What was open goes on under its id, and is not found a second time."""
    scene = a_scene(0.05)
    actors = [Actor(n, still(400 + 60 * n, 500), size=TALL) for n in range(1, 4)]
    actors += [Actor(n, still(x, 700), ObjectClass.CAR, (90, 60)) for n, x in ((8, 300), (9, 710))]
    again = [replace(a, track_id=a.track_id + 100) for a in actors]
    for spec in EVENT_RULES:
        if isinstance(spec, MOVING):
            continue
        before = play(build_rule(spec, scene, "cam"), with_thing(film(actors, 20, scene=scene), 0.0))
        latest = {e.event_id: e for e in before.events}
        rule = build_rule(spec, scene, "cam", list(latest.values()))
        after = play(rule, with_thing(film(again, 40, scene=scene, start_s=90), 0.0))
        assert latest and {e.event_id for e in after.events} == set(latest), spec.kind
        assert {e.phase for e in after.events} == {Phase.UPDATED}, spec.kind
        assert all(e.revision > latest[e.event_id].revision for e in after.events)
