"""What people do on the page: verdicts and mutes, by those alone who were given its address; and rows of incidents."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from console.app import create_app
from console.trusted import TOKEN_HEADER
from core.events import EventKind, Says, Verdict
from core.sentences import verdict_reason
from incidents.follow import Follower
from pipeline.second_look.alerts import LookCounts
from store.event_store import EventStore
from tests.support.console import crossing, put_scene
from tests.support.incidents import an_event_of, life
from tests.support.records import T0

HOME = "http://127.0.0.1:8000"
OURS = {"origin": HOME, TOKEN_HEADER: "secret"}
PERSON = {"by": "Lan", "why": "phanh gấp, không phải va chạm"}


@pytest.fixture
def client(store: EventStore, evidence: Path) -> Iterator[TestClient]:
    with TestClient(create_app(store, evidence, token="secret"), base_url=HOME) as opened:
        yield opened


def link(store: EventStore, evidence: Path) -> str:
    """A breakdown and its queue before hk01; the id of their incident."""
    put_scene(store, evidence)
    breakdown = an_event_of(EventKind.STOPPED_VEHICLE, 0, camera="hk01", zone="north-1", event_id="b")
    queue = an_event_of(EventKind.QUEUE, 30, camera="hk01", zone="north", event_id="q")
    store.append([breakdown, *life(breakdown, 40, 60), queue, crossing("c1", T0)])
    Follower(store, {}, store.append, clock=lambda: T0 + 10**12).poll()
    (incident,) = store.incidents.listed()
    return incident.incident_id


def test_an_incident_is_one_row_in_the_place_of_its_events(
    client: TestClient, store: EventStore, evidence: Path
) -> None:
    name = link(store, evidence)
    listed = client.get("/api/rows?lang=en").json()
    assert {row["event_id"] for row in listed["rows"]} == {name, "c1"}
    assert listed["total"] == 2
    row = next(row for row in listed["rows"] if row["event_id"] == name)
    assert row["sentence"].startswith("Stopped vehicle") or "with: Queue" in row["sentence"]
    assert "Queue" in row["sentence"]
    assert [member["event_id"] for member in row["incident"]["members"]] == ["b", "q"]
    by_effect = client.get("/api/rows?kind=traffic.queue").json()
    assert [row["event_id"] for row in by_effect["rows"]] == [name]
    assert client.get("/api/rows?camera=other").json()["rows"] == []


def test_its_story_is_told_in_both_languages_and_an_event_knows_its_incident(
    client: TestClient, store: EventStore, evidence: Path
) -> None:
    name = link(store, evidence)
    english, vietnamese = (client.get(f"/api/rows/{name}?lang={lang}").json() for lang in ("en", "vi"))
    assert [(line["role_name"], line["after_s"]) for line in english["story"]] == [("cause", 0.0), ("effect", 30.0)]
    assert [line["role_name"] for line in vietnamese["story"]] == ["nguyên nhân", "hệ quả"]
    assert english["cause"]["event_id"] == "b"
    assert client.get("/api/rows/q").json()["event"]["incident_id"] == name
    assert client.get("/api/rows/nobody").status_code == 404


@pytest.mark.parametrize("why", ["slow", "full", "failed", "unseen"])
def test_why_nobody_looked_a_second_time_is_said_in_both_languages(
    client: TestClient, store: EventStore, why: str
) -> None:
    assert hasattr(LookCounts(), why)
    store.append([replace(crossing("c1"), verdict=Verdict(Says.UNVERIFIED, "model:large", T0, why))])
    told = [client.get(f"/api/events/c1?lang={lang}").json()["event"]["verdict"] for lang in ("en", "vi")]
    assert [one["reason"] for one in told] == [why, why], "programs read the code"
    english, vietnamese = (one["reason_name"] for one in told)
    assert len({why, english, vietnamese}) == 3 and "unverified-" not in english + vietnamese
    assert "time" not in told[0]["says_name"], "it may be that nobody could look"


def test_words_of_a_verifier_stay_as_they_are() -> None:
    assert verdict_reason(Verdict(Says.UNSURE, "http:x", T0, "slow"), "vi") == "slow"
    assert verdict_reason(Verdict(Says.UNVERIFIED, "http:x", T0, "of later"), "vi") == "of later"


def test_a_verdict_is_kept_with_who_and_why_and_shown(client: TestClient, store: EventStore) -> None:
    store.append([crossing("c1")])
    answer = client.post("/api/verdicts", json={"event_id": "c1", "says": "false", **PERSON}, headers=OURS)
    assert answer.json() == {"event_id": "c1", "says": "rejected"}
    verdict = client.get("/api/events/c1?lang=vi").json()["event"]["verdict"]
    assert (verdict["says_name"], verdict["by"], verdict["reason"]) == ("sai", "Lan", PERSON["why"])
    (done,) = store.desk.audit()
    assert (done.who, done.what, done.subject, done.why) == ("person:Lan", "verdict rejected", "c1", PERSON["why"])
    client.post("/api/verdicts", json={"event_id": "c1", "says": "true", **PERSON}, headers=OURS)
    assert store.desk.verdicts(["c1"])["c1"].says is Says.CONFIRMED
    assert len(store.desk.audit()) == 2


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": HOME}, 403),
        ({"origin": HOME, TOKEN_HEADER: "guess"}, 403),
        ({"origin": "https://elsewhere.example", TOKEN_HEADER: "secret"}, 403),
        ({TOKEN_HEADER: "secret"}, 403),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/api/verdicts", "/api/mutes", "/api/mutes/m/end"])
def test_only_the_page_with_the_token_may_write(
    client: TestClient, store: EventStore, path: str, headers: dict[str, str], status: int
) -> None:
    store.append([crossing("c1")])
    body = {"event_id": "c1", "says": "true", "scope": "rule", "for_s": 60, **PERSON}
    assert client.post(path, json=body, headers=headers).status_code == status
    assert store.desk.audit() == [] == store.desk.mutes()


def test_without_a_token_of_its_own_a_page_writes_nothing(store: EventStore, evidence: Path) -> None:
    store.append([crossing("c1")])
    body = {"event_id": "c1", "says": "true", **PERSON}
    with TestClient(create_app(store, evidence), base_url=HOME) as client:
        for token in ("", "secret"):
            headers = {"origin": HOME, TOKEN_HEADER: token}
            assert client.post("/api/verdicts", json=body, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "change",
    [{"says": "maybe"}, {"by": " "}, {"why": ""}, {"why": "x" * 501}, {"event_id": "nobody"}, {"by": 7}],
    ids=str,
)
def test_a_verdict_that_lacks_something_is_refused_in_words(
    client: TestClient, store: EventStore, change: dict[str, Any]
) -> None:
    store.append([crossing("c1")])
    body = {"event_id": "c1", "says": "true", **PERSON, **change}
    answer = client.post("/api/verdicts?lang=en", json=body, headers=OURS)
    assert answer.status_code >= 400
    assert answer.json()["error"]["message"]
    assert store.desk.judged() == []


def test_a_mute_from_an_event_has_its_scope_and_ends(client: TestClient, store: EventStore) -> None:
    event = crossing("c1")
    store.append([event])
    for scope, expected in (
        ("rule", ("hk01", "r-gate", "gate", "", 0)),
        ("track", ("hk01", "", "", "", 7)),
        ("kind", ("hk01", "", "", "security.line_crossing", 0)),
    ):
        body = {"event_id": "c1", "scope": scope, "for_s": 3600, **PERSON}
        answer = client.post("/api/mutes", json=body, headers=OURS).json()
        (mute,) = store.desk.mutes(time.time_ns())
        assert (mute.camera_id, mute.rule_id, mute.zone, mute.kind, mute.track_id) == expected
        assert mute.until_ns - mute.created_ns == 3600 * 10**9
        assert (mute.event_id, mute.seen_ns) == ("c1", event.at_ns)
        (shown,) = client.get("/api/mutes?lang=en").json()["mutes"]
        assert (shown["reason"], shown["by"], shown["suppressed"]) == (PERSON["why"], "Lan", 0)
        assert client.post(f"/api/mutes/{answer['mute_id']}/end", json=PERSON, headers=OURS).status_code == 200
        assert client.get("/api/mutes").json()["mutes"] == []
    assert [done.what for done in store.desk.audit()][:2] == ["unmute", "mute"]


@pytest.mark.parametrize(
    "change",
    [{"scope": "everything"}, {"for_s": -1}, {"for_s": True}, {"for_s": None, "until": "soon"}, {"why": ""}],
    ids=str,
)
def test_a_mute_without_end_scope_or_reason_is_refused(
    client: TestClient, store: EventStore, change: dict[str, Any]
) -> None:
    store.append([crossing("c1")])
    body = {"event_id": "c1", "scope": "rule", "for_s": 60, **PERSON, **change}
    answer = client.post("/api/mutes?lang=vi", json=body, headers=OURS)
    assert answer.status_code >= 400
    assert store.desk.mutes() == []
