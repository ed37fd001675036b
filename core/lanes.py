"""The lanes of a scene: those of a group, their lengths, where a line cuts them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from core.arrays import F64, I64, Bool
from core.geometry import signed_distance
from core.scene import Lane, Line, Scene, Signal


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


def stop_lines(scene: Scene, signal: Signal) -> list[Line]:
    """The stop lines of a signal, each crossed forward by who drives on: the one it names, or one for each of its
    lanes, across the end of its centreline.

    Raises:
        KeyError: the scene has no such line or lane.
    """
    if signal.line is not None:
        return [scene.lines[signal.line]]
    return [_across_end(scene, scene.lanes[name]) for name in signal.lanes]


def _across_end(scene: Scene, lane: Lane) -> Line:
    """Square to the lane, on the ground where that is known, from one border of it to the other."""
    end, ahead = lane.centreline[-1], lane.centreline[-1] - lane.centreline[-2]
    ahead = ahead / np.hypot(*ahead)
    across = np.array([-ahead[1], ahead[0]])
    if scene.ground is not None:
        metres, valid = scene.ground.to_ground(np.array([end - 2 * ahead, end]))
        if valid.all():
            way = metres[1] - metres[0]
            beside = metres[1] + np.array([[-way[1], way[0]], [way[1], -way[0]]]) / np.hypot(*way)
            pixels, before = scene.ground.to_picture(beside)
            if before.all():
                across = (pixels[1] - pixels[0]) / np.hypot(*(pixels[1] - pixels[0]))
    # Just before its end: the polygon may end there, too.
    left, right = _reach(lane.polygon, end - 2 * ahead, across)
    ends = np.array([end + left * across, end + right * across])
    if signed_distance((end + ahead)[None], ends[0], ends[1])[0] < 0:
        ends = ends[::-1]
    return Line(lane.lane_id, lane.label, ends[0].copy(), ends[1].copy())


def _reach(polygon: F64, at: F64, across: F64) -> tuple[float, float]:
    """How far one comes from a point in a polygon both ways, backward negative; 1 pixel where it is not inside."""
    start, end = polygon, np.roll(polygon, -1, axis=0)
    way, to = end - start, start - at
    turn = across[0] * way[:, 1] - across[1] * way[:, 0]
    safe = np.where(turn == 0, 1.0, turn)
    far = (to[:, 0] * way[:, 1] - to[:, 1] * way[:, 0]) / safe
    place = (to[:, 0] * across[1] - to[:, 1] * across[0]) / safe
    cut = far[(turn != 0) & (place >= 0) & (place <= 1)]
    return float(max(cut[cut < 0], default=-1.0)), float(min(cut[cut > 0], default=1.0))


def lane_starts(scene: Scene) -> F64:
    """How far ahead of the beginning of its group's first lane each lane (L) begins, in metres along that one's chord:
    `Motion.along` and this tell who is ahead of whom on lanes side by side, though they are drawn aslant. 0 where that
    is not known, as without a ground.
    """
    found = np.zeros(len(scene.lanes))
    if scene.ground is None:
        return found
    first: dict[str, tuple[F64, F64]] = {}
    for number, lane in enumerate(scene.lanes.values()):
        (start, end), valid = scene.ground.to_ground(np.array([lane.centreline[0], lane.centreline[-1]]))
        if valid.all() and (end != start).any():
            begin, way = first.setdefault(lane.group, (start, (end - start) / np.hypot(*(end - start))))
            found[number] = (start - begin) @ way
    return found


def lane_lengths(scene: Scene) -> F64:
    """Length of each lane's centreline (L), in the unit of `Motion.along`; 0 where it is beyond the horizon."""
    if scene.ground is not None:
        return np.array([lane.length_m or 0.0 for lane in scene.lanes.values()])
    steps = (np.diff(lane.centreline, axis=0) for lane in scene.lanes.values())
    return np.array([np.hypot(step[:, 0], step[:, 1]).sum() for step in steps])
