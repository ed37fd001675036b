"""The stream gives each revision once, in order, goes on where a page left off, and ends when it should."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from console import stream
from console.server import BackgroundServer
from store.event_store import EventStore
from tests.support.console import crossing, intrusion, measurement


@pytest.fixture
def url(app: FastAPI) -> Iterator[str]:
    with BackgroundServer(app, port=0) as server:
        yield server.url


Message = dict[str, Any]


@contextmanager
def listening(url: str, **asked: Any) -> Iterator[Iterator[Message]]:
    """Messages of the stream as they come; comments are messages too."""
    with httpx.Client(timeout=10) as http, http.stream("GET", f"{url}api/stream", **asked) as answer:
        assert answer.status_code == 200, answer.read()
        yield messages(answer.iter_lines())


def messages(lines: Iterator[str]) -> Iterator[Message]:
    found: Message = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            found[name or "comment"] = json.loads(value) if name == "data" else value
        elif found:
            yield found
            found = {}


def events(stream_: Iterator[Message], count: int) -> list[Message]:
    found: list[Message] = []
    while len(found) < count:
        one = next(stream_)
        if one.get("event") == "event":
            found.append(one)
    return found


def test_a_new_page_gets_what_comes_from_now_on(url: str, store: EventStore) -> None:
    store.append([crossing("before")])
    with listening(url, params={"lang": "vi"}) as got:
        next(got)  # the pause for reconnecting: the stream is open
        time.sleep(0.6)
        store.append([intrusion("i1", 1)])
        store.append([intrusion("i1", 2)])
        found = events(got, 2)
    assert [(m["id"], m["data"]["event_id"], m["data"]["revision"]) for m in found] == [
        ("2-0", "i1", 1),
        ("3-0", "i1", 2),
    ]
    assert found[0]["data"]["kind_name"] == "Xâm nhập"


def test_a_page_that_comes_back_misses_nothing(url: str, store: EventStore) -> None:
    store.append([crossing("c1")])
    with listening(url, params={"after": "0"}) as got:
        last = events(got, 1)[0]["id"]
    store.append([crossing(f"c{n}") for n in range(2, 2 + stream.BATCH + 5)])  # more than one reading
    with listening(url, params={"after": "0"}, headers={"last-event-id": last}) as got:
        found = events(got, stream.BATCH + 5)
    assert [m["data"]["event_id"] for m in found] == [f"c{n}" for n in range(2, 2 + stream.BATCH + 5)]
    assert [int(m["id"].partition("-")[0]) for m in found] == list(range(2, 2 + stream.BATCH + 5))


def test_a_page_hears_that_something_was_measured(url: str, store: EventStore) -> None:
    with listening(url) as got:
        next(got)
        store.append([measurement()])
        first = next(m for m in got if m.get("event") == "measured")
        assert "id" not in first, "where a page goes on after a loss is a matter of events"
        store.append([measurement(camera_id="other"), crossing("c1")])
        later = [next(m for m in got if m.get("event") == name) for name in ("event", "measured")]
    assert later[1]["data"]["row"] > first["data"]["row"]


def test_a_page_of_another_store_is_told_to_begin_anew(url: str, store: EventStore) -> None:
    store.append([crossing("c1")])
    with listening(url, headers={"last-event-id": "900"}) as got:
        assert next(m for m in got if "event" in m) == {"id": "1", "event": "reset", "data": {}}
        store.append([crossing("c2")])
        assert events(got, 1)[0]["data"]["event_id"] == "c2"


def test_a_quiet_stream_shows_that_it_lives(url: str, store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.1)
    with listening(url) as got:
        assert next(m for m in got if "comment" in m) == {"comment": "still here"}


def test_trouble_with_the_store_is_told_and_the_stream_goes_on(
    url: str, store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "AFTER_TROUBLE_S", 0.1)
    database = store._database.path
    with listening(url, params={"lang": "en"}) as got:
        next(got)
        time.sleep(0.6)
        kept = database.with_suffix(".kept")
        store.close()
        database.rename(kept)
        for leftover in database.parent.glob("events.db-*"):
            leftover.unlink()
        database.mkdir()
        told = next(m for m in got if m.get("event") == "trouble")
        assert "events.db" in told["data"]["message"]
        database.rmdir()
        kept.rename(database)
        assert next(m for m in got if m.get("event") == "recovered")
        store.append([crossing("after")])
        assert events(got, 1)[0]["data"]["event_id"] == "after"


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30])
def test_a_bad_row_is_refused(url: str, after: str) -> None:
    answer = httpx.get(f"{url}api/stream", params={"after": after, "lang": "en"})
    assert answer.status_code == 422
    assert "after" in answer.json()["error"]["message"]


def test_too_many_pages_are_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_STREAMS", 1)
    with listening(url) as got:
        next(got)
        refused = httpx.get(f"{url}api/stream", headers={"accept-language": "en"})
    assert refused.status_code == 503
    assert "Close some" in refused.json()["error"]["message"]


def test_a_page_that_goes_is_forgotten(url: str, app: FastAPI) -> None:
    with listening(url) as got:
        next(got)
        assert app.state.streams.listening == 1
    deadline = time.monotonic() + 10
    while app.state.streams.listening and time.monotonic() < deadline:
        time.sleep(0.05)
    assert app.state.streams.listening == 0


def test_the_server_ends_though_a_page_listens(app: FastAPI) -> None:
    with (
        BackgroundServer(app, port=0) as server,
        httpx.Client(timeout=10) as http,
        http.stream("GET", f"{server.url}api/stream") as answer,
    ):
        lines = answer.iter_lines()
        assert next(lines).startswith("retry")
        server.__exit__(None, None, None)
        assert list(lines) == [""]
    assert not server._thread.is_alive()


def test_json_on_one_line(evidence: Path) -> None:
    assert stream.message("event", {"name": "a\nb\u2028"}, 4).count("\n") == 4
