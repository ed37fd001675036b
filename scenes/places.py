"""Whether the places of a scene can be what they say."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np
import shapely

from core.scene import Scene
from scenes.documents import Document, Problem

MOST_OVERLAP: Final = 0.2
"""Lanes may touch, and cross at junctions; beyond this share of the smaller one most likely a corner is misplaced."""


def places_outside(document: Document, scene: Scene) -> list[Problem]:
    """Zones, lanes and lines that lie outside the picture."""
    width, height = scene.reference_size
    picture, size = shapely.box(0, 0, width, height), {"width": width, "height": height}
    found = []
    for number, zone in enumerate(scene.zones.values()):
        if not shapely.Polygon(zone.polygon).intersects(picture):
            found.append(document.problem(("zones", number, "polygon"), "problem-zone-outside", **size))
    for number, lane in enumerate(scene.lanes.values()):
        if not shapely.Polygon(lane.polygon).intersects(picture):
            found.append(document.problem(("lanes", number, "polygon"), "problem-lane-outside", **size))
    for number, line in enumerate(scene.lines.values()):
        if not shapely.LineString((line.start, line.end)).intersects(picture):
            found.append(document.problem(("lines", number), "problem-line-outside", **size))
    return found


def lamps_outside(document: Document, scene: Scene) -> list[Problem]:
    """Lamps of signals that do not lie in the picture as a whole."""
    size = np.array(scene.reference_size)
    found = []
    for number, signal in enumerate(scene.signals.values()):
        for position, lamp in enumerate(signal.lamps):
            if (lamp.polygon < 0).any() or (lamp.polygon > size).any():
                said = {"width": int(size[0]), "height": int(size[1]), "colour": lamp.colour.value}
                found.append(document.problem(("signals", number, "lamps", position), "problem-lamp-outside", **said))
    return found


def lanes_beyond(document: Document, scene: Scene) -> list[Problem]:
    """Lanes that reach beyond the horizon: they cannot be measured in metres."""
    found = []
    for number, lane in enumerate(scene.lanes.values()):
        for name, points in (("polygon", lane.polygon), ("centreline", lane.centreline)):
            if scene.ground is not None and not scene.ground.to_ground(points)[1].all():
                found.append(document.problem(("lanes", number, name), "problem-lane-horizon", name=lane.lane_id))
                break
    return found


def zones_beyond(document: Document, scene: Scene) -> list[Problem]:
    """Zones that reach beyond the horizon: they have no area."""
    return [
        document.problem(("zones", number, "polygon"), "problem-zone-horizon", name=zone.zone_id)
        for number, zone in enumerate(scene.zones.values())
        if scene.ground is not None and not scene.ground.to_ground(zone.polygon)[1].all()
    ]


def lanes_that_overlap(document: Document, scene: Scene) -> list[Problem]:
    """Twos of lanes that share much of the smaller one."""
    shapes = [(number, lane.lane_id, shapely.Polygon(lane.polygon)) for number, lane in enumerate(scene.lanes.values())]
    found = []
    for (_, one, a), (number, other, b) in combinations(shapes, 2):
        share = a.intersection(b).area / min(a.area, b.area)
        if share > MOST_OVERLAP:
            said = {"name": other, "other": one, "percent": round(100 * share)}
            found.append(document.problem(("lanes", number, "polygon"), "problem-lanes-overlap", **said))
    return found
