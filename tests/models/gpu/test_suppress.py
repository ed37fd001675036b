"""Suppression on the device gives the detections and the counts of the way over numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.arrays import F32
from core.frames import Affine, ClockSource, FrameMeta
from models import boxes
from models.boxes import DetectorCounters, Limits
from models.ultralytics import EndToEndDecoder, RawDecoder

torch = pytest.importorskip("torch")

from models.gpu.reading import end_to_end, raw  # noqa: E402
from models.gpu.suppress import LOST, VALUES, Found, Suppressor  # noqa: E402

IDS = np.array([0, 2, -1, 5, 3, 7], np.int64)


def compare(output: F32, limits: Limits, threshold: float, *, one_to_one: bool = False) -> DetectorCounters:
    images = len(output)
    frames = tuple(FrameMeta("c", 0, i, 0, ClockSource.FILE, 0, 0, 300 + 20 * i, 200) for i in range(images))
    placings = [Affine(0.5 + 0.25 * i, 0.5, 3.0 * i, 7.0) for i in range(images)]
    decoder = EndToEndDecoder() if one_to_one else RawDecoder()
    wanted, lost = boxes.finished(frames, decoder.decode([output], threshold), placings, limits)
    found: Found = (end_to_end if one_to_one else raw)([torch.from_numpy(output)])
    rows = [
        (p.scale_x, p.scale_y, p.offset_x, p.offset_y, f.width, f.height) for p, f in zip(placings, frames, strict=True)
    ]
    table = Suppressor(limits, threshold, torch.device("cpu"))(found, torch.tensor(rows)).numpy()
    counts = table[:, 0].astype(int)
    assert counts.tolist() == np.diff(wanted.offsets).tolist()
    shown = np.concatenate([row[1 + LOST :].reshape(-1, VALUES)[:n] for row, n in zip(table, counts, strict=True)])
    np.testing.assert_array_equal(shown[:, :4], wanted.xyxy)
    np.testing.assert_array_equal(shown[:, 4], wanted.score)
    np.testing.assert_array_equal(shown[:, 5], wanted.class_id)
    assert DetectorCounters(*map(int, table[:, 1 : 1 + LOST].sum(axis=0))) == lost
    return lost


def heads(rng: np.random.Generator, images: int, places: int, wild: float) -> F32:
    output = np.empty((images, 4 + len(IDS), places), np.float32)
    output[:, :2] = rng.integers(-10, 160, (images, 2, places))
    output[:, 2:4] = rng.integers(-2, 60, (images, 2, places))
    output[:, 4:] = rng.integers(0, 20, (images, len(IDS), places)) / 20
    for value in (np.nan, np.inf, -np.inf, 1e30):
        output[rng.random(output.shape) < wild] = value
    return output


@settings(max_examples=60)
@given(
    st.integers(0, 2**32), st.integers(1, 3), st.integers(1, 120), st.sampled_from([0.0, 0.002]),
    st.sampled_from([None, 0.0, 0.3, 0.7]), st.sampled_from([1, 5, 300]),
)  # fmt: skip
def test_any_output_gives_the_same(
    seed: int, images: int, places: int, wild: float, iou: float | None, most: int
) -> None:
    output = heads(np.random.default_rng(seed), images, places, wild)
    compare(output, Limits(IDS, iou, most), 0.4)


def test_ten_thousand_boxes_are_bounded_and_counted() -> None:
    output = heads(np.random.default_rng(3), 2, 10_000, 0.0001)
    lost = compare(output, Limits(IDS, 0.5, 30), 0.05)
    assert lost.over_candidates > 0
    assert lost.over_limit > 0
    assert lost.not_finite > 0


def test_heads_that_suppress_by_themselves_are_only_sorted_out() -> None:
    rng = np.random.default_rng(4)
    rows = rng.integers(-5, 190, (3, 40, 6)).astype(np.float32)
    rows[..., 4] = rng.integers(0, 20, (3, 40)) / 20
    rows[..., 5] = rng.integers(-1, 8, (3, 40))
    rows[0, 3, 5], rows[1, 4, 4], rows[2, 5, 0] = np.nan, np.nan, np.inf
    assert compare(rows, Limits(IDS, None, 10), 0.3, one_to_one=True).unmapped > 0


def test_an_image_without_anything_is_empty() -> None:
    compare(np.zeros((2, 4 + len(IDS), 9), np.float32), Limits(IDS, 0.5, 5), 0.5)
