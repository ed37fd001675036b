"""incident.smoke_fire, environment.flooding: what second models see in k of their last n looks."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.episode_rule import OneEventRule
from analytics.episodes import NOTHING
from analytics.revisions import Cue
from analytics.shared import Shared
from analytics.views import cue_again, reference_scale
from core.arrays import F64, AnyArray
from core.events import Event, Severity
from core.explanation import Amount, Reasons, reason
from core.findings import Findings, StepView
from core.geometry import inside
from core.measures import SightingMeasures
from core.observations import ModelLook, Sighting
from core.scene import Scene
from core.taxonomy import ObjectClass, classes_of
from scenes.picture_rules import SightingSpec

MISSED: Final = 5
"""Looks that may be missing in a row: after more the count begins anew, for what lies between is not known."""
PART: Final = 0.2
"""Of a box inside a zone, or of a zone inside a box: less is something at its border."""
GRID: Final = 32
"""Points along each side of the grid by which shares of zones and boxes are counted."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look saw of it: classes (none: nothing), the best score, the share of the place, and the best box."""

    at_ns: int
    class_ids: tuple[int, ...] = ()
    score: float = 0.0
    share: float | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(slots=True)
class Window:
    """The last looks of one model, the newest last."""

    model: str
    looks: deque[Seen]
    every_ns: int = SECOND_NS
    told_ns: int = 0

    @property
    def hits(self) -> list[Seen]:
        """Those that saw it."""
        return [look for look in self.looks if look.class_ids]


class Region:
    """A zone, or the whole picture: which boxes count for it, and what share of it they hide.

    Args:
        polygon: (K, 2) in reference pixels; None: the whole picture.
        size: (width, height) of the reference picture.
    """

    def __init__(self, polygon: F64 | None, size: tuple[int, int]) -> None:
        self._polygon = polygon
        low = np.zeros(2) if polygon is None else polygon.min(axis=0)
        high = np.array(size, np.float64) if polygon is None else polygon.max(axis=0)
        points = _grid(low, high)
        self._points = points if polygon is None else points[inside(points, polygon)]

    def counts(self, box: AnyArray) -> bool:
        """Whether a box (4) in reference pixels is of this place."""
        if self._polygon is None:
            return True
        within = inside(_grid(box[:2], box[2:]), self._polygon)
        return bool(within.mean() >= PART or self.share([box]) >= PART)

    def share(self, boxes: Sequence[AnyArray]) -> float:
        """The share (0..1) of it that boxes hide together."""
        x, y = self._points[:, 0], self._points[:, 1]
        hidden = np.zeros(len(self._points), np.bool_)
        for left, top, right, bottom in boxes:
            hidden |= (x >= left) & (x < right) & (y >= top) & (y < bottom)
        return float(hidden.mean()) if len(hidden) else 0.0


