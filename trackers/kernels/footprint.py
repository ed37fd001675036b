"""From the near end of a vehicle's footprint, which is where its box ends, to the middle."""

from __future__ import annotations

import math
from typing import NamedTuple

from core.arrays import F32, F64, Bool
from core.compiled import in_place
from trackers.kernels.projection import View, in_pixels, on_ground

UNKNOWN = 1 / math.pi
"""Half a footprint's depth over all headings, as a share of length and width together (Cauchy)."""
SOON_S = 0.1
"""So far ahead it is looked how the near end of a vehicle moves along it."""
LEAST_SLANT = 0.3
"""Columns of the picture lead away from the camera by at least this cosine: less is no street view."""


class Moved(NamedTuple):
    """Rows of `core.motion.Motion`, to be filled."""

    foot: F32
    foot_velocity: F32
    position: F64
    velocity: F64
    valid: Bool
    acceleration: F64
    position_cov: F64
    velocity_cov: F64
    heading: F32
    rides: Bool


@in_place
def to_middle(
    view: View,
    heading: float,
    size: F64,
    most_px: float,
    place: F64,
    jacobian: F64,
    soon: tuple[F32, F64, F64],
    moved: Moved,
    row: int,
) -> None:
    """Move a vehicle's foot, position and velocity from the near end of its footprint to the middle.

    A box's lower edge is where the nearest corner stands: seen along, half a length before the middle. The middle is
    sought up the picture, which on the ground is away from the camera; not further than `most_px`. Who passes by shows
    ever another corner, so that the near end is not as fast as he is. `soon`: room for where he will be.
    """
    x, y = moved.foot[row, 0], moved.foot[row, 1]
    before_x, before_y = place[0], place[1]
    foot, there, turned = soon
    foot[0] = x + SOON_S * moved.foot_velocity[row, 0]
    foot[1] = y + SOON_S * moved.foot_velocity[row, 1]
    half, away_x, away_y = _half_depth(jacobian, heading, size)
    passing = not math.isnan(heading) and on_ground(view, foot, there, turned)
    m = view.matrix
    nearer = m[2, 1] / max(m[2, 0] * x + m[2, 1] * y + m[2, 2], 1e-9)
    m_per_px = math.hypot(jacobian[0, 1], jacobian[1, 1])
    moved.foot[row, 1] -= min(half / (m_per_px + half * max(nearer, 0.0)), most_px)
    if not on_ground(view, moved.foot[row], place, jacobian):
        moved.foot[row, 1] = y
        return
    moved.position[row, 0] += place[0] - before_x
    moved.position[row, 1] += place[1] - before_y
    if passing:
        then, then_x, then_y = _half_depth(turned, heading, size)
        moved.velocity[row, 0] += (then * then_x - half * away_x) / SOON_S
        moved.velocity[row, 1] += (then * then_y - half * away_y) / SOON_S
    in_picture(jacobian, moved, row)


@in_place
def _half_depth(jacobian: F64, heading: float, size: F64) -> tuple[float, float, float]:
    """How far away from the camera, up a column of the picture, the middle of a footprint is from its near end; and
    that direction. Rows of the picture tell what is near: it is measured across them.
    """
    x, y = -jacobian[0, 1], -jacobian[1, 1]
    long = math.hypot(x, y)
    x, y = x / long, y / long
    wide = math.hypot(jacobian[0, 0], jacobian[1, 0])
    ahead_x, ahead_y = -jacobian[1, 0] / wide, jacobian[0, 0] / wide
    slant = x * ahead_x + y * ahead_y
    if math.isnan(heading):
        half = UNKNOWN * (size[0] + size[1])
    else:
        along = ahead_x * math.cos(heading) + ahead_y * math.sin(heading)
        half = 0.5 * (size[0] * abs(along) + size[1] * math.sqrt(max(1.0 - along * along, 0.0)))
    return half / max(abs(slant), LEAST_SLANT), x, y


@in_place
def as_expected(view: View, place: F64, jacobian: F64, moved: Moved, row: int) -> None:
    """Take the foot of a box that the picture's edge cuts from the filter, which goes on while the edge holds it."""
    right, down = in_pixels(jacobian, moved.position[row, 0] - place[0], moved.position[row, 1] - place[1])
    x, y = moved.foot[row, 0], moved.foot[row, 1]
    moved.foot[row, 0] += right
    moved.foot[row, 1] += down
    if on_ground(view, moved.foot[row], place, jacobian):
        place[0], place[1] = moved.position[row, 0], moved.position[row, 1]
    else:
        moved.foot[row, 0], moved.foot[row, 1] = x, y


@in_place
def is_sure(moved: Moved, row: int, length: float) -> bool:
    """Whether a filter knows a place within half a length: not of who was only ever seen cut, on his way in."""
    return bool(moved.position_cov[row, 0, 0] + moved.position_cov[row, 1, 1] <= 0.25 * length * length)


@in_place
def in_picture(jacobian: F64, moved: Moved, row: int) -> None:
    """The velocity of a foot in the picture, by that on the ground."""
    right, down = in_pixels(jacobian, moved.velocity[row, 0], moved.velocity[row, 1])
    moved.foot_velocity[row, 0], moved.foot_velocity[row, 1] = right, down
