"""Measured traffic for the page: series by place, groups of lanes, states, and live pictures of cameras."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from console.app import create_app
from console.live import MOST_AT_ONCE
from core.events import Event, EventKind, Phase, Severity
from core.live import LivePicture
from core.measures import CongestionMeasures
from core.records import Measurement
from core.times import SECOND_NS, time_text
from store.event_store import EventStore
from store.records import SceneRecord
from tests.support.console import DRAWING, crossing, intrusion, measurement
from tests.support.surfaces import meta_of

NOON = 1_767_600_000 * SECOND_NS
STEP = 20 * SECOND_NS
LANES = [
    {"id": f"e{n}", "label": {"en": f"lane {n}", "vi": f"làn {n}"}, "polygon": [], "centreline": [], "group": "east"}
    for n in (1, 2)
]
GROUP = {"id": "east", "label": {"en": "east approach", "vi": "nhánh đông"}}


def lane(place: str, number: int, **given: Any) -> Measurement:
    start = NOON + number * STEP
    filled = {"counts": {"car": 3}, "mean_speed_mps": 5.0, "occupancy": 2.0, "flow_vph": 540.0, "queue_m": 7.25}
    return Measurement("cam", place, "forward", start, start + STEP, **(filled | given))  # type: ignore[arg-type]


def congestion(phase: Phase = Phase.STARTED) -> Event:
    ns = NOON + STEP
    measures = CongestionMeasures("queuing", 0.2, 12, 30.0, 2.4, 12.0)
    return Event(
        "j1", 1, EventKind.CONGESTION, phase, Severity.MEDIUM, 0.9, ns, ns + STEP, "cam", "r", "east", measures
    )


@pytest.fixture
def measured(store: EventStore) -> EventStore:
    drawing = DRAWING | {"lanes": LANES, "groups": [GROUP], "simulated": True}
    store.scenes.put(SceneRecord("cam", "s", 1, (320, 240), drawing, None))
    store.append([lane(place, number) for number in range(3) for place in ("e1", "e2")])
    return store


def test_series_of_lanes_and_of_their_group(client: TestClient, measured: EventStore) -> None:
    measured.append([congestion()])
    answer = client.get("/api/traffic", params={"lang": "en"}).json()
    (camera,) = answer["cameras"]
    assert (camera["camera_id"], camera["simulated"], camera["live"]) == ("cam", True, False)
    places = {place["place"]: place for place in camera["places"]}
    assert {name: (place["what"], place["grouped"]) for name, place in places.items()} == {
        "east": ("group", False), "e1": ("lane", True), "e2": ("lane", True),
    }  # fmt: skip
    assert places["east"]["name"] == "east approach"
    points = [dict(zip(answer["fields"], point, strict=True)) for point in places["east"]["points"]]
    assert [point["start"] for point in points] == [(NOON + n * STEP) // 1_000_000 for n in range(3)]
    assert {point["flow_vph"] for point in points} == {1080}
    assert {point["speed_kmh"] for point in points} == {18.0}
    assert {point["queue_m"] for point in points} == {7.2}
    (state,) = camera["states"]
    assert (state["place"], state["open"], state["kind"]) == ("east", True, "traffic.congestion")
    assert "east approach" in state["sentence"]
    assert [one["event_id"] for one in camera["latest"]] == ["j1"]


def test_a_page_asks_only_for_what_is_new(client: TestClient, measured: EventStore) -> None:
    since = time_text(NOON + 2 * STEP)
    (camera,) = client.get("/api/traffic", params={"since": since}).json()["cameras"]
    assert {len(place["points"]) for place in camera["places"]} == {1}
    assert client.get("/api/traffic", params={"camera": "other"}).json()["cameras"] == []


def test_turning_movements_are_no_lines(client: TestClient, measured: EventStore) -> None:
    turns = [("gate", "yard"), ("gate", ""), ("", "gate")]
    measured.append([replace(lane("x", 0), place=entry, direction=leave) for entry, leave in turns])
    (camera,) = client.get("/api/traffic", params={"lang": "vi"}).json()["cameras"]
    moves = [place for place in camera["places"] if place["what"] == "movement"]
    assert {(move["name"], move["direction_name"]) for move in moves} == {
        ("cổng chính", "sân sau"), ("cổng chính", ""), ("", "cổng chính"),
    }  # fmt: skip


def test_events_of_every_kind_are_among_the_newest(client: TestClient, store: EventStore) -> None:
    store.append(
        [measurement(start_ns=NOON), *(crossing(f"c{n}", NOON + n) for n in range(9)), intrusion("i1", 1, NOON)]
    )
    (camera,) = client.get("/api/traffic").json()["cameras"]
    assert [one["event_id"] for one in camera["latest"]] == ["c8", "c7", "c6", "c5", "c4", "c3"]
    assert camera["states"] == []


@pytest.mark.parametrize("query", ["since=noon", "cam=x", "lang=fr"])
def test_bad_questions_are_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/api/traffic?{query}").status_code == 422


class Shown:
    """A live view with one picture, given when `gate` is open."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = threading.Semaphore(0)

    @property
    def cameras(self) -> Collection[str]:
        return ("north gate/1", "dark")

    def picture(self, camera_id: str, *, wait_s: float) -> LivePicture | None:
        assert 0 < wait_s < 5
        self.waiting.release()
        self.gate.wait(20)
        if camera_id == "dark":
            return None
        pixels = np.full((120, 160, 3), (20, 90, 200), np.uint8)
        none = np.zeros(0, np.int64)
        return LivePicture(1, meta_of(pixels), pixels, np.zeros((0, 4), np.float32), none.astype(np.int16), none)


def client_of(store: EventStore, evidence: Path, live: Shown | None) -> TestClient:
    return TestClient(create_app(store, evidence, live=live), base_url="http://127.0.0.1:8000")


def test_a_live_picture_is_a_jpeg_that_nobody_keeps(store: EventStore, evidence: Path) -> None:
    with client_of(store, evidence, Shown()) as client:
        answer = client.get("/live/north%20gate/1?n=7")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == "no-store"
        picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape == (120, 160, 3)
        assert picture.mean(axis=(0, 1)) == pytest.approx((20, 90, 200), abs=4)
        assert client.get("/live/dark").status_code == 204
    assert not list(evidence.iterdir())


def test_cameras_that_cannot_be_shown_are_refused_in_words(store: EventStore, evidence: Path) -> None:
    with client_of(store, evidence, Shown()) as client:
        answer = client.get("/live/other", headers={"accept-language": "en"})
        assert answer.status_code == 404
        assert "'other'" in answer.json()["error"]["message"]
        assert client.get("/live/dark", headers={"host": "evil.example"}).status_code == 421
    with client_of(store, evidence, None) as client:
        assert client.get("/live/dark").status_code == 404


def test_too_many_who_look_at_once_are_refused(store: EventStore, evidence: Path) -> None:
    shown = Shown()
    shown.gate.clear()
    with client_of(store, evidence, shown) as client:
        codes: list[int] = []
        lookers = [
            threading.Thread(target=lambda: codes.append(client.get("/live/dark").status_code))
            for _ in range(MOST_AT_ONCE)
        ]
        for looker in lookers:
            looker.start()
        for _ in lookers:
            assert shown.waiting.acquire(timeout=20)
        assert client.get("/live/dark").status_code == 503
        shown.gate.set()
        for looker in lookers:
            looker.join(20)
        assert codes == [204] * MOST_AT_ONCE
        assert client.get("/live/dark").status_code == 204
