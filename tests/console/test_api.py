"""The API says what the store holds, in the reader's language, and refuses what it does not understand in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from core.off_rules import OffRule
from core.times import SECOND_NS, time_text
from store.event_store import EventStore
from store.records import RunRecord, SceneRecord
from tests.support.console import (
    CAMERA,
    DRAWING,
    crossing,
    intrusion,
    measurement,
    pictured,
    put_scene,
    tracks,
    write_picture,
)

NOON = 1_767_600_000 * SECOND_NS


def test_events_come_newest_first_with_sentence_and_names(
    client: TestClient, store: EventStore, evidence: Path
) -> None:
    put_scene(store, evidence)
    store.append([crossing("old", NOON), pictured(intrusion("new", 1, NOON + SECOND_NS), evidence)])
    store.append([intrusion("new", 2, NOON + SECOND_NS)])
    answer = client.get("/api/events", params={"lang": "en"}).json()
    assert [e["event_id"] for e in answer["events"]] == ["new", "old"]
    assert (answer["total"], answer["row"]) == (2, 3)
    newest = answer["events"][0]
    assert newest["revision"] == 2
    assert newest["kind_name"] == "Intrusion"
    assert "back yard" in newest["sentence"]
    assert newest["zone_name"] == "back yard"
    crossed = answer["events"][1]
    assert {"name": "Speed", "value": "1.5 m/s (5 km/h)"} in crossed["measure_rows"]


@pytest.mark.parametrize(
    ("query", "header", "expected"),
    [
        ({"lang": "vi"}, "en", "Xâm nhập"),
        ({}, "vi-VN,vi;q=0.9,en;q=0.8", "Xâm nhập"),
        ({}, "en-GB,en;q=0.9,vi;q=0.5", "Intrusion"),
        ({}, "fr,vi;q=0.1", "Xâm nhập"),
        ({}, "vi;q=x,en", "Intrusion"),
    ],
)
def test_the_reader_chooses_the_language(
    client: TestClient, store: EventStore, query: dict[str, str], header: str, expected: str
) -> None:
    store.append([intrusion()])
    answer = client.get("/api/events", params=query, headers={"accept-language": header}).json()
    assert answer["events"][0]["kind_name"] == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"camera": "hk02"}, ["c2"]),
        ({"camera": ["hk01", "hk02"]}, ["i1", "c2", "c1"]),
        ({"kind": "security.intrusion"}, ["i1"]),
        ({"kind": "security"}, ["i1", "c2", "c1"]),
        ({"phase": "ended"}, ["c2", "c1"]),
        ({"open": "true"}, ["i1"]),
        ({"open": "true", "phase": ["started", "ended"]}, ["i1"]),
        ({"since": time_text(NOON + 15 * SECOND_NS)}, ["i1"]),
        ({"until": time_text(NOON + 5 * SECOND_NS)}, ["c1"]),
        ({"until": "2026-01-05T15:00:05+07:00"}, ["c1"]),
        ({"limit": "1"}, ["i1"]),
        ({"limit": "1", "offset": "1"}, ["c2"]),
    ],
)
def test_filters(client: TestClient, store: EventStore, query: dict[str, str], expected: list[str]) -> None:
    store.append([crossing("c1", NOON), crossing("c2", NOON + 10 * SECOND_NS, camera_id="hk02")])
    store.append([intrusion("i1", 1, NOON + 20 * SECOND_NS)])
    answer = client.get("/api/events", params=query)
    assert [e["event_id"] for e in answer.json()["events"]] == expected


def test_a_plus_that_was_not_escaped_is_still_a_time_zone(client: TestClient, store: EventStore) -> None:
    store.append([crossing("c1", NOON)])
    assert client.get("/api/events?until=2026-01-05T15:00:01+07:00").json()["total"] == 1
    assert client.get("/api/events?until=2026-01-05T15:00:00+07:00").json()["total"] == 0


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("limit=0", "limit", "1 to 500"),
        ("limit=501", "limit", "501"),
        ("limit=-1", "limit", "-1"),
        ("limit=²", "limit", "²"),
        ("offset=x", "offset", "whole number"),
        ("since=yesterday", "since", "2026-01-05T08:00:00"),
        ("until=9999-99-99", "until", "9999-99-99"),
        ("phase=over", "phase", "started, updated, ended"),
        ("kind=security.magic", "kind", "security.intrusion"),
        ("open=maybe", "open", "true, false"),
        ("open=true&phase=ended", "open", "ended"),
        ("lang=fr", "lang", "en, vi"),
        ("cam=hk01", "cam", "camera"),
    ],
)
def test_bad_filters_are_refused_in_words(client: TestClient, query: str, field: str, said: str) -> None:
    answer = client.get(f"/api/events?{query}", headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field
    assert said in answer.json()["error"]["message"]


def test_one_event_with_its_revisions_and_scene(client: TestClient, store: EventStore, evidence: Path) -> None:
    put_scene(store, evidence)
    store.append([intrusion("i/1", revision, NOON) for revision in (1, 2, 3)])
    answer = client.get("/api/events/i%2F1", params={"lang": "vi"}).json()
    assert [r["revision"] for r in answer["revisions"]] == [1, 2, 3]
    assert answer["event"]["end_reason_name"]
    assert answer["scene"]["zones"][0]["name"] == "sân sau"
    assert answer["scene"]["lanes"][0]["name"] == "làn sát lề"
    assert answer["scene"]["lanes"][0]["group"] == "north"
    assert answer["scene"]["reference_size"] == [320, 240]
    assert client.get(answer["scene"]["picture"]).headers["content-type"] == "image/jpeg"


def test_a_turning_camera_has_a_drawing_for_each_preset(client: TestClient, store: EventStore, evidence: Path) -> None:
    write_picture(evidence, "references/hk01@north.jpg")
    north = {**DRAWING, "label": {"en": "North", "vi": "Bắc"}, "picture": "references/hk01@north.jpg"}
    south: dict[str, Any] = {
        "zones": [],
        "lines": [],
        "lanes": [],
        "label": {"en": "South", "vi": "Nam"},
        "picture": None,
    }
    drawing = {"zones": [], "lines": [], "lanes": [], "presets": {"north": north, "south": south}}
    store.scenes.put(SceneRecord(CAMERA, "mast", 1, (320, 240), drawing))
    store.append([intrusion("i/1", 1, NOON, view="north"), replace(measurement(start_ns=NOON), view="north")])
    answer = client.get("/api/events/i%2F1", params={"lang": "vi"}).json()
    assert answer["event"]["zone_name"] == "Bắc · sân sau"
    assert answer["scene"]["view"] == "north" and answer["scene"]["zones"][0]["name"] == "sân sau"
    assert client.get(answer["scene"]["picture"]).headers["content-type"] == "image/jpeg"
    assert client.get(f"/api/scenes/{CAMERA}", params={"view": "south"}).json()["zones"] == []
    assert client.get("/api/measurements").json()["measurements"][0]["place_name"] == "North · main gate"


def test_what_is_not_there_is_404_in_words(client: TestClient) -> None:
    for path in ("/api/events/none", "/api/scenes/none", "/pictures/none.jpg"):
        answer = client.get(path, params={"lang": "en"} if path.startswith("/api") else {})
        assert answer.status_code == 404
        assert "none" in answer.json()["error"]["message"]


def test_a_picture_is_ready_once_it_is_written(client: TestClient, store: EventStore, evidence: Path) -> None:
    store.append([pictured(crossing("c1"), evidence, written=False)])
    picture = client.get("/api/events").json()["events"][0]["pictures"][0]
    assert not picture["ready"]
    write_picture(evidence, picture["path"])
    picture = client.get("/api/events").json()["events"][0]["pictures"][0]
    assert picture["ready"]
    assert client.get(picture["url"]).content[:2] == b"\xff\xd8"


def test_summary_counts_by_kind_and_over_time(client: TestClient, store: EventStore) -> None:
    store.append([crossing(f"c{n}", NOON + n * 60 * SECOND_NS) for n in range(3)])
    store.append([intrusion("i1", 1, NOON)])
    store.runs.put(RunRecord("r1", NOON, None, {"frames": 9}))
    answer = client.get("/api/summary", params={"lang": "en"}).json()
    assert (answer["total"], answer["open"]) == (4, 1)
    assert {k["kind"]: (k["count"], k["open"]) for k in answer["kinds"]} == {
        "security.line_crossing": (3, 0),
        "security.intrusion": (1, 1),
    }
    buckets = answer["chart"]["buckets"]
    assert sum(sum(b["counts"].values()) for b in buckets) == 4
    assert buckets[0]["counts"] == {"low": 1, "high": 1}
    assert answer["run"]["summary"]["frames"] == 9
    assert client.get("/api/summary?camera=none").json()["total"] == 0


def test_summary_says_which_rules_of_the_run_are_off_and_why(client: TestClient, store: EventStore) -> None:
    assert client.get("/api/summary").json()["off"] == []
    off = [
        OffRule("north", "f", "environment.flooding", ("water",)),
        OffRule("east", "r", "violation.red_light", signal="main"),
    ]
    store.runs.put(RunRecord("r1", NOON, None, {"off": [rule.as_dict() for rule in off]}))
    water, red = client.get("/api/summary", params={"lang": "vi"}).json()["off"]
    assert water.startswith("Ngập nước, camera north: tắt: không có mô hình nào nhận ra nước")
    assert red.startswith("Vượt đèn đỏ, camera east: tắt: không ai cho biết đèn main đang hiện gì")


def test_summary_says_since_when_the_feed_of_a_rule_tells_nothing(client: TestClient, store: EventStore) -> None:
    silent = OffRule("east", "r", "violation.red_light", signal="s1", feed="J1")
    off = [silent, replace(silent, camera_id="north", heard_ns=NOON)]
    store.runs.put(RunRecord("r1", NOON, None, {"off": [rule.as_dict() for rule in off]}))
    never, since = client.get("/api/summary").json()["off"]
    clock = datetime.fromtimestamp(NOON / 1e9).astimezone().strftime("%Y-%m-%d %H:%M")
    assert never == "Red light, camera east: signal s1 is unknown: its feed J1 has told nothing since the start"
    assert since == f"Red light, camera north: signal s1 is unknown: its feed J1 has told nothing since {clock}"
    never, since = client.get("/api/summary", params={"lang": "vi"}).json()["off"]
    assert never.endswith("không rõ trạng thái đèn s1: nguồn J1 chưa báo gì kể từ khi bắt đầu chạy")
    assert since.endswith(f"nguồn J1 không báo gì kể từ {clock}")


def test_cameras_and_measurements(client: TestClient, store: EventStore, evidence: Path) -> None:
    put_scene(store, evidence)
    store.append([crossing("c1"), *tracks(), measurement(start_ns=NOON), measurement(start_ns=NOON + 60 * SECOND_NS)])
    cameras = client.get("/api/cameras").json()["cameras"]
    assert [(c["camera_id"], c["events"], c["open"]) for c in cameras] == [("hk01", 1, 0)]
    answer = client.get("/api/measurements", params={"camera": "hk01", "limit": 1, "lang": "en"}).json()
    assert answer["total"] == 2
    assert answer["measurements"][0]["place_name"] == "main gate"
    assert answer["measurements"][0]["start"] == time_text(NOON + 60 * SECOND_NS)


def test_hostile_names_are_data(client: TestClient, store: EventStore) -> None:
    name = "<script>alert(1)</script>"
    store.append([crossing("c1", camera_id=name)])
    answer = client.get("/api/events", params={"camera": name})
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["events"][0]["camera_id"] == name
    refused = client.get("/api/events", params={"kind": name})
    assert refused.headers["content-type"] == "application/json"
    assert refused.headers["x-content-type-options"] == "nosniff"


def test_a_store_that_fails_is_503_in_words(client: TestClient, store: EventStore, tmp_path: Path) -> None:
    store.append([crossing()])
    store.close()
    for file in tmp_path.glob("events.db*"):
        file.write_bytes(b"this is no database" * 500)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "events.db" in answer.json()["error"]["message"]


def test_health(client: TestClient, store: EventStore) -> None:
    store.append([crossing()])
    assert client.get("/healthz").json() == {"status": "ok", "last_row": 1}
