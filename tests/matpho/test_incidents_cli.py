"""Incidents, verdicts, thresholds and mutes on the command line, in two languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.errors import ConfigError, StoreError
from core.events import EventKind, Phase, Says, Verdict
from core.measures import StoppedVehicleMeasures
from incidents.follow import Follower
from locales import set_language
from matpho.cli import app
from matpho.defaults import JUNCTION, JUNCTION_SCENE
from matpho.scene_record import scene_record
from scenes.rules import StoppedVehicleSpec
from scenes.scene_file import load_scene
from store.event_store import EventStore
from tests.support.incidents import HANOI, an_event_of, life
from tests.support.records import SECOND, T0


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    set_language("en")
    yield
    set_language(None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A breakdown with its queue, which is over, and a wrong-way driver elsewhere."""
    file = tmp_path / "matpho.db"
    store = EventStore.open(file)
    breakdown = an_event_of(EventKind.STOPPED_VEHICLE, 0, zone="north", position=HANOI, event_id="b1", track_ids=(4,))
    queue = an_event_of(EventKind.QUEUE, 40, zone="north", camera="a", event_id="q1")
    store.append([breakdown, *life(breakdown, 60, 120, end=True), queue, *life(queue, 200, end=True)])
    store.append([an_event_of(EventKind.WRONG_WAY, 300, camera="z", event_id="w1")])
    Follower(store, {}, store.append, clock=lambda: T0 + 1000 * SECOND).poll()
    store.close()
    return file


def run(*words: str, store: Path) -> Result:
    return CliRunner().invoke(app, [*words, "--store", str(store)], env={"COLUMNS": "200"})


