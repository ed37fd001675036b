"""incident.collision: two road users meet, and one of them comes to an abnormal stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.queues import KMH_PER_MPS
from analytics.shared import Shared
from analytics.stopped_vehicle import StandRule
from analytics.track_table import TrackTable
from analytics.views import believed_rows, class_mask
from core.arrays import F64, AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.measures import CollisionMeasures
from core.scene import Scene
from scenes.rules import CollisionSpec

ROAD_USERS: Final = ("person", "vehicle")
BEFORE_NS: Final = SECOND_NS
"""It was fast within this before it lost its speed."""
STILL_MPS: Final = 0.5
"""Slower than this a velocity has no direction to lose speed along."""
FIELDS: Final = [
    ("fast", np.float64),
    ("fast_ns", np.int64),
    ("before", np.float64),
    ("loss", np.float64),
    ("others", np.int64),
    ("hit", np.bool_),
]
"""Highest speed of the last second and when; of a hit: speed before, hardest deceleration, others in reach."""


class CollisionRule(StandRule):
    """One event for each vehicle that lost its speed abruptly in reach of another road user, and stands since.

    Who waits in a queue has not collided. In metres: without a ground nothing is found.
    """

    def __init__(
        self, spec: CollisionSpec, scene: Scene, camera_id: str, open_events: Sequence[Event], shared: Shared
    ) -> None:
        super().__init__(spec, scene, camera_id, open_events, shared)
        self._least, self._loss, self._reach = spec.min_speed_kmh / KMH_PER_MPS, spec.deceleration_mps2, spec.reach_m
        self._users = class_mask(ROAD_USERS)
        self._tracks = TrackTable(list(FIELDS))

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        clock, table = self._clock, self._tracks
        table.let_go(view, clock)
        at, fresh = table.locate(view.track_id[rows], clock.run_ns)
        speed = np.hypot(view.velocity[rows, 0], view.velocity[rows, 1])
        mine = table.rows
        renewed = fresh | (speed >= mine["fast"][at]) | (clock.run_ns - mine["fast_ns"][at] > BEFORE_NS)
        mine["fast"][at[renewed]], mine["fast_ns"][at[renewed]] = speed[renewed], clock.run_ns
        self._hit(view, rows, at, speed)
        stays = self._stays.rows
        hit = mine["hit"][at] | np.isin(view.track_id[rows], stays["track"][stays["open"]])
        if stays["lost"].any():
            hit |= self._stays.left_at(self._shared.look(view).boxes[rows])
        return super()._meets(view, rows) & view.valid[rows] & hit

    def _hit(self, view: StepView, rows: AnyArray, at: AnyArray, speed: F64) -> None:
        mine = self._tracks.rows
        loss = _loss(view, rows, speed)
        abrupt = view.valid[rows] & (loss > self._loss) & (mine["fast"][at] >= self._least)
        mine["hit"][at[(speed > self._least) & ~abrupt]] = False  # it drives on
        if not abrupt.any():
            return
        others = believed_rows(view, self._users)
        others = others[view.valid[others]]
        away = view.position[rows[abrupt]][:, None] - view.position[others][None]
        near = (np.hypot(away[..., 0], away[..., 1]) <= self._reach).sum(axis=1) - 1
        met = np.flatnonzero(abrupt)[near > 0]
        new = at[met]
        again = mine["hit"][new]
        mine["before"][new] = np.where(again, np.maximum(mine["before"][new], mine["fast"][new]), mine["fast"][new])
        mine["loss"][new] = np.where(again, np.maximum(mine["loss"][new], loss[met]), loss[met])
        mine["others"][new], mine["hit"][new] = near[near > 0], True

    def _conditions(self, view: StepView, row: int) -> Reasons:
        if not view.valid[row]:
            return (reason("no-metres", False),)
        hit = self._tracks.find(int(view.track_id[row]))
        if hit is None or not hit["hit"]:
            fast = 0.0 if hit is None else float(hit["fast"])
            return *self._braking(view, row, fast), *super()._conditions(view, row)
        before, loss = Amount(float(hit["before"]) * KMH_PER_MPS, "km-h"), Amount(float(hit["loss"]), "m-s2")
        met = reason(
            "hit", True, value=loss, limit=Amount(self._loss, "m-s2"), before=before, others=int(hit["others"])
        )
        return met, *super()._conditions(view, row)

    def _braking(self, view: StepView, row: int, fast: float) -> Reasons:
        """What is missing to a hit."""
        at, users = np.array([row]), believed_rows(view, self._users)
        others = users[view.valid[users] & (users != row)]
        loss = float(_loss(view, at, np.hypot(view.velocity[at, 0], view.velocity[at, 1]))[0])
        away = np.hypot(*(view.position[others] - view.position[row]).T).min() if len(others) else np.inf
        speeds = (Amount(v * KMH_PER_MPS, "km-h") for v in (fast, self._least))
        losses = Amount(loss, "m-s2"), Amount(self._loss, "m-s2")
        said = (
            reason("was-fast", fast >= self._least, **dict(zip(("value", "limit"), speeds, strict=True))),
            reason("brakes", loss > self._loss, value=losses[0], limit=losses[1]),
        )
        if not len(others):
            return *said, reason("alone", False)
        return *said, reason(
            "others-near", away <= self._reach, value=Amount(away, "m"), limit=Amount(self._reach, "m")
        )

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> CollisionMeasures:
        if last is not None and isinstance(last.measures, CollisionMeasures):
            was = last.measures
            return CollisionMeasures(round(seconds, 3), was.speed_mps, was.deceleration_mps2, was.others)
        hit = None if row is None else self._tracks.find(int(view.track_id[row]))
        if hit is None:
            return CollisionMeasures(round(seconds, 3), 0.0, 0.0, 0)
        return CollisionMeasures(
            round(seconds, 3), round(float(hit["before"]), 3), round(float(hit["loss"]), 3), int(hit["others"])
        )


def _loss(view: StepView, rows: AnyArray, speed: F64) -> F64:
    """How fast they (K) lose their speed, in m/s²."""
    velocity = view.velocity[rows]
    return np.asarray(-(view.acceleration[rows] * velocity).sum(axis=1) / np.maximum(speed, STILL_MPS), np.float64)
