"""What a proposed threshold would have done, it does: each kind's example is watched again under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from analytics import thresholds
from analytics.engine import RuleEngine
from analytics.thresholds import FIGURES, propose
from core.events import Event, EventKind, Phase, Says
from tests.support.tracks import SECOND, T0, Shot, join
from tools.event_pages.examples import EXAMPLES, WELL
from tools.event_pages.play import Example, load, offset_ns, shots_of

TAIL_S: Final = 400.0
"""By then what is gone has been held for long enough."""
FOLLOWS: Final = {(EventKind.CONGESTION, "for_s"): 60.0}
"""What follows from the road where the rule does not say it."""
ASKED = [(kind, parameter) for kind, figures in FIGURES.items() for parameter in figures]


def over(example: Example) -> Example:
    """The same, and then all are gone and the camera is well."""

    def until(make: Callable[..., Any] | None, then: Any) -> Any:
        return make and (lambda second, *more: make(second, *more) if second < example.seconds else then)

    def gone(way: Callable[[float], Any]) -> Callable[[float], Any]:
        return lambda t: way(t) if t < example.seconds else None

    nothing = None if example.look is None else replace(example.look(0.0), sightings=())
    return replace(
        example,
        actors=[replace(actor, way=gone(actor.way)) for actor in example.actors],
        health=until(example.health, WELL),
        clock_ahead_s=until(example.clock_ahead_s, 0.0),
        blobs=until(example.blobs, ()),
        look=until(example.look, nothing),
    )


def watched(kind: EventKind, **changed: float) -> tuple[list[Event], dict[str, Any]]:
    """All revisions under a rule of which this is changed; the parameters that were in force."""
    example = over(EXAMPLES[kind]())
    scene, spec = load(example.scene)
    spec = type(spec).model_validate(spec.model_dump() | changed)
    engine, told = RuleEngine(), list[Event]()
    engine.add_camera("cam-1", scene, [spec])
    again_s = example.seconds + example.silent_s

    def show(shots: list[Shot]) -> None:
        for shot in shots:
            told.extend(engine.update(*join([shot]), [shot.observations]).events)
            now_ns = shot.tracks.frames[0].captured_ns
            if now_ns % SECOND == 0:
                told.extend(engine.tick(now_ns).events)

    show(shots_of(example, scene))
    for second in range(round(example.silent_s)):
        told += engine.tick(T0 + offset_ns(example) + round((example.seconds + second) * SECOND)).events
    show(shots_of(example, scene, start_s=again_s, end_s=again_s + TAIL_S))
    assert not engine.failed
    return [event for event in told if event.kind is kind], spec.model_dump(mode="json")


@pytest.mark.parametrize(("kind", "parameter"), ASKED, ids=[f"{kind.value}-{name}" for kind, name in ASKED])
def test_a_proposed_value_takes_the_alert_away_and_one_little_above_today_s_does_not(
    kind: EventKind, parameter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, in_force = watched(kind)
    last = told[-1]
    assert last.phase is Phase.ENDED and {event.event_id for event in told} == {last.event_id}
    figure, now = FIGURES[kind][parameter](last.measures), in_force[parameter]
    if now is None:
        now = FOLLOWS[kind, parameter]
    monkeypatch.setattr(thresholds, "FIGURES", {kind: {parameter: FIGURES[kind][parameter]}})
    (one,) = propose([(last, Says.REJECTED)], in_force={("cam-1", last.rule_id): in_force})
    assert (one.parameter, one.gone.found) == (parameter, 1) and figure is not None and one.value is not None
    assert one.value > figure >= now
    assert watched(kind, **{parameter: one.value})[0] == []
    little = type(now)(now + (figure - now) / 4)
    assert watched(kind, **{parameter: little})[0][0].phase is Phase.STARTED
