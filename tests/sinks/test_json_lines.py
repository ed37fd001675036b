"""Whole lines, whatever happens to the disk, the reader or the program."""

from __future__ import annotations

import json
import os
import resource
import signal
from io import BytesIO
from pathlib import Path

import pytest

from core.codec.events import event_from_dict
from core.codec.records import to_json
from core.delivery import Delivered, Rejected, RetryAfter
from core.errors import SinkError
from core.records import Record
from sinks.json_lines import JsonLinesSink
from tests.support.records import a_measurement, a_track, an_event


def test_one_record_a_line_in_the_codecs_form(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    sink = JsonLinesSink.file(path)
    records: list[Record] = [an_event(1), a_measurement(), a_track()]
    sink.write(records)
    assert path.read_text(encoding="utf-8").splitlines() == [to_json(record) for record in records]
    sink.close()


def test_a_second_run_adds_to_the_file(tmp_path: Path) -> None:
    for number in (1, 2):
        sink = JsonLinesSink.file(tmp_path / "records.jsonl")
        sink.write([an_event(number)])
        sink.close()
    assert len((tmp_path / "records.jsonl").read_text().splitlines()) == 2


def test_a_line_torn_by_a_kill_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(b'{"event_id": "ev')
    sink = JsonLinesSink.file(path)
    sink.write([an_event(1)])
    sink.close()
    torn, whole = path.read_bytes().splitlines()
    assert torn == b'{"event_id": "ev'
    assert event_from_dict(json.loads(whole)) == an_event(1)


def test_a_write_cut_short_leaves_no_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    sink = JsonLinesSink.file(path)
    assert sink.write([an_event(1)]).outcomes == (Delivered(),)
    size = path.stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))
    try:
        (outcome,) = sink.write([an_event(2)]).outcomes
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert isinstance(outcome, RetryAfter)
    assert path.stat().st_size == size
    assert sink.write([an_event(2)]).outcomes == (Delivered(),)
    assert [json.loads(line)["event_id"] for line in path.read_text().splitlines()] == ["event-000001", "event-000002"]
    sink.close()


def test_a_stream_stays_open_for_its_owner() -> None:
    stream = BytesIO()
    sink = JsonLinesSink.stream(stream)
    sink.write([an_event(1)])
    sink.close()
    assert stream.getvalue() == f"{to_json(an_event(1))}\n".encode()


def test_a_reader_that_has_gone_will_take_nothing_more() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as stream:
        (outcome,) = JsonLinesSink.stream(stream).write([an_event(1)]).outcomes
    assert isinstance(outcome, Rejected)


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="nowhere"):
        JsonLinesSink.file(tmp_path / "nowhere" / "records.jsonl")
    with pytest.raises(SinkError):
        JsonLinesSink.file(tmp_path)
