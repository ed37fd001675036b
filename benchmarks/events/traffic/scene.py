"""A scene: roads, and who comes from where, when, and where to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from benchmarks.events.traffic.fleet import BY_CLASS, STREET, VehicleType, write_types
from benchmarks.events.traffic.network import Network, write_xml
from core.taxonomy import ObjectClass

CYCLE_S: Final = 900.0
"""Free flow, dense, jam, clearing: about so long for each round; a shorter run has one round."""
WARM_UP_S: Final = 60.0
"""Simulated before the recording begins, so that it does not begin on empty roads."""
DEMAND: Final = ((0.2, 0.3), (0.42, 0.7), (0.68, 1.15), (1.0, 0.25))
"""Until which share of a round, which share of the capacity."""
MOST_TRIPS: Final = 200_000
"""More are refused: a mistake in a scene must not fill the disk."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where vehicles come in: `capacity_vph` times the demand of the moment, spread over routes by weight."""

    edge: str
    capacity_vph: float
    routes: Mapping[tuple[str, ...], float]
    mix: Mapping[ObjectClass, float] = field(default_factory=lambda: STREET)


@dataclass(frozen=True, slots=True)
class Walkers:
    """People who walk from one edge's pavement to another's, `per_hour` for each pair."""

    start: str
    end: str
    per_hour: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where incidents are put: from `start_m` to `end_m` along a group's lanes, clear of junctions and crossings.

    `across`: the group beside it, which somebody who walks over the road crosses too; empty: there is none.
    """

    group: str
    start_m: float
    end_m: float
    across: str = ""

    @property
    def length_m(self) -> float:
        """From start to end."""
        return self.end_m - self.start_m


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a simulation needs but a seed.

    Attributes:
        version: raised with every change of the scene, so that recordings of the old one are not taken for it.
        radius_m: road users further from (0, 0) are not recorded.
        lateral_m: resolution across lanes; 0: one vehicle beside the other only on another lane.
        demand: as `DEMAND`.
        stretches: where incidents are put; `holds`: groups whose signal may be held red, so that they spill back.
        marks: by group, metres along its lanes: a queue that reaches back to there has spilled back.
    """

    name: str
    version: int
    network: Network
    origins: tuple[Origin, ...]
    walkers: tuple[Walkers, ...] = ()
    radius_m: float = 160.0
    lateral_m: float = 0.4
    demand: tuple[tuple[float, float], ...] = DEMAND
    stretches: tuple[Stretch, ...] = ()
    holds: tuple[str, ...] = ()
    marks: Mapping[str, float] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    def lanes(self, group: str) -> int:
        """How many lanes a group has."""
        return sum(lane.group == group for lane in self.network.lanes)

    def limit_mps(self, group: str) -> float:
        """The limit where a group begins."""
        return next(self.network.edge(e.parts[0][0]).speed_mps for e in self.network.lanes if e.group == group)

    def route_over(self, group: str) -> tuple[str, ...]:
        """The likeliest route that passes the whole of a group.

        Raises:
            ValueError: none does.
        """
        edges = {edge for edge, _lane in next(lane.parts for lane in self.network.lanes if lane.group == group)}
        routes = [(share, route) for o in self.origins for route, share in o.routes.items() if edges <= set(route)]
        if not routes:
            raise ValueError(f"{self.name}: no route over {group}")
        return max(routes)[1]

    def share(self, time_s: float, seconds: float) -> float:
        """Demand as a share of capacity at a time of a run that lasts `seconds`."""
        rounds = max(1, round(seconds / CYCLE_S))
        place = max(0.0, time_s) * rounds / seconds % 1.0
        return next((share for until, share in self.demand if place < until), self.demand[-1][1])

    def free_flow_mps(self) -> dict[str, float]:
        """Mean speed of undisturbed traffic by lane group: of each class its share of the limit, at most its own."""
        mix = self.origins[0].mix
        found: dict[str, float] = {}
        for lane in self.network.lanes:
            limit = self.network.edge(lane.parts[0][0]).speed_mps
            kinds = [(mix[c] * kind.share, kind) for c in mix for kind in BY_CLASS[c]]
            wished = sum(w * min(kind.speed_factor[0] * limit, kind.max_speed_mps) for w, kind in kinds)
            found.setdefault(lane.group, round(wished / sum(w for w, _kind in kinds), 3))
        return found

    def write_demand(self, folder: Path, seed: int, seconds: float) -> Path:
        """Write vehicle types and all trips of a run, drawn from the seed.

        Raises:
            ValueError: more than `MOST_TRIPS`.
        """
        rng = np.random.default_rng((seed, 1))
        trips = [trip for origin in self.origins for trip in self._trips(origin, rng, seconds)]
        trips += [trip for walkers in self.walkers for trip in _walks(walkers, rng, seconds)]
        if len(trips) > MOST_TRIPS:
            raise ValueError(f"{self.name}: {len(trips)} trips, at most {MOST_TRIPS}")
        trips.sort(key=lambda trip: float(trip.get("depart", "0")))
        root = Element("routes")
        write_types(root)
        for number, trip in enumerate(trips):
            trip.set("id", f"{number}")
            root.append(trip)
        path = folder / "demand.xml"
        write_xml(root, path)
        return path

    def _trips(self, origin: Origin, rng: np.random.Generator, seconds: float) -> list[Element]:
        classes, weights = list(origin.mix), np.array(list(origin.mix.values()))
        routes, shares = list(origin.routes), np.array(list(origin.routes.values()))
        found = []
        for depart in self._departures(origin.capacity_vph, rng, seconds):
            kind = _pick(classes[int(rng.choice(len(classes), p=weights / weights.sum()))], rng)
            edges = routes[int(rng.choice(len(routes), p=shares / shares.sum()))]
            found.append(self._vehicle(kind, edges, depart, rng))
        return found

    def _departures(self, capacity_vph: float, rng: np.random.Generator, seconds: float) -> list[float]:
        # Poisson arrivals of a rate that changes: drawn at the highest rate, kept by the share of the moment.
        highest = max(share for _until, share in self.demand)
        count = int(rng.poisson(capacity_vph * highest / 3600 * (seconds + WARM_UP_S)))
        times = np.sort(rng.uniform(0, seconds + WARM_UP_S, count))
        kept = rng.uniform(0, highest, count)
        return [float(t) for t, k in zip(times, kept, strict=True) if k < self.share(t - WARM_UP_S, seconds)]

    def _vehicle(self, kind: VehicleType, edges: tuple[str, ...], depart: float, rng: np.random.Generator) -> Element:
        free = self.lateral_m > 0
        lane = "free" if not free else "random" if kind.class_id == ObjectClass.MOTORCYCLE else "best"
        trip = Element(
            "vehicle",
            {
                "id": "",
                "type": kind.type_id,
                "depart": f"{depart:.2f}",
                "departLane": lane,
                "departSpeed": "desired",
                **({"departPosLat": "random"} if free else {}),
            },
        )
        SubElement(trip, "route", {"edges": " ".join(edges)})
        if kind.class_id == ObjectClass.BUS:
            for stop in self.network.stops:
                if stop.edge in edges:
                    SubElement(trip, "stop", {"busStop": stop.stop_id, "duration": f"{rng.uniform(12, 35):.0f}"})
        return trip


def _walks(walkers: Walkers, rng: np.random.Generator, seconds: float) -> list[Element]:
    whole = seconds + WARM_UP_S
    found = []
    for depart in rng.uniform(0, whole, int(rng.poisson(walkers.per_hour * whole / 3600))):
        person = Element("person", {"id": "", "type": "walker", "depart": f"{depart:.2f}", "departPos": "random"})
        SubElement(person, "walk", {"from": walkers.start, "to": walkers.end})
        found.append(person)
    return found


def _pick(class_id: ObjectClass, rng: np.random.Generator) -> VehicleType:
    kinds = BY_CLASS[class_id]
    shares = np.array([kind.share for kind in kinds])
    return kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]
