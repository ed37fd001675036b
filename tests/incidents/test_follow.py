"""A machine's incidents follow from its store: also after a restart, a kill, and whichever process told the events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from core.events import Event, EventKind, Phase
from core.incidents import Incident
from core.records import Record
from incidents.follow import Follower
from incidents.linker import KEEP_NS
from incidents.sites import Site
from store.event_store import EventStore
from tests.support.incidents import an_event_of, life
from tests.support.records import T0

SITES = {"a": Site("a", groups={("", "north"): "north", ("", "lane-1"): "north"})}


@pytest.fixture
def store(tmp_path: Path) -> EventStore:
    return EventStore.open(tmp_path / "events.db")


def follower(store: EventStore, said: list[Record]) -> Follower:
    def publish(records: Sequence[Record]) -> None:
        said.extend(records)
        store.append(records)

    return Follower(store, SITES, publish, clock=lambda: T0 + 10 * KEEP_NS)


def breakdown_and_queue() -> list[Event]:
    breakdown = an_event_of(EventKind.STOPPED_VEHICLE, 0, zone="lane-1", event_id="b")
    queue = an_event_of(EventKind.QUEUE, 50, zone="north", event_id="q")
    return [breakdown, *life(breakdown, 40, 90), queue, *life(queue, 100)]


def test_what_is_stored_becomes_incidents_that_are_stored_with_their_events(store: EventStore) -> None:
    said: list[Record] = []
    follow = follower(store, said)
    store.append(breakdown_and_queue())
    assert follow.poll() == 0, "what was there before is learnt at once"
    (incident,) = store.incidents.listed()
    assert {member.event_id for member in incident.members} == {"b", "q"}
    assert store.incidents.of_events(["b", "q", "x"]) == dict.fromkeys("bq", incident.incident_id)
    queue = life(breakdown_and_queue()[-1], 0, 150, end=True)[-1]
    store.append([queue])
    assert follow.poll() == 1
    assert store.incidents.latest(incident.incident_id) == said[-1]


def test_after_a_restart_nothing_is_said_again_and_the_incident_goes_on_with_its_id(store: EventStore) -> None:
    said: list[Record] = []
    events = breakdown_and_queue()
    before = follower(store, said)
    before.poll()
    store.append(events)
    before.poll()
    (incident,) = store.incidents.listed()
    again: list[Record] = []
    after = follower(store, again)
    after.poll()
    assert again == []
    store.append([*life(events[0], 1, 2, 120)[-1:]])
    after.poll()
    (grown,) = again
    assert isinstance(grown, Incident)
    assert grown.incident_id == incident.incident_id
    assert grown.revision == incident.revision + 1


def test_an_incident_that_a_killed_process_did_not_store_is_said_by_the_next(store: EventStore) -> None:
    store.append(breakdown_and_queue())
    said: list[Record] = []
    Follower(store, SITES, said.extend, clock=lambda: T0 + KEEP_NS).poll()
    again: list[Record] = []
    Follower(store, SITES, again.extend, clock=lambda: T0 + KEEP_NS).poll()
    assert again == said != []


def test_an_incident_that_is_open_for_a_day_keeps_what_ended_long_ago_through_a_restart(store: EventStore) -> None:
    breakdown = an_event_of(EventKind.STOPPED_VEHICLE, 0, zone="lane-1", event_id="b")
    people = an_event_of(EventKind.PEDESTRIAN, -5, zone="lane-1", event_id="p")
    store.append([people, *life(people, 10, 20, end=True), breakdown])
    said: list[Record] = []
    follower(store, said).poll()
    hours = KEEP_NS // 10**9
    store.append([*life(breakdown, 5 * hours)])
    store.append([an_event_of(EventKind.CAMERA_DOWN, 5 * hours, camera="z")])
    again: list[Record] = []
    follower(store, again).poll()
    (incident,) = again
    assert isinstance(incident, Incident)
    assert {member.event_id for member in incident.members} == {"b", "p"}
    assert incident.revision == 5


def test_merged_incidents_leave_one_row_and_the_old_id_leads_to_it(store: EventStore) -> None:
    sites = {"a": SITES["a"], "z": Site("z"), "c": Site("c", neighbours=frozenset({"a", "z"}))}
    queue = an_event_of(EventKind.QUEUE, 0, camera="z", event_id="q")
    breakdown = an_event_of(EventKind.STOPPED_VEHICLE, 5, camera="a", event_id="b")
    spillback = an_event_of(EventKind.SPILLBACK, 20, camera="c", event_id="s")
    follow = Follower(store, sites, store.append, clock=lambda: T0 + KEEP_NS)
    follow.poll()
    store.append([queue, breakdown])
    follow.poll()
    old = {incident.incident_id for incident in store.incidents.listed()}
    assert len(old) == 2
    store.append([spillback])
    follow.poll()
    (left,) = store.incidents.listed()
    assert {member.event_id for member in left.members} == {"b", "q", "s"}
    assert {store.incidents.latest(name) for name in old} == {left}
    assert set(store.incidents.of_events(["b", "q", "s"]).values()) == {left.incident_id}


def test_followed_in_a_thread_the_end_takes_what_came_last(store: EventStore) -> None:
    said: list[Record] = []
    follow = follower(store, said)
    follow.start()
    store.append(breakdown_and_queue())
    follow.close()
    assert [one for one in said if isinstance(one, Incident) and one.phase is not Phase.ENDED]
    assert follow.counts()["taken"] == 5


def test_purging_takes_incidents_with_their_events(store: EventStore) -> None:
    follow = follower(store, [])
    breakdown = an_event_of(EventKind.STOPPED_VEHICLE, 0, event_id="b")
    store.append([breakdown, *life(breakdown, 5, end=True)])
    follow.poll()
    assert store.incidents.listed()
    assert store.purge(T0 + KEEP_NS) >= 3
    assert store.incidents.listed() == []
    assert store.incidents.of_events(["b"]) == {}
