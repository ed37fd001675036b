"""When there truly were crowds on the squares that a camera watches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from benchmarks.events.event_truth import EDGE, LONG_ENOUGH, TrueEvent, Witness
from benchmarks.events.place_truth import STEP_S, holding
from benchmarks.events.traffic.recording import Recording
from benchmarks.events.views import View
from core.taxonomy import ObjectClass
from scenes.rules import CrowdingSpec


def crowd_events(recording: Recording, view: View, witness: Witness) -> list[TrueEvent]:
    """All crowds by number; cause `alone` where there are nearly enough people, or too few of them can be seen."""
    every, found = max(1, round(recording.fps * STEP_S)), list[TrueEvent]()
    people = np.flatnonzero(recording.cls == int(ObjectClass.PERSON))
    step = recording.step_of_rows()[people]
    people, step = people[step % every == 0], step[step % every == 0]
    seen = witness.sees(recording.user[people], recording.time_s[step])
    moments = -(-recording.steps // every)
    for name, area in view.areas.items():
        if name.startswith("square-"):
            spec = CrowdingSpec(zone=name)
            inside = shapely.contains_xy(area, *(getattr(recording, k)[people].astype(np.float64) for k in "xy"))
            count = np.bincount(step[inside] // every, minlength=moments)
            sight = np.bincount(step[inside & seen] // every, minlength=moments) >= spec.count
            strict, near = count >= spec.count, count >= spec.count * (1 - EDGE)
            for event in holding("security.crowding", name, strict, near, (spec.for_s, spec.gap_s, spec.clear_s)):
                looks = sight[round(event.began_s / STEP_S) : round(event.end_s / STEP_S) + 1]
                enough = np.mean(looks) >= LONG_ENOUGH and looks.sum() * STEP_S >= spec.for_s
                found.append(event if enough else replace(event, cause="alone"))
    return found
