"""Lines across a direction of traffic: where it comes in, where it waits, where it leaves."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from core.arrays import F64
from scenes.suggestion.lanes import covered
from scenes.suggestion.movements import Movement
from scenes.suggestion.plane import Plane

LEAST_STOPS: Final = 4
LEAST_STOPPED: Final = 0.12
"""Share of a direction's vehicles that must have waited for there to be a stop line."""
GO_ON: Final = 0.5
"""Share of them that must have driven on past it: else it is where they park."""
QUEUE_M: Final = 12.0
"""Those that wait nearest to the line stand within this of it: two or three vehicles."""
BEYOND_M: Final = 0.8


def stop_station(movement: Movement, plane: Plane) -> tuple[int, int] | None:
    """The point of a direction's line up to which vehicles wait, and how many did; None where they do not."""
    stopped = [path for path in movement.paths if len(path.stops)]
    if len(stopped) < max(LEAST_STOPS, LEAST_STOPPED * len(movement.paths)):
        return None
    stations = np.concatenate([movement.station(path.stops) for path in stopped])
    head = float(np.quantile(stations, 0.9))
    metres = _metres(movement, plane)
    near = np.abs(np.interp(stations, np.arange(len(metres)), metres) - np.interp(head, np.arange(len(metres)), metres))
    passed = sum(float(movement.station(path.points[-1:])[0]) > head + 2 for path in stopped)
    if (near < QUEUE_M).sum() < LEAST_STOPS or passed < GO_ON * len(stopped):
        return None
    first = float(np.quantile(stations[near < QUEUE_M], 0.95))
    at = int(np.searchsorted(metres, np.interp(first, np.arange(len(metres)), metres) + BEYOND_M))
    return min(at, len(movement.line) - 1), len(stopped)


def line_across(movement: Movement, plane: Plane, size: tuple[int, int], station: int) -> tuple[F64, F64] | None:
    """Start and end in pixels of a line across all lanes, so that driving on crosses it forward."""
    unit = float(plane.unit(movement.line[station : station + 1])[0])
    low, high = np.quantile(movement.aside_m, (0.02, 0.98))
    middle, normal = movement.line[station], movement.normal[station]
    ends = np.array([middle + normal * (low - 1.2) * unit, middle + normal * (high + 1.2) * unit])
    before = movement.line[max(station - 3, 0)]
    after = movement.line[min(station + 3, len(movement.line) - 1)]
    cut = shapely.LineString(plane.pixels(ends)) & shapely.box(0, 0, *size)
    if cut.is_empty or cut.length < 8:
        return None
    start, end = np.array(cut.coords)[[0, -1]]
    driving = plane.pixels(np.array([before, after]))
    way, across = driving[1] - driving[0], end - start
    if -across[1] * way[0] + across[0] * way[1] < 0:
        start, end = end, start
    return np.round(start, 1), np.round(end, 1)


def gates(movement: Movement) -> tuple[int, int] | None:
    """The points of a direction's line at which an entry and an exit are put: a little inside of where it is seen."""
    stations = covered(movement)
    if len(stations) < 6:
        return None
    inset = max(1, len(stations) // 12)
    return int(stations[inset]), int(stations[-1 - inset])


def _metres(movement: Movement, plane: Plane) -> F64:
    step = np.linalg.norm(np.diff(movement.line, axis=0), axis=1) / plane.unit(movement.line[1:])
    return np.concatenate(([0.0], np.cumsum(step)))
