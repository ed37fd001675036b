"""Candidates become detections as the slow, obvious way has it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from core.arrays import F64
from core.frames import Affine, ClockSource, FrameMeta
from core.geometry import iou as overlap
from core.taxonomy import ObjectClass
from models import boxes
from models.boxes import AS_IT_IS, GROUP_OF, DetectorCounters, Limits, finished
from models.decoding import Candidates

FRAMES = tuple(
    FrameMeta(name, 0, 0, 0, ClockSource.FILE, 0, 0, width, height)
    for name, width, height in (("a", 80, 60), ("b", 40, 90), ("c", 64, 64))
)
PLACINGS = [Affine(0.5, 0.5, 0.0, 2.0), Affine(1.0, 0.75, 3.0, 0.0), AS_IT_IS]
MEANT = np.array([ObjectClass.PERSON, ObjectClass.CAR, ObjectClass.TRUCK, -1], np.int64)


@dataclass(frozen=True)
class Row:
    """One candidate; `kind` is the model's class."""

    frame: int
    xyxy: tuple[float, float, float, float]
    score: float
    kind: int


def candidates(rows: list[Row]) -> Candidates:
    return Candidates(
        np.array([r.frame for r in rows], np.int64),
        np.array([r.xyxy for r in rows], np.float32).reshape(-1, 4),
        np.array([r.score for r in rows], np.float32),
        np.array([r.kind for r in rows], np.int64),
    )


def single(row: Row) -> Row:
    """As a graph gives it, in single precision."""
    x1, y1, x2, y2 = np.array(row.xyxy, np.float32).tolist()
    return replace(row, xyxy=(x1, y1, x2, y2))


def slow(rows: list[Row], limits: Limits, most_candidates: int) -> tuple[list[tuple[float, ...]], DetectorCounters]:
    """(frame, four sides, score, class) of each detection, by Python's own lists."""
    lost = dict.fromkeys(("not_finite", "unmapped", "over_candidates", "over_limit", "degenerate"), 0)
    out: list[tuple[float, ...]] = []
    sound: list[tuple[Row, int]] = []
    for r in map(single, rows):
        meant = int(MEANT[r.kind]) if 0 <= r.kind < len(MEANT) else -1
        if not all(map(math.isfinite, (*r.xyxy, r.score))):
            lost["not_finite"] += 1
        elif meant < 0:
            lost["unmapped"] += 1
        elif not (r.xyxy[2] > r.xyxy[0] and r.xyxy[3] > r.xyxy[1]):
            lost["degenerate"] += 1
        else:
            sound.append((r, meant))
    for number, (meta, placing) in enumerate(zip(FRAMES, PLACINGS, strict=True)):
        mine = sorted((s for s in sound if s[0].frame == number), key=lambda s: -s[0].score)
        lost["over_candidates"] += max(0, len(mine) - most_candidates)
        kept: list[tuple[Row, int]] = []
        for r, meant in mine[:most_candidates]:
            rivals = [k for k, other in kept if limits.iou is not None and GROUP_OF[other] == GROUP_OF[meant]]
            # The union of two wild boxes is beyond float32; halved ten times over, they have the same overlap.
            box, others = (np.array([x.xyxy for x in some], np.float32) / 1024 for some in ([r], rivals))
            if not rivals or (overlap(box, others)[0] <= (limits.iou or 2)).all():
                kept.append((r, meant))
        placed = []
        for r, meant in kept:
            x1, y1, x2, y2 = placing.to_source(np.array([r.xyxy], np.float32))[0].clip(0, (meta.width, meta.height) * 2)
            if x2 - x1 >= 1 and y2 - y1 >= 1:
                placed.append((float(number), x1, y1, x2, y2, r.score, float(meant)))
            else:
                lost["degenerate"] += 1
        lost["over_limit"] += max(0, len(placed) - limits.max_detections)
        out += placed[: limits.max_detections]
    return out, DetectorCounters(**lost)


wild = st.sampled_from([math.nan, math.inf, -math.inf, 3e37, -3e37])
side = st.integers(-20, 90).map(float) | st.floats(-20, 90, width=32)
box = st.tuples(side, side, st.floats(-2, 60, width=32), st.floats(0.0625, 60, width=32)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
row = st.builds(
    Row,
    st.integers(0, 2),
    box | st.tuples(side, wild, side, side),
    st.sampled_from([0.25, 0.5, 0.75]) | st.floats(0.0625, 1, width=32) | st.just(math.nan),
    st.integers(-1, 5),
)


@example([Row(0, (0.0, 0.0, 1.0, 1.0), 0.25, 0), Row(0, (1.0, 0.0, 1.000000001, 1.0), 0.25, 0)], 0.1, 1, 1)
@example([Row(0, (0.0, -3e37, 6.0, 0.0), 0.25, 0), Row(0, (0.0, -3e37, 6.0, 3.0), 0.25, 0)], 0.1, 1, 2)
@given(st.lists(row, max_size=30), st.sampled_from([0.1, 0.45, 0.7, None]), st.integers(1, 6), st.integers(1, 12))
@settings(max_examples=300)
def test_it_agrees_with_the_obvious_way(rows: list[Row], limit: float | None, most: int, most_candidates: int) -> None:
    limits = Limits(MEANT, limit, most)
    sane = np.array([r.xyxy for r in rows if all(abs(v) < 1e6 for v in r.xyxy)], np.float32).reshape(-1, 4)
    if limit is not None:  # at the very limit, rounding decides
        with np.errstate(all="ignore"):
            assume(not np.any(np.abs(overlap(sane, sane) - limit) < 1e-4))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes, "CANDIDATES_PER_FRAME", most_candidates)
        batch, lost = finished(FRAMES, candidates(rows), PLACINGS, limits)
    with np.errstate(all="ignore"):
        expected, expected_lost = slow(rows, limits, most_candidates)
    frame = np.repeat(np.arange(3), np.diff(batch.offsets))
    found: F64 = np.column_stack((frame, batch.xyxy, batch.score, batch.class_id)).astype(np.float64)
    wanted: F64 = np.array(expected, np.float64).reshape(-1, 7)
    np.testing.assert_allclose(found, wanted, atol=1e-4)
    assert lost == expected_lost


def test_a_wild_box_does_not_blur_the_others() -> None:
    rows = [
        Row(2, (0, 0, 10, 10), 0.9, 0),
        Row(2, (0, 5.2, 10, 15.2), 0.8, 0),
        Row(2, (-3e37, -3e37, 3e37, 3e37), 0.7, 0),
    ]
    batch, _ = finished(FRAMES, candidates(rows), PLACINGS, Limits(MEANT, 0.3, 10))
    assert batch.score.tolist() == pytest.approx([0.9, 0.7])


def test_ten_thousand_boxes_in_a_frame_are_bounded_and_counted() -> None:
    rng = np.random.default_rng(1)
    corner = rng.uniform(0, 50, (10_000, 2))
    xyxy = np.concatenate((corner, corner + 4), axis=1).astype(np.float32)
    score = rng.uniform(0.3, 1.0, 10_000).astype(np.float32)
    found = Candidates(np.full(10_000, 2), xyxy, score, np.zeros(10_000, np.int64))
    batch, lost = finished(FRAMES, found, PLACINGS, Limits(MEANT, 0.9, 300))
    assert len(batch) == 300
    assert lost.over_candidates == 9_000
    assert batch.score[0] == score.max()


def test_no_frames_and_no_candidates() -> None:
    batch, lost = finished((), Candidates.joined(()), (), Limits(MEANT, 0.5, 10))
    assert len(batch) == 0
    assert lost == DetectorCounters()
