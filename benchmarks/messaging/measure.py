"""Events into Kafka: ours by each driver, beside the client libraries used plainly; how soon a consumer has them."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from kafka import KafkaProducer  # type: ignore[import-untyped]

from benchmarks.machine import machine, one_core
from benchmarks.messaging.consumer import delays
from core.codec.events import event_to_dict
from core.delivery import Delivered
from core.errors import SinkError
from core.events import Event, EventKind, Phase, Picture, Severity
from core.measures import LoiteringMeasures
from sinks.fan_out import FanOut
from sinks.kafka.settings import Compression, DriverName, KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink
from sinks.memory import MemorySink
from sinks.record_log import RecordLog

MARKS: Final = {"confluent": 100_000, "kafka-python": 7_500, "outbox": 50_000}
"""Events a second that are wanted."""
LATENCY_MARK_MS: Final = 50.0
FRAME_MARK_MS: Final = 1_000.0
BATCH: Final = 1_000
"""Events in one write: of larger ones the memory no longer fits the processor's caches."""
CAMERAS: Final = 40
RATE: Final = 2_000
Progress = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Speed:
    """`per_s`: events a second by the clock, the best round, waits for the broker included; `cpu_us`: microseconds of
    CPU for each, of all threads of this process alone.
    """

    per_s: float
    cpu_us: float

    @property
    def per_cpu_s(self) -> float:
        """Events for a second of this process's CPU: what a core can do that waits for nobody."""
        return 1e6 / self.cpu_us


@dataclass(slots=True)
class Result:
    """All figures; speeds of peers under `peer: …`; of latencies the median and the 99th percentile."""

    events: int
    bytes: int
    versions: dict[str, str]
    machine: dict[str, Any]
    speeds: dict[str, Speed] = field(default_factory=dict)
    latency_ms: dict[str, tuple[float, float]] = field(default_factory=dict)
    from_frame_ms: tuple[float, float] | None = None

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self) | {"marks": MARKS, "latency_mark_ms": LATENCY_MARK_MS, "frame_mark_ms": FRAME_MARK_MS}


def measure(
    server: str,
    *,
    events: int = 50_000,
    rounds: int = 3,
    seconds: float = 5.0,
    progress: Progress = lambda _said: None,
) -> Result:
    """Everything, in turns, so that what else the machine does meets all alike; this process keeps to one core.

    Raises:
        SinkError: the broker takes nothing.
    """
    made = [an_event(number) for number in range(events)]
    drivers: list[DriverName] = ["kafka-python"]
    if find_spec("confluent_kafka") is not None:
        drivers.insert(0, "confluent")
    names = ("kafka-python", "confluent-kafka", "orjson")
    versions = {name: metadata.version(name) for name in names if find_spec(name.replace("-", "_")) or name != names[1]}
    result = Result(events, len(json.dumps(event_to_dict(made[0]))), versions, machine())
    with one_core():
        for number in range(rounds):
            for driver in drivers:
                progress(f"{number + 1}/{rounds} {driver}")
                _keep(result, driver, _timed(_ours(server, driver), _share(made, driver)))
                _keep(result, f"peer: {driver}", _timed(PEERS[driver](server), _share(made, driver)))
            if "confluent" in drivers:
                _keep(result, "confluent, lz4", _timed(_ours(server, "confluent", "lz4"), made))
            progress(f"{number + 1}/{rounds} outbox")
            _keep(result, "outbox", _timed(_outbox, made))
    for driver in drivers:
        progress(f"{driver}: {RATE}/s")
        result.latency_ms[driver] = _latency(server, driver, seconds)
    return result


def an_event(number: int) -> Event:
    """An event with two pictures, about 0.6 kB of JSON."""
    at_ns = 1_767_225_600_000_000_000 + number * 40_000_000
    return Event(
        event_id=f"{number:032x}",
        revision=1,
        kind=EventKind.LOITERING,
        phase=Phase.STARTED,
        severity=Severity.MEDIUM,
        confidence=0.8731,
        started_ns=at_ns - 60_000_000_000,
        at_ns=at_ns,
        camera_id=f"cam-{number % CAMERAS:05d}",
        rule_id="loitering-pavement",
        zone="pavement",
        measures=LoiteringMeasures(61.25),
        track_ids=(number % 1000 + 1,),
        class_ids=(0,),
        box=(812.5, 240.25, 861.75, 398.0),
        position=(105.8341598, 21.0277644),
        pictures=(Picture(f"2026/01/01/{number:032x}-1.jpg", at_ns), Picture(f"2026/01/01/{number:032x}-2.jpg", at_ns)),
    )


