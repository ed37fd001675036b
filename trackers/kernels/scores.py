"""How far a detection is to be believed, by the scores that this camera's tracks are made of.

Detectors spread their scores differently, and so do cameras: a score is judged as a share of the typical one, never by
its value.
"""

from __future__ import annotations

from core.arrays import AnyArray
from core.compiled import in_place
from trackers.kernels.state import Camera
from trackers.params import TrackerParams

POWER = 4
"""The typical score is the mean of scores, each weighted by this power of itself: detectors that are asked for doubtful
boxes give many of them, which so hardly count. Nine false boxes of 0.3 beside one true of 0.75 give 0.66."""
MEMORY = 1024.0
"""Detections that it rests on: minutes of a quiet street."""
ENOUGH = 64
"""Until so many were remembered, the frame's own detections count too."""


@in_place
def weigh(score: AnyArray, order: AnyArray, camera: Camera, p: TrackerParams, weight: AnyArray) -> None:
    """Set `weight` of each detection `order` as evidence of a track, 0..1.

    It rises straight from 0 at `weak_score`, a share of the typical score, to 1 at the typical score itself.
    """
    total, powers = camera.scores, camera.powers
    if camera.remembered < ENOUGH:
        for j in order:
            power = score[j] ** POWER
            total, powers = total + score[j] * power, powers + power
    typical = total / powers if powers > 0 else 1.0
    for k in range(len(order)):
        share = score[order[k]] / typical
        weight[k] = min(max((share - p.weak_score) / (1 - p.weak_score), 0.0), 1.0)


@in_place
def remember(score: float, camera: Camera) -> None:
    """Add the score of a confirmed track's detection."""
    keep, power = 1 - 1 / MEMORY, score**POWER
    camera.scores = keep * camera.scores + score * power
    camera.powers = keep * camera.powers + power
    camera.remembered += 1
