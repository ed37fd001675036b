"""Struct-of-arrays batches: read-only, whole, and never at the cost of the caller's arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.detections import DetectionBatch
from core.frames import Affine, ClockSource, FrameMeta, InputSpec
from core.taxonomy import ObjectClass, classes_of
from core.tracks import TrackBatch

FRAMES = tuple(FrameMeta(name, 0, 0, 0, ClockSource.FILE, 0, 0, 640, 480) for name in ("a", "b"))


def detections(offsets: list[int], rows: int) -> DetectionBatch:
    return DetectionBatch(
        FRAMES, np.array(offsets, np.int32), np.zeros((rows, 4), np.float32), np.ones(rows, np.float32),
        np.zeros(rows, np.int16),
    )  # fmt: skip


def test_rows_of_each_frame() -> None:
    batch = detections([0, 2, 3], 3)
    assert [batch.rows(0), batch.rows(1)] == [slice(0, 2), slice(2, 3)]


@pytest.mark.parametrize("offsets", [[0, 2], [0, 2, 4], [1, 2, 3], [0, 4, 3]])
def test_offsets_that_do_not_divide_the_rows_are_refused(offsets: list[int]) -> None:
    with pytest.raises(ValueError, match="offsets"):
        detections(offsets, 3)


def test_a_wrong_shape_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="score"):
        DetectionBatch(
            FRAMES, np.array([0, 0, 1]), np.zeros((1, 4), np.float32), np.ones(2, np.float32), np.zeros(1, np.int16)
        )


def test_batches_are_read_only_and_leave_the_callers_array_writable() -> None:
    mine = np.zeros((1, 4), np.float32)
    batch = DetectionBatch(FRAMES, np.array([0, 1, 1]), mine, np.ones(1, np.float32), np.zeros(1, np.int16))
    with pytest.raises(ValueError, match="read-only"):
        batch.xyxy[0, 0] = 1
    mine[0, 0] = 1
    assert mine[0, 0] == 1


def test_appearance_left_out_has_no_numbers() -> None:
    assert detections([0, 2, 3], 3).embedding.shape == (3, 0)
    assert DetectionBatch.empty(FRAMES).embedding.shape == (0, 0)


def test_appearance_goes_row_by_row_and_is_read_only() -> None:
    mine = np.eye(3, dtype=np.float32)
    batch = replace(detections([0, 2, 3], 3), embedding=mine)
    np.testing.assert_array_equal(replace(batch, score=batch.score).embedding, mine)
    with pytest.raises(ValueError, match="read-only"):
        batch.embedding[0, 0] = 2
    for shape in ((2, 2), (0, 0), (3,)):
        with pytest.raises(ValueError, match="embedding"):
            replace(batch, embedding=np.zeros(shape, np.float32))


def test_empty_batches_have_their_shapes() -> None:
    assert DetectionBatch.empty(FRAMES).xyxy.shape == (0, 4)
    assert TrackBatch.empty(FRAMES).ended(1).shape == (0,)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (768, 576), (360, 640), (417, 415)])
def test_boxes_come_back_from_the_slot_to_where_they_were(width: int, height: int) -> None:
    for keep in (True, False):
        place = Affine.fit(width, height, InputSpec(416, 416, keep_aspect=keep))
        corners = np.array([[0, 0, width, height]], np.float32)
        scale = np.array([place.scale_x, place.scale_y] * 2, np.float32)
        offset = np.array([place.offset_x, place.offset_y] * 2, np.float32)
        slot = corners * scale + offset
        assert slot.min() >= 0
        assert slot.max() <= 416.001
        assert np.allclose(place.to_source(slot), corners, atol=1e-2)


def test_groups_stand_for_their_classes() -> None:
    assert ObjectClass.MOTORCYCLE in classes_of(("two_wheeler",))
    assert classes_of(("person", "two_wheeler")) < classes_of(("person", "vehicle"))
    with pytest.raises(KeyError):
        classes_of(("spaceship",))
