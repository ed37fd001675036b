"""A consumer in a process of its own: how long after a moment that they name it has records. `python -m` this.

    python -m benchmarks.messaging.consumer HOST:PORT TOPIC HEADER

HEADER holds the moment: nanoseconds, or RFC 3339. It says "ready" when it reads; once its input has ended and nothing
comes any more, the milliseconds of each record as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from statistics import median, quantiles
from threading import Event, Thread
from typing import Any, Final

from core.times import time_ns

_END_S: Final = 120.0
"""Longest wait for the end of the consumer's reading."""


def main(server: str, topic: str, header: str) -> None:
    """Read until it is told to stop, and nothing comes any more."""
    found: list[float] = []
    stop = Event()

    def until_told() -> None:
        sys.stdin.read()
        stop.set()

    Thread(target=until_told, daemon=True).start()
    reading = _confluent if find_spec("confluent_kafka") is not None else _kafka_python
    for headers in reading(server, topic):
        if headers:
            moment = headers[header].decode()
            found.append((time.time_ns() - (int(moment) if moment.isdigit() else time_ns(moment))) / 1e6)
        elif stop.is_set():
            break
    print(json.dumps(found), flush=True)


def delays(server: str, topic: str, header: str, send: Callable[[], Any], settle: int = 0) -> tuple[float, float]:
    """Median and 99th percentile of a consumer's delays in milliseconds, without the first `settle` records, while
    `send` sends.
    """
    command = [sys.executable, "-m", "benchmarks.messaging.consumer", server, topic, header]
    consumer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert consumer.stdout is not None  # noqa: S101
    consumer.stdout.readline()
    send()
    found: list[float] = json.loads(consumer.communicate(timeout=_END_S)[0])
    settled = found[settle:] if len(found) > settle + 1 else [float("nan")] * 2
    return median(settled), quantiles(settled, n=100)[98]


def _confluent(server: str, topic: str) -> Iterator[Mapping[str, bytes]]:
    """Each record's headers; none while nothing comes."""
    import confluent_kafka

    consumer = confluent_kafka.Consumer({"bootstrap.servers": server, "group.id": "bench", "enable.auto.commit": False})
    parts = [confluent_kafka.TopicPartition(topic, n) for n in consumer.list_topics(topic, 30).topics[topic].partitions]
    consumer.assign([confluent_kafka.TopicPartition(topic, part.partition, 0) for part in parts])
    print("ready", flush=True)
    while True:
        message = consumer.poll(0.2)
        yield {} if message is None or message.error() else dict(message.headers())


def _kafka_python(server: str, topic: str) -> Iterator[Mapping[str, bytes]]:
    """The same."""
    from kafka import KafkaConsumer  # type: ignore[import-untyped]

    consumer = KafkaConsumer(topic, bootstrap_servers=server, auto_offset_reset="earliest", fetch_max_wait_ms=10)
    consumer.partitions_for_topic(topic)
    print("ready", flush=True)
    while True:
        polled = consumer.poll(timeout_ms=200)
        if not polled:
            yield {}
        for messages in polled.values():
            yield from (dict(message.headers) for message in messages)


if __name__ == "__main__":
    main(*sys.argv[1:])
