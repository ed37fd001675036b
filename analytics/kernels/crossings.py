"""Which tracks cross which lines."""

from __future__ import annotations

import numpy as np

from core.arrays import F32, I16, I64, AnyArray, Bool
from core.compiled import in_place


@in_place
def cross(
    state: AnyArray,
    at: I64,
    rows: I64,
    class_id: I16,
    foot: F32,
    lines: AnyArray,
    wanted: Bool,
    now: tuple[int, int],
    found: I64,
) -> int:
    """Bring tracks to their feet, and tell who crosses which line.

    Args:
        state: (T, L) records of `analytics.crossings.SIDE`.
        at: (K) of the rows' tracks.
        rows: (K) in the view.
        class_id, foot: of all tracks in the view.
        lines: (L) records of `analytics.crossings.LINE`.
        wanted: (L, classes).
        now: run time, and for how long a track is remembered, in ns.
        found: (K × L, 3) to be filled: line, row and direction of each crossing, by line, then by row.

    Returns:
        How many crossings.
    """
    count = 0
    for number in range(len(lines)):
        line = lines[number]
        dx, dy = line.x1 - line.x0, line.y1 - line.y0
        for i in range(len(rows)):
            row = rows[i]
            if not wanted[number, class_id[row]]:
                continue
            mine = state[at[i], number]
            x, y = np.float64(foot[row, 0]), np.float64(foot[row, 1])
            distance = (dx * (y - line.y0) - dy * (x - line.x0)) / line.length
            before = mine.distance
            mine.crossed = 0
            if not mine.known or now[0] - mine.seen_ns > now[1]:
                mine.known, mine.side, mine.place = True, 0, np.nan
            elif (before < 0) != (distance < 0):
                share = before / (before - distance)
                px = mine.x + share * (x - mine.x) - line.x0
                py = mine.y + share * (y - mine.y) - line.y0
                mine.place = (px * dx + py * dy) / (line.length * line.length)
            was = side = mine.side
            if abs(distance) > line.hysteresis:
                side = 1 if distance > 0 else -1
            if was != 0 and side != was and 0 <= mine.place <= 1:
                found[count, 0], found[count, 1], found[count, 2] = number, row, side
                mine.crossed = side
                count += 1
            mine.side, mine.distance = side, distance
            mine.x, mine.y, mine.seen_ns = x, y, now[0]
    return count
