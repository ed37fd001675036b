"""A broker whose disk is full, and one that is away for long: `MATPHO_TEST_AWAY_S` seconds, 600 for the real thing."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sinks.kafka.settings import DriverName
from tests.faults.line import Counted, Line, Sending, settings_of
from tests.support.kafka import BrokerProcess, KafkaBroker, a_cluster_id, free_ports
from tests.support.waiting import eventually

pytestmark = [pytest.mark.faults, pytest.mark.broker]
AWAY_S = float(os.environ.get("MATPHO_TEST_AWAY_S", "30"))
DISK_MIB = 48

CONFIGURATION = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
auto.create.topics.enable=false
log.segment.bytes=1048576
log.index.size.max.bytes=65536
log.dirs={data}
metadata.log.dir={metadata}
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, in memory: what fills it fills nothing else."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "matpho-test", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted (root may): {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def small_broker(small_disk: Path, tmp_path: Path) -> Iterator[BrokerProcess]:
    port, controller = free_ports(2)
    configuration = CONFIGURATION.format(
        port=port, controller=controller, data=small_disk / "data", metadata=tmp_path / "metadata"
    )
    broker = BrokerProcess(tmp_path / "broker", f"127.0.0.1:{port}", configuration, a_cluster_id())
    broker.start()
    yield broker
    broker.kill()


@pytest.mark.timeout(1200)
def test_the_disk_of_the_broker_is_full(
    small_broker: BrokerProcess, small_disk: Path, tmp_path: Path, note: Callable[[Counted], None], driver: DriverName
) -> None:
    line = Line(small_broker, tmp_path, note, driver)
    sending = Sending(line, settings_of(line))
    sending.send(300)
    eventually(lambda: sending.delivered == 300)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(bytes(65_536))
    before = sending.retried
    for _ in range(40):  # until the broker wants a block that is not there
        sending.send(500)
        time.sleep(0.5)
        if sending.retried > before:
            break
    eventually(lambda: sending.retried > before)
    filler.unlink()
    small_broker.start()  # a broker whose only disk failed has ended itself
    sending.send(100)
    sending.all_arrive()


@pytest.mark.timeout(AWAY_S + 600)
def test_the_broker_is_away_for_long(line: Line[KafkaBroker]) -> None:
    sending = Sending(line, settings_of(line))
    sending.send(200)
    eventually(lambda: sending.delivered == 200)
    line.kafka.kill()
    back = time.monotonic() + AWAY_S
    while time.monotonic() < back:
        sending.send(50, 0.02)
    assert sending.delivered == 200
    line.kafka.start()
    sending.send(100)
    sending.all_arrive()
