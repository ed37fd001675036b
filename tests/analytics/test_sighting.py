"""Smoke, fire and water: what second models see in k of n looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from analytics.engine import RuleEngine
from analytics.table import build_rule
from core.events import EndReason, Event, EventKind, Phase, Severity
from core.findings import Findings
from core.frames import MOVING
from core.measures import SightingMeasures
from core.mutes import Mute, Mutes
from core.observations import NOTHING_SEEN, ModelLook, Observations, Sighting
from core.scene import Scene
from core.taxonomy import ObjectClass
from scenes.picture_rules import FloodingSpec, SmokeFireSpec
from scenes.rules import AnyRuleSpec
from tests.support.tracks import SECOND, T0, film, make_scene

SMOKE, FIRE, WATER = int(ObjectClass.SMOKE), int(ObjectClass.FIRE), int(ObjectClass.WATER)
SCENE = make_scene(0.05)
LEFT, TOP = SCENE.zones["z"].polygon.min(axis=0).tolist()
RIGHT, BOTTOM = SCENE.zones["z"].polygon.max(axis=0).tolist()
MIDDLE = ((LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2)
INSIDE = (MIDDLE[0] - 40, MIDDLE[1] - 40, MIDDLE[0] + 40, MIDDLE[1] + 40)
Told = Callable[[int], ModelLook | Iterable[ModelLook] | None]


def look(
    *seen: Sighting, model: str = "m", every_s: float = 1.0, placed: bool = True, parts: tuple[str, ...] = ("",)
) -> ModelLook:
    return ModelLook(model, every_s, frozenset({SMOKE, FIRE, WATER}), placed, parts, seen)


def smoke(box: tuple[float, float, float, float] | None = INSIDE, score: float = 0.7, cls: int = SMOKE) -> Sighting:
    return Sighting(cls, score, box)


def when(seconds: Iterable[int], seen: Sighting | None = None) -> Told:
    """A look each second, which sees it in these."""
    known = set(seconds)
    return lambda second: look(seen or smoke()) if second in known else look()


def engine(
    *specs: AnyRuleSpec, open_events: tuple[Event, ...] = (), mutes: Mutes | None = None, scene: Scene = SCENE
) -> RuleEngine:
    made = RuleEngine(mutes)
    made.add_camera("cam", scene, specs or [SmokeFireSpec(zone="z")], open_events)
    return made


def run(
    told: Told,
    seconds: int,
    made: RuleEngine | None = None,
    *,
    start_s: int = 0,
    view: str = "",
    shift: tuple[float, float] = (0.0, 0.0),
    scene: Scene = SCENE,
) -> Findings:
    """Two frames a second, with a look at every other one."""
    made, found = made or engine(scene=scene), Findings()
    for number, shot in enumerate(film([], seconds, scene=scene, start_s=start_s, fps=2.0)):
        said = told(start_s + number // 2) if number % 2 == 0 else None
        looks = () if said is None else (said,) if isinstance(said, ModelLook) else tuple(said)
        frame = replace(shot.tracks.frames[0], view=view, shift_px=shift)
        seen = Observations(looks=looks) if looks else NOTHING_SEEN
        found += made.update(replace(shot.tracks, frames=(frame,)), shot.motion, [seen])
    return found


def lives(found: Findings) -> list[tuple[Phase, float]]:
    """Phase and second of each revision but updates."""
    return [(e.phase, (e.at_ns - T0) / SECOND) for e in found.events if e.phase is not Phase.UPDATED]


def measures(event: Event) -> SightingMeasures:
    assert isinstance(event.measures, SightingMeasures)
    return event.measures


def test_five_of_ten_looks_make_an_event_with_what_they_saw() -> None:
    (event,) = run(when({2, 4, 6, 8, 10}), 11).events
    assert (event.kind, event.phase, event.zone) == (EventKind.SMOKE_FIRE, Phase.STARTED, "z")
    assert (event.started_ns - T0, event.at_ns - T0) == (2 * SECOND, 10 * SECOND)
    assert event.class_ids == (SMOKE,) and event.box == pytest.approx(INSIDE)
    assert event.confidence == pytest.approx(0.7)
    found = measures(event)
    assert (found.looks, found.of_looks, found.score, found.model) == (5, 10, 0.7, "m")
    assert found.area_share == pytest.approx(80 * 80 / ((RIGHT - LEFT) * (BOTTOM - TOP)), rel=0.2)
    assert len(event.pictures) == 1


@pytest.mark.parametrize("seconds", [{2, 4, 6, 8}, {0, 4, 8, 12, 16, 20}, set()])
def test_fewer_make_none(seconds: set[int]) -> None:
    assert run(when(seconds), 40).events == ()


def test_it_goes_on_while_any_of_the_last_looks_saw_it_and_ends_after_a_clear_time() -> None:
    seen = {*range(0, 6), 12, 20, 28}
    found = run(when(seen), 80)
    # The last sight leaves the last ten looks at 38 s; 20 s later it is over.
    assert lives(found) == [(Phase.STARTED, 4.0), (Phase.ENDED, pytest.approx(58.5, abs=1.0))]
    last = found.events[-1]
    assert last.end_reason is EndReason.CLEARED and measures(last).looks == 6


def test_after_its_end_it_may_come_again() -> None:
    assert [phase for phase, _ in lives(run(when({*range(6), *range(60, 66)}), 70))] == [
        Phase.STARTED,
        Phase.ENDED,
        Phase.STARTED,
    ]


def test_looks_that_are_missing_hold_it_and_do_not_count() -> None:
    def told(second: int) -> ModelLook | None:
        return look(smoke()) if second < 6 or second >= 60 else None

    found = run(told, 70)
    assert lives(found) == [(Phase.STARTED, 4.0)]
    late = run(lambda second: look(smoke()) if second in {0, 1, 2, 3, 20} else (look() if second > 20 else None), 30)
    assert late.events == (), "what was seen before a gap tells nothing of after it"


def test_looks_that_stay_away_for_too_long_end_it_unseen() -> None:
    found = run(lambda second: look(smoke()) if second < 6 else None, 150)
    assert found.events[-1].end_reason is EndReason.UNSEEN


def test_a_rare_look_counts_as_well() -> None:
    told = lambda second: look(smoke(), every_s=10.0) if second % 10 == 0 else None  # noqa: E731
    assert lives(run(told, 60)) == [(Phase.STARTED, 40.0)]


def test_looks_of_two_models_are_not_mixed() -> None:
    def alternating(second: int) -> list[ModelLook]:
        return [look(smoke() if second % 2 else smoke((0, 0, 1, 1)), model=name) for name in ("a", "b")]

    assert run(lambda s: [look(smoke(), model="a"), look(model="b")] if s < 4 else alternating(0), 30).events == ()
    assert len({e.event_id for e in run(alternating, 30).events}) == 1


@pytest.mark.parametrize(
    ("box", "counts"),
    [
        (INSIDE, True),
        ((LEFT - 300, TOP, LEFT - 10, BOTTOM), False),
        ((LEFT - 90, MIDDLE[1], LEFT + 10, MIDDLE[1] + 50), False),
        ((LEFT - 60, MIDDLE[1], LEFT + 40, MIDDLE[1] + 50), True),
        ((0.0, 0.0, 4_000.0, 4_000.0), True),
    ],
    ids=["inside", "beside", "a tenth inside", "two fifths inside", "over all"],
)
def test_a_box_counts_for_a_zone_by_what_it_shares(box: tuple[float, float, float, float], counts: bool) -> None:
    assert bool(run(when(range(10), smoke(box)), 10).events) == counts
    assert run(when(range(10), smoke(box)), 10, engine(SmokeFireSpec())).events, "and anywhere without one"


def test_other_classes_are_none_of_its_business() -> None:
    assert run(when(range(20), smoke(cls=WATER)), 20).events == ()
    (flood, *_) = run(when(range(20), smoke(cls=WATER)), 20, engine(FloodingSpec(zone="z"))).events
    assert (flood.kind, flood.severity, flood.class_ids) == (EventKind.FLOODING, Severity.MEDIUM, (WATER,))
    only_fire = engine(SmokeFireSpec(zone="z", classes=["fire"]))
    assert run(when(range(20)), 20, only_fire).events == ()


def test_flames_raise_the_severity() -> None:
    found = run(lambda s: look(smoke(), smoke(cls=FIRE)) if s >= 8 else look(smoke()), 20)
    assert found.events[0].severity is Severity.HIGH
    risen = next(e for e in found.events if e.severity is Severity.HIGHEST)
    assert (risen.at_ns - T0) / SECOND == 12.0 and risen.class_ids == (SMOKE, FIRE)


def test_a_model_without_places_counts_for_the_part_that_it_was_shown() -> None:
    def told(parts: tuple[str, ...], part: str, box: tuple[float, float, float, float] | None) -> Told:
        return lambda _: look(Sighting(SMOKE, 0.9, box, part), placed=False, parts=parts)

    (event, *_) = run(told(("", "z"), "z", INSIDE), 10).events
    assert measures(event).area_share is None and event.box == pytest.approx(INSIDE)
    assert run(told(("", "z"), "", None), 10).events == ()
    assert run(told(("",), "", None), 10).events == (), "nobody looked at the zone by itself"
    (event, *_) = run(told(("",), "", None), 10, engine(SmokeFireSpec())).events
    assert event.box is None and event.zone == ""


def test_boxes_are_of_the_frame_and_events_of_the_scene() -> None:
    scene = replace(SCENE, origin=(105.8, 21.0))
    moved = (INSIDE[0] + 8, INSIDE[1] - 4, INSIDE[2] + 8, INSIDE[3] - 4)
    (event, *_) = run(when(range(10), smoke(moved)), 10, engine(scene=scene), shift=(8.0, -4.0), scene=scene).events
    assert event.box == pytest.approx(INSIDE)
    assert event.position is not None and abs(event.position[0] - 105.8) < 0.01


def test_without_a_zone_it_sees_wherever_the_camera_looks() -> None:
    away = run(when(range(10)), 10, engine(SmokeFireSpec(), SmokeFireSpec(zone="z")), view=MOVING)
    assert [e.zone for e in away.events if e.phase is Phase.STARTED] == [""]


def test_it_goes_on_as_one_through_a_restart_and_a_lost_camera() -> None:
    before = run(when(range(10)), 10)
    after = run(when(range(10, 20)), 10, engine(open_events=(before.events[-1],)), start_s=10)
    assert {e.event_id for e in (*before.events, *after.events)} == {before.events[0].event_id}
    assert after.events[-1].phase is Phase.UPDATED and measures(after.events[-1]).looks == 10


def test_a_mute_is_kept_and_the_rest_told_when_it_is_over() -> None:
    until_ns = T0 + 12 * SECOND
    mutes = Mutes((Mute("m", "person", "drill", T0, until_ns, kind="incident.smoke_fire"),))

    def told(second: int) -> ModelLook:
        mutes.clock = lambda: T0 + second * SECOND
        return look(smoke())

    found = run(told, 20, engine(mutes=mutes))
    assert lives(found) == [(Phase.STARTED, 12.0)]


def test_it_says_how_many_looks_saw_it() -> None:
    spec = SmokeFireSpec(zone="z")
    rule = build_rule(spec, SCENE, "cam")
    (shot,) = film([], 0.5, scene=SCENE, fps=2.0)
    assert "no second model" in rule.explain(shot.view, 0)[spec.rule_id][0].said("en")
    rule.update(replace(shot, observations=Observations(looks=(look(smoke()), look()))).view)
    (said,) = rule.explain(shot.view, 0)[spec.rule_id]
    assert said.holds is False and "1 of its last 2 looks, 5 wanted" in said.said("en")


def test_more_looks_than_there_are_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="looks above"):
        SmokeFireSpec(looks=11)
