"""Every kind of event: one cause is one event, whatever happens to the camera, the process and the scene meanwhile.

Each kind is played as on its page (tools/event_pages/examples.py): a kind without an example fails there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Literal

import pytest

from analytics.engine import RuleEngine
from core.events import Event, EventKind, Phase
from core.findings import Findings
from core.scene import Scene
from core.taxonomy import ObjectClass
from scenes.rules import AnyRuleSpec, StoppedVehicleSpec
from tests.support.tracks import SECOND, T0, Actor, Shot, film, join, make_scene, still
from tools.event_pages.examples import EXAMPLES
from tools.event_pages.play import Example, Played, play, shots_of

How = Literal["nothing", "reconnect", "restart", "new version", "three restarts"]
KINDS = [kind for kind in EventKind if kind is not EventKind.CAMERA_DOWN]
AWAY_S, AFTER_S = 1.0, 30.0
"""The camera is lost half a second after the event began, for so long; so long is watched after the example."""


@cache
def begun(kind: EventKind) -> tuple[Played, Example]:
    example = EXAMPLES[kind]()
    return play(kind, example), example


def watch(engine: RuleEngine, shots: Sequence[Shot]) -> list[Event]:
    found = Findings()
    for shot in shots:
        found += engine.update(*join([shot]), [shot.observations])
    return list(found.events)


def engine_of(scene: Scene, spec: AnyRuleSpec, still_open: Sequence[Event] = ()) -> RuleEngine:
    engine = RuleEngine()
    engine.add_camera("cam-1", scene, [spec], still_open)
    return engine


@cache
def live(kind: EventKind, how: How) -> list[Event]:
    """All events of an example that is interrupted in such a way."""
    one, example = begun(kind)
    scene, spec, end_s = one.scene, one.spec, example.seconds + AFTER_S
    engine = engine_of(scene, spec)
    if how == "nothing":
        return watch(engine, shots_of(example, scene, 0, end_s, 0))
    events = watch(engine, shots_of(example, scene, 0, one.at_s + 0.5, 0))
    back_s = one.at_s + 0.5 + AWAY_S
    for number in range(3 if how == "three restarts" else 1):
        if how != "reconnect":
            latest = {event.event_id: event for event in events}
            still_open = [event for event in latest.values() if event.phase is not Phase.ENDED]
            scene = replace(scene, version=scene.version + (how == "new version"))
            engine = engine_of(scene, spec, still_open)
        last = how != "three restarts" or number == 2
        until_s = end_s if last else back_s + 0.4
        events += watch(engine, shots_of(example, scene, back_s, until_s, number + 1))
        back_s = until_s + 0.2
    return events


def ended_s(events: Sequence[Event]) -> float:
    """Seconds after the event began; infinite while it is open."""
    last = events[-1]
    return (last.at_ns - last.started_ns) / SECOND if last.phase is Phase.ENDED else float("inf")


@pytest.mark.parametrize("how", ["reconnect", "restart", "new version", "three restarts"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_open_event_goes_on_as_one(kind: EventKind, how: How) -> None:
    undisturbed, events = live(kind, "nothing"), live(kind, how)
    assert len({event.event_id for event in undisturbed}) == 1
    assert len({event.event_id for event in events}) == 1
    assert [event.revision for event in events] == list(range(1, len(events) + 1))
    assert ended_s(events) >= ended_s(undisturbed) - 1.5 / EXAMPLES[kind]().fps - 0.5


LATER_S = {EventKind.COLLISION: 2.5}
"""So seldom seen, a speed is not lost abruptly: that one came too fast to brake is told once its place is known."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_camera_at_two_frames_a_second_raises_each_kind_once(kind: EventKind) -> None:
    one, usual_s = play(kind, replace(EXAMPLES[kind](), fps=2.0)), begun(kind)[0].at_s
    assert usual_s - 1.1 <= one.at_s <= usual_s + 1.1 + LATER_S.get(kind, 0.0)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_made_up_in_a_gap_of_ten_seconds(kind: EventKind) -> None:
    """Nobody knows what happened in it: no event starts sooner after the gap than its definition waits, if at all."""
    one, example = begun(kind)
    wait_s = (one.event.at_ns - one.event.started_ns) / SECOND
    gone_s = one.at_s - min(0.4, wait_s / 2)
    shots = [*shots_of(example, one.scene, 0, gone_s, 0), *shots_of(example, one.scene, gone_s + 10, gone_s + 90, 0)]
    events = watch(engine_of(one.scene, one.spec), shots)
    started = [event for event in events if event.phase is Phase.STARTED]
    assert len(started) <= 1
    for event in started:
        assert event.at_ns - T0 - example.clock_h * 3_600 * SECOND >= (gone_s + 10 + wait_s - 0.6) * SECOND
        assert event.started_ns == event.at_ns or wait_s > 0


@pytest.mark.parametrize("fps", [0.4, 4.0], ids=["pictures 2.5 s apart", "a loss every 20 s"])
def test_an_event_whose_cause_has_gone_ends_at_a_camera_that_comes_and_goes(fps: float) -> None:
    scene, spec = make_scene(0.05), StoppedVehicleSpec(zone="z")
    engine = engine_of(scene, spec)
    parked = Actor(2, still(600, 600, 0, 30), ObjectClass.CAR, (90, 60))
    events = watch(engine, film([parked], 20, scene=scene, fps=4, camera_id="cam-1"))
    assert events[0].phase is Phase.STARTED
    for number in range(1, 15):
        epoch = number if fps > 1 else 0
        events += watch(
            engine, film([parked], 20, scene=scene, fps=fps, start_s=23 * number, epoch=epoch, camera_id="cam-1")
        )
    assert events[-1].phase is Phase.ENDED and len({event.event_id for event in events}) == 1


def test_a_camera_that_is_down_stays_down_through_restarts() -> None:
    one, _ = begun(EventKind.CAMERA_DOWN)
    events = [one.event]
    for number in range(3):
        engine = engine_of(one.scene, one.spec, [events[-1]])
        for second in range(20):
            events += engine.tick(one.event.at_ns + (60 * number + second) * SECOND).events
    assert {event.event_id for event in events} == {one.event.event_id}
    assert events[-1].phase is Phase.UPDATED
