"""The health of cameras to and from plain JSON values."""

from __future__ import annotations

from typing import Any

from core.codec.fields import WRONG
from core.records import CameraHealth, CameraState
from core.times import time_ns, time_text


def health_to_dict(value: CameraHealth) -> dict[str, Any]:
    """A camera's health as JSON values."""
    return {
        "camera_id": value.camera_id,
        "at": time_text(value.at_ns),
        "state": value.state.value,
        "epoch": value.epoch,
        "fps": round(value.fps * 1e3) / 1e3,
        "dropped": value.dropped,
        "reconnects": value.reconnects,
        "last_frame": None if value.last_frame_ns is None else time_text(value.last_frame_ns),
        "error": value.error,
        "schema_version": value.schema_version,
        "faults": list(value.faults),
    }


def health_from_dict(value: dict[str, Any]) -> CameraHealth:
    """The camera's health that `health_to_dict` wrote.

    Raises:
        ValueError: a field is missing or wrong.
    """
    try:
        return CameraHealth(
            camera_id=str(value["camera_id"]),
            at_ns=time_ns(value["at"]),
            state=CameraState(value["state"]),
            epoch=int(value["epoch"]),
            fps=float(value["fps"]),
            dropped=int(value["dropped"]),
            reconnects=int(value["reconnects"]),
            last_frame_ns=None if value["last_frame"] is None else time_ns(value["last_frame"]),
            error=str(value["error"]),
            schema_version=int(value["schema_version"]),
            faults=tuple(map(str, value.get("faults", ()))),
        )
    except WRONG as error:
        raise ValueError(f"not a camera's health: {type(error).__name__} {error}") from error
