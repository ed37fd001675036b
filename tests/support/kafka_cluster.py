"""Three Kafka brokers as three processes, each also a controller: replicas, leaders that move, too few in sync."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from kafka import KafkaAdminClient, TopicPartition  # type: ignore[import-untyped]
from kafka.errors import KafkaError  # type: ignore[import-untyped]

from tests.support.kafka import BrokerProcess, a_cluster_id, free_ports, read_topic
from tests.support.waiting import eventually

CONFIGURATION: Final = """
process.roles=broker,controller
node.id={number}
controller.quorum.voters={voters}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
transaction.state.log.replication.factor=3
auto.create.topics.enable=false
auto.leader.rebalance.enable=false
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=4000
replica.lag.time.max.ms=4000
log.dirs={data}
"""


class Cluster:
    """Brokers 1, 2 and 3 with replicas on all and two that have to be in sync."""

    def __init__(self, folder: Path) -> None:
        found = free_ports(6)
        ports, controllers = found[:3], found[3:]
        voters = ",".join(f"{n}@127.0.0.1:{port}" for n, port in enumerate(controllers, 1))
        cluster = a_cluster_id()
        self.brokers: dict[int, BrokerProcess] = {}
        for number, (port, controller) in enumerate(zip(ports, controllers, strict=True), 1):
            own = folder / str(number)
            configuration = CONFIGURATION.format(
                number=number, voters=voters, port=port, controller=controller, data=own / "data"
            )
            self.brokers[number] = BrokerProcess(own, f"127.0.0.1:{port}", configuration, cluster)

    @property
    def address(self) -> str:
        """Of all, with commas."""
        return ",".join(broker.address for broker in self.brokers.values())

    def __enter__(self) -> Cluster:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for broker in self.brokers.values():
            broker.kill()

    def start(self) -> None:
        """Those that do not run, and wait until all answer; no broker is ready before two controllers are."""
        for broker in self.brokers.values():
            broker.launch()
        for broker in self.brokers.values():
            broker.start()

    def leaders(self, topic: str) -> dict[int, int]:
        """The leading broker of each partition; -1: none."""
        return {part["partition_index"]: part["leader_id"] for part in self._partitions(topic)}

    def wait_in_sync(self, topic: str) -> None:
        """Until all three replicas of each partition are in sync."""
        eventually(lambda: all(len(part["isr_nodes"]) == 3 for part in self._partitions(topic)), timeout_s=90)

    def move_leaders(self, topic: str, order: Sequence[int]) -> None:
        """Make the first of these brokers lead every partition, as an operator would."""
        admin = KafkaAdminClient(bootstrap_servers=self.address.split(","))
        try:
            parts = [TopicPartition(topic, number) for number in self.leaders(topic)]
            admin.alter_partition_reassignments({part: list(order) for part in parts})
            eventually(lambda: not admin.list_partition_reassignments(), timeout_s=60)
            admin.elect_leaders(0, {topic: [part.partition for part in parts]}, raise_errors=False)
        finally:
            admin.close()
        eventually(lambda: set(self.leaders(topic).values()) == {order[0]}, timeout_s=60)

    def read(self, topic: str) -> list[Any]:
        """See `read_topic`."""
        return read_topic(self.address.split(","), topic)

    def _partitions(self, topic: str) -> list[Any]:
        try:
            admin = KafkaAdminClient(bootstrap_servers=self.address.split(","))
        except KafkaError:
            return []
        try:
            return list(admin.describe_topics([topic])[0]["partitions"])
        except (KafkaError, LookupError):
            return []
        finally:
            admin.close()
