"""How good a detection is among those that this camera's tracks are made of.

Detectors spread their scores differently, and so do cameras: a score is judged by its rank among the latest ones that
continued a confirmed track, never by its value.
"""

from __future__ import annotations

from core.arrays import AnyArray
from trackers.kernels.compiled import compiled
from trackers.kernels.state import SCORES

ENOUGH = 64
"""Until so many are remembered, the frame's own detections count among them."""


@compiled
def ranks(score: AnyArray, order: AnyArray, remembered: AnyArray, number: int, rank: AnyArray) -> None:
    """Set `rank` to the share of remembered scores that each detection `order` reaches, 0..1; 1 where all are equal."""
    size = min(number, SCORES)
    among = size + len(order) if size < ENOUGH else size
    for j in range(len(order)):
        own = score[order[j]]
        reached = 0
        for k in range(size):
            reached += remembered[k] <= own
        if size < ENOUGH:
            for k in order:
                reached += score[k] <= own
        rank[j] = reached / among
