"""What rules keep for each track, found and brought up to date."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.arrays import F32, F64, I16, I64, AnyArray, Bool
from core.compiled import compiled


@compiled
def find(held: I64, seen_ns: I64, ids: I64, run_ns: int) -> tuple[I64, int]:
    """Where each of `ids` is among the `held` ones, which are sorted; how many are not there (-1).

    Those found are seen now.
    """
    at = np.empty(len(ids), np.int64)
    missing = 0
    for i in range(len(ids)):
        low, high = 0, len(held)
        while low < high:
            middle = (low + high) // 2
            if held[middle] < ids[i]:
                low = middle + 1
            else:
                high = middle
        if low < len(held) and held[low] == ids[i]:
            at[i] = low
            seen_ns[low] = run_ns
        else:
            at[i] = -1
            missing += 1
    return at, missing


@compiled
def log_tracks(
    state: AnyArray,
    at: I64,
    fresh: Bool,
    view: tuple[I64, I16, F32, F64, Bool],
    now: tuple[int, int],
    tolerance_px: float,
    chord_ns: int,
) -> I64:
    """Bring the records of tracks to a frame; which of the rows have moved. See `analytics.track_log.TrackLogRule`.

    Args:
        state: records of the tracks.
        at: (K) theirs.
        fresh: (K) whether they are new.
        view: rows (K), then class, foot, position and validity of all tracks in the view.
        now: run time and wall time, ns.
        tolerance_px: least way that is kept.
        chord_ns: least time between two points that a length is summed over.
    """
    rows, class_id, foot, ground, valid = view
    moved = np.empty(len(rows), np.int64)
    count = 0
    for i in range(len(rows)):
        row = rows[i]
        mine: Any = state[at[i]]
        if fresh[i]:
            mine.first_run_ns, mine.first_wall_ns = now
            mine.placed, mine.chord_ns = valid[row], now[0]
            for axis in range(2):
                mine.chord_ground[axis], mine.chord_foot[axis] = ground[row, axis], foot[row, axis]
        mine.last_wall_ns = now[1]
        mine.observed += 1
        mine.votes[class_id[row]] += 1
        mine.placed = mine.placed and valid[row]
        way = chord = length = 0.0
        for axis in range(2):
            mine.foot[axis], mine.ground[axis] = foot[row, axis], ground[row, axis]
            way = max(way, abs(foot[row, axis] - mine.kept[axis]))
            chord = max(chord, abs(foot[row, axis] - mine.chord_foot[axis]))
            length += (ground[row, axis] - mine.chord_ground[axis]) ** 2
        if fresh[i] or way >= tolerance_px:
            mine.kept[0], mine.kept[1] = foot[row, 0], foot[row, 1]
            moved[count] = row
            count += 1
        if chord >= tolerance_px and now[0] - mine.chord_ns >= chord_ns:
            mine.length_m += np.sqrt(length)
            mine.chord_ns = now[0]
            for axis in range(2):
                mine.chord_ground[axis], mine.chord_foot[axis] = ground[row, axis], foot[row, axis]
    return moved[:count]
