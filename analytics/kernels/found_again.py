"""Somebody on foot who goes on under another number."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from core.arrays import F64, AnyArray
from core.compiled import in_place

SECOND_NS: Final = 1_000_000_000
LOST_NS: Final = 3 * SECOND_NS
AGAIN_M: Final = 1.0
STRAYS_MPS: Final = 0.5
"""Who begins where somebody on foot would be by now, who was lost at most so long ago, is that one: so near to the way
that he would have made, or the further the longer ago. It is the time after which trackers give up, and a second more.
"""


@in_place
def go_on_as(mine: Any, known: tuple[AnyArray, AnyArray], here: F64, now: tuple[int, int]) -> None:
    """Who begins where somebody on foot was lost has done what that one had; nobody else has then.

    Args:
        mine: of who begins, `analytics.on_foot.FIELDS`; to be changed.
        known: records of those who are there, and of those whose tracks ended lately.
        here: (2) where, in metres.
        now: run time in ns, number of the frame.
    """
    run_ns, frame = now
    best, least, ended = -1, np.inf, 0
    for part in range(2):
        for other in range(len(known[part])):
            theirs = known[part][other]
            gap_ns = run_ns - theirs.last_ns
            if not theirs.told or theirs.rides or gap_ns <= 0 or gap_ns > LOST_NS:
                continue
            gap_s = gap_ns / SECOND_NS
            off = _beside_way(here, theirs.last, theirs.drift, gap_s) - STRAYS_MPS * gap_s
            if off <= min(AGAIN_M, least):
                best, least, ended = other, off, part
    if best < 0:
        return
    theirs = known[ended][best]
    mine.first_ns, mine.beside_ns, mine.along_ns = theirs.first_ns, theirs.beside_ns, theirs.along_ns
    mine.tall, mine.seen, mine.frame = theirs.tall, theirs.seen, frame - theirs.seen
    mine.metric, mine.top, mine.came, mine.walked = theirs.metric, theirs.top, theirs.came, theirs.walked
    for axis in range(2):
        mine.across[axis], mine.ground[axis] = theirs.across[axis], theirs.ground[axis]
        mine.foot[axis] = theirs.foot[axis]
    mine.path, mine.foot_ns, theirs.told = theirs.path, theirs.foot_ns, False


@in_place
def _beside_way(here: F64, last: F64, drift: F64, gap_s: float) -> float:
    """Metres from a place to the way that somebody would have made since he was last seen: on, or not so far."""
    x, y = here[0] - last[0], here[1] - last[1]
    u, v = drift[0] * gap_s, drift[1] * gap_s
    on = min(max((x * u + y * v) / max(u * u + v * v, 1e-9), 0.0), 1.0)
    return math.hypot(x - on * u, y - on * v)
