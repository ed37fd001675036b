"""Turning movements: from which entry to which exit vehicles truly drove, beside what was measured."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from benchmarks.events.intervals import wilson
from benchmarks.events.lane_truth import Ways
from benchmarks.events.views import View
from core.arrays import F64
from core.records import Measurement

LONGEST_S: Final = 180.0
"""Who takes longer from entry to exit has left in between."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Vehicles from one line to another at a camera, over the whole recording.

    Attributes:
        count: as measured: with a share of those whose way was lost, where the camera sees all ways in and out.
        all_ways: it does.
    """

    camera: str
    entry: str
    exit: str
    true_count: int
    count: float
    all_ways: bool


def turns(ways: Ways, view: View, measurements: Iterable[Measurement]) -> Iterator[Turn]:
    """All pairs of entry and exit of a camera that sees any; ways lost inside are in none."""
    if not view.entries or not view.exits:
        return
    truth = true_turns(ways, {n: view.lines[n] for n in view.entries}, {n: view.lines[n] for n in view.exits})
    found: defaultdict[tuple[str, str], float] = defaultdict(float)
    all_ways = False
    for item in measurements:
        if item.place in view.entries and item.direction in view.exits:
            all_ways = item.estimate is not None
            found[item.place, item.direction] += sum(item.counts.values()) if item.estimate is None else item.estimate
    for pair in sorted(truth.keys() | found.keys()):
        yield Turn(view.camera.camera_id, *pair, truth[pair], found[pair], all_ways)


def true_turns(ways: Ways, entries: Mapping[str, F64], exits: Mapping[str, F64]) -> Counter[tuple[str, str]]:
    """Vehicles by entry and exit; lines in metres (`Ways.over`)."""
    crossings: list[tuple[int, float, str]] = []
    for name, line in (*entries.items(), *exits.items()):
        rows, times = ways.over(line)
        crossings += zip(ways.recording.user[rows].tolist(), times.tolist(), [name] * len(rows), strict=True)
    found: Counter[tuple[str, str]] = Counter()
    entered: dict[int, tuple[float, str]] = {}
    for user, time_s, name in sorted(crossings):
        if name in entries:
            entered[user] = (time_s, name)
        elif user in entered and time_s - entered[user][0] <= LONGEST_S:
            found[entered.pop(user)[1], name] += 1
    return found


def figures(found: Sequence[Turn]) -> dict[str, Any]:
    """Share of movements that are right: of each pair the smaller of true and found, over the larger of both sums."""
    true, got = sum(t.true_count for t in found), sum(t.count for t in found)
    right = sum(min(t.true_count, t.count) for t in found)
    return {
        "right": right / max(true, got) if max(true, got) else None,
        "right_interval": wilson(round(right), round(max(true, got))),
        "vehicles": true,
        "counted": got,
        "pairs": len(found),
        "cameras": len({t.camera for t in found}),
        "total_error": got / true - 1.0 if true else None,
        "mean_absolute_error": float(np.mean([abs(t.count - t.true_count) for t in found])) if found else None,
    }
