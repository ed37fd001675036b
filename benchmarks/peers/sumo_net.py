"""What a network of SUMO looks like on the ground: recorded lanes, crossings, stops, signals. Needs numpy alone.

Reads the `.net.xml` that netconvert wrote. Points are (P, 2) arrays of metres, x east, y north.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np


class SumoLane(NamedTuple):
    """One lane of SUMO: its middle line in driving direction, its width, its limit."""

    shape: Any
    width_m: float
    speed_mps: float


class RecordedLane(NamedTuple):
    """A lane of the recording: `parts` are SUMO's lanes in order, those inside junctions included."""

    lane_id: str
    group: str
    line: Any
    width_m: float
    speed_mps: float
    stop_line: bool
    parts: list[str]
    signals: list[tuple[str, int]]


class Net:
    """A network, and the recorded lanes of a job."""

    def __init__(self, path: Path, wanted: list[dict[str, Any]]) -> None:
        root = ET.parse(path).getroot()  # noqa: S314
        self.lanes = {str(lane.get("id")): _lane(lane) for lane in root.iter("lane")}
        self.crossings = [
            (str(edge.get("id")), _band(self.lanes[f"{edge.get('id')}_0"]))
            for edge in root.iter("edge")
            if edge.get("function") == "crossing"
        ]
        links = [link for link in root.iter("connection") if not str(link.get("from")).startswith(":")]
        self.turns = {str(link.get("via")) for link in links if link.get("dir") == "t"}
        self.crossing_lanes = {f"{name}_0" for name, _area in self.crossings}
        self._via = {(_name(link, "from"), _name(link, "to")): str(link.get("via", "")) for link in links}
        self._signals: dict[str, list[tuple[str, int]]] = {}
        for link in links:
            if link.get("tl"):
                index = int(str(link.get("linkIndex")))
                self._signals.setdefault(_name(link, "from"), []).append((str(link.get("tl")), index))
        self.recorded = [self._recorded(lane) for lane in wanted]
        lengths = {str(lane.get("id")): float(str(lane.get("length"))) for lane in root.iter("lane")}
        self.before: dict[str, float] = {}
        for lane in self.recorded:
            way = 0.0
            for part in lane.parts:
                self.before[part] = way
                way += lengths[part]
        self.index = {part: number for number, lane in enumerate(self.recorded) for part in lane.parts}

    def _recorded(self, wanted: dict[str, Any]) -> RecordedLane:
        parts: list[str] = []
        for lane in wanted["parts"]:
            through = self._via.get((parts[-1], lane)) if parts else None
            parts += [through, lane] if through else [lane]
        line = np.concatenate([self.lanes[part].shape for part in parts])
        kept = np.r_[True, np.hypot(*np.diff(line, axis=0).T) > 1e-3]
        first = self.lanes[wanted["parts"][0]]
        return RecordedLane(
            wanted["id"],
            wanted["group"],
            line[kept],
            first.width_m,
            first.speed_mps,
            wanted["stop_line"],
            parts,
            self._signals.get(wanted["parts"][-1], []),
        )

    def band(self, lane: str, start_m: float, end_m: float) -> Any:
        """The area (4 or more, 2) of a lane between two places along it."""
        whole = self.lanes[lane]
        return _band(SumoLane(cut(whole.shape, start_m, end_m), whole.width_m, whole.speed_mps))


def along(line: Any) -> Any:
    """Metres from the start of a polyline (P, 2) to each of its points (P)."""
    return np.r_[0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]


def cut(line: Any, start_m: float, end_m: float) -> Any:
    """The part of a polyline between two places along it."""
    way = along(line)
    inner = line[(way > start_m) & (way < end_m)]
    ends = [[np.interp(s, way, line[:, 0]), np.interp(s, way, line[:, 1])] for s in (start_m, end_m)]
    return np.concatenate([[ends[0]], inner, [ends[1]]])


def shifted(line: Any, left_m: float) -> Any:
    """A polyline moved to its left by a distance."""
    step = np.gradient(line, axis=0)
    step /= np.hypot(*step.T)[:, None]
    return line + left_m * np.column_stack([-step[:, 1], step[:, 0]])


def _band(lane: SumoLane) -> Any:
    half = lane.width_m / 2
    return np.concatenate([shifted(lane.shape, half), shifted(lane.shape, -half)[::-1]])


def _lane(lane: ET.Element) -> SumoLane:
    points = [[float(value) for value in point.split(",")[:2]] for point in str(lane.get("shape")).split()]
    return SumoLane(np.array(points), float(lane.get("width", 3.2)), float(lane.get("speed", 13.9)))


def _name(link: ET.Element, end: str) -> str:
    return f"{link.get(end)}_{link.get(f'{end}Lane')}"
