"""What is said of an incident after any changes is what would be said of its events told anew."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.events import Event, EventKind, Phase, Says, Severity, Verdict
from incidents.group import Group, Known
from incidents.places import Place
from tests.support.incidents import an_event_of
from tests.support.records import SECOND, T0

KINDS = [EventKind.STOPPED_VEHICLE, EventKind.QUEUE, EventKind.PEDESTRIAN]
Step = tuple[int, int, int, Severity, bool, bool]
NUMBERS = st.integers(0, 5), st.integers(0, 9), st.integers(0, 400)
STEPS = st.lists(st.tuples(*NUMBERS, st.sampled_from(Severity), st.booleans(), st.booleans()), min_size=1, max_size=25)


def an_event(number: int, started_s: int) -> Event:
    return an_event_of(KINDS[number % 3], started_s, event_id=f"e{number}", camera=f"c{number % 2}")


def revised(event: Event, step: Step) -> Event:
    _, _, at_s, severity, ends, false = step
    verdict = Verdict(Says.REJECTED, "person:Lan", T0, "no") if false else None
    phase = Phase.ENDED if ends else Phase.UPDATED
    at_ns = T0 + at_s * SECOND
    return replace(event, revision=event.revision + 1, phase=phase, at_ns=at_ns, severity=severity, verdict=verdict)


def known(event: Event) -> Known:
    return Known(Place.of(event, {}), event)


def same(one: Known, other: Known) -> bool:
    return one.last.at_ns < other.last.at_ns


@given(STEPS)
def test_it_is_a_function_of_its_events(steps: list[Step]) -> None:
    group = Group(same)
    for step in steps:
        number, started_s = step[:2]
        mine = dict(group.items()).get(f"e{number}")
        if mine is None:
            group.add(known(an_event(number, started_s)))
        else:
            group.remove(mine)
            mine.last = revised(mine.last, step)
            group.add(mine)
        anew = Group(same)
        for _, one in group.items():
            anew.add(one)
        assert group.describe(lambda _: None) == anew.describe(lambda _: None)
        assert group.anchor == anew.anchor


@given(STEPS, STEPS)
def test_two_that_merge_are_as_if_they_had_been_one(first: list[Step], second: list[Step]) -> None:
    one, other, both = Group(same), Group(same), Group(same)
    for offset, group, steps in ((0, one, first), (10, other, second)):
        for step in {step[0]: step for step in steps}.values():
            event = known(revised(an_event(step[0] + offset, step[1]), step))
            group.add(event)
            both.add(event)
    one.describe(lambda _: None)
    one.merge(other)
    assert one.describe(lambda _: None) == both.describe(lambda _: None)
