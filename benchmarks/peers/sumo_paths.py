"""Ways of scripted road users over the ground, from the lanes that they ride or cross. Needs numpy alone.

Lines are (P, 2) arrays of metres; a way is walked or ridden from its first point to its last.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from sumo_net import along, cut, shifted  # type: ignore[import-not-found]

BESIDE_M = 2.5
"""How far beside the carriageway a way begins and ends: a pavement, an alley, a hard shoulder."""
TAPER_M = 8.0
"""Along the road, while a rider comes from beside onto it."""
KERB_M = 0.7
"""From the right border of the carriageway to the middle of a rider who keeps to it."""


class Way(NamedTuple):
    """A line, and from where to where along it (metres) it lies on the carriageway."""

    line: Any
    on_m: float
    off_m: float


def against(line: Any, width_m: float, start_m: float, end_m: float, kerb_m: float = KERB_M) -> Way:
    """Against the direction of the rightmost lane `line`, from `end_m` back to `start_m`, close to its right border."""
    part = cut(line, start_m, end_m)[::-1]
    part = dense(part, 1.0)
    way = along(part)
    # Seen in the lane's direction the border is on the right, for the rider who comes back along it on the left.
    inside, outside = width_m / 2 - kerb_m, width_m / 2 + BESIDE_M
    share = np.minimum(1.0, np.minimum(way, way[-1] - way) / TAPER_M)
    offset = outside + (inside - outside) * share
    line = _beside(part, offset)
    on = np.flatnonzero(offset <= width_m / 2)
    steps = along(line)
    return Way(line, float(steps[on[0]]), float(steps[on[-1]]))


def across(borders: list[tuple[Any, float]], place_m: float) -> Way:
    """Straight over lanes from the right border of the first to the left border of the last.

    `borders`: middle line and width of the first and the last lane crossed; `place_m` along the first.
    """
    (first, width), (last, last_width) = borders
    foot = cut(first, max(0.0, place_m - 1.0), place_m + 1.0)
    step = foot[-1] - foot[0]
    left = np.array([-step[1], step[0]]) / np.hypot(*step)
    middle = foot.mean(axis=0)
    end = float(((last - middle) @ left)[np.abs((last - middle) @ (step / np.hypot(*step))).argmin()])
    end = _crossed(last, middle, left, end)
    begin, finish = -width / 2, end + last_width / 2
    line = np.array([middle + left * (begin - BESIDE_M), middle + left * (finish + BESIDE_M)])
    return Way(line, BESIDE_M, BESIDE_M + finish - begin)


def beside_lane(line: Any, width_m: float, start_m: float, end_m: float, inward_m: float) -> Way:
    """With the direction of the rightmost lane, `inward_m` from its right border, from and to beside it."""
    part = dense(cut(line, start_m, end_m), 1.0)
    way = along(part)
    inside, outside = width_m / 2 - inward_m, width_m / 2 + BESIDE_M
    share = np.minimum(1.0, np.minimum(way, way[-1] - way) / TAPER_M)
    offset = outside + (inside - outside) * share
    line = _beside(part, -offset)
    on = np.flatnonzero(offset <= width_m / 2)
    steps = along(line)
    return Way(line, float(steps[on[0]]), float(steps[on[-1]]))


def aside(here: Any, heading: float, border_m: float) -> Way:
    """From a place on the road, to the left and off it; its border is `border_m` away."""
    ahead = np.array([np.cos(heading), np.sin(heading)])
    left = np.array([-ahead[1], ahead[0]])
    line = np.array([here, here + 0.5 * ahead + border_m * left, here + ahead + (border_m + BESIDE_M) * left])
    return Way(line, 0.0, float(along(line)[1]))


def at(line: Any, place_m: float) -> tuple[Any, float]:
    """The point of a line at a place along it, and the heading there in radians."""
    way = along(line)
    place = min(max(place_m, 0.0), float(way[-1]))
    k = min(int(np.searchsorted(way, place, side="right")), len(way) - 1)
    step = line[k] - line[k - 1]
    share = (place - way[k - 1]) / (way[k] - way[k - 1])
    return line[k - 1] + share * step, float(np.arctan2(step[1], step[0]))


def dense(line: Any, every_m: float) -> Any:
    """The same line with points at most `every_m` apart."""
    way = along(line)
    places = np.linspace(0.0, way[-1], max(2, int(np.ceil(way[-1] / every_m)) + 1))
    return np.column_stack([np.interp(places, way, line[:, k]) for k in (0, 1)])


def _beside(line: Any, left_m: Any) -> Any:
    return line + (shifted(line, 1.0) - line) * left_m[:, None]


def _crossed(line: Any, origin: Any, direction: Any, otherwise: float) -> float:
    # Where the ray from `origin` meets the line, in metres along the ray.
    normal = np.array([-direction[1], direction[0]])
    side = (line - origin) @ normal
    for k in range(len(line) - 1):
        if side[k] * side[k + 1] <= 0 and side[k] != side[k + 1]:
            share = side[k] / (side[k] - side[k + 1])
            return float((line[k] + share * (line[k + 1] - line[k]) - origin) @ direction)
    return otherwise
