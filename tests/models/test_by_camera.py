"""Cameras of one batch are looked at with inputs of their own widths, and their frames come back in order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.frames import FrameBatch, FrameMeta, InputSpec
from models.by_camera import ByCamera
from models.fake import FakeDetector, Seen
from tests.support.surfaces import ArraySurface, meta_of

PICTURE = np.zeros((30, 40, 3), np.uint8)


def looker(width: int, batch_size: int = 4) -> FakeDetector:
    """Sees, in frame number n of any camera, n boxes as wide as a tenth of its input."""

    def script(meta: FrameMeta) -> list[Seen]:
        return [Seen((0, 0, width / 100, 5))] * meta.seq

    return FakeDetector(script, input_spec=InputSpec(width, width), batch_size=batch_size)


def frames_of(cameras: list[str]) -> FrameBatch:
    metas = tuple(meta_of(PICTURE, camera, seq) for seq, camera in enumerate(cameras))
    return FrameBatch(metas, tuple(ArraySurface(PICTURE) for _ in metas))


@given(st.lists(st.sampled_from(["small", "large", "larger", "unnamed"]), max_size=12))
def test_each_frame_has_the_boxes_of_its_cameras_input(cameras: list[str]) -> None:
    small, large, larger = looker(400), looker(800), looker(1200)
    detector = ByCamera({"small": small, "large": large, "larger": larger}, small)
    frames = frames_of(cameras)
    found = detector.submit(frames).collect()
    assert found.frames == frames.frames
    width = {"small": 4.0, "unnamed": 4.0, "large": 8.0, "larger": 12.0}
    for row, camera in enumerate(cameras):
        boxes = found.xyxy[found.rows(row)]
        assert len(boxes) == row
        assert (boxes[:, 2] == width[camera]).all()


def test_a_ticket_is_ready_when_all_parts_are() -> None:
    slow = looker(800)
    ready = ByCamera({"large": slow}, looker(400)).submit(frames_of(["small", "large"]))
    assert ready.ready


def test_batches_are_as_large_as_the_largest_that_is_computed_at_once() -> None:
    assert ByCamera({"a": looker(800, 2)}, looker(400, 8)).batch_size == 8
    assert ByCamera({"a": looker(800, 2)}, looker(400, 8)).input_spec.width == 400
