"""An event in one sentence, for the row of an alert."""

from __future__ import annotations

import math
from typing import Final

from core.events import Event, Says, Verdict
from core.measures import (
    AbandonedObjectMeasures,
    CameraBlurredMeasures,
    CameraClockMeasures,
    CameraCoveredMeasures,
    CameraDarkMeasures,
    CameraDownMeasures,
    CameraFrozenMeasures,
    CameraMovedMeasures,
    CollisionMeasures,
    CongestionMeasures,
    CrowdingMeasures,
    DebrisMeasures,
    EncroachmentMeasures,
    FightMeasures,
    IntrusionMeasures,
    LaneMeasures,
    LineCrossingMeasures,
    LitteringMeasures,
    LoiteringMeasures,
    PedestrianMeasures,
    QueueMeasures,
    RedLightMeasures,
    RunningMeasures,
    SightingMeasures,
    SlowVehicleMeasures,
    SpeedingMeasures,
    SpillbackMeasures,
    StoppedVehicleMeasures,
    WrongWayMeasures,
)
from core.taxonomy import LABELS
from locales import Language, catalogue, text

_UNVERIFIED: Final = frozenset(("slow", "full", "failed", "unseen"))
"""Why nobody looked a second time: `Verdict.reason` of `Says.UNVERIFIED`."""


def sentence(event: Event, zone_label: str, language: Language | None = None) -> str:
    """What happened, in the given language or the one in force.

    Args:
        event: any revision.
        zone_label: name of its zone or line in that language; its id stands in when empty.
        language: None: the one in force.
    """
    name = "sentence-" + event.kind.value.replace(".", "-")
    zone = zone_label or event.zone or text("place-all-lanes", language)
    classes = class_names(event.class_ids, language)
    match event.measures:
        case LineCrossingMeasures(direction=direction):
            given: dict[str, object] = {"direction": direction, "class": classes}
        case IntrusionMeasures(count=count, duration_s=seconds):
            given = {"count": count, "duration": duration(seconds, language), "class": classes}
        case LoiteringMeasures(dwell_s=seconds):
            given = {"duration": duration(seconds, language)}
        case CrowdingMeasures(count=count, duration_s=seconds, density_per_m2=density):
            given = {"count": count, "duration": duration(seconds, language)}
            if density is not None:
                name, given["density"] = f"{name}-density", round(density, 1)
        case CongestionMeasures(level=level, share=share, duration_s=seconds):
            given = {"level": level, "percent": round(100 * share), "duration": duration(seconds, language)}
        case QueueMeasures(length=length, vehicles=count, duration_s=seconds, unit=unit):
            given = {"duration": duration(seconds, language), "count": count, **_length(length, unit)}
        case SpillbackMeasures(length=length, vehicles=count, duration_s=seconds, unit=unit):
            given = {"duration": duration(seconds, language), "count": count, **_length(length, unit)}
        case StoppedVehicleMeasures(stopped_s=seconds):
            given = {"duration": duration(seconds, language), "class": classes}
        case WrongWayMeasures(duration_s=seconds, way_m=way):
            given = {"duration": duration(seconds, language), "class": classes}
            if way is not None:
                name, given["way"] = f"{name}-metres", round(way)
        case PedestrianMeasures(count=count, duration_s=seconds):
            given = {"count": count, "duration": duration(seconds, language)}
        case CollisionMeasures(stopped_s=seconds, others=count, speed_mps=speed):
            given = {"duration": duration(seconds, language), "count": count, "speed": _kmh(speed), "class": classes}
        case SlowVehicleMeasures(duration_s=seconds, share=share):
            given = {"duration": duration(seconds, language), "percent": round(100 * share), "class": classes}
        case SpeedingMeasures(speed_mps=speed, limit_mps=limit):
            given = {"speed": _kmh(speed), "limit": _kmh(limit), "class": classes}
        case LaneMeasures(what=what, duration_s=seconds):
            given = {"what": what, "duration": duration(seconds, language), "class": classes}
        case RunningMeasures(duration_s=seconds):
            given = {"duration": duration(seconds, language)}
        case FightMeasures(count=count, duration_s=seconds, approach_mps=speed):
            given = {"count": count, "duration": duration(seconds, language), "speed": _kmh(speed)}
        case CameraFrozenMeasures(duration_s=seconds) | CameraDarkMeasures(duration_s=seconds):
            given = {"duration": duration(seconds, language)}
        case CameraBlurredMeasures(duration_s=seconds, sharpness=share):
            given = {"duration": duration(seconds, language), "percent": round(100 * share)}
        case CameraCoveredMeasures(duration_s=seconds, hidden=share):
            given = {"duration": duration(seconds, language), "percent": round(100 * share)}
        case CameraMovedMeasures(corrected=corrected, right_px=right, down_px=down):
            given = {"corrected": "yes" if corrected else "no"}
            if right is not None and down is not None:
                name, given["shift"] = f"{name}-pixels", round(math.hypot(right, down))
        case RedLightMeasures(red_s=seconds):
            given = {"seconds": round(seconds, 1), "class": classes}
        case CameraClockMeasures(ahead_s=ahead):
            given = {"way": "ahead" if ahead >= 0 else "behind", "seconds": round(abs(ahead), 1)}
        case DebrisMeasures(duration_s=seconds, size=size, unit=unit):
            given = {"duration": duration(seconds, language), **_size(size, unit)}
        case AbandonedObjectMeasures(duration_s=seconds, size=size, unit=unit, owner=owner):
            name = name if owner is not None else f"{name}-unowned"
            given = {"duration": duration(seconds, language), **_size(size, unit)}
        case LitteringMeasures(duration_s=seconds, size=size, unit=unit):
            given = {"duration": duration(seconds, language), "class": classes, **_size(size, unit)}
        case EncroachmentMeasures(duration_s=seconds, what=what, size=size, unit=unit):
            given = {"duration": duration(seconds, language), "what": what, **_size(size, unit)}
        case SightingMeasures(duration_s=seconds, looks=looks, of_looks=of_looks):
            name = name if zone_label or event.zone else f"{name}-anywhere"
            given = {"duration": duration(seconds, language), "class": classes, "looks": looks, "of": of_looks}
        case CameraDownMeasures(silent_s=seconds, reason=reason, code=code):
            given = {"duration": duration(seconds, language)}
            if reason or code:
                because = f"because-{code}"
                known = code and catalogue(language).has_message(because)
                name, given["reason"] = f"{name}-reason", text(because, language) if known else reason
    return text(name, language, zone=zone, **given)


