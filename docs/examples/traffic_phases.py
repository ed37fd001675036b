"""For traffic engineers: from the queues of each minute to a suggestion for the signals of a junction.

    python traffic_phases.py localhost:9092 north=lane-1,lane-2 east=lane-5

Each phase is named with the lanes that it lets go. What of a 90 s cycle is green is shared by the queues, with at least
10 s for each phase.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from matpho_client import measurements

CYCLE_S, LEAST_S = 90, 10


def green_times(queues: Mapping[str, float]) -> dict[str, int]:
    """Seconds of green by phase, for the metres of queue that wait for it."""
    free, whole = CYCLE_S - LEAST_S * len(queues), sum(queues.values())
    share = {phase: (metres / whole if whole else 1 / len(queues)) for phase, metres in queues.items()}
    return {phase: LEAST_S + round(free * share[phase]) for phase in queues}


def suggestions(
    servers: str, phases: Mapping[str, Sequence[str]], *, topic: str = "matpho.measurements.v1", follow: bool = True
) -> Iterator[dict[str, int]]:
    """A suggestion at each change of a queue."""
    longest = {lane: 0.0 for lanes in phases.values() for lane in lanes}
    for found in measurements(servers, topic=topic, group="signal-phases", follow=follow):
        if found.place in longest and found.queue_m is not None and found.queue_m != longest[found.place]:
            longest[found.place] = found.queue_m
            yield green_times({phase: max(longest[lane] for lane in lanes) for phase, lanes in phases.items()})


if __name__ == "__main__":
    asked = dict(argument.split("=", 1) for argument in sys.argv[2:])
    for suggestion in suggestions(sys.argv[1], {phase: lanes.split(",") for phase, lanes in asked.items()}):
        print(", ".join(f"{phase} {seconds} s" for phase, seconds in suggestion.items()), flush=True)
