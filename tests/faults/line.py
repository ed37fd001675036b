"""A topic, what sends to it while something fails, and the count of what arrived."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from sinks.fan_out import FanOut
from sinks.kafka.settings import DriverName, KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink
from sinks.record_log import RecordLog
from tests.support.records import an_event
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]


class Brokers(Protocol):
    """One or several."""

    @property
    def address(self) -> str: ...

    def read(self, topic: str) -> list[Any]: ...


B = TypeVar("B", bound=Brokers)


@dataclass(frozen=True)
class Counted:
    """What became of the events that were sent; `lost` and `out_of_order` after de-duplication by (event_id, revision),
    the order by camera.
    """

    sent: int
    received: int
    duplicates: int
    lost: int
    out_of_order: int


def count(sent: int, values: list[dict[str, Any]], cameras: int = 3) -> Counted:
    """Of events 0 to `sent`, event n of camera n modulo `cameras`, as they came."""
    numbers = [int(value["event_id"].removeprefix("event-")) for value in values]
    firsts = list(dict.fromkeys(numbers))
    wrong = 0
    for camera in range(cameras):
        mine = [number for number in firsts if number % cameras == camera]
        wrong += sum(later < earlier for earlier, later in pairwise(mine))
    return Counted(sent, len(numbers), len(numbers) - len(firsts), sent - len(firsts), wrong)


class Line(Generic[B]):
    """A topic, and processes that send numbered events to it through an outbox in a folder."""

    def __init__(self, kafka: B, folder: Path, note: Callable[[Counted], None], driver: DriverName) -> None:
        self.kafka, self.folder, self._note, self.driver = kafka, folder, note, driver
        self.topic = f"faults-{uuid.uuid4().hex[:8]}"

    def start(
        self, total: int, *kill: str, address: str | None = None, pause_s: str = "0", **settings: str
    ) -> subprocess.Popen[str]:
        """Send events up to a number; killed at a step, if one is given."""
        query = "&".join(f"{name}={value}" for name, value in {"driver": self.driver, **settings}.items())
        received = f"kafka://{address or self.kafka.address}/{self.topic}?{query}"
        command = [sys.executable, "-m", "tests.support.outbox_process", str(self.folder / "0.db"), received]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PAUSE_S": pause_s}
        return subprocess.Popen(
            [*command, str(total), *kill],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self, process: subprocess.Popen[str], timeout_s: float = 180) -> str:
        """Wait for the end of a process; what it said."""
        return process.communicate(timeout=timeout_s)[0]

    def finish(self, total: int, **settings: str) -> None:
        """Send what is left with nothing in the way."""
        process = self.start(total, **settings)
        said = self.end(process)
        assert process.returncode == 0, said

    def values(self) -> list[dict[str, Any]]:
        """What a consumer has."""
        return [json.loads(message.value) for message in self.kafka.read(self.topic)]

    def judge(self, total: int, values: list[dict[str, Any]] | None = None) -> Counted:
        """Nothing is lost, nothing comes twice after de-duplication, each camera's events are in order."""
        counted = count(total, self.values() if values is None else values)
        self._note(counted)
        assert counted.lost == 0
        assert counted.out_of_order == 0
        return counted


class Sending:
    """Events are published in this process, a few at a time, while something fails."""

    def __init__(
        self, line: Line[Any], settings: KafkaSettings, log: RecordLog | None = None, replicas: int | None = None
    ) -> None:
        self.line, self.sent = line, 0
        self.letters = line.folder / "dead.jsonl"
        self.log = log or RecordLog.open(line.folder / "0.db")
        topic = TopicSettings(line.topic, create=True, partitions=3, replicas=replicas)
        self.fan_out = FanOut([KafkaSink(settings, topic)], file=self.log, dead_letters=self.letters)

    def send(self, events: int, pause_s: float = 0.0) -> None:
        for _ in range(events):
            self.fan_out.publish([an_event(self.sent, camera=f"cam-{self.sent % 3}")])
            self.sent += 1
            time.sleep(pause_s)

    @property
    def delivered(self) -> int:
        return self.fan_out.counters()["kafka"].delivered

    @property
    def retried(self) -> int:
        return self.fan_out.counters()["kafka"].retried

    def all_arrive(self, timeout_s: float = 200) -> None:
        eventually(lambda: self.delivered >= self.sent, timeout_s=timeout_s)
        assert self.fan_out.close() == {"kafka": 0}
        self.line.judge(self.sent)


def settings_of(line: Line[Any], address: str | None = None, timeout_s: float = 3) -> KafkaSettings:
    return KafkaSettings(tuple((address or line.kafka.address).split(",")), driver=line.driver, timeout_s=timeout_s)
