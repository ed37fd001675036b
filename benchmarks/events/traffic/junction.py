"""A signalised four-arm junction of Hanoi's inner ring: crossings, pavements, bus stops, riders between the cars."""

from __future__ import annotations

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

ARM_M: Final = 300.0
LIMIT_MPS: Final = 50 / 3.6
"""In built-up areas on roads with a median (Vietnam: 60 km/h; 50 km/h without one)."""
LANES: Final = {"n": 2, "e": 3, "s": 2, "w": 3}
CAPACITY_VPH: Final = {"n": 2600.0, "e": 3600.0, "s": 2600.0, "w": 3600.0}
"""About what an arm's green lets through with this mix; found by raising demand until the queue stays."""
TURNS: Final = {
    2: {"right": 0.25, "straight": 0.75},
    3: {"right": 0.18, "straight": 0.62, "left": 0.17, "back": 0.03},
}
"""Where vehicles go from an arm of so many lanes: from those of two lanes left turns are forbidden."""
ORDER: Final = "nesw"
_PLACES: Final = {"n": (0.0, ARM_M), "e": (ARM_M, 0.0), "s": (0.0, -ARM_M), "w": (-ARM_M, 0.0)}


def junction() -> Scene:
    """Arms `n`, `e`, `s`, `w`; groups `n_in` towards the junction, `n_out` away from it, and so on."""
    nodes = [Node("c", 0.0, 0.0, "traffic_light")]
    edges: list[Edge] = []
    lanes: list[RecordedLane] = []
    for arm, count in LANES.items():
        nodes.append(Node(arm, *_PLACES[arm]))
        inward = Edge(f"{arm}_in", arm, "c", count, LIMIT_MPS, sidewalk_m=2.5)
        outward = Edge(f"{arm}_out", "c", arm, count, LIMIT_MPS, sidewalk_m=2.5)
        edges += [inward, outward]
        lanes += lanes_of(f"{arm}_in", [inward], stop_line=True) + lanes_of(f"{arm}_out", [outward])
    network = Network(
        tuple(nodes),
        tuple(edges),
        tuple(lanes),
        tuple(link for arm in LANES for link in _links(arm)),
        crossings=tuple(Crossing("c", (f"{arm}_in", f"{arm}_out")) for arm in LANES),
        stops=(BusStop("stop_e_out", "e_out", 60.0, 90.0), BusStop("stop_s_in", "s_in", 170.0, 198.0)),
        signals=(("tls.cycle.time", "80"), ("tls.left-green.time", "8"), ("tls.allred.time", "2")),
    )
    origins = tuple(Origin(f"{arm}_in", CAPACITY_VPH[arm], _routes(arm)) for arm in LANES)
    pairs = [(a, b) for a in LANES for b in LANES if a != b]
    walkers = tuple(Walkers(f"{a}_in", f"{b}_out", 14.0) for a, b in pairs)
    # Arms are seen up to 160 m from the middle; the last 30 m before a stop line belong to queues and crossings.
    stretches = [Stretch(f"{arm}_in", 145.0, 250.0, f"{arm}_out") for arm in LANES]
    stretches += [Stretch(f"{arm}_out", 20.0, 140.0, f"{arm}_in") for arm in LANES]
    return Scene("junction", 1, network, origins, walkers, stretches=tuple(stretches))


def _exit(arm: str, turn: str) -> str:
    # Arms stand clockwise from north, and one drives on the right.
    return ORDER[(ORDER.index(arm) + {"back": 0, "left": 1, "straight": 2, "right": 3}[turn]) % 4]


def _routes(arm: str) -> dict[tuple[str, ...], float]:
    return {(f"{arm}_in", f"{_exit(arm, turn)}_out"): share for turn, share in TURNS[LANES[arm]].items()}


def _links(arm: str) -> list[Connection]:
    # Straight on from the two right lanes, right from the first; the third is for left turns and U-turns alone.
    start = f"{arm}_in"
    links = [Connection(start, f"{_exit(arm, 'right')}_out", 0, 0)]
    links += [Connection(start, f"{_exit(arm, 'straight')}_out", lane, lane) for lane in (0, 1)]
    if LANES[arm] == 3:
        left = _exit(arm, "left")
        links += [Connection(start, f"{left}_out", 2, LANES[left] - 1), Connection(start, f"{arm}_out", 2, 2)]
    return links
