"""A two-way urban arterial with two signals 190 m apart: the queue of the second reaches back into the first."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from benchmarks.events.traffic.network import (
    BusStop,
    Connection,
    Crossing,
    Edge,
    Network,
    Node,
    RecordedLane,
    lanes_of,
)
from benchmarks.events.traffic.scene import Origin, Scene, Stretch, Walkers

LIMIT_MPS: Final = 50 / 3.6
SIDE_MPS: Final = 40 / 3.6
NODES: Final = {
    "west": (-380.0, 0.0),
    "u": (-95.0, 0.0),
    "v": (95.0, 0.0),
    "east": (380.0, 0.0),
    "un": (-95.0, 220.0),
    "us": (-95.0, -220.0),
    "vn": (95.0, 220.0),
    "vs": (95.0, -220.0),
}
MAIN: Final = ("west", "u", "v", "east")
SIDES: Final = (("u", "un"), ("u", "us"), ("v", "vn"), ("v", "vs"))
THROUGH_VPH: Final = 3000.0
SIDE_VPH: Final = 700.0


def arterial() -> Scene:
    """Groups are `FROM_TO` between the nodes of `NODES`; `u_v` is the stretch that spills back into `u`."""
    nodes = tuple(
        Node(name, *place, "traffic_light" if name in ("u", "v") else "priority") for name, place in NODES.items()
    )
    edges, lanes = _roads()
    network = Network(
        nodes,
        tuple(edges),
        tuple(lanes),
        _links(),
        crossings=tuple(Crossing(a, (f"{a}_{b}", f"{b}_{a}")) for a, b in (("u", "west"), ("v", "east"), *SIDES)),
        stops=(BusStop("stop_u_v", "u_v", 70.0, 98.0), BusStop("stop_v_u", "v_u", 70.0, 98.0)),
        signals=(("tls.cycle.time", "70"), ("tls.left-green.time", "8"), ("tls.allred.time", "2")),
    )
    east = {
        ("west_u", "u_v", "v_east"): 0.72,
        ("west_u", "u_un"): 0.06,
        ("west_u", "u_us"): 0.08,
        ("west_u", "u_v", "v_vs"): 0.14,
    }
    west = {
        ("east_v", "v_u", "u_west"): 0.72,
        ("east_v", "v_vs"): 0.06,
        ("east_v", "v_vn"): 0.08,
        ("east_v", "v_u", "u_un"): 0.14,
    }
    origins = (
        Origin("west_u", THROUGH_VPH, east),
        Origin("east_v", THROUGH_VPH, west),
        Origin("un_u", SIDE_VPH, {("un_u", "u_us"): 0.6, ("un_u", "u_west"): 0.4}),
        Origin("us_u", SIDE_VPH, {("us_u", "u_un"): 0.6, ("us_u", "u_v", "v_east"): 0.4}),
        Origin("vn_v", SIDE_VPH, {("vn_v", "v_vs"): 0.6, ("vn_v", "v_u", "u_west"): 0.4}),
        Origin("vs_v", SIDE_VPH, {("vs_v", "v_vn"): 0.6, ("vs_v", "v_east"): 0.4}),
    )
    walkers = (
        Walkers("west_u", "u_un", 25.0),
        Walkers("us_u", "u_west", 25.0),
        Walkers("vn_v", "v_east", 25.0),
        Walkers("east_v", "v_vs", 25.0),
        Walkers("un_u", "u_v", 20.0),
        Walkers("vs_v", "v_u", 20.0),
    )
    stretches = [Stretch(a, 25.0, 130.0, b) for a, b in (("u_v", "v_u"), ("v_u", "u_v"))]
    stretches += [Stretch(a, 190.0, 240.0, b) for a, b in (("west_u", "u_west"), ("east_v", "v_east"))]
    stretches += [Stretch(a, 20.0, 100.0, b) for a, b in (("v_east", "east_v"), ("u_west", "west_u"))]
    return Scene(
        "arterial",
        1,
        network,
        origins,
        walkers,
        radius_m=200.0,
        stretches=tuple(stretches),
        holds=("u_v", "v_u"),
        marks={"u_v": 5.0, "v_u": 5.0},
    )


def _roads() -> tuple[list[Edge], list[RecordedLane]]:
    edges: list[Edge] = []
    lanes: list[RecordedLane] = []
    pairs = [(a, b, 3, LIMIT_MPS) for a, b in pairwise(MAIN)]
    pairs += [(a, b, 1, SIDE_MPS) for a, b in SIDES]
    for a, b, count, limit in pairs:
        for start, end in ((a, b), (b, a)):
            edge = Edge(f"{start}_{end}", start, end, count, limit, 4.5 if count == 1 else 3.5, sidewalk_m=2.5)
            edges.append(edge)
            lanes += lanes_of(edge.edge_id, [edge], stop_line=end in ("u", "v"))
    return edges, lanes


def _links() -> tuple[Connection, ...]:
    # Left turns from the main road have the third lane to themselves; side streets turn right or go straight on.
    ways = {
        "west_u": ("u_us", "u_v", "u_un"),
        "v_u": ("u_un", "u_west", "u_us"),
        "u_v": ("v_vs", "v_east", "v_vn"),
        "east_v": ("v_vn", "v_u", "v_vs"),
    }
    links: list[Connection] = []
    for start, (right, ahead, left) in ways.items():
        links.append(Connection(start, right, 0, 0))
        links += [Connection(start, ahead, lane, lane) for lane in (0, 1)]
        links.append(Connection(start, left, 2, 0))
    for start, right, ahead in (
        ("un_u", "u_west", "u_us"),
        ("us_u", "u_v", "u_un"),
        ("vn_v", "v_u", "v_vs"),
        ("vs_v", "v_east", "v_vn"),
    ):
        links += [Connection(start, right, 0, 0), Connection(start, ahead, 0, 0)]
    return tuple(links)
