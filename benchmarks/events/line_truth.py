"""Who truly crossed the lines that a camera watches."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.events.event_truth import LONG_ENOUGH, TrueEvent, Witness
from benchmarks.events.lane_truth import Ways
from benchmarks.events.views import View

AROUND_S = 1.0
"""A crossing is a moment: who crosses must be seen in most of the time so long before and after."""


def line_events(ways: Ways, view: View, witness: Witness, looks_s: float) -> list[TrueEvent]:
    """Each crossing of a counting line by a vehicle that the camera saw; `looks_s`: time between its frames.

    One that it saw for too short need not be found, but may be.
    """
    recording, found = ways.recording, list[TrueEvent]()
    for line in view.scene.lines:
        if not line.startswith("count-"):
            continue
        for row, time_s in zip(*(part.tolist() for part in ways.over(view.lines[line])), strict=True):
            where = (time_s, float(recording.x[row]), float(recording.y[row]))
            user, length = int(recording.user[row]), float(recording.length[row])
            times = time_s - AROUND_S, time_s, time_s + AROUND_S
            found.append(TrueEvent("security.line_crossing", "incident", user, *times, line, length, (where,)))
    visible = witness.visible_s(looks_s, [(item.user, item.began_s, item.end_s) for item in found])
    return [
        item if seconds >= 2 * AROUND_S * LONG_ENOUGH else replace(item, cause="nearly")
        for item, seconds in zip(found, visible, strict=True)
        if seconds > 0
    ]
