"""Where a rule looks: a zone, or lanes; without what is excepted."""

from __future__ import annotations

import numpy as np

from analytics.reasons import in_zone, on_lane
from analytics.shared import Shared
from core.arrays import AnyArray, Bool
from core.explanation import Reasons, reason
from core.findings import StepView
from core.lanes import watched_lanes
from scenes.rule_parts import Carriageway


class Place:
    """A zone, a lane, the lanes of a group, or all lanes of a scene, without the zones in `except_zones`.

    Raises:
        KeyError: the scene has no such zone or lanes.
    """

    def __init__(
        self,
        shared: Shared,
        *,
        zone: str | None = None,
        lane: str | None = None,
        group: str | None = None,
        except_zones: list[str] | None = None,
    ) -> None:
        scene = shared.scene
        self._shared = shared
        self._zone = None if zone is None else scene.zones[zone]
        self._name = lane or group or "all"
        self._excepted = [scene.zones[name] for name in except_zones or ()]
        self._number = -1 if zone is None else shared.zone(zone)
        # The last one is for rows on no lane, which are numbered -1.
        self._lanes = None if zone is not None else np.append(watched_lanes(scene, lane=lane, group=group), False)
        self._except = [shared.zone(name) for name in except_zones or ()]

    @classmethod
    def of(cls, spec: Carriageway, shared: Shared) -> Place:
        """Where a rule about a carriageway looks."""
        given = {"zone": spec.zone, "lane": spec.lane, "group": spec.group}
        return cls(shared, **given, except_zones=spec.except_zones)

    def holds(self, view: StepView, rows: AnyArray) -> Bool:
        """Which of these rows (K) of a view are there."""
        if self._lanes is not None:
            found = self._lanes[view.lane[rows]]
        else:
            found = self._shared.look(view).inside[self._number][rows]
        for number in self._except:
            found = found & ~self._shared.look(view).inside[number][rows]
        return np.asarray(found, np.bool_)

    def explain(self, view: StepView, row: int) -> Reasons:
        """Whether a row of a view is there."""
        inside = self._shared.look(view).inside
        if self._zone is not None:
            found: Reasons = (in_zone(view, row, self._zone, bool(inside[self._number, row])),)
        else:
            assert self._lanes is not None  # noqa: S101
            found = (on_lane(view, row, self._lanes[:-1], self._name),)
        for number, zone in zip(self._except, self._excepted, strict=True):
            if inside[number, row]:
                found = *found, reason("excepted", False, place=zone.label)
        return found
