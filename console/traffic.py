"""Measured traffic as the page plots it: for each camera its places, and for each place what was measured when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from console.lane_groups import by_group
from console.views import Views, kind_name
from core.events import Event, Phase
from core.records import Measurement
from locales import text
from store.event_store import EventStore
from store.records import EventQuery

SPAN_NS: Final = 3_600 * 1_000_000_000
"""What the page plots: the hour up to a camera's newest measurement."""
MOST_MEASUREMENTS: Final = 20_000
"""Most measurements of one camera in an answer, the newest; at 60 places and 10 s that is an hour."""
MOST_STATES: Final = 200
"""Most congestions, queues and spillbacks of a camera in an answer, the newest."""
MOST_LATEST: Final = 6
"""Newest events of a camera in an answer."""
MS_NS: Final = 1_000_000

FIELDS: Final = (
    "start", "end", "count", "flow_vph", "flow_pcuph", "speed_kmh", "free_flow_kmh", "density_vpkm", "occupancy",
    "queue_m", "level_of_service",
)  # fmt: skip
"""What the numbers of a point mean, in their order; times in milliseconds since 1970."""


def traffic(
    store: EventStore, views: Views, cameras: Sequence[str] = (), since_ns: int | None = None
) -> dict[str, Any]:
    """Measured traffic of the cameras asked for, all that have any where none is named.

    Args:
        since_ns: only measurements that start then or later: for a page that has the others. Without it, the hour up to
            each camera's newest.
    """
    row = store.traffic.last_row()  # before the measurements: what is stored meanwhile comes twice rather than never
    named = [name for name in store.cameras() if not cameras or name in cameras]
    newest = {name: ns for name in named if (ns := store.traffic.newest_ns(name)) is not None}
    return {
        "row": row,
        "fields": list(FIELDS),
        "span_ms": SPAN_NS // MS_NS,
        "cameras": [_camera(store, views, name, ns, since_ns) for name, ns in newest.items()],
    }


def _camera(store: EventStore, views: Views, camera_id: str, newest_ns: int, since_ns: int | None) -> dict[str, Any]:
    from_ns = max(newest_ns - SPAN_NS, since_ns or 0)
    found = store.traffic.measurements(camera_id, from_ns, limit=MOST_MEASUREMENTS)
    group_of = views.scenes.lane_groups(camera_id)
    places: dict[tuple[str, str], dict[str, Any]] = {}
    for one in (*by_group(found, group_of), *found):
        place = places.get((one.place, one.direction))
        if place is None:
            place = places[one.place, one.direction] = _place(views, one, group_of)
        place["points"].append(_point(one))
    query = EventQuery(cameras=(camera_id,), kinds=("traffic",), since_ns=newest_ns - SPAN_NS, limit=MOST_STATES)
    latest = store.events.find(EventQuery(cameras=(camera_id,), limit=MOST_LATEST))
    return {
        "camera_id": camera_id,
        "simulated": views.scenes.simulated(camera_id),
        "places": list(places.values()),
        "states": _states(store.events.find(query), views),
        "latest": _states(latest, views),
    }


def _place(views: Views, value: Measurement, group_of: Mapping[str, str]) -> dict[str, Any]:
    camera_id, place, direction = value.camera_id, value.place, value.direction
    what, group = views.scenes.place_kind(camera_id, place)
    if place in group_of.values():
        what, group = "group", place
    turning = direction not in ("", "forward", "backward") or (what == "line" and not direction)
    return {
        "place": place,
        "direction": direction,
        "what": "movement" if turning else what,
        "group": group,
        "grouped": place in group_of,
        "order": views.scenes.place_order(camera_id, place),
        "name": views.scenes.place_name(camera_id, place),
        "direction_name": views.scenes.place_name(camera_id, direction)
        if turning
        else text(f"direction-{direction}", views.language)
        if direction
        else "",
        "unit": value.unit,
        "los_scheme": value.los_scheme,
        "points": [],
    }


def _point(value: Measurement) -> list[float | str | None]:
    return [
        value.start_ns // MS_NS,
        value.end_ns // MS_NS,
        sum(value.counts.values()) if value.estimate is None else _rounded(value.estimate),
        _rounded(value.flow_vph, 0),
        _rounded(value.flow_pcuph, 0),
        _kmh(value.mean_speed_mps if value.mean_speed_mps is not None else value.time_mean_speed_mps),
        _kmh(value.free_flow_mps),
        _rounded(value.density_vpkm),
        _rounded(value.occupancy),
        _rounded(value.queue_m),
        value.level_of_service,
    ]


def _states(events: Iterable[Event], views: Views) -> list[dict[str, Any]]:
    return [
        {
            "event_id": event.event_id,
            "kind": event.kind.value,
            "place": event.zone,
            "kind_name": kind_name(event.kind.value, views.language),
            "sentence": views.sentence(event),
            "severity": event.severity.value,
            "open": event.phase is not Phase.ENDED,
            "start": event.started_ns // MS_NS,
            "end": event.at_ns // MS_NS,
        }
        for event in events
    ]


def _kmh(mps: float | None) -> float | None:
    return None if mps is None else round(mps * 3.6, 1)


def _rounded(value: float | None, decimals: int = 1) -> float | None:
    return None if value is None else round(value, decimals)
