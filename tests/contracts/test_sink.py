"""What every sink promises, on every sink."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as listening
from sqlalchemy.pool import Pool

from core.codec.events import event_from_dict
from core.codec.records import encode
from core.delivery import Delivered, Rejected, RetryAfter
from core.events import Event, Phase
from core.protocols import EncodedSink, Sink
from core.records import Record
from sinks.json_lines import JsonLinesSink
from sinks.kafka.settings import KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink
from sinks.memory import MemorySink
from sinks.store import StoreSink
from store.event_store import EventStore
from tests.support.kafka import KafkaBroker, free_ports
from tests.support.records import a_measurement, a_track, an_event


@dataclass(frozen=True)
class Case:
    """A sink, the events that arrived on its other side, and a sink of its kind whose other side is away."""

    sink: Sink
    arrived: Callable[[], list[Event]]
    away: Sink


def memory(_tmp_path: Path, _request: pytest.FixtureRequest) -> Iterator[Case]:
    sink = MemorySink()
    yield Case(
        sink,
        lambda: [record for record in sink.records if isinstance(record, Event)],
        MemorySink(answer=lambda record: RetryAfter(1.0, "away")),
    )


def events_in(path: Path) -> list[Event]:
    values = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [event_from_dict(value) for value in values if "event_id" in value]


def json_lines(tmp_path: Path, _request: pytest.FixtureRequest) -> Iterator[Case]:
    path = tmp_path / "records.jsonl"
    yield Case(JsonLinesSink.file(path), lambda: events_in(path), JsonLinesSink.file("/dev/full"))


def stream(tmp_path: Path, _request: pytest.FixtureRequest) -> Iterator[Case]:
    path = tmp_path / "stdout"
    with path.open("wb") as target, Path("/dev/full").open("wb") as full:
        yield Case(JsonLinesSink.stream(target), lambda: events_in(path), JsonLinesSink.stream(full))


def store(tmp_path: Path, _request: pytest.FixtureRequest) -> Iterator[Case]:
    opened, other = EventStore.open(tmp_path / "events.db"), EventStore.open(tmp_path / "full.db")

    def read_only(connection: Any, record: Any, _proxy: Any) -> None:
        name = connection.execute("PRAGMA database_list").fetchone()[2]
        connection.execute(f"PRAGMA query_only={'ON' if name.endswith('full.db') else 'OFF'}")

    listening.listen(Pool, "checkout", read_only)
    yield Case(StoreSink(opened), lambda: [event for _, event in opened.events.since(0)], StoreSink(other))
    listening.remove(Pool, "checkout", read_only)
    opened.close()
    other.close()


def kafka(_tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Case]:
    broker: KafkaBroker = request.getfixturevalue("kafka")
    topic = broker.create_topic(f"contract-{uuid.uuid4().hex[:8]}", partitions=1)
    nobody = KafkaSettings((f"127.0.0.1:{free_ports(1)[0]}",), timeout_s=2)

    def arrived() -> list[Event]:
        return [event_from_dict(json.loads(message.value)) for message in broker.read(topic)]

    sink, away = (
        KafkaSink(KafkaSettings((broker.address,)), TopicSettings(topic)),
        KafkaSink(nobody, TopicSettings(topic)),
    )
    yield Case(sink, arrived, away)
    sink.close()
    away.close()


@pytest.fixture(params=[memory, json_lines, stream, store, pytest.param(kafka, marks=pytest.mark.broker)])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    yield from request.param(tmp_path, request)


def test_delivered_events_arrive_whole_and_in_order(case: Case) -> None:
    written: list[Event] = [an_event(number, zone="ngã tư Sở — làn xe máy") for number in range(20)]
    assert case.sink.write(written[:15]).outcomes == (Delivered(),) * 15
    assert case.sink.write(written[15:]).outcomes == (Delivered(),) * 5
    assert case.arrived() == written


def test_json_that_is_made_already_arrives_the_same(case: Case) -> None:
    if not isinstance(case.sink, EncodedSink):
        pytest.skip("it makes its own")
    written = [an_event(number, zone="ngã tư Sở — làn xe máy") for number in range(5)]
    outcomes = case.sink.write_encoded(written, [encode(event) for event in written]).outcomes
    assert outcomes == (Delivered(),) * 5
    assert case.arrived() == written


def test_nothing_written_is_nothing_delivered(case: Case) -> None:
    assert case.sink.write([]).outcomes == ()
    assert case.arrived() == []


def test_what_it_accepts_it_takes(case: Case) -> None:
    records: list[Record] = [an_event(1), a_measurement(), a_track(), an_event(1, 2, phase=Phase.ENDED)]
    accepted = [record for record in records if case.sink.accepts(record)]
    assert [record for record in accepted if isinstance(record, Event)] == [records[0], records[3]]
    assert case.sink.write(accepted).outcomes == (Delivered(),) * len(accepted)
    assert case.arrived() == [records[0], records[3]]


def test_the_same_again_is_taken_again(case: Case) -> None:
    event = an_event(1)
    assert case.sink.write([event]).outcomes == case.sink.write([event]).outcomes == (Delivered(),)
    assert case.arrived() in ([event], [event, event])


def test_a_record_without_a_utf8_form_holds_up_no_other(case: Case) -> None:
    good, bad, last = an_event(1), an_event(2, camera="cam-\ud800"), an_event(3)
    first, refused, third = case.sink.write([good, bad, last]).outcomes
    assert (first, third) == (Delivered(), Delivered())
    assert isinstance(refused, Delivered if isinstance(case.sink, MemorySink) else Rejected)
    assert [event for event in case.arrived() if event != bad] == [good, last]


def test_while_the_other_side_is_away_every_record_waits_and_is_told_why(case: Case) -> None:
    outcomes = case.away.write([an_event(1), an_event(2)]).outcomes
    assert len(outcomes) == 2
    for outcome in outcomes:
        assert isinstance(outcome, RetryAfter)
        assert outcome.seconds > 0
        assert outcome.reason


def test_it_has_one_name_and_closes_twice(case: Case) -> None:
    assert case.sink.name == case.sink.name != ""
    case.sink.write([an_event(1)])
    case.sink.close()
    case.sink.close()
