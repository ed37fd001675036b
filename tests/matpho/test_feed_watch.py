"""A feed that tells nothing is seen by the rules that lack it, on the page, and in the run's summary."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from console.app import create_app
from core.errors import StoreError
from core.signals import SignalState
from core.times import SECOND_NS, time_text
from matpho.camera_plan import camera_plan
from matpho.feed_watch import FeedWatch
from matpho.plan import Plan
from matpho.session import Session
from matpho.summary import Counts, off_dict
from matpho.workers.messages import MESSAGES, StatusTold
from models.observers.signals import STALE_NS
from pipeline.cameras import CameraPlan
from pipeline.signals.board import SignalBoard
from pipeline.signals.http import SignalServer
from pipeline.sources.synthetic import Script, SyntheticSource
from scenes.model_specs import ModelSpec
from scenes.scene_file import load_scene
from store.event_store import EventStore
from store.records import RunRecord

SCENE = """
id: junction
reference_size: [640, 480]
lanes:
  - {id: a, polygon: [[0, 0], [9, 0], [9, 9]], centreline: [[0, 4], [9, 4]], group: south}
  - {id: b, polygon: [[20, 0], [29, 0], [29, 9]], centreline: [[20, 4], [29, 4]]}
lines: [{id: stop, start: [0, 5], end: [9, 5]}]
signals:
  - {id: s, lanes: [a], feed: J1}
  - {id: t, line: stop, feed: J2}
rules:
  - {kind: violation.red_light, id: red-s, signal: s}
  - {kind: violation.red_light, id: red-t, signal: t}
  - {kind: traffic.queue, id: jam, group: south, except_red: true}
  - {kind: traffic.queue, id: jam-at-red-too, lane: a}
  - {kind: traffic.queue, id: jam-elsewhere, lane: b, except_red: true}
  - {kind: incident.stopped_vehicle, id: stands}
  - {kind: incident.stopped_vehicle, id: stands-elsewhere, lane: b}
  - {kind: security.line_crossing, id: line, line: stop}
"""
NOW = time.time_ns()


@pytest.fixture
def camera(tmp_path: Path) -> Callable[[bool], CameraPlan]:
    (tmp_path / "scene.yaml").write_text(SCENE)
    file = load_scene(tmp_path / "scene.yaml")
    return lambda live: camera_plan(SyntheticSource("north", Script(live=live, frames=4)), file)


def rules(watch: FeedWatch) -> list[str]:
    return [rule.rule_id for rule in watch.silent]


def test_rules_lack_a_signal_while_its_own_feed_is_silent(camera: Callable[[bool], CameraPlan]) -> None:
    board, said = SignalBoard(), list[list[str]]()
    watch = FeedWatch(board, [camera(True)], NOW - STALE_NS, lambda: said.append(rules(watch)))
    assert watch.ages_s(NOW) == {"J1": None, "J2": None}
    board.tell("J2", SignalState.RED, NOW)
    with capture_logs() as logs:
        for second in (-1, 0, 1, 2):
            watch.poll(NOW + second * SECOND_NS)
        assert said == [["red-s", "jam", "stands"]], "that J1 was never told, once"
        board.tell("J1", SignalState.RED, NOW)
        watch.poll(NOW + 3 * SECOND_NS)
        watch.poll(NOW + STALE_NS + SECOND_NS)
    assert said == [["red-s", "jam", "stands"], [], ["red-s", "jam", "stands", "red-t"]]
    assert {rule.heard_ns for rule in watch.silent} == {NOW}
    assert watch.ages_s(NOW + SECOND_NS // 4) == {"J1": 0.2, "J2": 0.2}
    assert [(line["event"], line["feed"]) for line in logs] == [
        ("signal_feed_silent", "J1"),
        ("signal_feed_speaks_again", "J1"),
        ("signal_feed_silent", "J1"),
        ("signal_feed_silent", "J2"),
    ]


def test_of_a_file_with_a_clock_of_its_own_only_a_feed_that_was_never_heard_is_silent(
    camera: Callable[[bool], CameraPlan],
) -> None:
    board = SignalBoard()
    watch = FeedWatch(board, [camera(False)], NOW, lambda: None)
    board.tell("J1", SignalState.RED, NOW - 100 * STALE_NS)
    watch.poll(NOW + SECOND_NS)
    assert rules(watch) == []
    watch.close()
    assert rules(watch) == ["red-t"], "at the end, however short the run was"


def test_what_could_not_be_said_is_said_at_the_next_look(camera: Callable[[bool], CameraPlan]) -> None:
    tries = list[int]()

    def changed() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise StoreError("error-store-open", path="x", reason="busy")

    watch = FeedWatch(SignalBoard(), [camera(True)], NOW - STALE_NS, changed)
    with pytest.raises(StoreError):
        watch.poll(NOW)
    watch.poll(NOW)
    watch.poll(NOW)
    assert len(tries) == 2


def test_a_feed_over_http_that_stops_and_comes_back_stands_on_the_page_meanwhile(
    tmp_path: Path, camera: Callable[[bool], CameraPlan]
) -> None:
    board, store = SignalBoard(), EventStore.open(tmp_path / "events.db")
    server = SignalServer(board, "127.0.0.1", 0)
    watch = FeedWatch(
        board, [camera(True)], NOW, lambda: store.runs.put(RunRecord("r", NOW, summary=off_dict(watch.silent)))
    )

    def told(at_ns: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        records = [{"signal": name, "state": "red", "time": time_text(at_ns)} for name in ("J1", "J2")]
        connection.request("POST", "/signals", json.dumps(records), {"Content-Type": "application/json"})
        assert connection.getresponse().status == 200
        connection.close()

    def off(page: TestClient) -> list[str]:
        watch.poll(NOW)
        shown: list[str] = page.get("/api/summary", params={"lang": "en"}).json()["off"]
        return shown

    with TestClient(create_app(store, tmp_path), base_url="http://127.0.0.1:8000") as page:
        told(NOW - STALE_NS - SECOND_NS)
        assert [line.split(":")[0] for line in off(page)] == [
            "Red light, camera north",
            "Queue, camera north",
            "Stopped vehicle, camera north",
            "Red light, camera north",
        ]
        assert "signal t is unknown: its feed J2 has told nothing since 20" in off(page)[3]
        told(NOW)
        assert off(page) == []
    server.close()
    store.close()


def test_the_summary_of_a_run_says_which_feeds_were_never_heard(
    tmp_path: Path, camera: Callable[[bool], CameraPlan]
) -> None:
    board = SignalBoard()
    board.tell("J1", SignalState.RED, NOW)
    plan = Plan(ModelSpec(), (camera(False),), store=tmp_path / "events.db", evidence=None, signals=board)
    with Session(plan) as session:
        before = session.off
    assert before == () and [rule.rule_id for rule in session.off] == ["red-t"]
    store = EventStore.open(tmp_path / "events.db")
    run = store.runs.last()
    store.close()
    assert run is not None and run.ended_ns is not None
    assert [(one["feed"], one["heard_ns"]) for one in run.summary["off"]] == [("J2", None)]
    told = StatusTold(counts=Counts(), cameras=[], silent=session.silent)
    assert MESSAGES.validate_json(told.model_dump_json()) == told, "as a worker tells its supervisor"
