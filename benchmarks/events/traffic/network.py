"""Roads as plain data, and as the files that SUMO's netconvert reads; metres, x east, y north."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

Points = tuple[tuple[float, float], ...]

OPTIONS: Final = {
    "offset.disable-normalization": "true",
    "no-turnarounds.geometry": "true",
    "no-turnarounds.fringe": "true",
    "tls.default-type": "static",
    "junctions.corner-detail": "10",
    "default.crossing-width": "4",
}
"""netconvert's, for every scene; coordinates stay as written here."""


@dataclass(frozen=True, slots=True)
class Node:
    """A junction or the end of a road; `kind` as netconvert names it (`priority`, `traffic_light`, `zipper`, …)."""

    node_id: str
    x: float
    y: float
    kind: str = "priority"


@dataclass(frozen=True, slots=True)
class Edge:
    """A carriageway in one direction.

    Attributes:
        lanes: how many for vehicles, from the right.
        sidewalk_m: width of a pavement on the right, 0 for none.
        shape: through which points it goes; empty: straight.
        spread: `right`: the line between the nodes is its left border; `center`: its middle.
    """

    edge_id: str
    start: str
    end: str
    lanes: int
    speed_mps: float
    width_m: float = 3.5
    sidewalk_m: float = 0.0
    shape: Points = ()
    spread: str = "right"
    priority: int = 1

    @property
    def first_lane(self) -> int:
        """SUMO's index of the rightmost lane for vehicles: a pavement counts as lane 0."""
        return 1 if self.sidewalk_m > 0 else 0


@dataclass(frozen=True, slots=True)
class Connection:
    """Which lane leads into which, counted from the right among lanes for vehicles; netconvert guesses the others."""

    start: str
    end: str
    start_lane: int
    end_lane: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """A pedestrian crossing over edges at a node."""

    node: str
    edges: tuple[str, ...]
    width_m: float = 4.0


@dataclass(frozen=True, slots=True)
class BusStop:
    """Where buses wait, on the rightmost lane of an edge; from and to in metres along it."""

    stop_id: str
    edge: str
    start_m: float
    end_m: float


@dataclass(frozen=True, slots=True)
class RecordedLane:
    """A lane as recordings name it: SUMO's lanes one after the other, each (edge, lane from the right).

    `stop_line`: whether vehicles wait at its end.
    """

    lane_id: str
    group: str
    parts: tuple[tuple[str, int], ...]
    stop_line: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """All of a scene that does not move."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    lanes: tuple[RecordedLane, ...]
    connections: tuple[Connection, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    stops: tuple[BusStop, ...] = ()
    signals: tuple[tuple[str, str], ...] = ()
    """Further options of netconvert about signals."""

    def edge(self, edge_id: str) -> Edge:
        """The edge of that name.

        Raises:
            KeyError: there is none.
        """
        for edge in self.edges:
            if edge.edge_id == edge_id:
                return edge
        raise KeyError(edge_id)

    def sumo_lane(self, edge_id: str, lane: int) -> str:
        """SUMO's name of a lane counted from the right among those for vehicles."""
        return f"{edge_id}_{self.edge(edge_id).first_lane + lane}"

    def write(self, folder: Path) -> dict[str, str]:
        """Write nodes, edges and connections; netconvert's options that read them."""
        files = {
            "node-files": self._nodes(),
            "edge-files": self._edges(),
            "connection-files": self._connections(),
        }
        for name, root in files.items():
            write_xml(root, folder / f"{name}.xml")
        return {name: str(folder / f"{name}.xml") for name in files} | OPTIONS | dict(self.signals)

    def write_stops(self, folder: Path) -> Path:
        """Write the bus stops as an additional file of SUMO."""
        root = Element("additional")
        for stop in self.stops:
            lane = self.sumo_lane(stop.edge, 0)
            place = {"lane": lane, "startPos": f"{stop.start_m}", "endPos": f"{stop.end_m}"}
            SubElement(root, "busStop", {"id": stop.stop_id, **place})
        path = folder / "stops.xml"
        write_xml(root, path)
        return path

    def _nodes(self) -> Element:
        root = Element("nodes")
        for node in self.nodes:
            SubElement(root, "node", {"id": node.node_id, "x": f"{node.x}", "y": f"{node.y}", "type": node.kind})
        return root

    def _edges(self) -> Element:
        root = Element("edges")
        for edge in self.edges:
            attributes = {
                "id": edge.edge_id,
                "from": edge.start,
                "to": edge.end,
                "numLanes": f"{edge.lanes}",
                "speed": f"{edge.speed_mps:.3f}",
                "width": f"{edge.width_m}",
                "priority": f"{edge.priority}",
                "spreadType": edge.spread,
            }
            if edge.sidewalk_m > 0:
                attributes["sidewalkWidth"] = f"{edge.sidewalk_m}"
            if edge.shape:
                attributes["shape"] = " ".join(f"{x},{y}" for x, y in edge.shape)
            SubElement(root, "edge", attributes)
        return root

    def _connections(self) -> Element:
        root = Element("connections")
        for link in self.connections:
            lanes = {
                "fromLane": f"{self.edge(link.start).first_lane + link.start_lane}",
                "toLane": f"{self.edge(link.end).first_lane + link.end_lane}",
            }
            SubElement(root, "connection", {"from": link.start, "to": link.end, **lanes})
        for crossing in self.crossings:
            edges = " ".join(crossing.edges)
            SubElement(root, "crossing", {"node": crossing.node, "edges": edges, "width": f"{crossing.width_m}"})
        return root


def lanes_of(group: str, edges: Sequence[Edge], *, stop_line: bool = False) -> tuple[RecordedLane, ...]:
    """The lanes of edges that follow one another with equally many lanes, as `GROUP_0` from the right."""
    return tuple(
        RecordedLane(f"{group}_{lane}", group, tuple((edge.edge_id, lane) for edge in edges), stop_line)
        for lane in range(edges[0].lanes)
    )


def write_xml(root: Element, path: Path) -> None:
    """Write one file, indented, with its declaration."""
    indent(root)
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
