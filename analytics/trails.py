"""Where tracks were of late: for what was left behind by one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.free_flow import CAR_BOX_M
from analytics.kernels.on_foot import PERSON_M
from analytics.sight import Sight
from analytics.views import COASTING, CONFIRMED
from core.arrays import F64, AnyArray, Bool
from core.scene import Scene
from core.taxonomy import ObjectClass

EVERY_NS: Final = SECOND_NS // 2
KEPT_NS: Final = 30 * SECOND_NS
STANDS_NS: Final = 3 * SECOND_NS // 2
STANDS: Final = 0.25
"""Who has moved less than this share of the longer side of his box in so long stands."""
FIELDS: Final = [
    ("id", np.int64),
    ("class", np.int16),
    ("ns", np.int64),
    ("foot", np.float64, (2,)),
    ("box", np.float64, (4,)),
    ("ground", np.float64, (2,)),
    ("metric", np.bool_),
    ("m_per_px", np.float64),
]


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A point: `foot` (2) in reference pixels, `ground` (2) in metres, None where these do not hold."""

    foot: F64
    ground: F64 | None

    @classmethod
    def of(cls, scene: Scene, foot: F64) -> Spot:
        """A point of the picture."""
        if scene.ground is None:
            return cls(foot, None)
        ground, valid = scene.ground.to_ground(foot[None])
        return cls(foot, ground[0] if valid[0] else None)


class Trails:
    """The tracks of a camera, seen or believed to be there, twice a second for 30 s.

    Attributes:
        rows: records of `FIELDS` in time order, `ns` in run time; boxes and feet in reference pixels.
    """

    def __init__(self) -> None:
        self.rows: AnyArray = np.zeros(0, FIELDS)
        self._last_ns: int | None = None

    def hear(self, sight: Sight, clock: CameraClock) -> None:
        """A frame has come."""
        if clock.new_epoch:
            self.rows = self.rows[:0]
        elif self._last_ns is not None and clock.run_ns - self._last_ns < EVERY_NS:
            return
        self._last_ns = clock.run_ns
        view = sight.view
        at = np.flatnonzero((view.state == CONFIRMED) | (view.state == COASTING))
        added = np.zeros(len(at), FIELDS)
        added["id"], added["class"], added["ns"] = view.track_id[at], view.class_id[at], clock.run_ns
        added["foot"], added["box"] = view.foot[at], sight.boxes[at]
        added["ground"], added["metric"] = view.position[at], view.valid[at]
        height = np.maximum(added["box"][:, 3] - added["box"][:, 1], 1.0)
        person = added["class"] == int(ObjectClass.PERSON)
        added["m_per_px"] = np.where(person, PERSON_M / height, CAR_BOX_M / sight.car_side[at])
        self.rows = np.concatenate((self.rows[self.rows["ns"] >= clock.run_ns - KEPT_NS], added))

    def standing(self, rows: AnyArray, now_ns: int) -> Bool:
        """Which of these records (K) of now stand; who is new may."""
        before = self.rows[self.rows["ns"] <= now_ns - STANDS_NS]
        moves = np.zeros(len(rows), np.bool_)
        for number, row in enumerate(rows):
            mine = before[before["id"] == row["id"]]
            if len(mine):
                side = max(row["box"][2] - row["box"][0], row["box"][3] - row["box"][1], 1.0)
                moves[number] = float(np.hypot(*(row["foot"] - mine["foot"][-1]))) > STANDS * side
        return ~moves

    @property
    def now(self) -> AnyArray:
        """The records of the last time."""
        found: AnyArray = self.rows[self.rows["ns"] == (-1 if self._last_ns is None else self._last_ns)]
        return found

    def away_m(self, rows: AnyArray, spot: Spot) -> F64:
        """Metres (K) from a spot to the feet of records; by the size of their boxes where nothing is in metres."""
        by_box = np.hypot(*(rows["foot"] - spot.foot).T) * rows["m_per_px"]
        if spot.ground is None:
            return np.asarray(by_box, np.float64)
        metric = np.hypot(*(rows["ground"] - spot.ground).T)
        return np.asarray(np.where(rows["metric"], metric, by_box), np.float64)

    def passed(self, spot: Spot, from_ns: int, until_ns: int) -> list[tuple[float, int, int]]:
        """Who came by a spot in a time: metres away at the nearest, track and class of each, nearest first."""
        rows = self.rows[(self.rows["ns"] >= from_ns) & (self.rows["ns"] <= until_ns)]
        found = []
        for track in np.unique(rows["id"]).tolist():
            mine = rows[rows["id"] == track]
            found.append((self._nearest_m(mine, spot), track, int(mine["class"][-1])))
        return sorted(found)

    def stayed_by(self, spot: Spot, metres: float, for_ns: int, now_ns: int, wanted: Bool) -> bool:
        """Whether somebody of these classes has been within so many metres of a spot for all of a time until now."""
        rows = self.rows[(self.rows["ns"] >= now_ns - for_ns) & wanted[self.rows["class"]]]
        near = self.away_m(rows, spot) <= metres
        for track in np.unique(rows["id"][near]).tolist():
            mine = rows["id"] == track
            lasted = now_ns - int(rows["ns"][mine][0]) >= for_ns - EVERY_NS - SECOND_NS // 10
            if lasted and near[mine].all() and now_ns - int(rows["ns"][mine][-1]) <= SECOND_NS:
                return True
        return False

    def _nearest_m(self, mine: AnyArray, spot: Spot) -> float:
        """Of one track, on the straight ways between its records."""
        away = self.away_m(mine, spot)
        if len(mine) < 2:
            return float(away.min())
        metric = spot.ground is not None and bool(mine["metric"].all())
        points, point = (mine["ground"], spot.ground) if metric else (mine["foot"], spot.foot)
        way, to = np.diff(points, axis=0), point - points[:-1]
        share = np.clip((way * to).sum(axis=1) / np.maximum((way * way).sum(axis=1), 1e-9), 0.0, 1.0)
        between = np.hypot(*(to - share[:, None] * way).T) * (1.0 if metric else mine["m_per_px"][:-1])
        return float(min(away.min(), between.min()))
