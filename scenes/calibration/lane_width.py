"""The distance between lanes, from where vehicles on four wheels drive."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.arrays import F64, I64, Bool
from core.geometry import project
from core.taxonomy import TWO_WHEELERS, VEHICLES
from scenes.calibration.observations import Boxes, Ways

LEAST: Final = 16
"""Vehicles that keep lanes, of one road."""
CLEAR: Final = 0.45
"""Share of them that must agree with the spacing, as the length of their mean phase: 0 at random, 1 when all do."""
SEARCH: Final = np.linspace(0.7, 1.4, 141)


def lane_spacing(middles: F64, boxes: Boxes, ways: Ways, group: I64, ground: F64, expected_m: float) -> float | None:
    """Metres between the middles of neighbouring lanes of the busiest road, None where no spacing is clear.

    The spacing, between 0.7 and 1.4 times the expected one, at which most vehicles drive at the same place in their
    lanes: the peak of the periodogram of their distances from the road's axis.

    Args:
        middles: (N, 2) of the vehicles in `boxes`, in metres; their boxes' feet stand beside them where seen obliquely.
    """
    keeps = np.isin(ways.class_id, [int(c) for c in VEHICLES - TWO_WHEELERS])
    best = None
    for number in range(int(group.max(initial=-1)) + 1):
        axis = _axis(ground, ways, group == number)
        tracks = np.intersect1d(ways.track[keeps & (group == number)], boxes.track)
        off = middles @ np.array([-axis[1], axis[0]])
        aside = np.array([np.median(off[boxes.track == track]) for track in tracks])
        if len(aside) < LEAST or np.ptp(aside) < 1.5 * expected_m:
            continue
        spacing = SEARCH * expected_m
        agreed = np.abs(np.exp(2j * np.pi * aside[:, None] / spacing).mean(axis=0))
        # The widest of the peaks: half a lane's width agrees wherever a whole one does.
        peak = int(np.flatnonzero(agreed > 0.95 * agreed.max())[-1])
        if agreed[peak] > CLEAR and (best is None or len(aside) > best[0]):
            best = len(aside), float(spacing[int(agreed.argmax())])
    return None if best is None else best[1]


def _axis(ground: F64, ways: Ways, mine: Bool) -> F64:
    """The direction (2) on the ground that ways share."""
    start, valid = project(ground, ways.start[mine])
    end, also = project(ground, ways.end[mine])
    way = (end - start)[valid & also]
    angle = np.angle(np.exp(2j * np.arctan2(way[:, 1], way[:, 0])).sum()) / 2
    return np.array([np.cos(angle), np.sin(angle)])
