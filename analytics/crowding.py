"""security.crowding: too many people in a zone, or too close together."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.clock import SECOND_NS, CameraClock
from analytics.episodes import NOTHING, Cue, Episodes
from analytics.stays import Stay
from analytics.views import CONFIRMED, Area, believed_rows, class_mask, cue_again, cue_of
from core.events import CrowdingMeasures, Event, EventKind, Severity
from core.findings import Findings, StepView
from core.scene import Scene
from scenes.rules import CrowdingSpec


class CrowdingRule:
    """One event for a zone while it is crowded, by number or, where its area is known, by density."""

    def __init__(self, spec: CrowdingSpec, scene: Scene, camera_id: str, open_events: Sequence[Event] = ()) -> None:
        self._spec = spec
        self._wanted = class_mask(spec.classes)
        self._zone = scene.zones[spec.zone]
        self._area = Area(self._zone.polygon)
        self._for_ns = round(spec.for_s * SECOND_NS)
        self._clock = CameraClock()
        self._stay = Stay(round(spec.gap_s * SECOND_NS))
        self._peak = 0
        self._episodes = Episodes(
            EventKind.CROWDING,
            rule_id=spec.rule_id,
            camera_id=camera_id,
            zone=spec.zone,
            severity=spec.severity,
            clear_ns=round(spec.clear_s * SECOND_NS),
            hold_ns=round(spec.hold_s * SECOND_NS),
        )
        self._episodes.restore_one(open_events)

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        clock, stay = self._clock, self._stay
        clock.frame(view.frame)
        rows = believed_rows(view, self._wanted)
        within = rows[self._area.holds(view.foot[rows])] if len(rows) else rows
        seen = within[view.state[within] == CONFIRMED]
        crowd, believed = self._is_crowd(len(seen)), self._is_crowd(len(within))
        stay.update(clock, crowd, believed)
        if stay.since_ns is None and not len(self._episodes):
            self._peak = 0
            return NOTHING
        self._peak = max(self._peak, len(seen))
        waited = crowd and stay.since_ns is not None and clock.run_ns - stay.since_ns >= self._for_ns
        holds = waited or (believed and len(self._episodes) > 0)

        def describe(key: int, seconds: float, last: Event | None) -> Cue:
            earlier = last.measures.count if last and isinstance(last.measures, CrowdingMeasures) else 0
            peak = max(self._peak, earlier)
            measures = CrowdingMeasures(peak, round(seconds, 3), self._density(peak))
            return cue_again(last, measures) if last and not len(seen) else cue_of(view, seen, measures)

        since_ns = clock.run_ns if stay.since_ns is None else stay.since_ns
        found = ((0, since_ns),) if holds else ()
        return self._episodes.update(clock, view.frame, found, (0,), describe, self._severity(len(seen)))

    def tick(self, now_ns: int) -> Findings:
        """Hold an open event while no frame comes."""
        self._clock.tick(now_ns)
        return self._episodes.tick(self._clock)

    def close(self, now_ns: int) -> Findings:
        """Nothing: an open event stays open."""
        return NOTHING

    def _density(self, count: int) -> float | None:
        area = self._zone.area_m2
        return round(count / area, 3) if area else None

    def _is_crowd(self, count: int) -> bool:
        return count >= self._spec.count or (self._density(count) or 0.0) > self._spec.density_per_m2

    def _severity(self, count: int) -> Severity:
        dangerous = (self._density(count) or 0.0) > self._spec.dangerous_density_per_m2
        return max(self._spec.severity, Severity.HIGH, key=lambda s: s.rank) if dangerous else self._spec.severity
