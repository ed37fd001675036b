"""Sequences are read in both layouts, wrong ones are named, and strides and references are what they say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from benchmarks.tracking.data import LAYOUTS, Clip, load
from benchmarks.tracking.references import oracle, truth_as_detections
from core.errors import ConfigError

DETECTIONS = "1,-1,10,20,30,60,0.9,-1,-1,-1\n1,-1,200,20,30,60,0.8,-1,-1,-1\n3,-1,14,20,30,60,0.7,-1,-1,-1\n"
TRUTH = (
    "1,7,11,21,30,60,1,-1,-1,-1\n2,7,13,20,30,60,1,-1,-1,-1\n3,7,15,20,30,60,1,-1,-1,-1\n1,9,200,20,30,60,0,-1,-1,-1\n"
)
INFO = "[Sequence]\nname=A\nframeRate=10\nseqLength=5\nimWidth=640\nimHeight=480\n"


def sequence(folder: Path, layout: int = 0, changed: Mapping[str, str] = MappingProxyType({})) -> Path:
    """A small sequence; `changed` replaces the text of truth, detections or info."""
    texts = {"truth": TRUTH, "detections": DETECTIONS, "info": INFO, **changed}
    for name, content in zip(LAYOUTS[layout], texts.values(), strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    return load(sequence(tmp_path / "A").parent)[0]


def test_both_layouts_hold_the_same(tmp_path: Path) -> None:
    sequence(tmp_path / "flat", 0)
    sequence(tmp_path / "packed", 1)
    (tmp_path / "notes").mkdir()
    flat, packed = load(tmp_path)
    assert (flat.name, packed.name) == ("flat", "packed")
    np.testing.assert_array_equal(flat.xyxy, packed.xyxy)
    np.testing.assert_array_equal(flat.truth, packed.truth)
    assert (flat.fps, flat.width, flat.height) == (10.0, 640, 480)


def test_frames_without_detections_count(clip: Clip) -> None:
    assert clip.frames == 5
    assert np.diff(clip.offsets).tolist() == [2, 0, 1, 0, 0]
    assert clip.xyxy[0].tolist() == [10.0, 20.0, 40.0, 80.0]


def test_truth_is_in_order_of_frames(clip: Clip) -> None:
    assert clip.truth[:, :2].tolist() == [[1, 7], [1, 9], [2, 7], [3, 7]]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"info": "[Sequence]\nframeRate=10\n"}, "seqLength"),
        ({"info": INFO.replace("frameRate=10", "frameRate=0")}, "seqinfo.ini"),
        ({"info": "frames"}, "seqinfo.ini"),
        ({"info": INFO.replace("seqLength=5", "seqLength=2")}, "seqLength"),
        ({"truth": ""}, "gt.txt"),
        ({"truth": "1,2,3\n"}, "gt.txt"),
        ({"truth": TRUTH.replace("2,7", "99,7")}, "1..5"),
        ({"detections": "1,-1,wide,2,3,4,0.5\n"}, "det.txt"),
    ],
)
def test_a_wrong_sequence_is_named(tmp_path: Path, changed: dict[str, str], named: str) -> None:
    sequence(tmp_path / "A", changed=changed)
    with pytest.raises(ConfigError) as error:
        load(tmp_path)
    assert str(tmp_path / "A") in str(error.value)
    assert named in str(error.value) or named == "seqLength"


def test_wrong_folders_say_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        load(tmp_path / "absent")
    with pytest.raises(ConfigError, match="holds no sequence"):
        load(tmp_path)
    (sequence(tmp_path / "A", 1) / "gt/gt.txt").unlink()
    with pytest.raises(ConfigError, match=r"gt\.txt is missing"):
        load(tmp_path)


@pytest.mark.parametrize("stride", [1, 2, 4, 8])
def test_a_stride_keeps_times_boxes_and_truth_of_the_frames_kept(clip: Clip, stride: int) -> None:
    kept, whole = list(clip.every(stride).batches()), list(clip.batches())
    for batch, original in zip(kept, whole[::stride], strict=True):
        assert batch.frames[0].media_ns == original.frames[0].media_ns
        np.testing.assert_array_equal(batch.xyxy, original.xyxy)
    truth = clip.every(stride).truth
    original_truth = clip.truth[np.isin(clip.truth[:, 0], np.arange(1, clip.frames + 1, stride))]
    np.testing.assert_array_equal((truth[:, 0] - 1) * stride + 1, original_truth[:, 0])
    np.testing.assert_array_equal(truth[:, 1:], original_truth[:, 1:])


def test_the_oracle_gives_true_identities_to_the_detections_that_match(clip: Clip) -> None:
    rows = oracle(clip)
    assert rows[:, :2].tolist() == [[1, 7], [3, 7]]
    np.testing.assert_allclose(rows[:, 2:6], [[10, 20, 30, 60], [14, 20, 30, 60]])


def test_the_oracle_gives_each_identity_once(shared: Path) -> None:
    for clip in load(shared / "mot15"):
        rows = oracle(clip)
        keys = rows[:, :2].tolist()
        assert len({tuple(key) for key in keys}) == len(keys)
        assert 0.3 * len(clip.score) < len(rows) <= len(clip.score)


def test_truth_as_detections_is_all_that_counts(clip: Clip) -> None:
    perfect = truth_as_detections(clip)
    assert np.diff(perfect.offsets).tolist() == [1, 1, 1, 0, 0]
    np.testing.assert_array_equal(perfect.xyxy[1], [13, 20, 43, 80])
    assert set(perfect.score.tolist()) == {1.0}
    assert len(oracle(perfect)) == 3
