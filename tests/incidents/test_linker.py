"""Events of one cause become one incident, in whatever order and however often they come."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.events import Event, EventKind, Phase, Says, Severity, Verdict
from core.incidents import Incident, Role
from core.scene import Ground, Label, Lane, Scene
from incidents.group import MOST_MEMBERS
from incidents.linker import KEEP_NS, STALE_NS, Linker
from incidents.relations import KINDS
from incidents.sites import Site
from tests.support.incidents import HANOI, an_event_of, east_of, life

NORTH = Site(
    "a",
    groups={("", "north"): "north", ("", "south"): "south", ("", "lane-1"): "north"},
    headings={("", "north"): (0.0, 1.0)},
)


def linked(events: Iterable[Event], sites: Sequence[Site] = (NORTH,)) -> dict[str, Incident]:
    """What stands at the end: incidents that were not merged, by id."""
    linker = Linker({site.camera_id: site for site in sites})
    said: dict[str, Incident] = {}
    for event in events:
        for incident in linker.add(event):
            known = said.get(incident.incident_id)
            assert known is None or incident.revision > known.revision, "a revision rises with each change"
            said[incident.incident_id] = incident
    return {name: incident for name, incident in said.items() if not incident.merged_into}


def only(found: dict[str, Incident]) -> Incident:
    (incident,) = found.values()
    return incident


def roles(incident: Incident) -> list[tuple[str, Role]]:
    return [(member.kind.value, member.role) for member in incident.members]


def test_a_breakdown_with_its_queue_its_spillback_and_people_beside_it_is_one_row_whose_cause_is_the_breakdown() -> (
    None
):
    events = [
        an_event_of(EventKind.STOPPED_VEHICLE, 0, zone="lane-1", position=HANOI),
        an_event_of(EventKind.PEDESTRIAN, 20, zone="lane-1", position=east_of(HANOI, 3)),
        an_event_of(EventKind.QUEUE, 40, zone="north", position=east_of(HANOI, 0, north=-60), severity=Severity.HIGH),
        an_event_of(EventKind.CONGESTION, 100, zone="north", position=east_of(HANOI, 0, north=-90)),
        an_event_of(EventKind.SPILLBACK, 160, zone="", position=east_of(HANOI, 0, north=-200)),
    ]
    # As long as the breakdown lasts it says so, and the queue behind it may begin.
    told = [events[0], events[1], *life(events[0], 60, 120, 180), *events[2:]]
    incident = only(linked(told))
    assert incident.kind is EventKind.STOPPED_VEHICLE
    assert incident.cause == events[0].event_id
    assert roles(incident) == [
        ("incident.stopped_vehicle", Role.CAUSE),
        ("incident.pedestrian_on_carriageway", Role.EFFECT),
        ("traffic.queue", Role.EFFECT),
        ("traffic.congestion", Role.EFFECT),
        ("traffic.spillback", Role.EFFECT),
    ]
    assert incident.severity is Severity.HIGH
    assert incident.position == HANOI


@pytest.mark.parametrize("cause", [EventKind.SMOKE_FIRE, EventKind.FLOODING])
def test_smoke_or_water_is_the_cause_of_who_stops_and_walks_there_and_of_the_queue_behind(cause: EventKind) -> None:
    seen = an_event_of(cause, 40, zone="forecourt", position=HANOI)
    vehicle = an_event_of(EventKind.STOPPED_VEHICLE, 10, zone="lane-1", position=east_of(HANOI, 40))
    people = an_event_of(EventKind.PEDESTRIAN, 50, zone="lane-1", position=east_of(HANOI, 0, north=60))
    queue = an_event_of(EventKind.QUEUE, 90, zone="north", position=east_of(HANOI, 0, north=-200))
    incident = only(linked([vehicle, seen, people, queue]))
    assert incident.kind is cause
    assert [kind for kind, role in roles(incident) if role is Role.EFFECT] == [
        "incident.stopped_vehicle",
        "incident.pedestrian_on_carriageway",
        "traffic.queue",
    ]
    elsewhere = an_event_of(EventKind.PEDESTRIAN, 50, position=east_of(HANOI, 150))
    assert len(linked([seen, elsewhere])) == 2
    before = an_event_of(EventKind.STOPPED_VEHICLE, -30, zone="lane-1", position=HANOI)
    assert len(linked([before, seen])) == 2, "it stood there long before"
    jam = an_event_of(EventKind.CONGESTION, -30, zone="north", position=HANOI)
    assert len(linked([jam, seen])) == 2


def test_smoke_after_a_collision_is_its_effect_and_who_turns_before_water_drives_the_wrong_way_because_of_it() -> None:
    crash = an_event_of(EventKind.COLLISION, 0, zone="lane-1", position=HANOI)
    smoke = an_event_of(EventKind.SMOKE_FIRE, 30, position=east_of(HANOI, 20))
    assert roles(only(linked([crash, smoke])))[1] == ("incident.smoke_fire", Role.EFFECT)
    water = an_event_of(EventKind.FLOODING, 0, position=HANOI)
    turned = an_event_of(EventKind.WRONG_WAY, 30, zone="lane-1", position=east_of(HANOI, 0, north=-100))
    assert only(linked([turned, water])).kind is EventKind.FLOODING


def test_a_breakdown_inside_a_jam_is_an_incident_of_its_own() -> None:
    jam = an_event_of(EventKind.CONGESTION, 0, zone="north")
    breakdown = an_event_of(EventKind.STOPPED_VEHICLE, 600, zone="lane-1")
    found = linked([jam, *life(jam, 60, 300, 620), breakdown])
    assert {incident.kind for incident in found.values()} == {EventKind.CONGESTION, EventKind.STOPPED_VEHICLE}


def test_a_queue_of_the_other_carriageway_or_downstream_of_the_breakdown_is_not_its_effect() -> None:
    breakdown = an_event_of(EventKind.STOPPED_VEHICLE, 0, zone="lane-1", position=HANOI)
    other_way = an_event_of(EventKind.QUEUE, 30, zone="south", position=east_of(HANOI, 10))
    ahead = an_event_of(EventKind.QUEUE, 30, zone="north", position=east_of(HANOI, 0, north=120))
    assert len(linked([breakdown, other_way])) == 2
    assert len(linked([breakdown, ahead])) == 2


def test_whoever_broke_down_by_a_rule_for_all_lanes_has_the_carriageway_that_he_stands_on() -> None:
    def lane(group: str, left: float) -> Lane:
        polygon = np.array([[left, 0.0], [left + 40, 0.0], [left + 40, 300.0], [left, 300.0]])
        centre = np.array([[left + 20, 300.0], [left + 20, 0.0]])
        return Lane(group, Label("lane", "làn"), polygon, centre, group)

    tenth = Ground(np.diag([0.1, -0.1, 1.0]), 0.0)
    scene = Scene("x", 1, (640, 480), lanes={"north": lane("north", 100), "south": lane("south", 140)})
    breakdown = an_event_of(EventKind.STOPPED_VEHICLE, 0, box=(105, 100, 135, 130))
    queues = [an_event_of(EventKind.QUEUE, 30, zone=zone) for zone in ("north", "south")]
    assert [len(linked([breakdown, queue], [Site.of("a", scene)])) for queue in queues] == [1, 2]
    shoulder = replace(breakdown, box=(190, 100, 220, 130))
    assert [len(linked([shoulder, queue], [Site.of("a", scene)])) for queue in queues] == [2, 1]
    beyond = replace(breakdown, box=(400, 100, 430, 130))
    assert [len(linked([beyond, queue], [Site.of("a", scene)])) for queue in queues] == [1, 1]

    placed = Site.of("a", replace(scene, ground=tenth, origin=HANOI))
    aslant = replace(breakdown, box=(120, 100, 150, 130), position=east_of(HANOI, 15.5, north=-11.5))
    behind, ahead = (
        an_event_of(EventKind.QUEUE, 30, zone="south", position=east_of(HANOI, 15.5, north=y)) for y in (-60, 40)
    )
    assert placed.group_of(aslant) == "south", "by its coordinates, not by the corner nearest to the camera"
    assert len(linked([aslant, behind], [placed])) == 1
    assert len(linked([aslant, ahead], [placed])) == 2


def test_a_vehicle_in_two_zones_or_by_two_rules_is_one_row() -> None:
    first = an_event_of(EventKind.STOPPED_VEHICLE, 0, zone="bus lane", track_ids=(7,), box=(0, 0, 10, 10))
    again = an_event_of(EventKind.STOPPED_VEHICLE, 1, zone="school", track_ids=(7,), box=(0, 0, 10, 10))
    assert roles(only(linked([first, again], sites=())))[1] == ("incident.stopped_vehicle", Role.SAME)
    renumbered = replace(again, track_ids=(9,), box=(1, 0, 11, 10))
    assert len(linked([first, renumbered], sites=())) == 1
    beside = replace(again, track_ids=(9,), box=(8, 0, 18, 10))
    assert len(linked([first, beside], sites=())) == 2, "another vehicle"
    later = replace(first, event_id="later", started_ns=first.started_ns + KEEP_NS // 2, track_ids=(7,))
    assert len(linked([first, replace(later, zone="school", at_ns=later.started_ns)], sites=())) == 2
    near, far = (replace(again, view="left", track_ids=(), position=east_of(HANOI, x)) for x in (6.0, 40.0))
    placed = replace(first, position=HANOI)
    assert (len(linked([placed, near], sites=())), len(linked([placed, far], sites=()))) == (1, 2)


def test_a_queue_long_after_the_road_was_cleared_is_another_incident() -> None:
    breakdown = an_event_of(EventKind.STOPPED_VEHICLE, 0, zone="north")
    ended = life(breakdown, 100, end=True)
    assert len(linked([breakdown, *ended, an_event_of(EventKind.QUEUE, 100 + 80, zone="north")])) == 1
    assert len(linked([breakdown, *ended, an_event_of(EventKind.QUEUE, 100 + 100, zone="north")])) == 2


def test_two_cameras_that_see_one_breakdown_make_one_incident_by_coordinates_else_by_inventory_else_by_neighbours() -> (
    None
):
    seen = an_event_of(EventKind.STOPPED_VEHICLE, 0, camera="a", position=HANOI)
    again = an_event_of(EventKind.STOPPED_VEHICLE, 4, camera="b", position=east_of(HANOI, 12))
    incident = only(linked([seen, again], sites=()))
    assert roles(incident)[1] == ("incident.stopped_vehicle", Role.SAME)
    assert incident.cameras == ("a", "b")
    far = replace(again, position=east_of(HANOI, 60))
    assert len(linked([seen, far], sites=())) == 2

    blind = [replace(seen, position=None), replace(again, position=None)]
    assert len(linked(blind, sites=())) == 2
    placed = [Site("a", HANOI), Site("b", east_of(HANOI, 100))]
    assert len(linked(blind, sites=placed)) == 1
    assert len(linked(blind, sites=[Site("a", HANOI), Site("b", east_of(HANOI, 400))])) == 2
    assert len(linked(blind, sites=[Site("b", neighbours=frozenset({"a"}))])) == 1


def test_a_jam_upstream_before_the_next_camera_belongs_to_the_cause_downstream_but_not_one_on_the_opposite_way() -> (
    None
):
    sites = [
        Site("a", groups={("", "g"): "g"}, headings={("", "g"): (0.0, 1.0)}),
        Site(
            "b",
            groups={("", "g"): "g", ("", "back"): "back"},
            headings={("", "g"): (0.1, 0.995), ("", "back"): (0.0, -1.0)},
        ),
    ]
    crash = an_event_of(EventKind.COLLISION, 0, camera="a", zone="g", position=HANOI)
    behind = an_event_of(EventKind.QUEUE, 60, camera="b", zone="g", position=east_of(HANOI, 0, north=-400))
    opposite = an_event_of(EventKind.QUEUE, 60, camera="b", zone="back", position=east_of(HANOI, 8, north=-400))
    assert len(linked([crash, behind], sites)) == 1
    assert len(linked([crash, opposite], sites)) == 2


def test_two_incidents_that_turn_out_to_be_one_are_merged_and_the_one_that_goes_says_into_which() -> None:
    first = an_event_of(EventKind.QUEUE, 0, zone="north", position=east_of(HANOI, 0, north=-300))
    second = an_event_of(EventKind.STOPPED_VEHICLE, 5, zone="lane-1", position=HANOI)
    linker = Linker({"a": replace(NORTH, headings={})})
    far = replace(first, camera_id="c", zone="x")
    said = [incident for event in (far, second) for incident in linker.add(event)]
    assert len({incident.incident_id for incident in said}) == 1, "within reach by coordinates"

    apart = [replace(far, event_id="q", position=None), replace(second, position=None)]
    bridge = an_event_of(EventKind.SPILLBACK, 20, zone="north", position=None)
    linker = Linker({"a": NORTH, "c": Site("c", neighbours=frozenset({"a"}))})
    sure = [
        incident
        for event in apart
        for incident in linker.add(replace(event, camera_id="z") if event.event_id == "q" else event)
    ]
    assert len({incident.incident_id for incident in sure}) == 2
    linker = Linker({"a": NORTH, "z": Site("z"), "c": Site("c", neighbours=frozenset({"a", "z"}))})
    for event in (replace(apart[0], camera_id="z"), apart[1]):
        linker.add(event)
    gone, merged = linker.add(replace(bridge, camera_id="c"))
    assert gone.merged_into == merged.incident_id
    assert gone.phase is Phase.ENDED
    assert gone.revision == merged.revision == 3
    assert {member.event_id for member in merged.members} == {"q", second.event_id, bridge.event_id}
    assert merged.kind is EventKind.STOPPED_VEHICLE


def test_what_was_found_to_be_false_explains_nothing_while_something_else_can() -> None:
    false = replace(
        an_event_of(EventKind.STOPPED_VEHICLE, 0, zone="north"), verdict=Verdict(Says.REJECTED, "person:x", 1)
    )
    queue = an_event_of(EventKind.QUEUE, 10, zone="north")
    assert only(linked([false, queue])).kind is EventKind.QUEUE
    assert only(linked([false])).verdict == false.verdict


def test_an_incident_ends_with_its_last_event_and_a_late_effect_opens_it_again() -> None:
    breakdown = an_event_of(EventKind.STOPPED_VEHICLE, 0, zone="north")
    ended = [breakdown, *life(breakdown, 100, end=True)]
    assert only(linked(ended)).phase is Phase.ENDED
    queue = an_event_of(EventKind.QUEUE, 120, zone="north")
    assert only(linked([*ended, queue])).phase is Phase.UPDATED
    assert only(linked([*ended, queue, *life(queue, 200, end=True)])).phase is Phase.ENDED


def test_what_is_no_part_of_traffic_makes_no_incident() -> None:
    assert linked([an_event_of(EventKind.LOITERING, 0), an_event_of(EventKind.CAMERA_DOWN, 0)]) == {}


KIND = st.sampled_from(KINDS)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Lives of some events around one junction that four cameras see."""
    told: list[Event] = []
    for number in range(draw(st.integers(1, 9))):
        start = draw(st.integers(0, 400))
        place = st.none() | st.tuples(st.integers(-400, 400), st.integers(-900, 900))
        where = draw(place)
        event = an_event_of(
            draw(KIND),
            start,
            camera=draw(st.sampled_from(["a", "b", "c", "d"])),
            zone=draw(st.sampled_from(["", "north", "south", "lane-1"])),
            position=None if where is None else east_of(HANOI, where[0], north=where[1]),
            event_id=f"e{number}",
            severity=draw(st.sampled_from(Severity)),
        )
        times = sorted(draw(st.lists(st.integers(start + 1, start + 500), max_size=4, unique=True)))
        told += [event, *life(event, *times, end=bool(times) and draw(st.booleans()))]
    return sorted(told, key=lambda one: one.at_ns)


