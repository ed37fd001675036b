"""Who queues in recorded traffic, and how far each queue reaches."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.compiled import in_place


@in_place
def standing(user: Any, speed: Any, begin_mps: float, end_mps: float, queued: Any) -> None:
    """Fill (N) whether a vehicle is slow: from below `begin_mps` until above `end_mps`. Rows by user, then time."""
    now = False
    for i in range(len(user)):
        if i == 0 or user[i] != user[i - 1]:
            now = False
        now = speed[i] <= end_mps if now else speed[i] < begin_mps
        queued[i] = now


@in_place
def reach(
    offsets: Any, front: Any, rear: Any, gap_m: float, mark_m: float, length: Any, vehicles: Any, past: Any
) -> None:
    """The longest queue of each moment, and whether any reaches back to a mark.

    Args:
        offsets: (T + 1); rows of a moment are slow vehicles of one lane, the foremost first.
        front, rear: (N) metres along the lane.
        gap_m: longest gap between two vehicles of a queue.
        mark_m: metres along the lane.
        length, vehicles, past: (T) filled; 0 without a queue.
    """
    for t in range(len(offsets) - 1):
        length[t], vehicles[t], past[t] = 0.0, 0, False
        i = offsets[t]
        while i < offsets[t + 1]:
            head, tail, count = front[i], rear[i], 1
            i += 1
            while i < offsets[t + 1] and tail - front[i] <= gap_m:
                tail = min(tail, rear[i])
                count += 1
                i += 1
            if head - tail > length[t]:
                length[t], vehicles[t] = head - tail, count
            if tail <= mark_m <= head:
                past[t] = True


@in_place
def lasting(holds: Any, step_s: float, for_s: float, gap_s: float, clear_s: float, out: Any) -> int:
    """Fill out (K, 3) with the moments at which a condition began, had lasted `for_s`, and had been gone `clear_s`.

    Gaps up to `gap_s` do not start the waiting anew. What has not ended ends with the last moment. Returns how many.
    """
    n, began, last, open_since = 0, -1, -1, -1
    for t in range(len(holds)):
        if holds[t]:
            if began < 0:
                began = t
            last = t
            if open_since < 0 and (t - began) * step_s >= for_s:
                open_since = t
        elif open_since >= 0:
            if (t - last) * step_s >= clear_s:
                out[n, 0], out[n, 1], out[n, 2] = began, open_since, t
                n, began, open_since = n + 1, -1, -1
        elif began >= 0 and (t - last) * step_s > gap_s:
            began = -1
    if open_since >= 0:
        out[n, 0], out[n, 1], out[n, 2] = began, open_since, len(holds) - 1
        n += 1
    return n


@in_place
def moving_sums(values: Any, size: int, out: Any) -> None:
    """Fill (T) with the sums of the last `size` values (T), fewer at the beginning."""
    total = 0.0
    for t in range(len(values)):
        total += values[t]
        if t >= size:
            total -= values[t - size]
        out[t] = total


def rows_by_moment(moment: Any, moments: int) -> Any:
    """Offsets (T + 1) of rows sorted by moment."""
    return np.concatenate(([0], np.cumsum(np.bincount(moment, minlength=moments)))).astype(np.int64)
