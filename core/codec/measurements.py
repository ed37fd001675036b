"""Measurements to and from plain JSON values."""

from __future__ import annotations

from typing import Any

from core.codec.fields import WRONG
from core.records import Measurement
from core.times import time_ns, time_text

_MEASURED = (
    "mean_speed_mps",
    "occupancy",
    "flow_vph",
    "flow_pcuph",
    "time_mean_speed_mps",
    "density_vpkm",
    "density_pcupkm",
    "headway_s",
    "queue_m",
    "free_flow_mps",
    "start_up_lost_s",
    "saturation_headway_s",
    "estimate",
)
"""Numbers of a measurement that may be unknown; the oldest records have only the first two."""


def measurement_to_dict(value: Measurement) -> dict[str, Any]:
    """A measurement as JSON values."""
    numbers = {name: getattr(value, name) for name in _MEASURED}
    return {
        "camera_id": value.camera_id,
        "place": value.place,
        "direction": value.direction,
        "start": time_text(value.start_ns),
        "end": time_text(value.end_ns),
        "counts": dict(value.counts),
        **{name: None if number is None else round(number, 3) for name, number in numbers.items()},
        "queue_vehicles": value.queue_vehicles,
        "green_starts": value.green_starts,
        "level_of_service": value.level_of_service,
        "los_scheme": value.los_scheme,
        "unit": value.unit,
        "view": value.view,
        "schema_version": value.schema_version,
    }


def measurement_from_dict(value: dict[str, Any]) -> Measurement:
    """The measurement that `measurement_to_dict` wrote.

    Raises:
        ValueError: a field is missing or wrong.
    """
    try:
        numbers = {"mean_speed_mps": value["mean_speed_mps"], "occupancy": value["occupancy"]}
        numbers |= {name: value.get(name) for name in _MEASURED[2:]}
        vehicles, starts = value.get("queue_vehicles"), value.get("green_starts")
        return Measurement(
            camera_id=str(value["camera_id"]),
            place=str(value["place"]),
            direction=str(value["direction"]),
            start_ns=time_ns(value["start"]),
            end_ns=time_ns(value["end"]),
            counts={str(k): int(v) for k, v in value["counts"].items()},
            **{name: None if number is None else float(number) for name, number in numbers.items()},
            queue_vehicles=None if vehicles is None else int(vehicles),
            green_starts=None if starts is None else int(starts),
            level_of_service=str(value.get("level_of_service", "")),
            los_scheme=str(value.get("los_scheme", "")),
            unit=str(value.get("unit", "metres")),
            view=str(value.get("view", "")),
            schema_version=int(value["schema_version"]),
        )
    except WRONG as error:
        raise ValueError(f"not a measurement: {type(error).__name__} {error}") from error
