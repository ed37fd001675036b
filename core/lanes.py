"""The lanes of a scene: those of a group, their lengths, where a line cuts them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from core.arrays import F64, I64, Bool
from core.scene import Lane, Line, Scene


def watched_lanes(scene: Scene, *, lane: str | None = None, group: str | None = None) -> Bool:
    """For each lane (L) whether it is `lane`, or of `group`; all of them without either.

    Raises:
        KeyError: the scene has none such.
    """
    found = np.array([lane in (None, name) and group in (None, of.group) for name, of in scene.lanes.items()], np.bool_)
    if not found.any():
        raise KeyError(lane or group or "lanes")
    return found


def group_numbers(scene: Scene) -> I64:
    """For each lane (L) a number that lanes of one group share."""
    names = [lane.group for lane in scene.lanes.values()]
    return np.array([names.index(name) for name in names], np.int64)


def crossed_at(scene: Scene, line: Line, group: str | None = None) -> F64:
    """For each lane (L) the way along it to where its centreline first crosses a line.

    NaN where it does not, beyond the horizon, and for lanes of another group, if one is given.
    """
    mine = [lane if group in (None, lane.group) else None for lane in scene.lanes.values()]
    return np.array([np.nan if lane is None else _crossing(scene, lane, line) for lane in mine], np.float64)


def _crossing(scene: Scene, lane: Lane, line: Line) -> float:
    before = 0.0
    for start, end in pairwise(lane.centreline):
        share = _share(start, end, line)
        points = np.array([start, end, start + (0.0 if share is None else share) * (end - start)])
        if scene.ground is not None:
            points, valid = scene.ground.to_ground(points)
            if not valid.all():
                return np.nan
        if share is not None:
            return before + float(np.hypot(*(points[2] - points[0])))
        before += float(np.hypot(*(points[1] - points[0])))
    return np.nan


def _share(start: F64, end: F64, line: Line) -> float | None:
    """Where between two points the way to `end` crosses the line, 0 to 1."""
    way, across, between = end - start, line.end - line.start, line.start - start
    turn = way[0] * across[1] - way[1] * across[0]
    if turn == 0:
        return None
    share = (between[0] * across[1] - between[1] * across[0]) / turn
    place = (between[0] * way[1] - between[1] * way[0]) / turn
    return float(share) if 0 <= share <= 1 and 0 <= place <= 1 else None


def lane_lengths(scene: Scene) -> F64:
    """Length of each lane's centreline (L), in the unit of `Motion.along`; 0 where it is beyond the horizon."""
    if scene.ground is not None:
        return np.array([lane.length_m or 0.0 for lane in scene.lanes.values()])
    steps = (np.diff(lane.centreline, axis=0) for lane in scene.lanes.values())
    return np.array([np.hypot(step[:, 0], step[:, 1]).sum() for step in steps])
