"""What was counted in each fault, shown at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import astuple, fields
from pathlib import Path
from typing import TypeVar

import pytest

from sinks.kafka.settings import DriverName
from tests.faults.line import Brokers, Counted, Line
from tests.support.kafka import KafkaBroker, KafkaUnavailable
from tests.support.kafka_cluster import Cluster

B = TypeVar("B", bound=Brokers)
_COUNTED = pytest.StashKey[dict[str, Counted]]()


@pytest.fixture(params=["kafka-python", "confluent"])
def driver(request: pytest.FixtureRequest) -> DriverName:
    if request.param == "confluent" and os.environ.get("MATPHO_TEST_REQUIRE_ALL") != "1":
        pytest.importorskip("confluent_kafka")
    name: DriverName = request.param
    return name


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[Counted], None]:
    """Keeps what was counted for the table at the end."""
    counted = request.config.stash.setdefault(_COUNTED, {})

    def keep(found: Counted) -> None:
        counted[request.node.name] = found

    return keep


@pytest.fixture
def line(kafka: KafkaBroker, tmp_path: Path, note: Callable[[Counted], None], driver: DriverName) -> Line[KafkaBroker]:
    return Line(kafka, tmp_path, note, driver)


@pytest.fixture(scope="session")
def three_brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    try:
        cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    except KafkaUnavailable as error:
        if os.environ.get("MATPHO_TEST_REQUIRE_ALL") == "1":
            pytest.fail(f"no Kafka brokers: {error}")
        pytest.skip(f"no Kafka brokers: {error}")
    with cluster:
        yield cluster


@pytest.fixture
def cluster_line(
    three_brokers: Cluster, tmp_path: Path, note: Callable[[Counted], None], driver: DriverName
) -> Line[Cluster]:
    three_brokers.start()
    return Line(three_brokers, tmp_path, note, driver)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table."""
    counted = config.stash.get(_COUNTED, {})
    if counted:
        terminalreporter.section("sent and received")
        names = [field.name for field in fields(Counted)]
        terminalreporter.write_line(f"{'':70}" + "".join(f"{name:>14}" for name in names))
        for name, found in counted.items():
            terminalreporter.write_line(f"{name:70}" + "".join(f"{value:>14}" for value in astuple(found)))
