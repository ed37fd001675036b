"""The best pairing of tracks and detections, over a sparse table."""

from __future__ import annotations

import numpy as np

from core.arrays import AnyArray
from core.compiled import compiled

FAR = 1e300


@compiled
def assign(track_of: AnyArray, det_of: AnyArray, worth: AnyArray, count: int, number: int) -> AnyArray:
    """The detection of each track (count), -1 for none, so that the sum of `worth` is greatest.

    Pairs are sorted by track; a track left without a detection is worth 0. Shortest augmenting paths (Jonker and
    Volgenant 1987), one track at a time. Each track may also take a column of its own, at no cost, so that every search
    ends nearby: time grows with the pairs, not with the square of the crowd.
    """
    start = np.zeros(count + 1, np.int64)
    for i in track_of:
        start[i + 1] += 1
    for i in range(count):
        start[i + 1] += start[i]
    columns = number + count
    row_price, column_price = np.zeros(count), np.zeros(columns)
    column_of, row_of = np.full(count, -1), np.full(columns, -1)
    way, came, done = np.full(columns, FAR), np.empty(columns, np.int64), np.zeros(columns, np.bool_)
    touched = np.empty(columns, np.int64)
    for first in range(count):
        if start[first] == start[first + 1]:
            column_of[first] = number + first
            row_of[number + first] = first
            continue
        i, length, reached = first, 0.0, 0
        while True:
            for q in range(start[i], start[i + 1] + 1):
                own = q == start[i + 1]
                j = number + i if own else det_of[q]
                if done[j]:
                    continue
                cost = 0.0 if own else -worth[q]
                there = length + cost - row_price[i] - column_price[j]
                if there < way[j]:
                    if way[j] == FAR:
                        touched[reached] = j
                        reached += 1
                    way[j], came[j] = there, i
            length, end = FAR, -1
            for k in range(reached):
                j = touched[k]
                if not done[j] and way[j] < length:
                    length, end = way[j], j
            done[end] = True
            if row_of[end] < 0:
                break
            i = row_of[end]
        row_price[first] += length
        for k in range(reached):
            j = touched[k]
            if done[j] and j != end:
                column_price[j] += way[j] - length
                row_price[row_of[j]] += length - way[j]
        while True:
            i = came[end]
            row_of[end] = i
            column_of[i], end = end, column_of[i]
            if i == first:
                break
        for k in range(reached):
            way[touched[k]], done[touched[k]] = FAR, False
    for i in range(count):
        if column_of[i] >= number:
            column_of[i] = -1
    return column_of
