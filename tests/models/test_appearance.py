"""Describers: the same person is told from others, whatever the light; what cannot be seen is not guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.arrays import F32, U8, AnyArray
from core.detections import DetectionBatch
from core.errors import ConfigError, MatphoError, ModelError
from core.protocols import Describer
from core.taxonomy import ObjectClass
from models.appearance.histogram import SIZE, HistogramDescriber
from models.appearance.load import check_describer, load_describer
from models.appearance.reid import load_reid
from models.appearance.visibility import covered
from tests.support.reid import PLAIN_INPUT, mean_graph, write_appearance_card
from tests.support.surfaces import batch_of
from tests.support.videos import frames_of


def described(
    describer: Describer, pictures: list[U8], boxes: list[AnyArray], kind: int = ObjectClass.PERSON
) -> DetectionBatch:
    """One list of boxes for each picture."""
    frames = batch_of(*pictures)
    offsets = np.cumsum([0, *map(len, boxes)]).astype(np.int32)
    xyxy = np.concatenate([np.reshape(b, (-1, 4)) for b in boxes]).astype(np.float32)
    scores, kinds = np.full(len(xyxy), 0.9, np.float32), np.full(len(xyxy), kind, np.int16)
    return describer.describe(frames, DetectionBatch(frames.frames, offsets, xyxy, scores, kinds))


def people(shared: Path, numbers: range) -> tuple[list[U8], list[F32], list[AnyArray]]:
    """Pictures of the plaza, and the true boxes and identities in each."""
    table = np.loadtxt(shared / "mot15" / "PETS09-S2L1" / "gt.txt", delimiter=",")
    at = [table[table[:, 0] == number + 1] for number in numbers]
    boxes = [np.column_stack((t[:, 2:4], t[:, 2:4] + t[:, 4:6])).astype(np.float32) for t in at]
    pictures = frames_of(shared / "video" / "pets09_s2l1.avi", numbers)
    return [pictures[number] for number in numbers], boxes, [t[:, 1] for t in at]


def separation(batch: DetectionBatch, identities: list[AnyArray], ahead: int) -> float:
    """How often someone is more like himself some pictures later than like another: area under the ROC curve."""
    same, other = [], []
    for first in range(len(identities) - ahead):
        rows, later = batch.rows(first), batch.rows(first + ahead)
        alike = batch.embedding[rows] @ batch.embedding[later].T
        told = np.logical_and.outer(batch.embedding[rows].any(axis=1), batch.embedding[later].any(axis=1))
        equal = np.equal(identities[first][:, None], identities[first + ahead])
        same.append(alike[told & equal])
        other.append(alike[told & ~equal])
    return float((np.concatenate(same)[:, None] > np.concatenate(other)).mean())


@pytest.fixture(scope="module")
def plaza(shared: Path) -> tuple[list[U8], list[F32], list[AnyArray]]:
    return people(shared, range(0, 795, 15))


def test_a_person_is_told_from_others_seconds_later(plaza: tuple[list[U8], list[F32], list[AnyArray]]) -> None:
    pictures, boxes, identities = plaza
    batch = described(HistogramDescriber(), pictures, list(boxes))
    # Over all frames 14 apart .971, and 35 apart .94.
    assert separation(batch, identities, 1) > 0.94
    assert separation(batch, identities, 2) > 0.90


def test_it_holds_in_grey(plaza: tuple[list[U8], list[F32], list[AnyArray]]) -> None:
    pictures, boxes, identities = plaza
    grey = [np.repeat(p.mean(axis=2).astype(np.uint8)[..., None], 3, axis=2) for p in pictures]
    batch = described(HistogramDescriber(), grey, list(boxes))
    assert separation(batch, identities, 1) > 0.88


@pytest.mark.parametrize("gain", [0.5, 0.75, 1.2])
def test_exposure_cancels(plaza: tuple[list[U8], list[F32], list[AnyArray]], gain: float) -> None:
    pictures, boxes, _ = plaza
    other = np.clip(pictures[0] * gain, 0, 255).astype(np.uint8)
    batch = described(HistogramDescriber(), [pictures[0], other], [boxes[0], boxes[0]])
    alike = (batch.embedding[batch.rows(0)] * batch.embedding[batch.rows(1)]).sum(axis=1)
    assert alike.min() > 0.95


@pytest.mark.parametrize("level", [0, 90, 255])
def test_a_picture_of_nothing_is_described_all_the_same(level: int) -> None:
    picture = np.full((120, 160, 3), level, np.uint8)
    batch = described(HistogramDescriber(), [picture], [np.array([[10, 10, 40, 90], [60, 10, 90, 90]])])
    np.testing.assert_allclose(batch.embedding @ batch.embedding.T, 1.0, atol=1e-5)


def test_what_stands_behind_another_is_not_described() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    front, hidden, beside = (50, 50, 90, 150), (55, 40, 85, 120), (80, 40, 120, 140)
    batch = described(HistogramDescriber(), [picture, picture], [np.array([front, hidden, beside]), np.array([hidden])])
    assert batch.embedding.any(axis=1).tolist() == [True, False, True, True]


def test_covered_is_by_the_nearer_alone() -> None:
    boxes = np.array([[0, 0, 10, 20], [5, 5, 15, 25], [0, 0, 10, 0]], np.float32)
    np.testing.assert_allclose(covered(boxes), [75 / 200, 0, 0])
    assert covered(np.zeros((0, 4), np.float32)).shape == (0,)


def test_colours_tell_and_their_place_does() -> None:
    picture = np.full((100, 300, 3), 90, np.uint8)
    picture[20:50, 10:50] = picture[50:80, 110:150] = (40, 40, 200)
    picture[50:80, 10:50] = picture[20:50, 110:150] = (200, 60, 40)
    picture[20:50, 210:250], picture[50:80, 210:250] = (45, 42, 190), (190, 62, 45)
    boxes = np.array([[10, 20, 50, 80], [110, 20, 150, 80], [210, 20, 250, 80]])
    alike = described(HistogramDescriber(), [picture], [boxes]).embedding
    assert alike[0] @ alike[2] > 0.95
    assert alike[0] @ alike[1] < 0.5


def test_names_give_their_describer(tmp_path: Path) -> None:
    assert load_describer("none") is None
    assert isinstance(load_describer("histogram"), HistogramDescriber)
    assert described(HistogramDescriber(), [np.zeros((9, 9, 3), np.uint8)], [np.zeros((0, 4))]).embedding.shape == (
        0,
        SIZE,
    )
    assert check_describer("histogram") == check_describer(str(mean_graph(tmp_path / "r.onnx"))) == ()


BLUE_GREEN_RED = np.array([[[40, 80, 160]]], np.uint8)


@pytest.mark.parametrize("batch", [None, 1, 3])
def test_a_model_gets_its_crops_in_its_own_way(tmp_path: Path, batch: int | None) -> None:
    path = mean_graph(tmp_path / "reid.onnx", batch=batch)
    write_appearance_card(path)
    picture = np.tile(BLUE_GREEN_RED, (60, 100, 1))
    picture[:, 50:] = (0, 0, 255)
    boxes = np.array([[2, 2, 40, 50], [55, 5, 80, 40]] * 20)  # more than it takes at once
    found = described(load_reid(path, threads=1), [picture, picture], [boxes[:3], boxes[:2]]).embedding
    colour = np.array([160, 80, 40]) / np.linalg.norm([160, 80, 40])
    expected = [colour, [1, 0, 0]]
    np.testing.assert_allclose(found[[0, 1, 3, 4]], expected * 2, atol=1e-4)


def test_more_crops_than_a_model_takes_at_once(tmp_path: Path) -> None:
    path = mean_graph(tmp_path / "reid.onnx")
    write_appearance_card(path)
    picture = np.zeros((100, 1000, 3), np.uint8)
    picture[:, :, 2], picture[:, :, 1] = np.arange(1000) // 10 + 50, 100
    boxes = np.array([[x, 10, x + 8, 90] for x in range(0, 1000, 10)])
    found = described(load_reid(path, threads=1), [picture], [boxes]).embedding
    ratio = np.arange(50, 150) / 100
    np.testing.assert_allclose(found[:, 0] / found[:, 1], ratio, rtol=1e-4)


def test_without_a_card_imagenets_normalisation_is_used(tmp_path: Path) -> None:
    path = mean_graph(tmp_path / "reid.onnx", size=(None, None), only=(256, 128))
    picture = np.tile(BLUE_GREEN_RED, (60, 100, 1))
    found = described(load_reid(path, threads=1), [picture], [np.array([[0, 0, 50, 60]])]).embedding[0]
    expected = (np.array([160, 80, 40]) - (123.675, 116.28, 103.53)) / (58.395, 57.12, 57.375)
    np.testing.assert_allclose(found, expected / np.linalg.norm(expected), atol=1e-4)


def test_a_letterboxed_model_sees_the_whole_crop(tmp_path: Path) -> None:
    path = mean_graph(tmp_path / "reid.onnx")
    write_appearance_card(path, input=PLAIN_INPUT | {"keep_aspect": True, "padding": 255})
    picture = np.zeros((60, 60, 3), np.uint8)
    picture[:, :, 2] = 255
    found = described(load_reid(path, threads=1), [picture], [np.array([[0, 0, 60, 60]])]).embedding[0]
    # Half the slot is white, half is red: planes of 1, 1/2, 1/2.
    np.testing.assert_allclose(found, np.array([1, 0.5, 0.5]) / np.sqrt(1.5), atol=1e-5)


def test_classes_that_a_model_cannot_tell_are_left_out(tmp_path: Path) -> None:
    path = mean_graph(tmp_path / "reid.onnx")
    write_appearance_card(path, classes=["person"])
    picture, boxes = np.tile(BLUE_GREEN_RED, (60, 100, 1)), [np.array([[2, 2, 40, 50]])]
    describer = load_reid(path, threads=1)
    assert described(describer, [picture], boxes, ObjectClass.PERSON).embedding.any()
    assert not described(describer, [picture], boxes, ObjectClass.CAR).embedding.any()


def test_an_answer_of_nothing_is_no_embedding(tmp_path: Path) -> None:
    path = mean_graph(tmp_path / "reid.onnx")
    write_appearance_card(path)
    black = np.zeros((60, 60, 3), np.uint8)
    found = described(load_reid(path, threads=1), [black], [np.array([[0, 0, 20, 40]])]).embedding
    np.testing.assert_array_equal(found, np.zeros((1, 3)))


def wrong_model(folder: Path, **changes: Any) -> Path:
    path = mean_graph(folder / "reid.onnx")
    write_appearance_card(path, **changes)
    return path


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda folder: folder / "none.onnx", ModelError, 'Check the path in "tracking.appearance"'),
        (lambda folder: mean_graph(folder / "r.onnx", flat=False), ModelError, "[N × D]"),
        (lambda folder: mean_graph(folder / "r.onnx", outputs=2), ModelError, "[N × D]"),
        (
            lambda folder: mean_graph(folder / "r.onnx", size=(None, None), only=(64, 32)),
            ModelError,
            "128 × 256 failed",
        ),
        (lambda folder: wrong_model(folder, sha256="0" * 64), ModelError, "checksum"),
        (lambda folder: wrong_model(folder, file="other.onnx"), ModelError, "other.onnx"),
        (lambda folder: wrong_model(folder, input=PLAIN_INPUT | {"width": 9}), ModelError, "the card says 9 × 16"),
        (lambda folder: wrong_model(folder, classes=["unicorn"]), ConfigError, "unicorn"),
    ],
)
def test_a_model_that_cannot_be_used_is_refused(tmp_path: Path, make: Any, error: type[MatphoError], said: str) -> None:
    path = make(tmp_path)
    with pytest.raises(error) as caught:
        load_reid(path, threads=1)
    assert said in str(caught.value)
    assert check_describer(str(path)) == (str(caught.value),)
