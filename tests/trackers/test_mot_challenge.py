"""Detections in, tracks out, and what is said of a file that cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.detections import DetectionBatch
from core.errors import ConfigError
from core.tracks import TrackBatch
from locales import LANGUAGES, Language, set_language
from trackers.fake import FakeTracker
from trackers.mot_challenge import TrackFileSummary, read_detections, track_file
from trackers.online import OnlineTracker


def written(folder: Path, text: str) -> Path:
    path = folder / "det.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_frame_up_to_the_last_is_read_with_its_time(tmp_path: Path) -> None:
    path = written(tmp_path, "2,-1,10,20,30,40,0.5,-1,-1,-1\n\n2,-1,1.5,2,3,4,1\n5.0,-1,0,0,9,9,0.25\n")
    batches = list(read_detections(path, 10.0))
    assert [len(b) for b in batches] == [0, 2, 0, 0, 1]
    assert [b.frames[0].media_ns for b in batches] == [0, 100_000_000, 200_000_000, 300_000_000, 400_000_000]
    np.testing.assert_allclose(batches[1].xyxy, [(10, 20, 40, 60), (1.5, 2, 4.5, 6)])
    np.testing.assert_allclose(batches[1].score, [0.5, 1.0])


def test_scores_in_any_scale_are_brought_to_one_in_their_order(tmp_path: Path) -> None:
    path = written(tmp_path, "1,-1,0,0,9,9,-3\n1,-1,0,0,9,9,0\n1,-1,0,0,9,9,2\n2,-1,0,0,9,9,7\n")
    scores = np.concatenate([b.score for b in read_detections(path, 10.0)])
    np.testing.assert_allclose(scores, [0.0, 0.3, 0.5, 1.0])


def test_confirmed_rows_go_out_and_predictions_never(tmp_path: Path) -> None:
    rows = [f"{k},-1,{100 + 4 * k},50,40,80,0.9" for k in range(1, 11)] + ["15,-1,160,50,40,80,0.9"]
    rows.insert(5, "5,-1,600,50,40,80,0.9")
    rows.sort(key=lambda row: int(row.split(",")[0]))
    out = tmp_path / "tracks.txt"
    summary = track_file(written(tmp_path, "\n".join(rows)), 25.0, out, OnlineTracker())
    got = np.loadtxt(out, delimiter=",")
    # Frame 1 and the flicker at frame 5 are tentative, 11 to 14 coasting.
    assert got[:, 0].tolist() == [2, 3, 4, 5, 6, 7, 8, 9, 10, 15]
    assert set(got[:, 1]) == {1}
    np.testing.assert_allclose(got[:, 2], 100 + 4 * got[:, 0], atol=2)
    np.testing.assert_allclose(got[:, 4:6], [[40, 80]] * 10, atol=1)
    assert (got[:, 7:] == -1).all()
    assert got.shape[1] == 10
    assert summary == TrackFileSummary(frames=15, detections=12, rows=10, tracks=1)


def test_frames_without_detections_reach_the_tracker(tmp_path: Path) -> None:
    class Counting(FakeTracker):
        frames = 0

        def update(self, detections: DetectionBatch) -> TrackBatch:
            self.frames += len(detections.frames)
            return super().update(detections)

    tracker = Counting()
    track_file(written(tmp_path, "3,-1,1,1,5,5,1\n9,-1,1,1,5,5,1"), 5, tmp_path / "out.txt", tracker)
    assert tracker.frames == 9


def test_an_empty_file_gives_an_empty_one(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    assert track_file(written(tmp_path, ""), 25, out, OnlineTracker()) == TrackFileSummary(0, 0, 0, 0)
    assert out.read_text() == ""


MISTAKES = [
    ("1,-1,1,1,5,5", "error-trackers-columns", "2"),
    ("1,-1,1,1,5,x,1", "error-trackers-number", "height"),
    ("1,-1,nan,1,5,5,1", "error-trackers-number", "x"),
    ("1,-1,1,1,-5,5,1", "error-trackers-number", "width"),
    ("1,-1,1,1,5,5,nan", "error-trackers-number", "score"),
    ("0,-1,1,1,5,5,1", "error-trackers-number", "frame"),
    ("1.5,-1,1,1,5,5,1", "error-trackers-whole", "frame"),
    ("9000000,-1,1,1,5,5,1", "error-trackers-frame-gap", "9000000"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("row", "message", "named"), MISTAKES)
def test_a_mistake_is_named_with_file_line_and_field(
    tmp_path: Path, language: Language, row: str, message: str, named: str
) -> None:
    path, out = written(tmp_path, f"1,-1,1,1,5,5,1\n{row}\n"), tmp_path / "out.txt"
    out.write_text("earlier")
    with pytest.raises(ConfigError) as raised:
        track_file(path, 25, out, OnlineTracker())
    set_language(language)
    try:
        said = str(raised.value)
    finally:
        set_language(None)
    assert raised.value.message_id == message
    assert f"{path}:2:" in said
    assert named in said
    assert out.read_text() == "earlier", "a failed run leaves what was there"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["det.txt", "out.txt"]


def test_frames_out_of_order_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "".join(f"{frame},-1,1,1,5,5,1\n" for frame in (*range(1, 1500), 7)))
    with pytest.raises(ConfigError, match=r"det\.txt:1500: frame 7 comes after frame 1499"):
        list(read_detections(path, 25))


def test_files_that_cannot_be_read_or_written_and_a_rate_that_is_none(tmp_path: Path) -> None:
    good = written(tmp_path, "1,-1,1,1,5,5,1\n")
    binary = tmp_path / "video.avi"
    binary.write_bytes(b"RIFF\xff\xfe\x00\x80")
    for path, out, fps, message in (
        (tmp_path / "none.txt", tmp_path / "out.txt", 25, "error-trackers-read"),
        (tmp_path, tmp_path / "out.txt", 25, "error-trackers-read"),
        (binary, tmp_path / "out.txt", 25, "error-trackers-not-text"),
        (good, tmp_path / "none" / "out.txt", 25, "error-trackers-write"),
        (good, good / "out.txt", 25, "error-trackers-write"),
        (good, tmp_path, 25, "error-trackers-write"),
        (good, tmp_path / "out.txt", 0, "error-trackers-fps"),
        (good, tmp_path / "out.txt", float("nan"), "error-trackers-fps"),
    ):
        with pytest.raises(ConfigError) as raised:
            track_file(path, fps, out, OnlineTracker())
        assert raised.value.message_id == message
        assert not (tmp_path / "out.txt").exists()