SITES = (NORTH, Site("b", HANOI, frozenset({"a"})), Site("c", east_of(HANOI, 200)))


@settings(max_examples=150, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_with_any_repetition_ends_in_the_same_incidents(told: list[Event], chance: random.Random) -> None:
    shuffled = told + chance.choices(told, k=len(told))
    chance.shuffle(shuffled)
    assert linked(shuffled, SITES) == linked(told, SITES)


@settings(max_examples=50, deadline=None)
@given(histories())
def test_a_replay_says_the_same_again_revision_by_revision(told: list[Event]) -> None:
    one, other = Linker({s.camera_id: s for s in SITES}), Linker({s.camera_id: s for s in SITES})
    assert [one.add(event) for event in told] == [other.add(event) for event in told]


@settings(max_examples=50, deadline=None)
@given(histories())
def test_every_event_of_traffic_is_in_one_incident_and_revisions_add_up(told: list[Event]) -> None:
    found = linked(told, SITES).values()
    named = [member.event_id for incident in found for member in incident.members]
    assert sorted(named) == sorted({event.event_id for event in told})
    for incident in found:
        assert incident.revision == sum(member.revision for member in incident.members)
        assert incident.members[0].role is Role.CAUSE
        assert incident.members[0].event_id == incident.cause


def test_what_is_over_is_forgotten_and_what_was_never_ended_too_after_a_day_and_both_are_told_apart() -> None:
    linker = Linker({})
    done, left = (an_event_of(EventKind.QUEUE, 0, camera=name) for name in "pq")
    for event in (done, *life(done, 60, end=True), left):
        linker.add(event)
    hours = KEEP_NS // 10**9
    linker.add(an_event_of(EventKind.QUEUE, 2 * hours + 61, camera="r"))
    assert len(linker) == 2
    assert linker.counts.stale == 0
    linker.add(an_event_of(EventKind.QUEUE, STALE_NS // 10**9 + 2 * hours, camera="s"))
    assert linker.counts.stale == 1
    assert linker.add(an_event_of(EventKind.QUEUE, 5, camera="t")) == ()
    assert linker.counts.late == 1


def test_memory_is_bounded_and_ended_incidents_go_before_open_ones() -> None:
    linker = Linker({}, most_events=100)
    open_one = an_event_of(EventKind.STOPPED_VEHICLE, 0, camera="open")
    linker.add(open_one)
    for number in range(400):
        event = an_event_of(EventKind.QUEUE, number, camera=f"c{number}")
        for one in (event, *life(event, number + 1, end=True)):
            linker.add(one)
    assert len(linker) <= 101
    assert linker.counts.dropped > 0
    (still,) = linker.add(life(open_one, 401)[0])
    assert still.revision == 2, "it was remembered"


def test_a_camera_whose_clock_is_a_year_ahead_makes_the_others_neither_late_nor_old() -> None:
    now = an_event_of(EventKind.QUEUE, 0, camera="a")
    linker = Linker({}, clock=lambda: now.at_ns)
    linker.add(an_event_of(EventKind.QUEUE, 31_536_000, camera="ahead"))
    assert linker.add(now)
    assert linker.counts.late == linker.counts.stale == 0


def test_an_incident_of_very_many_events_names_the_first_and_counts_the_others() -> None:
    crash = an_event_of(EventKind.COLLISION, 0, zone="lane-1")
    queues = [an_event_of(EventKind.QUEUE, 1 + number / 10, zone="north") for number in range(MOST_MEMBERS + 20)]
    incident = only(linked([crash, *queues]))
    assert len(incident.members) == MOST_MEMBERS
    assert incident.more == 21


@pytest.mark.parametrize("view", ["", "west"])
def test_a_turning_camera_links_only_within_what_it_sees(view: str) -> None:
    breakdown = an_event_of(EventKind.STOPPED_VEHICLE, 0, zone="n")
    queue = replace(an_event_of(EventKind.QUEUE, 20, zone="n"), view=view)
    assert len(linked([breakdown, queue], sites=())) == (1 if view == "" else 2)
