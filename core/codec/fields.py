"""Which types the fields of records may have, and what reading wrong ones raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from core.events import Event
from core.incidents import Incident
from core.records import CameraHealth, FrameTracks, Measurement, Record, TrackSummary

WRONG = (KeyError, TypeError, IndexError, AttributeError, OverflowError)
"""What reading a field raises that is missing, or of another type or size."""


def allowed_in(form: type[Any]) -> tuple[tuple[str, frozenset[type]], ...]:
    """Names of fields without parts, and the types that each may have; whole numbers stand for others too."""
    found = []
    for name, hint in get_type_hints(form).items():
        kinds = set(get_args(hint)) if get_origin(hint) is UnionType else {hint}
        if not any(get_origin(kind) for kind in kinds):
            found.append((name, frozenset(kinds | {int} if float in kinds else kinds)))
    return tuple(found)


def is_text(value: object, wanted: bool) -> bool:
    """Enumerations of texts are texts too."""
    return wanted and isinstance(value, str)


def refuse_wrong_types(record: Record) -> None:
    """Texts and whole numbers are of their type; the rest shows when it is written. A rule may be anyone's."""
    names, usual, allowed, values = _PLAIN_OF[type(record)]
    found = values(record)
    if tuple(map(type, found)) != usual:
        for name, value, kinds in zip(names, found, allowed, strict=True):
            if type(value) not in kinds and not is_text(value, str in kinds):
                raise ValueError(f"{name} is {value!r}")
    if isinstance(record, Event):
        _refuse_others("track_ids", record.track_ids, int)
        _refuse_others("pictures", [picture.path for picture in record.pictures], str)
    elif isinstance(record, Measurement):
        _refuse_others("counts", record.counts, str)
        _refuse_others("counts", record.counts.values(), int)
    elif isinstance(record, CameraHealth):
        _refuse_others("faults", record.faults, str)


def _refuse_others(name: str, values: Iterable[object], kind: type) -> None:
    for value in values:
        if type(value) is not kind:
            raise ValueError(f"{name} has {value!r}")


def _plain_fields(form: type[Any]) -> _Plain:
    """Names; the types that they mostly have; all that they may have; how to get the values."""
    found = {name: kinds for name, kinds in allowed_in(form) if kinds <= _INTEGERS | _TEXTS | {type(None)}}
    usual = tuple(str if str in kinds else int for kinds in found.values())
    return tuple(found), usual, tuple(found.values()), attrgetter(*found)


_Plain = tuple[tuple[str, ...], tuple[type, ...], tuple[frozenset[type], ...], Callable[[Any], tuple[Any, ...]]]


_INTEGERS: frozenset[type] = frozenset({int})


_TEXTS: frozenset[type] = frozenset({str})


_FORMS: tuple[type[Record], ...] = (Event, Incident, Measurement, TrackSummary, CameraHealth, FrameTracks)


_PLAIN_OF = {form: _plain_fields(form) for form in _FORMS}
