"""How tall somebody would be, who stood where a box ends."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.kernels.statures import statures
from analytics.shared import Shared
from core.arrays import F64, AnyArray, Bool
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.taxonomy import ObjectClass

PERSON: Final = int(ObjectClass.PERSON)
TALLEST_M: Final = 2.5
"""Nobody is as tall: seen from above a body is taller by what it is deep, and boxes and feet are a tenth off."""


def too_tall(view: StepView, rows: AnyArray, shared: Shared) -> Bool:
    """Which of these rows (K) look like people and are taller than anybody is; none where nothing is in metres."""
    return np.asarray(_heights_m(view, rows, shared) > TALLEST_M, np.bool_)


def no_person(view: StepView, row: int, shared: Shared) -> Reasons:
    """That a row is too tall; else nothing."""
    tall_m = float(_heights_m(view, np.array([row]), shared)[0])
    if tall_m <= TALLEST_M:
        return ()
    return (reason("too-tall", False, value=Amount(tall_m, "m"), limit=Amount(TALLEST_M, "m")),)


def _heights_m(view: StepView, rows: AnyArray, shared: Shared) -> F64:
    """(K) zeros where nothing is in metres, and of those who do not look like people."""
    ground, tall_m = shared.scene.ground, np.zeros(len(rows))
    at = np.flatnonzero(view.valid[rows] & (view.class_id[rows] == PERSON))
    if ground is not None and len(at):
        found = np.empty(len(at))
        statures(shared.look(view).boxes, view.foot, rows[at], np.array(ground.matrix, np.float64), found)
        tall_m[at] = found
    return tall_m
