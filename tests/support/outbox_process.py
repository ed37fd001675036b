"""A process that publishes events through an outbox into a file, and may end itself at a named step.

    python -m tests.support.outbox_process OUTBOX RECEIVED COUNT [STEP TIMES]

It says "begun" when it has, and publishes no faster than PAUSE_S (of the environment) allows.

RECEIVED may be a Kafka topic too: kafka://HOST:PORT/TOPIC?driver=confluent; further settings in the query.
It goes on after the last event that the outbox has. Killed by SIGKILL when STEP comes for the TIMES-th time.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from core.events import Event
from core.protocols import Sink
from sinks.fan_out import FanOut
from sinks.json_lines import JsonLinesSink
from sinks.kafka.settings import KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink
from sinks.record_log import RecordLog
from tests.support.records import an_event


def main(outbox: str, received: str, count: str, step: str = "", times: str = "0") -> None:
    """Publish events 0 to `count`, of three cameras in turn."""
    seen: Counter[str] = Counter()

    def reached(name: str) -> None:
        seen[name] += 1
        if name == step and seen[name] == int(times):
            os.kill(os.getpid(), signal.SIGKILL)

    file = RecordLog.open(Path(outbox))
    logged = [e.record for e in file.read(0, 1_000_000) if isinstance(e.record, Event)]
    first = 1 + max((int(e.event_id.removeprefix("event-")) for e in logged), default=-1)
    fan_out = FanOut([sink_of(received)], file=file, dead_letters=Path(outbox).with_suffix(".dead"), step=reached)
    print("begun", flush=True)
    pause_s = float(os.environ.get("PAUSE_S", "0"))
    for number in range(first, int(count)):
        time.sleep(pause_s)
        fan_out.publish([an_event(number, camera=f"cam-{number % 3}")])
        if number % 20 == 0:
            fan_out.wait_written(5.0)
    left = fan_out.close(20)
    sys.exit(1 if any(left.values()) else 0)


def sink_of(received: str) -> Sink:
    """A file of JSON lines, or a topic."""
    if not received.startswith("kafka://"):
        return JsonLinesSink.file(received)
    url = urlsplit(received)
    given: dict[str, Any] = dict(parse_qsl(url.query))
    if "ca_file" in given:
        given["ca_file"] = Path(given["ca_file"])
    settings = KafkaSettings((url.netloc,), timeout_s=3, **given)
    return KafkaSink(settings, TopicSettings(url.path.strip("/"), create=True, partitions=3))


if __name__ == "__main__":
    main(*sys.argv[1:])
