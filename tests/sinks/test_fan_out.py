"""Each sink at its own pace: nothing lost, nothing out of order, no sink in another's way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from threading import Event as Flag

import pytest
from structlog.testing import capture_logs

from core.codec.events import event_to_dict
from core.delivery import Delivered, Delivery, Outcome, Rejected, RetryAfter
from core.errors import SinkError
from core.events import Event
from core.records import Record
from sinks.bounds import Bounds
from sinks.fan_out import FanOut, SinkCounters
from sinks.memory import MemorySink
from tests.support.records import a_measurement, a_track, an_event
from tests.support.waiting import eventually


class HangingSink(MemorySink):
    """Writes nothing until it is let go."""

    def __init__(self, name: str = "hanging") -> None:
        super().__init__(name)
        self.entered, self.let_go = Flag(), Flag()

    def write(self, records: Sequence[Record]) -> Delivery:
        self.entered.set()
        self.let_go.wait(60)
        return super().write(records)


class RaisingSink(MemorySink):
    """Raises at its first writes."""

    def __init__(self, times: int) -> None:
        super().__init__("raising")
        self.times = times

    def write(self, records: Sequence[Record]) -> Delivery:
        self.times -= 1
        if self.times >= 0:
            raise ConnectionError("nobody home")
        return super().write(records)


class EventsOnly(MemorySink):
    def accepts(self, record: Record) -> bool:
        return isinstance(record, Event)


def test_every_sink_gets_what_it_accepts_in_order() -> None:
    everything, events = MemorySink("everything"), EventsOnly("events")
    fan_out = FanOut([everything, events])
    records: list[Record] = [an_event(1), a_measurement(1), an_event(2), a_track(1), an_event(1, 2)]
    fan_out.publish(records[:3])
    fan_out.publish(records[3:])
    assert fan_out.close() == {"everything": 0, "events": 0}
    assert everything.records == records
    assert events.records == [records[0], records[2], records[4]]
    assert fan_out.counters() == {"everything": SinkCounters(delivered=5), "events": SinkCounters(delivered=3)}
    assert everything.closed


def test_a_hanging_sink_holds_neither_the_step_nor_another_sink() -> None:
    hanging, other = HangingSink(), MemorySink()
    fan_out = FanOut([hanging, other])
    records = [an_event(number) for number in range(2000)]
    fan_out.publish(records[:1])
    assert hanging.entered.wait(60)
    for first in range(1, 2000, 100):
        fan_out.publish(records[first : first + 100])
    eventually(lambda: len(other.records) == 2000)
    assert fan_out.counters()["hanging"].waiting == 2000
    hanging.let_go.set()
    assert fan_out.close(60) == {"hanging": 0, "memory": 0}
    assert hanging.records == other.records == records


def test_a_sink_that_raises_is_tried_again_and_its_words_are_logged() -> None:
    raising, other = RaisingSink(1), MemorySink()
    with capture_logs() as logs:
        fan_out = FanOut([raising, other])
        fan_out.publish([an_event(1), an_event(2)])
        eventually(lambda: len(other.records) == 2)
        assert fan_out.close(60) == {"raising": 0, "memory": 0}
    assert raising.records == [an_event(1), an_event(2)]
    assert fan_out.counters()["raising"] == SinkCounters(delivered=2, retried=2)
    assert [log["reason"] for log in logs if log["event"] == "sink_retry"] == ["ConnectionError: nobody home"]
    assert [log["sink"] for log in logs if log["event"] == "sink_recovered"] == ["raising"]


def test_a_sink_that_answers_for_too_few_records_is_tried_again() -> None:
    class Short(MemorySink):
        first = True

        def write(self, records: Sequence[Record]) -> Delivery:
            if self.first:
                self.first = False
                return Delivery((Delivered(),))
            return super().write(records)

    sink = Short()
    fan_out = FanOut([sink])
    fan_out.publish([an_event(1), an_event(2)])
    assert fan_out.close(60) == {"memory": 0}
    assert sink.records == [an_event(1), an_event(2)]


def test_order_by_camera_survives_retries_in_the_middle() -> None:
    chance = Random(7)
    waiting: set[str] = set()

    class Moody(MemorySink):
        def write(self, records: Sequence[Record]) -> Delivery:
            waiting.clear()
            return super().write(records)

    def answer(record: Record) -> Outcome:
        if record.camera_id in waiting or chance.random() < 0.2:
            waiting.add(record.camera_id)
            return RetryAfter(0.001, "busy")
        return Delivered()

    sink = Moody(answer=answer)
    fan_out = FanOut([sink])
    for number in range(300):
        fan_out.publish([an_event(number, camera=f"cam-{number % 3}")])
    eventually(lambda: len(sink.records) == 300)
    assert fan_out.close() == {"memory": 0}
    by_camera = {camera: [r for r in sink.records if r.camera_id == camera] for camera in ("cam-0", "cam-1", "cam-2")}
    for number in range(3):
        assert by_camera[f"cam-{number}"] == [an_event(n, camera=f"cam-{number}") for n in range(number, 300, 3)]


def test_pauses_grow_while_it_fails() -> None:
    left = iter(range(5))
    sink = MemorySink(answer=lambda record: RetryAfter(0.01, "full") if next(left, None) is not None else Delivered())
    with capture_logs() as logs:
        fan_out = FanOut([sink])
        fan_out.publish([an_event(1)])
        eventually(lambda: sink.records)
        fan_out.close()
    pauses = [log["pause_s"] for log in logs if log["event"] == "sink_retry"]
    assert pauses[0] == 0.01
    assert all(after == 2 * before for before, after in pairwise(pauses))
    assert len(pauses) == 5


def test_the_rejected_go_to_the_dead_letters_with_their_reason(tmp_path: Path) -> None:
    def answer(record: Record) -> Outcome:
        return Rejected("too large") if record == an_event(2) else Delivered()

    picky, other = MemorySink("picky", answer), MemorySink("other")
    fan_out = FanOut([picky, other], dead_letters=tmp_path / "dead.jsonl")
    fan_out.publish([an_event(1), an_event(2), an_event(3)])
    assert fan_out.close() == {"picky": 0, "other": 0}
    assert picky.records == [an_event(1), an_event(3)]
    assert len(other.records) == 3
    assert fan_out.counters()["picky"] == SinkCounters(delivered=2, rejected=1)
    (letter,) = [json.loads(line) for line in (tmp_path / "dead.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (letter["sink"], letter["reason"]) == ("picky", "too large")
    assert letter["record"] == event_to_dict(an_event(2))


def test_dead_letters_that_cannot_be_written_are_logged_whole() -> None:
    sink = MemorySink(answer=lambda record: Rejected("no"))
    with capture_logs() as logs:
        fan_out = FanOut([sink], dead_letters="/dev/full")
        fan_out.publish([an_event(1)])
        fan_out.close()
    (lost,) = [log for log in logs if log["event"] == "dead_letter_lost"]
    assert lost["letter"]["record"] == event_to_dict(an_event(1))
    assert fan_out.counters()["memory"].rejected == 1


def test_at_the_bound_measurements_go_first_and_all_drops_are_counted_and_logged() -> None:
    hanging = HangingSink()
    with capture_logs() as logs:
        fan_out = FanOut([hanging], Bounds(memory=100))
        fan_out.publish([a_track(0)])
        assert hanging.entered.wait(60)
        for number in range(80):
            fan_out.publish([an_event(number), a_measurement(number), a_track(number + 1)])
        eventually(lambda: fan_out.counters()["hanging"] == SinkCounters(dropped=141, waiting=100))
        hanging.let_go.set()
        fan_out.close(60)
    kept = Counter(type(record).__name__ for record in hanging.records)
    assert kept["Event"] == 80
    assert sum(kept.values()) == 100
    assert hanging.records[-1] == a_track(80)
    dropped = [log for log in logs if log["event"] == "records_dropped"]
    assert sum(log["events"] + log["others"] for log in dropped) == 141
    assert sum(log["events"] for log in dropped) == 0


def test_closing_says_what_was_left_and_does_not_wait_for_ever() -> None:
    hanging, away, good = HangingSink(), MemorySink("away", lambda record: RetryAfter(60, "away")), MemorySink("good")
    fan_out = FanOut([hanging, away, good])
    fan_out.publish([an_event(1), an_event(2)])
    eventually(lambda: len(good.records) == 2)
    assert fan_out.close(0.2) == {"hanging": 2, "away": 2, "good": 0}
    assert good.closed
    assert not hanging.closed
    fan_out.publish([an_event(3)])
    assert fan_out.counters()["good"] == SinkCounters(delivered=2, dropped=1)
    hanging.let_go.set()


def test_a_sink_that_fails_to_close_is_logged() -> None:
    class Stuck(MemorySink):
        def close(self) -> None:
            raise OSError("still busy")

    with capture_logs() as logs:
        fan_out = FanOut([Stuck()])
        fan_out.publish([an_event(1)])
        assert fan_out.close() == {"memory": 0}
    assert [log["reason"] for log in logs if log["event"] == "sink_close_failed"] == ["OSError: still busy"]


def test_two_sinks_of_one_name_are_refused() -> None:
    with pytest.raises(SinkError, match="memory"):
        FanOut([MemorySink(), MemorySink()])


def test_dead_letters_without_a_folder_are_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="nowhere"):
        FanOut([], dead_letters=tmp_path / "nowhere" / "dead.jsonl")
