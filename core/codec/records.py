"""Any record as plain JSON values, and as one line of JSON."""

from __future__ import annotations

from typing import Any

import orjson

from core.codec.events import event_to_dict
from core.codec.fields import WRONG, refuse_wrong_types
from core.codec.health import health_to_dict
from core.codec.incidents import incident_to_dict
from core.codec.measurements import measurement_to_dict
from core.codec.tracks import frame_to_dict, track_to_dict
from core.events import Event
from core.incidents import Incident
from core.records import CameraHealth, FrameTracks, Measurement, Record, TrackSummary


def record_to_dict(record: Record) -> dict[str, Any]:
    """A record as JSON values."""
    match record:
        case Event():
            return event_to_dict(record)
        case Incident():
            return incident_to_dict(record)
        case Measurement():
            return measurement_to_dict(record)
        case TrackSummary():
            return track_to_dict(record)
        case CameraHealth():
            return health_to_dict(record)
        case FrameTracks():
            return frame_to_dict(record)


def encode(record: Record) -> bytes:
    """A record as one line of JSON, UTF-8; what its schema would refuse has none.

    Raises:
        ValueError: text that is not Unicode, a number that is not finite, a field of another type than its own.
        OverflowError: an integer of more than 64 bits.
    """
    try:
        refuse_wrong_types(record)
        return orjson.dumps(record_to_dict(record))
    except orjson.JSONEncodeError as error:
        kind = OverflowError if "Integer" in str(error) else ValueError
        raise kind(str(error)) from error
    except WRONG as error:
        if isinstance(error, OverflowError):
            raise
        raise ValueError(f"not a {type(record).__name__}: {type(error).__name__} {error}") from error


def to_json(record: Record) -> str:
    """A record as one line of JSON."""
    return encode(record).decode()
