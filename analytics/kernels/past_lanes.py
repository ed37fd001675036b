"""Lanes that go on past where they are drawn."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.arrays import F64, I16, I64, Bool
from core.compiled import compiled

BEYOND_M: Final = 20.0
BESIDE_M: Final = 1.5
"""Lanes go on so far past where they are drawn, and beside it: the box of a rider whose machine is hidden ends at his
feet, 0.3 to 0.7 m above the ground (`core.riding`), which from 15° to 20° above seems to be 1 to 2 m behind him."""


@compiled
def go_on(rows: I64, lane: I16, along: F64, lane_speed: F64, motion: tuple[F64, F64, Bool], ways: F64) -> None:
    """Fill in lane, way and speed along it of those rows (K) that are on no lane, but may be on the carriageway.

    Lanes go on for `BESIDE_M` beside where they are drawn, and `BEYOND_M` past it: where the picture ends, and into the
    junction. Of several the one counts whose middle is nearest, by half its width.

    Args:
        rows: in the view.
        lane, along, lane_speed: of all M tracks, in metres and m/s; to be changed.
        motion: positions, velocities, and whether these are known, of all.
        ways: (W, 9) straight parts of the lanes' middles: lane, place where it begins (2), unit vector along it (2),
            from where to where it goes, half width, way along the lane where it begins.
    """
    position, velocity, valid = motion
    for k in range(len(rows)):
        row = rows[k]
        if lane[row] >= 0 or not valid[row]:
            continue
        least = BESIDE_M
        for w in range(len(ways)):
            x, y, u, v = position[row, 0] - ways[w, 1], position[row, 1] - ways[w, 2], ways[w, 3], ways[w, 4]
            on, off = x * u + y * v, abs(x * v - y * u) - ways[w, 7]
            if ways[w, 5] <= on <= ways[w, 6] and off <= least:
                least = off
                lane[row], along[row] = np.int16(ways[w, 0]), ways[w, 8] + on
                lane_speed[row] = velocity[row, 0] * u + velocity[row, 1] * v
