"""What rules keep for each track, found and brought up to date."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.arrays import F32, F64, I16, I64, AnyArray, Bool
from core.compiled import in_place


@in_place
def find(held: I64, seen_ns: I64, count: int, ids: I64, run_ns: int, at: I64, fresh: Bool) -> tuple[int, bool]:
    """Find tracks in a table that is sorted by id, and add those that are not there. All are seen now.

    Args:
        held, seen_ns: of the table, with room for all ids beyond the first `count`.
        ids: (K) different ones.
        at, fresh: (K) to be filled: where each is, and whether it was added.

    Returns:
        How many are held now; whether their ids still rise.
    """
    before, rises = count, True
    for i in range(len(ids)):
        place = _place(held, before, ids[i])
        fresh[i] = place == before or held[place] != ids[i]
        if fresh[i]:
            rises = rises and (count == 0 or held[count - 1] < ids[i])
            place, count = count, count + 1
            held[place] = ids[i]
        at[i] = place
        seen_ns[place] = run_ns
    return count, rises


@in_place
def found_at(held: I64, count: int, ids: I64, found: Bool) -> bool:
    """Mark which of the first `count` held ones, which are sorted, are among `ids`; whether any are."""
    some = False
    for i in range(len(ids)):
        place = _place(held, count, ids[i])
        if place < count and held[place] == ids[i]:
            found[place] = some = True
    return some


@in_place
def _place(held: I64, count: int, wanted: int) -> int:
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if held[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@in_place
def log_tracks(
    state: AnyArray,
    at: I64,
    fresh: Bool,
    view: tuple[I64, I16, F32, F64, Bool],
    now: tuple[int, int],
    tolerance_px: float,
    chord_ns: int,
    moved: I64,
) -> int:
    """Bring the records of tracks to a frame; how many of the rows have moved. See `analytics.track_log.TrackLogRule`.

    Args:
        state: records of the tracks.
        at: (K) theirs.
        fresh: (K) whether they are new.
        view: rows (K), then class, foot, position and validity of all tracks in the view.
        now: run time and wall time, ns.
        tolerance_px: least way that is kept.
        chord_ns: least time between two points that a length is summed over.
        moved: (K) to be filled with the rows that have.
    """
    rows, class_id, foot, ground, valid = view
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
    return count