class SightingRule(OneEventRule):
    """One event for a place while a second model sees it there, in so many of its last looks.

    Looks of each model are counted by themselves. The state is bounded: `of_looks` of each model.
    """

    def __init__(self, spec: SightingSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events, clear_s=spec.clear_s)
        scene = shared.scene
        self._spec, self._shared = spec, shared
        self._wanted = frozenset(int(one) for one in classes_of(tuple(spec.classes)))
        self._zone = spec.zone or ""
        self._region = Region(None if spec.zone is None else scene.zones[spec.zone].polygon, scene.reference_size)
        self._windows: dict[str, Window] = {}

    def update(self, view: StepView) -> Findings:
        """What this frame shows; between two looks, what the last ones did."""
        self._shared.hear(view)
        self._forget()
        for look in view.observations.looks:
            self._hear(view, look)
        if not self._windows and not len(self._episodes):
            return NOTHING
        best = self._best()
        hits = [] if best is None else best.hits
        goes_on = len(self._episodes) > 0 and len(hits) > 0
        found = ((0, hits[0].at_ns),) if goes_on or len(hits) >= self._spec.looks else ()
        denied = (0,) if best is not None and not hits else ()

        def describe(key: int, seconds: float, last: Event | None) -> Cue:
            return self._cue(view, best, seconds, last)

        return self._episodes.update(self._clock, view.frame, found, denied, describe, self._severity(hits))

    def explain(self, view: StepView, row: int) -> Mapping[str, Reasons]:
        """What models have seen beside the definition: tracks have no part in it."""
        best = self._best()
        if best is None:
            return {self._rule_id: (reason("no-look", False),)}
        hits, wanted = len(best.hits), self._spec.looks
        amounts = {"value": Amount(hits), "limit": Amount(wanted), "of": Amount(len(best.looks))}
        return {self._rule_id: (reason("sighting", hits >= wanted, **amounts),)}

    def _hear(self, view: StepView, look: ModelLook) -> None:
        if not (look.class_ids & self._wanted and (look.placed or self._zone in look.parts)):
            return
        window = self._windows.get(look.model)
        if window is None:
            window = self._windows[look.model] = Window(look.model, deque(maxlen=self._spec.of_looks))
        window.every_ns, window.told_ns = round(look.every_s * SECOND_NS), self._clock.run_ns
        window.looks.append(self._seen(view, look))

    def _seen(self, view: StepView, look: ModelLook) -> Seen:
        found: list[tuple[Sighting, AnyArray | None]] = []
        for one in look.sightings:
            if one.class_id not in self._wanted:
                continue
            box = None if one.box is None else _reference(view, one.box)
            mine = self._region.counts(box) if look.placed and box is not None else one.part == self._zone
            if mine:
                found.append((one, box))
        if not found:
            return Seen(self._clock.run_ns)
        best, box = max(found, key=lambda pair: pair[0].score)
        share = self._region.share([box for _, box in found if box is not None]) if look.placed else None
        return Seen(
            self._clock.run_ns,
            tuple(sorted({one.class_id for one, _ in found})),
            best.score,
            share,
            None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3])),
        )

    def _forget(self) -> None:
        """Of models that have not looked for too long."""
        now = self._clock.run_ns
        for name in [name for name, one in self._windows.items() if now - one.told_ns > MISSED * one.every_ns]:
            del self._windows[name]

    def _best(self) -> Window | None:
        """Of the model that sees it most often."""
        return max(self._windows.values(), key=lambda window: len(window.hits), default=None)

    def _severity(self, hits: Sequence[Seen]) -> Severity:
        flames = sum(int(ObjectClass.FIRE) in look.class_ids for look in hits)
        return Severity.HIGHEST if flames >= self._spec.looks else self._spec.severity

    def _cue(self, view: StepView, best: Window | None, seconds: float, last: Event | None) -> Cue:
        was = last.measures if last is not None and isinstance(last.measures, SightingMeasures) else None
        hits = [] if best is None else best.hits
        if last is not None and was is not None and not hits:
            return cue_again(last, replace(was, duration_s=round(seconds, 3)))
        scores = [look.score for look in hits] + ([] if was is None else [was.score])
        shares = [look.share for look in hits] + ([] if was is None else [was.area_share])
        known = [share for share in shares if share is not None]
        measures = SightingMeasures(
            round(seconds, 3),
            max(len(hits), was.looks if was else 0),
            self._spec.of_looks,
            round(max(scores), 3),
            round(max(known), 4) if known else None,
            "" if best is None else best.model,
        )
        box, classes = hits[-1].box, tuple(sorted({one for look in hits for one in look.class_ids}))
        return Cue(measures, min(hits[-1].score, 1.0), (), classes, box, _position(view.scene, box))


def _grid(low: AnyArray, high: AnyArray) -> F64:
    """Points (N, 2) in the middle of the cells of a grid over a rectangle."""
    steps = (np.arange(GRID) + 0.5) / GRID
    x, y = low[0] + steps * (high[0] - low[0]), low[1] + steps * (high[1] - low[1])
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _reference(view: StepView, box: tuple[float, float, float, float]) -> AnyArray:
    """A box in the scene's reference pixels, the shift of the picture taken off."""
    moved = np.array(box) - np.tile(view.frame.shift_px, 2)
    return np.asarray(moved * np.tile(reference_scale(view), 2))


def _position(scene: Scene, box: tuple[float, float, float, float] | None) -> tuple[float, float] | None:
    """Where on Earth the lower edge of a box stands: what burns or stands there does so on the ground."""
    if box is None or scene.ground is None:
        return None
    metres, valid = scene.ground.to_ground(np.array([((box[0] + box[2]) / 2, box[3])]))
    return scene.geographic(*metres[0].tolist()) if bool(valid[0]) else None
