"""What every describer keeps to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.arrays import U8
from core.detections import DetectionBatch
from core.frames import FrameBatch
from core.protocols import Describer
from models.appearance.fake import FakeDescriber
from models.appearance.histogram import HistogramDescriber
from models.appearance.reid import load_reid
from tests.support.reid import mean_graph
from tests.support.surfaces import ArraySurface, meta_of

MAKERS: dict[str, Callable[[Path], Describer]] = {
    "histogram": lambda _folder: HistogramDescriber(),
    "any_batch": lambda folder: load_reid(mean_graph(folder / "any.onnx"), threads=1),
    "fixed_batch": lambda folder: load_reid(mean_graph(folder / "two.onnx", batch=2), threads=1),
    "fake": lambda _folder: FakeDescriber(lambda _meta, xyxy: xyxy[:, 2:] - xyxy[:, :2], 2),
}
SIZES = ((64, 48), (161, 121), (40, 90))
Boxes = list[tuple[float, ...]]
BOXES: tuple[Boxes, ...] = (
    [(5, 5, 25, 45), (30, 10, 50, 40), (32, 8, 48, 38)],
    [],
    [(-20, 20, 15, 80), (20, 10, 35, 60), (500, 10, 600, 50)],
)


@pytest.fixture(scope="module", params=MAKERS)
def describer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Describer:
    return MAKERS[request.param](tmp_path_factory.mktemp("graphs"))


@pytest.fixture(scope="module")
def frames() -> FrameBatch:
    """Three pictures of noise, of different sizes, of two cameras."""
    noise = np.random.default_rng(7)
    pictures: list[U8] = [noise.integers(0, 256, (h, w, 3), dtype=np.uint8) for w, h in SIZES]
    metas = tuple(meta_of(p, "b" if i == 1 else "a", i) for i, p in enumerate(pictures))
    return FrameBatch(metas, tuple(ArraySurface(p) for p in pictures))


def detections(frames: FrameBatch, boxes: tuple[Boxes, ...] = BOXES) -> DetectionBatch:
    rows = np.array([box for of_frame in boxes for box in of_frame], np.float32).reshape(-1, 4)
    offsets = np.cumsum([0, *map(len, boxes)]).astype(np.int32)
    n = len(rows)
    return DetectionBatch(
        frames.frames, offsets, rows, np.linspace(0.9, 0.5, n, dtype=np.float32), np.zeros(n, np.int16)
    )


def test_nothing_seen_has_embeddings_of_the_same_size(describer: Describer, frames: FrameBatch) -> None:
    size = describer.describe(frames, detections(frames)).embedding.shape[1]
    assert size > 0
    assert describer.describe(frames, DetectionBatch.empty(frames.frames)).embedding.shape == (0, size)
    assert describer.describe(FrameBatch((), ()), DetectionBatch.empty(())).embedding.shape == (0, size)


def test_all_else_is_as_it_was(describer: Describer, frames: FrameBatch) -> None:
    given_ = detections(frames)
    found = describer.describe(frames, given_)
    assert found.frames == given_.frames
    for name in ("offsets", "xyxy", "score", "class_id"):
        np.testing.assert_array_equal(getattr(found, name), getattr(given_, name))
    assert given_.embedding.shape == (len(given_), 0)


def test_rows_have_unit_length_or_are_zero(describer: Describer, frames: FrameBatch) -> None:
    found = describer.describe(frames, detections(frames))
    lengths = np.linalg.norm(found.embedding, axis=1)
    # The third box of the first frame is hidden by the second, and the last lies outside its picture.
    np.testing.assert_allclose(lengths, [1, 1, 0, 1, 1, 0], atol=1e-5)


def test_a_frame_gives_the_same_whatever_shares_its_batch(describer: Describer, frames: FrameBatch) -> None:
    together = describer.describe(frames, detections(frames))
    for index in range(len(frames)):
        one = FrameBatch(frames.frames[index : index + 1], frames.surfaces[index : index + 1])
        alone = describer.describe(one, detections(one, (BOXES[index],)))
        np.testing.assert_allclose(alone.embedding, together.embedding[together.rows(index)], atol=1e-5)


def test_the_order_of_detections_does_not_matter(describer: Describer, frames: FrameBatch) -> None:
    forth = describer.describe(frames, detections(frames))
    back = describer.describe(frames, detections(frames, tuple(boxes[::-1] for boxes in BOXES)))
    for index in range(len(frames)):
        ours, theirs = forth.embedding[forth.rows(index)], back.embedding[back.rows(index)]
        np.testing.assert_allclose(theirs[::-1], ours, atol=1e-5)


def test_described_again_it_is_the_same(describer: Describer, frames: FrameBatch) -> None:
    once = describer.describe(frames, detections(frames))
    np.testing.assert_array_equal(describer.describe(frames, once).embedding, once.embedding)


def test_an_earlier_answer_is_not_changed_by_a_later_call(describer: Describer, frames: FrameBatch) -> None:
    first = describer.describe(frames, detections(frames))
    was = first.embedding.copy()
    describer.describe(frames, detections(frames, ([(0, 0, 60, 40)], [(3, 3, 90, 90)], [])))
    np.testing.assert_array_equal(first.embedding, was)
    with pytest.raises(ValueError, match="read-only"):
        first.embedding[...] = 0


def test_surfaces_are_read_but_not_released(describer: Describer, frames: FrameBatch) -> None:
    surfaces = tuple(s for s in frames.surfaces if isinstance(s, ArraySurface))
    before = [surface.picture.copy() for surface in surfaces]
    describer.describe(frames, detections(frames))
    for surface, picture in zip(surfaces, before, strict=True):
        assert not surface.released
        np.testing.assert_array_equal(surface.picture, picture)


SIDE = st.floats(width=32) | st.floats(-50, 200, width=32)


@given(boxes=st.lists(st.tuples(SIDE, SIDE, SIDE, SIDE), max_size=6))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_box_breaks_it_or_its_neighbours(describer: Describer, frames: FrameBatch, boxes: Boxes) -> None:
    good = describer.describe(frames, detections(frames, ([], [(20, 20, 60, 110)], []))).embedding
    found = describer.describe(frames, detections(frames, (boxes, [(20, 20, 60, 110)], boxes)))
    lengths = np.linalg.norm(found.embedding, axis=1)
    assert ((lengths == 0) | (np.abs(lengths - 1) < 1e-4)).all()
    np.testing.assert_allclose(found.embedding[found.rows(1)], good, atol=1e-5)
