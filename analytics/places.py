"""Where a rule looks: a zone, or lanes; without what is excepted."""

from __future__ import annotations

import numpy as np

from analytics.reasons import in_zone, on_lane
from analytics.views import Area
from core.arrays import AnyArray, Bool
from core.explanation import Reasons, reason
from core.findings import StepView
from core.lanes import watched_lanes
from core.scene import Scene
from scenes.rule_parts import Carriageway


class Place:
    """A zone, a lane, the lanes of a group, or all lanes of a scene, without the zones in `except_zones`.

    Raises:
        KeyError: the scene has no such zone or lanes.
    """

    def __init__(
        self,
        scene: Scene,
        *,
        zone: str | None = None,
        lane: str | None = None,
        group: str | None = None,
        except_zones: list[str] | None = None,
    ) -> None:
        self._zone = None if zone is None else scene.zones[zone]
        self._name = lane or group or "all"
        self._excepted = [scene.zones[name] for name in except_zones or ()]
        self._area = None if zone is None else Area(scene.zones[zone].polygon)
        # The last one is for rows on no lane, which are numbered -1.
        self._lanes = None if zone is not None else np.append(watched_lanes(scene, lane=lane, group=group), False)
        self._except = [Area(scene.zones[name].polygon) for name in except_zones or ()]

    @classmethod
    def of(cls, spec: Carriageway, scene: Scene) -> Place:
        """Where a rule about a carriageway looks."""
        given = {"zone": spec.zone, "lane": spec.lane, "group": spec.group}
        return cls(scene, **given, except_zones=spec.except_zones)

    def holds(self, view: StepView, rows: AnyArray) -> Bool:
        """Which of these rows (K) of a view are there."""
        if not len(rows):
            return np.zeros(0, np.bool_)
        found = self._area.holds(view.foot[rows]) if self._area is not None else self._on_lanes(view, rows)
        for area in self._except:
            if not found.any():
                break
            found = found & ~area.holds(view.foot[rows])
        return found

    def _on_lanes(self, view: StepView, rows: AnyArray) -> Bool:
        assert self._lanes is not None  # noqa: S101
        return np.asarray(self._lanes[view.lane[rows]], np.bool_)

    def explain(self, view: StepView, row: int) -> Reasons:
        """Whether a row of a view is there."""
        point = view.foot[row : row + 1]
        if self._area is not None and self._zone is not None:
            found: Reasons = (in_zone(view, row, self._zone, bool(self._area.holds(point)[0])),)
        else:
            assert self._lanes is not None  # noqa: S101
            found = (on_lane(view, row, self._lanes[:-1], self._name),)
        for area, zone in zip(self._except, self._excepted, strict=True):
            if area.holds(point)[0]:
                found = *found, reason("excepted", False, place=zone.label)
        return found
