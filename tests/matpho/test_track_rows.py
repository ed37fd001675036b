"""`--tracks-out`: MOTChallenge rows of confirmed tracks, whatever reconnects and however many cameras."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigError
from core.frames import ClockSource, FrameMeta
from core.tracks import TrackBatch, TrackState
from matpho.track_rows import TrackRows

BOX = (10.0, 20.0, 30.0, 60.0)


def batch(camera: str, epoch: int, tracks: dict[int, TrackState]) -> TrackBatch:
    count = len(tracks)
    return TrackBatch(
        (FrameMeta(camera, epoch, 0, 0, ClockSource.FILE, 0, 0, 640, 480),),
        np.array([0, count], np.int32),
        np.tile(np.array(BOX, np.float32), (count, 1)),
        np.full(count, 0.5, np.float32),
        np.zeros(count, np.int16),
        np.array(list(tracks), np.int64),
        np.array(list(tracks.values()), np.uint8),
        np.zeros(count, np.int32),
        np.zeros(2, np.int32),
        np.zeros(0, np.int64),
    )


def rows(path: Path) -> list[list[float]]:
    return [[float(cell) for cell in line.split(",")] for line in path.read_text().splitlines()]


def test_only_what_was_seen_is_written_and_frames_without_tracks_count(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    with TrackRows.open(path) as out:
        out.write(batch("a", 0, {1: TrackState.CONFIRMED, 2: TrackState.COASTING, 3: TrackState.TENTATIVE}))
        out.write(batch("a", 0, {}))
        out.write(batch("a", 0, {1: TrackState.CONFIRMED}))
    assert rows(path) == [[1, 1, 10, 20, 20, 40, 0.5, -1, -1, -1], [3, 1, 10, 20, 20, 40, 0.5, -1, -1, -1]]


def test_after_a_reconnect_no_id_stands_for_two_tracks(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    with TrackRows.open(path) as out:
        out.write(batch("a", 0, {1: TrackState.CONFIRMED, 2: TrackState.CONFIRMED}))
        out.write(batch("a", 1, {1: TrackState.CONFIRMED}))
        out.write(batch("a", 1, {1: TrackState.CONFIRMED}))
    assert [(row[0], row[1]) for row in rows(path)] == [(1, 1), (1, 2), (2, 3), (3, 3)]


def test_each_further_camera_has_a_file_of_its_own(tmp_path: Path) -> None:
    with TrackRows.open(tmp_path / "t.txt") as out:
        out.write(batch("a", 0, {1: TrackState.CONFIRMED}))
        out.write(batch("b", 0, {1: TrackState.CONFIRMED}))
    assert len(rows(tmp_path / "t.txt")) == 1
    assert len(rows(tmp_path / "t.b.txt")) == 1


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none/t\.txt: cannot be written"), TrackRows.open(tmp_path / "none/t.txt"):
        pass
