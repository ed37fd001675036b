"""When there truly were crowds on the squares that a camera watches."""

from __future__ import annotations

import numpy as np
import shapely

from benchmarks.events.event_truth import TrueEvent
from benchmarks.events.place_truth import EDGE, STEP_S, holding
from benchmarks.events.traffic.recording import Recording
from benchmarks.events.views import View
from core.taxonomy import ObjectClass
from scenes.rules import CrowdingSpec


def crowd_events(recording: Recording, view: View) -> list[TrueEvent]:
    """All crowds by number; cause `alone` where there are nearly enough people."""
    every, found = max(1, round(recording.fps * STEP_S)), list[TrueEvent]()
    people = np.flatnonzero(recording.cls == int(ObjectClass.PERSON))
    step = recording.step_of_rows()[people]
    people, step = people[step % every == 0], step[step % every == 0]
    moments = -(-recording.steps // every)
    for name, area in view.areas.items():
        if name.startswith("square-"):
            spec = CrowdingSpec(zone=name)
            inside = shapely.contains_xy(area, *(getattr(recording, k)[people].astype(np.float64) for k in "xy"))
            count = np.bincount(step[inside] // every, minlength=moments)
            strict, near = count >= spec.count, count >= spec.count * (1 - EDGE)
            found += holding("security.crowding", name, strict, near, (spec.for_s, spec.gap_s, spec.clear_s))
    return found
