"""What was counted in each fault, shown at the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sinks.kafka.settings import DriverName
from tests.support.kafka import KafkaBroker

ROOT = Path(__file__).resolve().parents[2]
_COUNTED = pytest.StashKey[dict[str, "Counted"]]()


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


class Line:
    """A topic, and processes that send numbered events to it through an outbox in a folder."""

    def __init__(self, kafka: KafkaBroker, folder: Path, note: Callable[[Counted], None], driver: DriverName) -> None:
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

    def end(self, process: subprocess.Popen[str], timeout_s: float = 90) -> str:
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


@pytest.fixture(params=["kafka-python", "confluent"])
def line(request: pytest.FixtureRequest, kafka: KafkaBroker, tmp_path: Path) -> Line:
    counted = request.config.stash.setdefault(_COUNTED, {})
    if request.param == "confluent" and os.environ.get("MATPHO_TEST_REQUIRE_ALL") != "1":
        pytest.importorskip("confluent_kafka")

    def note(found: Counted) -> None:
        counted[request.node.name] = found

    return Line(kafka, tmp_path, note, request.param)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table."""
    counted = config.stash.get(_COUNTED, {})
    if counted:
        terminalreporter.section("sent and received")
        names = [field.name for field in fields(Counted)]
        terminalreporter.write_line(f"{'':70}" + "".join(f"{name:>14}" for name in names))
        for name, found in counted.items():
            terminalreporter.write_line(f"{name:70}" + "".join(f"{value:>14}" for value in astuple(found)))
