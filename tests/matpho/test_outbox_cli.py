"""`matpho outbox`: what a person sees and does while a broker is away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.delivery import RetryAfter
from core.errors import ConfigError
from core.protocols import Sink
from locales import set_language
from matpho.cli import app
from sinks.fan_out import FanOut
from sinks.memory import MemorySink
from sinks.outbox_files import open_outbox, outbox_folder
from tests.support.records import a_measurement, an_event
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    set_language("en")
    yield
    set_language(None)


def away() -> Sink:
    return MemorySink("kafka", lambda record: RetryAfter(30, "away"))


def run(store: Path, kafka: Sink, stack: ExitStack) -> FanOut:
    return FanOut([MemorySink("store"), kafka], file=open_outbox(outbox_folder(store), stack))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Of a run that has ended; two events and a measurement wait for Kafka."""
    path = tmp_path / "matpho.db"
    with ExitStack() as stack:
        fan_out = run(path, away(), stack)
        fan_out.publish([an_event(1), a_measurement(1), an_event(2)])
        fan_out.close(0.3)
    return path


def said(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if isinstance(result.exception, ConfigError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_status_tells_what_waits_for_whom(store: Path) -> None:
    found = json.loads(said("outbox", "status", "--store", store, "--json"))
    kafka, kept = found["waiting"]
    assert (kafka["sink"], kafka["events"], kafka["others"], kafka["in_use"]) == ("kafka", 2, 1, False)
    assert (kept["sink"], kept["events"], kept["others"], kept["oldest_s"]) == ("store", 0, 0, None)
    assert kafka["oldest_s"] > 0
    assert "not running" in said("outbox", "status", "--store", store)


def test_peek_shows_the_records(store: Path) -> None:
    lines = said("outbox", "peek", "--store", store, "--sink", "kafka", "--limit", 2).splitlines()
    assert [json.loads(line).get("event_id") for line in lines] == ["event-000001", None]


def test_replay_sends_again_and_purge_gives_up(store: Path) -> None:
    assert "3 records go to store again" in said("outbox", "replay", "--store", store, "--sink", "store")
    assert "3 records for kafka were given up" in said("outbox", "purge", "--store", store, "--sink", "kafka", "--yes")
    kafka, kept = MemorySink("kafka"), MemorySink("store")
    with ExitStack() as stack:
        FanOut([kept, kafka], file=open_outbox(outbox_folder(store), stack)).close(5)
    assert kept.records == [an_event(1), a_measurement(1), an_event(2)]
    assert kafka.records == []


def test_a_running_process_is_asked(store: Path) -> None:
    kafka = MemorySink("kafka")
    with ExitStack() as stack:
        fan_out = run(store, kafka, stack)
        eventually(lambda: len(kafka.records) == 3)
        assert all(w["in_use"] for w in json.loads(said("outbox", "status", "--store", store, "--json"))["waiting"])
        said("outbox", "replay", "--store", store, "--sink", "kafka")
        eventually(lambda: len(kafka.records) == 6)
        fan_out.close(5)


def test_a_store_without_outbox_and_an_unknown_sink_are_told(store: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no outbox"):
        said("outbox", "status", "--store", tmp_path / "other.db")
    with pytest.raises(ConfigError, match="kafka, store"):
        said("outbox", "peek", "--store", store, "--sink", "kafak")
