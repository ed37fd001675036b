"""Who truly crossed the lines that a camera watches."""

from __future__ import annotations

import numpy as np

from benchmarks.events.event_truth import LONG_ENOUGH, TrueEvent, Witness
from benchmarks.events.lane_truth import Ways
from benchmarks.events.views import View, group_of

AROUND_S = 1.0
"""A crossing is a moment: who crosses must be seen in most of the time so long before and after."""


def line_events(ways: Ways, view: View, witness: Witness, looks_s: float) -> list[TrueEvent]:
    """Each crossing of a counting line by a vehicle that the camera saw; `looks_s`: time between its frames."""
    recording, found = ways.recording, list[TrueEvent]()
    for line in view.scene.lines:
        if not line.startswith("count-"):
            continue
        lanes = view.groups[group_of(line)]
        place = (max(v.start_m for v in lanes) + min(v.end_m for v in lanes)) / 2
        for at in np.concatenate([ways.passings(item.index, place) for item in lanes]).tolist():
            row, time_s = int(ways.row[at]), float(ways.time_s[at])
            where = (time_s, float(recording.x[row]), float(recording.y[row]))
            user, length = int(ways.user[at]), float(recording.length[row])
            times = time_s - AROUND_S, time_s, time_s + AROUND_S
            found.append(TrueEvent("security.line_crossing", "incident", user, *times, line, length, (where,)))
    visible = witness.visible_s(looks_s, [(item.user, item.began_s, item.end_s) for item in found])
    return [item for item, s in zip(found, visible, strict=True) if s >= 2 * AROUND_S * LONG_ENOUGH]
