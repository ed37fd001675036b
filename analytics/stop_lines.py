"""Stop lines, in the picture and on the ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analytics.free_flow import CAR_BOX_M
from analytics.sight import Sight
from core.arrays import F64
from core.geometry import inside, signed_distance
from core.lanes import stop_lines
from core.scene import Ground, Line, Scene

KERB: Final = 0.2
"""Who drives along the kerb, or is seen a little beside it, crosses a stop line, too: where no other lane lies beyond
its end, it reaches further by this share of its length, 0.7 m of a lane of 3.5 m. Lines whose ends lie nearer together
are drawn as one: nobody goes through between them."""


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Metres past a line, m/s over it, and m/s in all; no speed where the ground does not hold."""

    metres: float
    over_mps: float
    mps: float


@dataclass(frozen=True, slots=True, eq=False)
class GroundLine:
    """A line on the ground: its start and end (2) in metres, and the unit vector over it."""

    start: F64
    end: F64
    ahead: F64

    def past_m(self, place: F64) -> float:
        """How far past it a place (2) is; below 0: before it."""
        return float((place - self.start) @ self.ahead)


@dataclass(frozen=True, slots=True, eq=False)
class StopLine:
    """A stop line, crossed forward by who drives on; `ground`: where the ground is known."""

    line: Line
    ground: GroundLine | None = None

    @classmethod
    def of(cls, line: Line, ground: Ground | None) -> StopLine:
        """As a ground shows it."""
        if ground is None:
            return cls(line)
        along = line.end - line.start
        right = np.array([-along[1], along[0]]) / np.hypot(*along)
        metres, valid = ground.to_ground(np.array([line.start, line.end, (line.start + line.end) / 2 + right]))
        if not valid.all():
            return cls(line)
        way = metres[1] - metres[0]
        across = np.array([-way[1], way[0]]) / np.hypot(*way)
        return cls(line, GroundLine(metres[0], metres[1], across * np.sign((metres[2] - metres[0]) @ across)))

    def past(self, sight: Sight, row: int) -> Past:
        """Where a track is. Without a ground lengths are in car boxes (`vehicles.CAR_BOXES`), of `CAR_BOX_M` each."""
        view = sight.view
        if self.ground is not None:
            velocity = view.velocity[row] if view.valid[row] else np.zeros(2)
            past_m = self.ground.past_m(view.position[row])
            return Past(past_m, float(velocity @ self.ground.ahead), float(np.hypot(*velocity)))
        unit_m = CAR_BOX_M / float(sight.car_side[row])
        foot, pace = view.foot[row].astype(np.float64), view.foot_velocity[row].astype(np.float64)
        start, end = self.line.start, self.line.end
        past, over = signed_distance(np.array([foot, start + pace]), start, end) * unit_m
        return Past(float(past), float(over), float(np.hypot(*pace)) * unit_m)


def stops_of(scene: Scene, signal_id: str) -> list[StopLine]:
    """The stop lines of a signal. Those of its lanes are as one with the lines beside, and reach to the kerb.

    Raises:
        KeyError: the scene has no such signal, line or lane.
    """
    signal = scene.signals[signal_id]
    lines = stop_lines(scene, signal)
    if signal.line is None:
        others = [
            line for name in scene.signals if name != signal_id for line in stop_lines(scene, scene.signals[name])
        ]
        beside = [*lines, *others]
        lines = [_joined(line, [other for other in beside if other is not line], scene) for line in lines]
    return [StopLine.of(line, scene.ground) for line in lines]


def _joined(line: Line, others: Sequence[Line], scene: Scene) -> Line:
    """The line of a lane as one of its approach: met half-way by that of the lane beside it, else to the kerb."""
    reach = KERB * (line.end - line.start)
    ends = []
    for end, out, theirs in (
        (line.start, -reach, [other.end for other in others]),
        (line.end, reach, [other.start for other in others]),
    ):
        # Lanes end at their stop lines: it is asked who lies beyond the end a little before.
        before = (end + out - np.array([-reach[1], reach[0]]))[None]
        away = [float(np.hypot(*(their - end))) for their in theirs]
        if away and min(away) <= 2 * np.hypot(*reach):
            ends.append((theirs[away.index(min(away))] + end) / 2)
        else:
            ends.append(end if any(inside(before, lane.polygon)[0] for lane in scene.lanes.values()) else end + out)
    return replace(line, start=ends[0], end=ends[1])
