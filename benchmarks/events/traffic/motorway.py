"""Two carriageways of three lanes, an on-ramp, and a lane that ends downstream: free flow, jam, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmarks.events.traffic.fleet import MOTORWAY, STREET
from benchmarks.events.traffic.network import Connection, Edge, Network, Node, RecordedLane, lanes_of
from benchmarks.events.traffic.scene import Origin, Scene, Stretch
from core.taxonomy import ObjectClass

MEDIAN_M: Final = 6.0
NARROW: Final = 0.5
"""Limit where a lane has ended, as a share of the limit before."""
LANE_M: Final = 3.75
"""Lane of a motorway for 100 or 120 km/h (TCVN 5729)."""


def motorway() -> Scene:
    """A motorway, without two-wheelers."""
    return _scene("motorway", 100 / 3.6, MOTORWAY, (4500.0, 700.0, 3600.0), lateral_m=0.8)


def trunk() -> Scene:
    """The same roads as a trunk road that motorcycles use too, more of them than of all others."""
    return _scene("trunk", 70 / 3.6, STREET, (7000.0, 900.0, 4000.0), lateral_m=0.8)


def _scene(
    name: str,
    limit_mps: float,
    mix: Mapping[ObjectClass, float],
    capacity_vph: tuple[float, float, float],
    lateral_m: float,
) -> Scene:
    # Eastbound, the four-lane part lets the ramp in; the lane on the right ends at 400 m.
    nodes = (
        Node("west", -800.0, 0.0),
        Node("ramp", -420.0, -70.0),
        Node("merge", -150.0, 0.0),
        Node("merged", 80.0, 0.0),
        Node("drop", 400.0, 0.0),
        Node("east", 800.0, 0.0),
        Node("east_back", 800.0, MEDIAN_M),
        Node("west_back", -800.0, MEDIAN_M),
    )
    before = Edge("main_before", "west", "merge", 3, limit_mps, LANE_M, priority=3)
    ramp = Edge("on_ramp", "ramp", "merge", 1, 60 / 3.6, LANE_M, shape=((-260.0, -28.0), (-190.0, -13.0)), priority=1)
    beside = Edge("main_merge", "merge", "merged", 4, limit_mps, LANE_M, priority=3)
    after = Edge("main_after", "merged", "drop", 3, limit_mps, LANE_M, priority=3)
    narrow = Edge("main_narrow", "drop", "east", 2, limit_mps * NARROW, LANE_M, priority=3)
    back = Edge("back", "east_back", "west_back", 3, limit_mps, LANE_M, priority=3)
    main = tuple(
        RecordedLane(f"main_{k}", "main", (("main_before", k), ("main_merge", k + 1), ("main_after", k)))
        for k in range(3)
    )
    links = (
        *(Connection("main_before", "main_merge", k, k + 1) for k in range(3)),
        Connection("on_ramp", "main_merge", 0, 0),
        *(Connection("main_merge", "main_after", k + 1, k) for k in range(3)),
        *(Connection("main_after", "main_narrow", k + 1, k) for k in range(2)),
    )
    network = Network(
        nodes,
        (before, ramp, beside, after, narrow, back),
        (*main, RecordedLane("ramp_0", "ramp", (("on_ramp", 0), ("main_merge", 0))), *lanes_of("back", [back])),
        links,
    )
    through, joining, returning = capacity_vph
    origins = (
        Origin("main_before", through, {("main_before", "main_merge", "main_after", "main_narrow"): 1.0}, mix),
        Origin("on_ramp", joining, {("on_ramp", "main_merge", "main_after", "main_narrow"): 1.0}, mix),
        Origin("back", returning, {("back",): 1.0}, mix),
    )
    stretches = (Stretch("main", 400.0, 1120.0), Stretch("back", 400.0, 1180.0))
    return Scene(name, 1, network, origins, radius_m=420.0, lateral_m=lateral_m, stretches=stretches)
