"""How fast one may drive where a track is."""

from __future__ import annotations

import numpy as np

from core.arrays import F64, AnyArray
from core.findings import StepView
from core.geometry import distance
from core.scene import Scene


class Limits:
    """Speed limits of a scene's lanes, or one for all of them.

    Args:
        everywhere: m/s; None: those of the lanes.
    """

    def __init__(self, scene: Scene, everywhere: float | None) -> None:
        given = [everywhere if everywhere is not None else lane.speed_limit_mps for lane in scene.lanes.values()]
        # The last one is for rows on no lane, which are numbered -1.
        self._limits = np.array([np.inf if limit is None else limit for limit in [*given, everywhere]])
        differ = len(set(self._limits[:-1].tolist())) > 1
        self._lanes = self._on_ground(scene) if differ else []

    def of(self, view: StepView, rows: AnyArray) -> F64:
        """Limits (K) in m/s of the lanes that these rows are on; infinite where none is known."""
        return np.asarray(self._limits[view.lane[rows]], np.float64)

    def highest(self, view: StepView, row: int, doubt_m: float) -> float:
        """The highest limit of all lanes on which a row may be that is misplaced by so many metres at most."""
        place, found = view.position[row], float(self._limits[view.lane[row]])
        for polygon, limit in self._lanes:
            if limit > found and distance(place, polygon) <= doubt_m:
                found = limit
        return found

    def _on_ground(self, scene: Scene) -> list[tuple[F64, float]]:
        if scene.ground is None:
            return []
        placed = [scene.ground.to_ground(lane.polygon) for lane in scene.lanes.values()]
        known = zip(placed, self._limits[:-1].tolist(), strict=True)
        return [(metres, limit) for (metres, valid), limit in known if valid.all() and np.isfinite(limit)]
