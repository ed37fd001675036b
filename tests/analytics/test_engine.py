"""The engine: many cameras, rules that fail, restarts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from structlog.testing import capture_logs

from analytics.engine import TRACK_LOG, RuleEngine
from analytics.measure import MeasureRule
from analytics.table import MEASURES
from core.codec.records import record_to_dict
from core.events import EndReason, Event, EventKind, Phase
from core.explanation import Reasons
from core.findings import Findings, StepView
from core.measures import CameraDownMeasures
from core.mutes import Mutes
from core.taxonomy import ObjectClass
from scenes.rules import AnyRuleSpec, CameraDownSpec, IntrusionSpec, LineCrossingSpec, MeasureSpec, StoppedVehicleSpec
from tests.support.tracks import SECOND, T0, Actor, Shot, film, join, make_scene, still, walk

SCENE = make_scene(0.05)
SPECS: list[AnyRuleSpec] = [
    IntrusionSpec(zone="z", still_s=0),
    LineCrossingSpec(line="l"),
    StoppedVehicleSpec(zone="z"),
    MeasureSpec(zone="z", interval_s=10),
    CameraDownSpec(),
]
ACTORS = [
    Actor(1, walk([(0, 100, 500), (10, 900, 500)])),
    Actor(2, still(600, 600), ObjectClass.CAR, (90, 60)),
]


def engine_with(*cameras: str, open_events: tuple[Event, ...] = (), live: bool = True) -> RuleEngine:
    engine = RuleEngine()
    for camera in cameras:
        engine.add_camera(camera, SCENE, SPECS, open_events, live=live)
    return engine


def run(engine: RuleEngine, shots: list[Shot], batch: int = 1) -> Findings:
    findings = Findings()
    for start in range(0, len(shots), batch):
        findings += engine.update(*join(shots[start : start + batch]))
    return findings


def plain(findings: Findings) -> list[dict[str, Any]]:
    drawn = ("event_id", "pictures")
    return [{k: v for k, v in record_to_dict(r).items() if k not in drawn} for r in findings.records]


def test_how_frames_are_batched_makes_no_difference() -> None:
    a, b = film(ACTORS, 15, scene=SCENE, camera_id="a"), film(ACTORS, 15, scene=SCENE, camera_id="b", fps=5)
    mixed = sorted([*a, *b], key=lambda s: s.view.now_ns)
    one, many = run(engine_with("a", "b"), mixed), run(engine_with("a", "b"), mixed, batch=7)

    def key(record: dict[str, Any]) -> str:
        return str(record)

    assert sorted(plain(one), key=key) == sorted(plain(many), key=key)
    assert [e["at"] for e in plain(one) if "kind" in e] == sorted(e["at"] for e in plain(one) if "kind" in e)


def test_cameras_do_not_see_one_another() -> None:
    shots = film(ACTORS, 15, scene=SCENE, camera_id="a")
    findings = run(engine_with("a", "b"), shots)
    assert {e.camera_id for e in findings.events} == {"a"}
    alone = run(engine_with("a"), shots)
    assert plain(findings) == plain(alone)


class Broken:
    """A rule that raises at the third frame."""

    def __init__(self) -> None:
        self.calls = 0

    def update(self, view: StepView) -> Findings:
        self.calls += 1
        if self.calls == 3:
            raise RuntimeError("broken on purpose")
        return Findings()

    def tick(self, now_ns: int) -> Findings:
        return Findings()

    def close(self, now_ns: int) -> Findings:
        return Findings()

    def mute(self, mutes: Mutes) -> None:
        pass

    def explain(self, view: StepView, row: int) -> dict[str, Reasons]:
        return {}


def test_a_rule_that_raises_is_disabled_and_the_others_go_on() -> None:
    engine, shots = engine_with("a", "b"), film(ACTORS, 15, scene=SCENE, camera_id="a")
    broken = Broken()
    rules = engine._cameras["a"].rules[""]
    rules["broken"] = broken
    rules["security.intrusion:z"] = rules.pop("security.intrusion:z")
    with capture_logs() as logs:
        findings = run(engine, shots)
    assert EventKind.INTRUSION in {e.kind for e in findings.events}
    assert broken.calls == 3
    assert dict(engine.failed) == {("a", "broken"): 1}
    (entry,) = [item for item in logs if item["event"] == "rule_failed"]
    assert entry["exc_info"] and (entry["camera_id"], entry["rule_id"]) == ("a", "broken")


def test_measurements_are_one_rule_and_fail_as_one() -> None:
    """What one of them raises at each frame disables all measurements of that camera, and nothing else."""
    engine = RuleEngine()
    specs: list[AnyRuleSpec] = [*SPECS, MeasureSpec(line="l", interval_s=10)]
    for camera in ("a", "b"):
        engine.add_camera(camera, SCENE, specs)
    shots = film(ACTORS, 25, scene=SCENE, camera_id="a") + film(ACTORS, 25, scene=SCENE, camera_id="b")
    assert list(engine._cameras["a"].rules[""]) == [
        TRACK_LOG,
        *(s.rule_id for s in SPECS if s.kind not in ("measure", "camera.down")),
        MEASURES,
    ]
    measures = engine._cameras["a"].rules[""][MEASURES]
    assert isinstance(measures, MeasureRule)
    measures._chains._index = None  # type: ignore[assignment]
    with capture_logs() as logs:
        findings = run(engine, shots)
    assert dict(engine.failed) == {("a", MEASURES): 1} and [e["rule_id"] for e in logs] == [MEASURES]
    assert {m.camera_id for m in findings.measurements} == {"b"}
    assert {m.place for m in findings.measurements} == {"z", "l"}
    assert {e.camera_id for e in findings.events} == {"a", "b"}


def test_frames_of_an_unknown_camera_are_counted_and_ignored() -> None:
    engine = engine_with("a")
    assert run(engine, film(ACTORS, 1, camera_id="gone")) == Findings()
    assert engine.unknown_frames["gone"] == 10


def test_a_removed_camera_leaves_nothing_open_and_nothing_behind() -> None:
    engine = engine_with("a")
    found = run(engine, film(ACTORS, 12, scene=SCENE, camera_id="a"))
    last = engine.remove_camera("a", T0 + 12 * SECOND)
    started = {e.event_id for e in found.events if e.phase is Phase.STARTED}
    ended = {e.event_id for e in (*found.events, *last.events) if e.phase is Phase.ENDED}
    assert started == ended
    assert {e.end_reason for e in last.events} == {EndReason.CAMERA_REMOVED}
    assert len(last.tracks) == 1 and len(found.tracks) == 1
    assert engine._cameras == {} and engine.remove_camera("a", T0) == Findings()
    engine.add_camera("a", SCENE, SPECS)


def test_closing_tells_the_rest_and_leaves_events_open_for_the_restart() -> None:
    engine = engine_with("a")
    found = run(engine, film(ACTORS, 14, scene=SCENE, camera_id="a"))
    last = engine.close(T0 + 14 * SECOND)
    assert last.events == () and len(last.measurements) == 1 and last.measurements[0].end_ns < T0 + 14 * SECOND
    assert [t.track_id for t in last.tracks] == [2]
    still_open = {e.event_id: e for e in found.events}
    still_open = {k: e for k, e in still_open.items() if e.phase is not Phase.ENDED}
    again = engine_with("a", open_events=tuple(still_open.values()))
    more = run(again, film([replace(ACTORS[1], track_id=5)], 20, scene=SCENE, camera_id="a", start_s=60))
    assert {e.event_id for e in more.events} == set(still_open)


def test_an_open_event_without_its_rule_ends() -> None:
    event = next(e for e in run(engine_with("a"), film(ACTORS, 8, scene=SCENE, camera_id="a")).events)
    engine = RuleEngine()
    engine.add_camera("a", SCENE, [], [event])
    (ended,) = run(engine, film([], 1, scene=SCENE, camera_id="a", start_s=20)).events
    assert (ended.event_id, ended.phase, ended.end_reason) == (event.event_id, Phase.ENDED, EndReason.RULE_REMOVED)
    assert ended.revision == event.revision + 1


def ticks(engine: RuleEngine, start: float, end: float) -> list[Event]:
    return [e for s in np.arange(start, end) for e in engine.tick(T0 + round(s * SECOND)).events]


def test_a_camera_that_never_sends_a_frame_goes_down() -> None:
    engine = engine_with("a")
    engine.source_said("a", "refused: wrong password", "login")
    (event,) = [e for e in ticks(engine, 0, 34) if e.phase is Phase.STARTED]
    assert event.kind is EventKind.CAMERA_DOWN and event.started_ns == T0 and event.at_ns == T0 + 30 * SECOND
    assert event.measures == CameraDownMeasures(30.0, "refused: wrong password", "login")
    assert event.pictures == () and event.zone == ""


def live(engine: RuleEngine, start: float, seconds: int, epoch: int, offset_ns: int = 0) -> list[Event]:
    """Frames and ticks in turn, as a running camera gives them."""
    found: list[Event] = []
    for second in range(seconds):
        shots = film([], 1, scene=SCENE, camera_id="a", start_s=start + second, epoch=epoch, wall_offset_ns=offset_ns)
        found += [*run(engine, shots).events, *ticks(engine, start + second + 0.95, start + second + 1)]
    return found


def test_a_camera_goes_down_once_and_comes_back() -> None:
    engine = engine_with("a")
    assert live(engine, 0, 20, 0) == []
    down = ticks(engine, 20, 100)
    assert [e.phase for e in down if e.phase is not Phase.UPDATED] == [Phase.STARTED]
    back = live(engine, 100, 10, 1)
    assert [(e.phase, e.end_reason) for e in back] == [(Phase.ENDED, EndReason.CLEARED)]
    assert isinstance(back[0].measures, CameraDownMeasures) and back[0].measures.silent_s == pytest.approx(80, abs=3)
    assert back[0].event_id == down[0].event_id


def test_a_camera_that_flaps_is_one_event() -> None:
    engine = engine_with("a")
    live(engine, 0, 5, 0)
    found = ticks(engine, 5, 60)
    for n in range(5):
        found += live(engine, 60 + 20 * n, 1, n + 1) + ticks(engine, 61 + 20 * n, 80 + 20 * n)
    assert len({e.event_id for e in found}) == 1 and Phase.ENDED not in {e.phase for e in found}


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_camera_with_a_wrong_clock_is_not_down(hours: int) -> None:
    assert live(engine_with("a"), 0, 60, 0, offset_ns=hours * 3_600 * SECOND) == []


def test_a_clock_that_is_set_is_not_silence() -> None:
    engine = engine_with("a")
    live(engine, 0, 5, 0)
    assert engine.tick(T0 + 7_200 * SECOND).events == ()
    assert engine.tick(T0).events == ()


def test_a_file_is_never_down_and_the_clock_does_not_touch_it() -> None:
    engine, other = engine_with("a", live=False), engine_with("a", live=False)
    shots = film(ACTORS, 15, scene=SCENE, camera_id="a")
    found = run(engine, shots[:70])
    assert ticks(engine, 1e6, 1e6 + 100) == []
    assert plain(found + run(engine, shots[70:])) == plain(run(other, shots[:70]) + run(other, shots[70:]))


def test_a_camera_or_rule_cannot_be_there_twice() -> None:
    engine = engine_with("a")
    with pytest.raises(ValueError, match="watched already"):
        engine.add_camera("a", SCENE, [])
    with pytest.raises(ValueError, match="two rules"):
        engine.add_camera("b", SCENE, [IntrusionSpec(zone="z", still_s=0), IntrusionSpec(zone="z", still_s=0)])
    for taken in (TRACK_LOG, MEASURES):
        with pytest.raises(ValueError, match="two rules"):
            engine.add_camera("b", SCENE, [IntrusionSpec(zone="z", still_s=0, id=taken)])
    with pytest.raises(KeyError):
        engine.add_camera("b", SCENE, [IntrusionSpec(zone="nowhere")])
    engine.add_camera("b", SCENE, [])
