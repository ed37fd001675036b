"""Scores judged against the typical one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.arrays import AnyArray
from tests.trackers.kernels.records import RECORD, camera_now
from trackers.kernels.scores import remember, weigh


def weights(score: AnyArray, remembered: Sequence[float] = ()) -> AnyArray:
    camera, weight = camera_now(), np.empty(len(score))
    for value in remembered:
        remember(value, camera)
    weigh(np.asarray(score, np.float32), np.arange(len(score)), camera, RECORD, weight)
    return weight


def test_the_only_score_there_is_is_typical() -> None:
    assert weights(np.array([0.3, 0.3])) == pytest.approx([1.0, 1.0], abs=1e-5)
    assert weights(np.array([0.0])).tolist() == [0.0], "no score, no evidence"


def test_many_doubtful_boxes_do_not_make_themselves_typical() -> None:
    score = np.array([0.75] + [0.3] * 9)
    found = weights(score)
    assert found[0] == pytest.approx(1.0)
    assert (found[1:] == 0).all()


def test_what_was_tracked_says_what_is_typical_when_only_doubtful_ones_are_left() -> None:
    assert weights(np.array([0.3] * 20), [0.75] * 200).tolist() == [0.0] * 20
    assert weights(np.array([0.6]), [0.75] * 200) == pytest.approx([(0.8 - 0.6) / 0.4], abs=1e-4)


@settings(max_examples=50)
@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=20), st.floats(0.1, 1.0))
def test_a_detector_whose_scores_are_all_a_share_of_another_s_is_judged_alike(score: list[float], share: float) -> None:
    a = np.array(score)
    np.testing.assert_allclose(weights(a), weights(a * share), atol=1e-4)
