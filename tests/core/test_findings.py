"""What rules see of a frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.findings import StepView
from core.taxonomy import ObjectClass
from tests.support.tracks import Actor, film, still


def test_a_person_who_rides_is_a_motorcycle_and_columns_stay_read_only() -> None:
    """Loops over columns that may be written to are compiled once more, for seconds, while the camera waits."""
    (shot, *_) = film([Actor(1, still(100, 300)), Actor(2, still(400, 300))], 0.1)
    motion = replace(shot.motion, rides=np.array([True, False]))
    view = StepView.of(shot.tracks, motion, 0, shot.scene)
    assert view.class_id.tolist() == [ObjectClass.MOTORCYCLE, ObjectClass.PERSON]
    assert not view.class_id.flags.writeable