def _share(made: Sequence[Event], driver: str) -> Sequence[Event]:
    """The slower library gets fewer, so that both are measured for about as long."""
    return made if driver == "confluent" else made[: max(1, len(made) // 5)]


def _timed(send: Callable[[Sequence[Event]], None], made: Sequence[Event]) -> Speed:
    send(made[: min(1000, len(made))])
    wall, cpu = time.perf_counter(), time.process_time()
    send(made)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Speed(len(made) / wall, 1e6 * cpu / len(made))


def _keep(result: Result, name: str, found: Speed) -> None:
    before = result.speeds.get(name)
    if before is not None:
        found = Speed(max(before.per_s, found.per_s), min(before.cpu_us, found.cpu_us))
    result.speeds[name] = found


def a_topic() -> TopicSettings:
    return TopicSettings(f"matpho.bench.{uuid.uuid4().hex[:8]}", create=True, partitions=6, retention_s=600)


def _ours(server: str, driver: DriverName, compression: Compression | None = None) -> Callable[[Sequence[Event]], None]:
    sink = KafkaSink(KafkaSettings((server,), driver=driver, compression=compression, timeout_s=60), a_topic())

    def send(made: Sequence[Event]) -> None:
        for first in range(0, len(made), BATCH):
            outcomes = sink.write(made[first : first + BATCH]).outcomes
            bad = [outcome for outcome in outcomes if not isinstance(outcome, Delivered)]
            if bad:
                raise SinkError("error-bench-messaging", reason=bad[0].reason)

    return send


def _peer_confluent(server: str) -> Callable[[Sequence[Event]], None]:
    import confluent_kafka

    topic = a_topic()
    KafkaSink(KafkaSettings((server,)), topic).check()
    producer = confluent_kafka.Producer({"bootstrap.servers": server, "acks": "all", "linger.ms": 5})

    def send(made: Sequence[Event]) -> None:
        for event in made:
            value, key = json.dumps(event_to_dict(event)).encode(), event.camera_id.encode()
            while True:
                try:
                    producer.produce(topic.name, value, key)
                    break
                except BufferError:
                    producer.poll(0.05)
            producer.poll(0)
        producer.flush(60)

    return send


def _peer_kafka_python(server: str) -> Callable[[Sequence[Event]], None]:
    topic = a_topic()
    KafkaSink(KafkaSettings((server,)), topic).check()
    producer = KafkaProducer(bootstrap_servers=server, acks="all", linger_ms=5)

    def send(made: Sequence[Event]) -> None:
        for event in made:
            value = json.dumps(event_to_dict(event)).encode()
            producer.send(topic.name, value, key=event.camera_id.encode())
        producer.flush(60)

    return send


PEERS: Final[dict[str, Callable[[str], Callable[[Sequence[Event]], None]]]] = {
    "confluent": _peer_confluent,
    "kafka-python": _peer_kafka_python,
}
"""The libraries used plainly: the same JSON by json.dumps, no headers, acknowledged all the same."""


def _outbox(made: Sequence[Event]) -> None:
    with TemporaryDirectory() as folder:
        fan_out = FanOut([MemorySink()], file=RecordLog.open(Path(folder) / "0.db"))
        for first in range(0, len(made), 100):
            fan_out.publish(made[first : first + 100])
        fan_out.close(60)


def _latency(server: str, driver: DriverName, seconds: float) -> tuple[float, float]:
    """Median and 99th percentile from publishing to a consumer in another process, through the outbox on disk, in
    milliseconds.
    """
    topic, count = a_topic(), round(RATE * seconds)
    sink = KafkaSink(KafkaSettings((server,), driver=driver), topic)
    sink.check()

    def send() -> None:
        with TemporaryDirectory() as folder:
            fan_out = FanOut([sink], file=RecordLog.open(Path(folder) / "0.db"))
            began = time.monotonic()
            for number in range(count):
                due = began + number / RATE
                while time.monotonic() < due:
                    time.sleep(0.0005)
                fan_out.publish([replace(an_event(number), event_id=str(time.time_ns()))])
            fan_out.close(30)

    # The first half second is of connecting.
    return delays(server, topic.name, "ce_subject", send, settle=RATE // 2)