def lines(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_incidents_are_listed_and_one_is_told_as_a_story_in_both_languages(path: Path) -> None:
    found = lines(run("incidents", "--json", store=path))
    assert [(one["kind"], one["phase"]) for one in found] == [
        ("incident.wrong_way", "started"),
        ("incident.stopped_vehicle", "ended"),
    ]
    assert len(lines(run("incidents", "--open", "--json", store=path))) == 1
    name = str(found[1]["incident_id"])
    assert name[:12] in run("incidents", store=path).output
    told = run("events", "--incident", name[:6], store=path).output
    assert "with: Queue" in told and "+40 s" in told and "21.03000, 105.85000" in told
    set_language("vi")
    told = run("events", "--incident", name, store=path).output
    assert "nguyên nhân" in told and "hệ quả" in told and "kèm theo" in told
    story = json.loads(run("events", "--incident", name, "--json", store=path).output)
    assert [(line["role"], line["after_s"]) for line in story["story"]] == [("cause", 0.0), ("effect", 40.0)]
    assert story["incident"]["incident_id"] == name
    assert {event["event_id"] for event in story["events"]} == {"b1", "q1"}


def test_a_story_says_in_both_languages_why_nobody_looked_a_second_time(tmp_path: Path) -> None:
    file = tmp_path / "looked.db"
    store = EventStore.open(file)
    event = an_event_of(EventKind.WRONG_WAY, 0, event_id="w")
    store.append([replace(event, verdict=Verdict(Says.UNVERIFIED, "model:x", T0, "unseen"))])
    Follower(store, {}, store.append, clock=lambda: T0 + 1000 * SECOND).poll()
    (incident,) = store.incidents.listed()
    store.close()
    assert "by model:x: there was no picture" in run("events", "--incident", incident.incident_id, store=file).output
    set_language("vi")
    assert "không có hình ảnh" in run("events", "--incident", incident.incident_id, store=file).output


def test_an_incident_that_is_not_there_is_told(path: Path) -> None:
    result = run("events", "--incident", "nothing", store=path)
    assert isinstance(result.exception, ConfigError)
    assert "nothing" in str(result.exception)


def test_events_are_listed_as_before(path: Path) -> None:
    assert len(lines(run("events", "--format", "json", store=path))) == 3
    assert "3 of 3" in run("events", store=path).output


def test_a_verdict_is_kept_and_audited_and_a_wrong_one_refused(path: Path) -> None:
    result = run("events", "verdict", "b1", "false", "--why", "bus at its stop", "--by", "Lan", store=path)
    assert "rejected" in result.output and "Lan" in result.output
    (done,) = lines(run("audit", "--json", store=path))
    assert (done["who"], done["what"], done["subject"], done["why"]) == (
        "person:Lan",
        "verdict rejected",
        "b1",
        "bus at its stop",
    )
    for words in (("b1", "maybe"), ("nobody", "true")):
        result = run("events", "verdict", *words, "--why", "x", "--by", "Lan", store=path)
        assert isinstance(result.exception, ConfigError)
    result = run("events", "verdict", "b1", "true", "--why", " ", "--by", "Lan", store=path)
    assert isinstance(result.exception, StoreError)
    assert len(lines(run("audit", "--json", store=path))) == 1


def test_thresholds_are_proposed_with_their_effect_and_nothing_changes(path: Path) -> None:
    assert "Nothing to propose" in run("events", "thresholds", store=path).output
    store = EventStore.open(path)
    event = an_event_of(EventKind.STOPPED_VEHICLE, 0, rule_id="stops")
    for number in range(12):
        stood = StoppedVehicleMeasures(10.0 + number, "m/s")
        one = replace(event, event_id=f"s{number}", phase=Phase.ENDED, measures=stood)
        store.append([one])
    store.close()
    for number in range(12):
        says = "false" if number < 6 else "true"
        run("events", "verdict", f"s{number}", says, "--why", "x", store=path)
    (one_,) = lines(run("events", "thresholds", "--json", store=path))
    assert (one_["parameter"], one_["value"]) == ("for_s", 15.1)
    assert one_["gone"]["found"] == 6 and one_["lost"]["found"] == 0  # type: ignore[index]
    told = run("events", "thresholds", store=path).output
    scene, rule = load_scene(JUNCTION_SCENE).scene, StoppedVehicleSpec(id="stops", zone="z", for_s=16)
    store = EventStore.open(path)
    store.scenes.put(scene_record(event.camera_id, scene, [rule], {}))
    store.close()
    (none,) = lines(run("events", "thresholds", "--json", store=path))
    assert none["value"] is None
    assert "for_s: 15.1" in told and "6 / 6" in told and "0 / 6 (0–39 %)" in told and "Nothing was changed" in told


def test_mutes_are_added_listed_and_ended(path: Path) -> None:
    assert "Nothing is muted" in run("mutes", store=path).output
    added = run("mutes", "add", "--event", "b1", "--for", "2h", "--why", "police car", "--by", "Lan", store=path)
    assert added.exit_code == 0, added.output
    (mute,) = lines(run("mutes", "--json", store=path))
    assert (mute["camera_id"], mute["rule_id"], mute["zone"], mute["track_id"]) == (
        "a",
        "incident.stopped_vehicle",
        "north",
        4,
    )
    assert mute["event_id"] == "b1" and mute["seen_ns"]
    assert "police car" in run("mutes", store=path).output
    ended = run("mutes", "end", str(mute["mute_id"]), "--by", "Minh", store=path)
    assert ended.exit_code == 0
    assert lines(run("mutes", "--json", store=path)) == []
    assert len(lines(run("mutes", "--all", "--json", store=path))) == 1
    for words in (
        ("--camera", "a"),
        ("--camera", "a", "--for", "1h", "--until", "2030-01-01T00:00:00Z"),
    ):
        assert isinstance(run("mutes", "add", *words, "--why", "x", store=path).exception, ConfigError)
    everything = run("mutes", "add", "--for", "1h", "--why", "x", store=path)
    assert isinstance(everything.exception, StoreError)


@pytest.mark.slow
def test_a_run_links_what_it_finds_and_heeds_what_was_muted_before_it(tmp_path: Path) -> None:
    path = tmp_path / "matpho.db"
    EventStore.open(path).close()
    run("mutes", "add", "--kind", "traffic.spillback", "--for", "1h", "--why", "roadworks", "--by", "Lan", store=path)
    words = ("run", str(JUNCTION), "--scene", str(JUNCTION_SCENE), "--fps", "2", "--evidence", str(tmp_path / "ev"))
    result = run(*words, "--start", "2026-01-05T08:00:00+07:00", store=path)
    assert result.exit_code == 0, result.output
    store = EventStore.open(path)
    kinds = {event.kind for event in store.events.find()}
    assert EventKind.QUEUE in kinds
    assert EventKind.SPILLBACK not in kinds
    (mute,) = lines(run("mutes", "--json", store=path))
    assert int(str(mute["suppressed"])) >= 1
    listed = store.incidents.listed()
    members = [member.event_id for incident in listed for member in incident.members]
    linkable = [e.event_id for e in store.events.find() if e.kind.value.partition(".")[0] in ("traffic", "incident")]
    assert sorted(members) == sorted(linkable)
    last = store.runs.last()
    assert last is not None and last.summary["incidents"]["taken"] >= len(linkable)
    assert [event for event in store.events.find() if event.phase is Phase.ENDED]
    store.close()
