"""Recorded tracks come back as a tracker would have given them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigError
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch, TrackState
from locales import LANGUAGES, Language, set_language
from trackers.recorded import LIFE, Sizes, recorded_tracks

HEADER = "time_s,camera_id,track_id,class,x1,y1,x2,y2,score"
START = 1_767_571_200_000_000_000


def written(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "tracks.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def row(time_s: float, track: int, camera: str = "a") -> str:
    return f"{time_s},{camera},{track},car,10,20,30,40,0.5"


def replay(path: Path, sizes: Sizes = (640, 480), fps: float | None = None) -> list[TrackBatch]:
    return list(recorded_tracks(path, start_ns=START, sizes=sizes, fps=fps))


def seconds(batch: TrackBatch) -> float:
    return batch.frames[0].media_ns / 1e9


def test_rows_of_one_time_and_camera_are_a_frame(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "0.0,a,7,car,10,20,30,40,0.5",
        "0.0,b,7,person,1,2,3,4,1",
        "0.0, a ,9,bus,11,21,31,41,0.25",
        "0.25,a,7,car,12,20,32,40,0.75",
    )
    batches = replay(path, {"a": (640, 480), "b": (1920, 1080)})
    first, second, third = batches[:3]
    assert [(b.frames[0].camera_id, seconds(b), b.frames[0].seq) for b in batches[:3]] == [
        ("a", 0.0, 0),
        ("b", 0.0, 0),
        ("a", 0.25, 1),
    ]
    assert first.track_id.tolist() == [7, 9]
    assert first.class_id.tolist() == [ObjectClass.CAR, ObjectClass.BUS]
    np.testing.assert_allclose(first.xyxy, [(10, 20, 30, 40), (11, 21, 31, 41)])
    np.testing.assert_allclose(first.score, [0.5, 0.25])
    assert set(first.state) == {TrackState.CONFIRMED}
    assert (second.frames[0].width, second.frames[0].height) == (1920, 1080)
    assert third.frames[0].captured_ns == START + 250_000_000
    assert third.track_id.tolist() == [7]


def test_tracks_end_when_missing_and_at_the_end_of_the_file(tmp_path: Path) -> None:
    rows = [row(0.0, 1), row(0.0, 2), row(0.0, 5, "b"), row(0.5, 1), row(1.0, 1), row(1.5, 1)]
    batches = replay(written(tmp_path, *rows))
    assert [(seconds(b), b.ended_id.tolist()) for b in batches if b.frames[0].camera_id == "a"][:4] == [
        (0.0, []),
        (0.5, []),
        (1.0, []),
        (1.5, [2]),
    ]
    last_a, last_b = (next(b for b in reversed(batches) if b.frames[0].camera_id == c) for c in "ab")
    assert (len(last_a), last_a.ended_id.tolist()) == (0, [1])
    assert (len(last_b), last_b.ended_id.tolist()) == (0, [5])


def test_every_track_ends_exactly_once_and_time_rises_in_each_camera(tmp_path: Path) -> None:
    random = np.random.default_rng(11)
    rows = [
        row(round(0.2 * k, 1), track, camera)
        for k in range(200)
        for camera in "abc"
        for track in range(1, 6)
        if random.random() < 0.15
    ]
    for fps in (None, 5.0):
        batches = replay(written(tmp_path, *rows), fps=fps)
        for camera in "abc":
            mine = [b for b in batches if b.frames[0].camera_id == camera]
            assert [b.frames[0].seq for b in mine] == list(range(len(mine)))
            assert (np.diff([b.frames[0].media_ns for b in mine]) > 0).all()
            seen = {i for b in mine for i in b.track_id.tolist()}
            ended = [i for b in mine for i in b.ended_id.tolist()]
            assert sorted(ended) == sorted(seen)
            gone: set[int] = set()
            for b in mine:
                gone |= set(b.ended_id.tolist())
                assert not gone & set(b.track_id.tolist())


def test_a_track_that_comes_back_after_it_ended_is_another(tmp_path: Path) -> None:
    batches = replay(written(tmp_path, row(0, 7), row(3, 7), row(6, 7)))
    assert [b.track_id.tolist() for b in batches] == [[7], [7 + LIFE], [7 + 2 * LIFE], []]
    assert [b.ended_id.tolist() for b in batches] == [[], [7], [7 + LIFE], [7 + 2 * LIFE]]


def test_with_a_rate_holes_are_filled_for_every_camera_in_time_order(tmp_path: Path) -> None:
    batches = replay(written(tmp_path, row(0.0, 1), row(0.1, 9, "b"), row(0.503, 1)), fps=10)
    a = [b for b in batches if b.frames[0].camera_id == "a"]
    assert [len(b) for b in a[:6]] == [1, 0, 0, 0, 0, 1]
    np.testing.assert_allclose([seconds(b) for b in a[:6]], [0, 0.1, 0.2, 0.3, 0.4, 0.503])
    times = [seconds(b) for b in batches]
    assert times == sorted(times)
    assert np.diff([seconds(b) for b in a]).max() < 0.16
    assert [b.ended_id.tolist() for b in a if len(b.ended_id)] == [[1]]
    ended_b = next(b for b in batches if b.ended_id.tolist() == [9])
    assert 1.1 < seconds(ended_b) < 1.25


def test_a_recording_without_rows_has_no_frames(tmp_path: Path) -> None:
    assert replay(written(tmp_path)) == []
    assert replay(written(tmp_path), fps=25) == []


MISTAKES = [
    ("0.5,a,1,car,1,2,3,4,1", "error-trackers-time-order", "time_s"),
    ("x,a,1,car,1,2,3,4,1", "error-trackers-number", "time_s"),
    ("-1,a,1,car,1,2,3,4,1", "error-trackers-number", "time_s"),
    ("1,,1,car,1,2,3,4,1", "error-trackers-camera-empty", "camera_id"),
    ("1,z,1,car,1,2,3,4,1", "error-trackers-camera-unknown", "z"),
    ("1,a,0,car,1,2,3,4,1", "error-trackers-number", "track_id"),
    ("1,a,1.5,car,1,2,3,4,1", "error-trackers-whole", "track_id"),
    ("1,a,1,lorry,1,2,3,4,1", "error-trackers-class", "lorry"),
    ("1,a,1,car,1,2,0.5,4,1", "error-trackers-box", "x2"),
    ("1,a,1,car,1,2,3,1,1", "error-trackers-box", "y2"),
    ("1,a,1,car,1,2,inf,4,1", "error-trackers-number", "x2"),
    ("1,a,1,car,1,2,3,4,nan", "error-trackers-number", "score"),
    ("1,a,1,car,1,2,3,4,2", "error-trackers-number", "score"),
    ("1,a,1,car,1,2,3,4", "error-trackers-columns", "8"),
    ("1,a,8,car,1,2,3,4,1", "error-trackers-track-twice", "8"),
    ('1,"a' + "a" * 140_000 + '",8,car,1,2,3,4,1', "error-trackers-csv", "field"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("bad", "message", "named"), MISTAKES, ids=[m[1] + ":" + m[2] for m in MISTAKES])
def test_a_mistake_is_named_with_file_line_and_field(
    tmp_path: Path, language: Language, bad: str, message: str, named: str
) -> None:
    path = written(tmp_path, row(0, 1), row(1.0, 8), bad)
    with pytest.raises(ConfigError) as raised:
        replay(path, {"a": (640, 480)})
    set_language(language)
    try:
        said = str(raised.value)
    finally:
        set_language(None)
    assert raised.value.message_id == message
    assert f"{path}:4:" in said
    assert named in said


def test_the_header_the_rate_and_the_file_are_checked(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="first line must be: time_s,camera_id"):
        replay(written(tmp_path, row(0, 1), header="time,camera"))
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(ConfigError, match="header"):
        replay(empty)
    with pytest.raises(ConfigError, match="cannot be read"):
        replay(tmp_path / "none.csv")
    with pytest.raises(ConfigError, match="above 0"):
        replay(written(tmp_path, row(0, 1)), fps=0)


def test_boxes_that_lie_outside_of_the_picture_say_that_its_size_is_wrong(tmp_path: Path) -> None:
    path = written(tmp_path, row(0.0, 1), "0.1,a,1,car,630,20,700,40,0.5", "0.2,a,1,car,690,20,700,40,0.5")
    assert len(replay(path)) == 4
    with pytest.raises(ConfigError) as refused:
        list(recorded_tracks(path, start_ns=START, sizes=(640, 480), doubt_sizes=True))
    assert refused.value.arguments["line"] == "4"
    kept = list(recorded_tracks(path, start_ns=START, sizes=(700, 480), doubt_sizes=True))
    assert len(kept) == 4
