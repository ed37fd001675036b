"""Where a rule looks: a zone, or lanes; without what is excepted."""

from __future__ import annotations

import numpy as np

from analytics.reasons import in_zone, on_lane
from analytics.views import Area
from core.arrays import AnyArray, Bool
from core.explanation import Reason, Reasons, reason
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
        self._area = None if self._zone is None else Area(self._zone.polygon)
        # The last one is for rows on no lane, which are numbered -1.
        self._lanes = None if zone is not None else np.append(watched_lanes(scene, lane=lane, group=group), False)
        self._except = [(scene.zones[name], Area(scene.zones[name].polygon)) for name in except_zones or ()]
        self._label = scene.lanes[lane].label if lane is not None else group or Reason("place-all-lanes")

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
        for _, area in self._except:
            if not found.any():
                break
            found = found & ~area.holds(view.foot[rows])
        return found

    def explain(self, view: StepView, row: int) -> Reasons:
        """Whether a track is there."""
        at = slice(row, row + 1)
        if self._zone is not None and self._area is not None:
            said = in_zone(view, row, self._zone, bool(self._area.holds(view.foot[at])[0]))
        else:
            assert self._lanes is not None  # noqa: S101
            said = on_lane(view, row, self._lanes[:-1], self._label)
        inside = [zone for zone, area in self._except if area.holds(view.foot[at])[0]]
        return said, *(reason("excepted", False, place=zone.label) for zone in inside)

    def _on_lanes(self, view: StepView, rows: AnyArray) -> Bool:
        assert self._lanes is not None  # noqa: S101
        return np.asarray(self._lanes[view.lane[rows]], np.bool_)
