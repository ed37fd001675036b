"""Where a rule looks: a zone, or lanes; without what is excepted."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.reasons import in_zone, on_lane
from analytics.shared import Shared
from analytics.sight import Sight, There
from core.arrays import AnyArray, Bool
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.geometry import border_distance
from core.lanes import watched_lanes
from scenes.rule_parts import Carriageway

EDGE: Final = 0.1
"""An event starts with a foot that is so much of its box's longer side inside a zone: two standard deviations of a foot
(`trackers.world.BOX_ERROR`), so that who stands beside the zone is not in it."""


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
        self._shared, self._what = shared, (zone, lane, group, *(except_zones or ()))
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

    def there(self, sight: Sight, wanted: Bool) -> There:
        """Who of the wanted classes (a mask by `views.class_mask`) is there; rules that ask alike share the answer."""
        if self._lanes is None and not self._except:
            rows, zones, many = sight.in_zones(wanted)
            return There(rows, zones[self._number], many[self._number])
        key = self._what, id(wanted)
        found = sight.there.get(key)
        if found is None:
            rows = sight.believed(wanted)
            at = self.holds(sight.view, rows)
            found = sight.there[key] = There(rows, at, int(np.count_nonzero(at)))
        return found

    def holds(self, view: StepView, rows: AnyArray) -> Bool:
        """Which of these rows (K) of a view are there."""
        if self._lanes is not None:
            found = self._lanes[view.lane[rows]]
        else:
            found = self._shared.look(view).inside[self._number][rows]
        for number in self._except:
            found = found & ~self._shared.look(view).inside[number][rows]
        return np.asarray(found, np.bool_)

    def surely(self, view: StepView, rows: AnyArray) -> Bool:
        """Which of these rows (K), all there, are not at the edge of the zone or of what is excepted."""
        sight, found = self._shared.look(view), np.ones(len(rows), np.bool_)
        for zone in ([self._zone] if self._zone is not None else []) + self._excepted:
            away = np.array([border_distance(view.foot[row], zone.polygon) for row in rows.tolist()])
            # Whose box the picture's edge cuts has no better foot.
            found &= (away >= EDGE * sight.side[rows]) | sight.cut[rows]
        return found

    def at_edge(self, view: StepView, row: int) -> Reasons:
        """That a row is there, but at the edge; else nothing."""
        at = np.array([row])
        if not self.holds(view, at)[0] or self.surely(view, at)[0]:
            return ()
        return (reason("zone-edge", False, limit=Amount(EDGE * float(self._shared.look(view).side[row]), "px")),)

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
