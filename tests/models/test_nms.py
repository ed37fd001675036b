"""Suppression agrees with the slow, obvious way."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.arrays import F32, I64
from core.geometry import iou as overlap
from models.nms import best_of_each_frame, nms

box = st.tuples(st.floats(-20, 60), st.floats(-20, 60), st.floats(1, 50), st.floats(1, 50))
row = st.tuples(box, st.floats(0.0625, 1, width=32), st.integers(0, 3), st.integers(0, 2))


def slow(xyxy: F32, score: F32, frame: I64, group: I64, limit: float) -> list[int]:
    kept: list[int] = []
    for i in sorted(range(len(score)), key=lambda i: (frame[i], -score[i], i)):
        rivals = [j for j in kept if frame[j] == frame[i] and group[j] == group[i]]
        if all(overlap(xyxy[[i]], xyxy[[j]])[0, 0] <= limit for j in rivals):
            kept.append(i)
    return kept


def arrays(rows: list[tuple[tuple[float, float, float, float], float, int, int]]) -> tuple[F32, F32, I64, I64]:
    boxes = np.array([(x, y, x + w, y + h) for (x, y, w, h), *_ in rows], np.float32).reshape(-1, 4)
    score = np.array([r[1] for r in rows], np.float32)
    return boxes, score, np.array([r[2] for r in rows], np.int64), np.array([r[3] for r in rows], np.int64)


@given(st.lists(row, max_size=25), st.sampled_from([0.1, 0.45, 0.5, 0.7]))
@settings(max_examples=200, deadline=None)
def test_it_agrees_with_the_obvious_way(
    rows: list[tuple[tuple[float, float, float, float], float, int, int]], limit: float
) -> None:
    xyxy, score, frame, group = arrays(rows)
    if rows:  # at the very limit, rounding decides
        assume(not np.any(np.abs(overlap(xyxy, xyxy) - limit) < 1e-5))
    assert nms(xyxy, score, frame, group, limit).tolist() == slow(xyxy, score, frame, group, limit)


def test_equal_boxes_of_other_frames_and_groups_all_stay() -> None:
    xyxy = np.tile(np.array([10, 10, 50, 50], np.float32), (4, 1))
    frame, group = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert sorted(nms(xyxy, np.full(4, 0.5, np.float32), frame, group, 0.5).tolist()) == [0, 1, 2, 3]


def test_a_wild_box_does_not_blur_the_others() -> None:
    xyxy = np.array([[0, 0, 10, 10], [0, 5.2, 10, 15.2], [-3e37, -3e37, 3e37, 3e37]], np.float32)
    kept = nms(xyxy, np.array([0.9, 0.8, 0.7], np.float32), np.zeros(3, np.int64), np.zeros(3, np.int64), 0.3)
    assert kept.tolist() == [0, 2]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0.1, 0.2, 0.3])), max_size=30), st.integers(1, 5))
def test_the_best_of_each_frame(rows: list[tuple[int, float]], most: int) -> None:
    frame = np.array([r[0] for r in rows], np.int64)
    score = np.array([r[1] for r in rows], np.float32)
    expected: set[int] = set()
    for number in set(frame.tolist()):
        mine = [i for i in range(len(rows)) if frame[i] == number]
        expected |= set(sorted(mine, key=lambda i: (-score[i], i))[:most])
    assert set(np.flatnonzero(best_of_each_frame(frame, score, most)).tolist()) == expected