def _kmh(mps: float) -> int:
    return round(3.6 * mps)


def _length(length: float, unit: str) -> dict[str, object]:
    return {"length": round(length), "unit": "metres" if unit == "m" else "cars"}


def _size(size: float, unit: str) -> dict[str, object]:
    return {"size": round(size, 1) if unit == "m" else round(size), "unit": unit}


def class_names(class_ids: tuple[int, ...], language: Language | None = None) -> str:
    """The names of the classes, each once."""
    labels = [LABELS[c] for c in dict.fromkeys(class_ids)] or ["unknown"]
    return ", ".join(text(f"class-{label}", language) for label in labels)


def duration(seconds: float, language: Language | None = None) -> str:
    """A time as people say it: seconds, then minutes and seconds, then hours and minutes."""
    minutes, rest = divmod(max(int(seconds), 0), 60)
    hours, minutes_rest = divmod(minutes, 60)
    if not minutes:
        return text("duration-seconds", language, seconds=rest)
    if not hours:
        return text("duration-minutes", language, minutes=minutes, seconds=rest)
    return text("duration-hours", language, hours=hours, minutes=minutes_rest)


def verdict_reason(verdict: Verdict, language: Language | None = None) -> str:
    """Why, in their words; in the given language, or the one in force, where nobody looked and a code says why."""
    if verdict.says is Says.UNVERIFIED and verdict.reason in _UNVERIFIED:
        return text(f"unverified-{verdict.reason}", language)
    return verdict.reason
