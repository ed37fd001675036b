"""A process that publishes events through an outbox into a file, and may end itself at a named step.

    python -m tests.support.outbox_process OUTBOX RECEIVED COUNT [STEP TIMES]

It goes on after the last event that the outbox has. Killed by SIGKILL when STEP comes for the TIMES-th time.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from pathlib import Path

from core.events import Event
from sinks.fan_out import FanOut
from sinks.json_lines import JsonLinesSink
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
    fan_out = FanOut([JsonLinesSink.file(received)], file=file, step=reached)
    for number in range(first, int(count)):
        fan_out.publish([an_event(number, camera=f"cam-{number % 3}")])
        if number % 20 == 0:
            fan_out.wait_written(5.0)
    left = fan_out.close(20)
    sys.exit(1 if any(left.values()) else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
