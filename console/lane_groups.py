"""Lanes of one carriageway taken together, from what was measured on each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.records import Measurement
from core.traffic import level_by_density, level_by_speed


def by_group(measured: Iterable[Measurement], group_of: Mapping[str, str]) -> list[Measurement]:
    """One measurement for each group, direction and interval, whose place is the group; in order of time.

    Flows and densities are summed. The speed is the space-mean speed over all lanes: each lane's, weighted by the
    vehicles that were on it. The queue is the longest. The level of service follows from the group's own figures.

    Args:
        group_of: groups by lane; measurements of other places are left out.
    """
    together = defaultdict[tuple[int, int, str, str], list[Measurement]](list)
    for one in measured:
        group = group_of.get(one.place)
        if group is not None:
            together[one.start_ns, one.end_ns, group, one.direction].append(one)
    return [_joined(key[2], lanes) for key, lanes in sorted(together.items())]


def _joined(group: str, lanes: list[Measurement]) -> Measurement:
    counts = Counter[str]()
    for lane in lanes:
        counts.update(lane.counts)
    joined = replace(
        lanes[0],
        place=group,
        counts=dict(counts),
        mean_speed_mps=_weighted(lanes, "mean_speed_mps"),
        time_mean_speed_mps=_weighted(lanes, "time_mean_speed_mps"),
        free_flow_mps=_weighted(lanes, "free_flow_mps"),
        headway_s=None,
        occupancy=_sum(lanes, "occupancy"),
        flow_vph=_sum(lanes, "flow_vph"),
        flow_pcuph=_sum(lanes, "flow_pcuph"),
        density_vpkm=_sum(lanes, "density_vpkm"),
        density_pcupkm=_sum(lanes, "density_pcupkm"),
        queue_m=_most(lanes, "queue_m"),
        queue_vehicles=_sum_whole(lanes),
    )
    return replace(joined, level_of_service=_level(joined, len(lanes)))


def _level(joined: Measurement, lanes: int) -> str:
    if joined.los_scheme == "density" and joined.density_pcupkm is not None:
        return level_by_density(joined.density_pcupkm / lanes)
    if joined.los_scheme == "speed" and joined.mean_speed_mps is not None and joined.free_flow_mps:
        return level_by_speed(joined.mean_speed_mps / joined.free_flow_mps)
    return ""


def _known(lanes: list[Measurement], name: str) -> list[float]:
    return [float(value) for lane in lanes if (value := getattr(lane, name)) is not None]


def _sum(lanes: list[Measurement], name: str) -> float | None:
    values = _known(lanes, name)
    return sum(values) if values else None


def _most(lanes: list[Measurement], name: str) -> float | None:
    return max(_known(lanes, name), default=None)


def _sum_whole(lanes: list[Measurement]) -> int | None:
    total = _sum(lanes, "queue_vehicles")
    return None if total is None else int(total)


def _weighted(lanes: list[Measurement], name: str) -> float | None:
    """The mean, weighted by the vehicles on each lane; the plain mean where none was on any."""
    pairs = [(float(value), lane.occupancy or 0.0) for lane in lanes if (value := getattr(lane, name)) is not None]
    weight = sum(pair[1] for pair in pairs)
    if not pairs:
        return None
    return sum(value * share for value, share in pairs) / weight if weight else sum(v for v, _ in pairs) / len(pairs)
