"""How large road users appear where a scene's places lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F64, AnyArray
from core.scene import Ground, Scene

RIDER_M: Final = 1.1
"""Root of the area of a box around somebody on a motorcycle, seen along the road: 1.6 m high, 0.75 m wide."""
STEP_M: Final = 0.5


@dataclass(frozen=True, slots=True)
class Smallest:
    """Where road users are smallest.

    Attributes:
        place: the lane, line or zone, preset: in which of a turning camera's views; empty of a fixed camera.
        size_px: root of the area of a box around a rider there, in pixels of the scene's reference size.
    """

    place: str
    size_px: float
    preset: str = ""


def smallest_rider(scene: Scene) -> Smallest | None:
    """Where riders are smallest, at any lane, line or zone, in any preset; None without metres or places."""
    views = {preset_id: preset.scene for preset_id, preset in scene.presets.items()} or {"": scene}
    found = [
        Smallest(place, float(RIDER_M * sizes.min()), preset_id)
        for preset_id, view in views.items()
        if view.ground is not None
        for place, points in _places(view).items()
        if len(sizes := pixels_per_metre(view.ground, points))
    ]
    return min(found, key=lambda one: one.size_px, default=None)


def pixels_per_metre(ground: Ground, points: AnyArray) -> F64:
    """Reference pixels of a metre that is not foreshortened, at those of the points (N, 2) that lie on the ground.

    It is the longest that a metre on the ground gets there: across the direction in which the camera looks.
    """
    metres, held = ground.to_ground(points)
    metres = metres[held]
    sides = [ground.to_picture(metres + step)[0] - ground.to_picture(metres - step)[0] for step in np.eye(2) * STEP_M]
    slopes = np.stack(sides, axis=2) / (2 * STEP_M)
    return np.asarray(np.linalg.svd(slopes, compute_uv=False)[:, 0])


def _places(scene: Scene) -> dict[str, F64]:
    lines = {name: np.stack((line.start, line.end)) for name, line in scene.lines.items()}
    zones = {name: zone.polygon for name, zone in scene.zones.items()}
    return zones | {name: lane.centreline for name, lane in scene.lanes.items()} | lines
