"""Events to and from plain JSON values."""

from __future__ import annotations

from functools import lru_cache
from math import isfinite
from typing import Any

from core.codec.fields import WRONG, allowed_in, is_text
from core.events import SCHEMA_VERSION, EndReason, Event, EventKind, Phase, Picture, Says, Severity, Verdict
from core.kinds import MEASURES_OF
from core.measures import Measures
from core.taxonomy import LABELS, class_of
from core.times import time_ns, time_text


def event_to_dict(event: Event) -> dict[str, Any]:
    """An event as JSON values, in the order a person reads.

    Raises:
        ValueError, OverflowError: a number in it is not finite, and so has no JSON.
    """
    box, position = event.box, event.position
    return {
        "event_id": event.event_id,
        "revision": event.revision,
        "kind": event.kind._value_,
        "phase": event.phase._value_,
        "severity": event.severity._value_,
        "confidence": round(event.confidence * 1e4) / 1e4,  # a third of the time of round(x, 4), and refuses NaN
        "started": time_text(event.started_ns),
        "at": time_text(event.at_ns),
        "camera_id": event.camera_id,
        "rule_id": event.rule_id,
        "zone": event.zone,
        "track_ids": list(event.track_ids),
        "classes": list(_labels(event.class_ids)),
        "box": None if box is None else _hundredths(*box),
        "position": None if position is None else [round(position[0] * 1e7) / 1e7, round(position[1] * 1e7) / 1e7],
        "measures": _measures_to_dict(event.measures),
        "pictures": [{"path": p.path, "captured": time_text(p.captured_ns)} for p in event.pictures],
        "end_reason": None if event.end_reason is None else event.end_reason.value,
        "view": event.view,
        "verdict": verdict_to_dict(event.verdict),
        "schema_version": event.schema_version,
    }


def event_from_dict(value: dict[str, Any]) -> Event:
    """The event that `event_to_dict` wrote. Fields that this version does not know are left out.

    Raises:
        ValueError: a newer, unknown schema, or a field that is missing or wrong.
    """
    try:
        version = int(value["schema_version"])
        if version > SCHEMA_VERSION:
            raise ValueError(f"event schema {version} is newer than {SCHEMA_VERSION}")
        kind = EventKind(value["kind"])
        form = MEASURES_OF[kind]
        known = {k: v for k, v in value["measures"].items() if k in form.__dataclass_fields__}
        box, position, end_reason = value.get("box"), value.get("position"), value.get("end_reason")
        return Event(
            event_id=str(value["event_id"]),
            revision=int(value["revision"]),
            kind=kind,
            phase=Phase(value["phase"]),
            severity=Severity(value["severity"]),
            confidence=float(value["confidence"]),
            started_ns=time_ns(value["started"]),
            at_ns=time_ns(value["at"]),
            camera_id=str(value["camera_id"]),
            rule_id=str(value["rule_id"]),
            zone=str(value["zone"]),
            measures=form(**known),
            track_ids=tuple(int(v) for v in value["track_ids"]),
            class_ids=tuple(int(class_of(v)) for v in value["classes"]),
            box=None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3])),
            position=None if position is None else (float(position[0]), float(position[1])),
            pictures=tuple(Picture(str(p["path"]), time_ns(p["captured"])) for p in value["pictures"]),
            end_reason=None if end_reason is None else EndReason(end_reason),
            view=str(value.get("view", "")),
            verdict=verdict_from(value.get("verdict")),
            schema_version=version,
        )
    except WRONG as error:
        raise ValueError(f"not an event: {type(error).__name__} {error}") from error


def verdict_to_dict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {"says": verdict.says.value, "by": verdict.by, "at": time_text(verdict.at_ns), "reason": verdict.reason}


def verdict_from(value: dict[str, Any] | None) -> Verdict | None:
    if value is None:
        return None
    return Verdict(Says(value["says"]), str(value["by"]), time_ns(value["at"]), str(value.get("reason", "")))


def _measures_to_dict(measures: Measures) -> dict[str, Any]:
    value = {}
    for name, allowed in _ALLOWED_IN[type(measures)]:
        value[name] = found = getattr(measures, name)
        if (type(found) not in allowed and not is_text(found, str in allowed)) or (
            type(found) is float and not isfinite(found)
        ):
            raise ValueError(f"measures.{name} is {found!r}")
    return value


_ALLOWED_IN = {form: allowed_in(form) for form in MEASURES_OF.values()}


@lru_cache(maxsize=4096)
def _labels(class_ids: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(LABELS[number] for number in class_ids)


def _hundredths(left: float, top: float, right: float, bottom: float) -> list[float]:
    return [round(left * 100) / 100, round(top * 100) / 100, round(right * 100) / 100, round(bottom * 100) / 100]
