"""MOTChallenge text files: detections in, tracks out (https://motchallenge.net/instructions).

A detection is `frame,id,x,y,w,h,score,...` with frames from 1, boxes by left, top, width, height in pixels, and a score
in any scale: where one of a file is below 0 or above 1, all are brought to 0 to 1 in a straight line, as only their
order tells. Further columns are not read. A track is `frame,id,x,y,w,h,score,-1,-1,-1`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final, TextIO, TypeAlias

import numpy as np

from core.detections import DetectionBatch
from core.errors import ConfigError
from core.frames import ClockSource, FrameMeta
from core.protocols import Tracker
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch, TrackState
from trackers.tables import number, open_text, whole, wrong

COLUMNS: Final = ("frame", "id", "x", "y", "width", "height", "score")
LONGEST_GAP: Final = 1_000_000
"""Frames without a detection in a row that are believed: eleven hours at 25 a second."""
SIZE: Final = (1920, 1080)
"""The picture's size is not in the file; only coasting tracks, which are not written, are held to it."""

_Row: TypeAlias = tuple[int, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class TrackFileSummary:
    """What `track_file` did: frames passed, detections read, rows and different tracks written."""

    frames: int
    detections: int
    rows: int
    tracks: int


def read_detections(
    path: Path,
    fps: float,
    *,
    camera_id: str = "file",
    size: tuple[int, int] = SIZE,
    object_class: ObjectClass = ObjectClass.PERSON,
) -> Iterator[DetectionBatch]:
    """One batch of one frame for every frame from 1 to the last that has a detection, those without one included.

    Raises:
        ConfigError: the file cannot be read, a row is wrong, or rows are not ordered by frame.
    """
    if not fps > 0:
        raise ConfigError("error-trackers-fps", value=fps)
    due, (least, most) = 1, _score_range(path)
    for frame, rows in groupby(_rows(path), key=lambda row: row[0]):
        for empty in range(due, frame):
            yield DetectionBatch.empty((_meta(empty, fps, camera_id, size),))
        due = frame + 1
        table = np.array([row[1:] for row in rows], np.float64)
        xyxy = np.concatenate((table[:, :2], table[:, :2] + table[:, 2:4]), axis=1).astype(np.float32)
        yield DetectionBatch(
            (_meta(frame, fps, camera_id, size),),
            np.array([0, len(table)], np.int32),
            xyxy,
            ((table[:, 4] - least) / (most - least)).astype(np.float32),
            np.full(len(table), object_class, np.int16),
        )


def track_file(
    detections: Path, fps: float, out: Path, tracker: Tracker, *, size: tuple[int, int] = SIZE
) -> TrackFileSummary:
    """Track a file of detections, and write confirmed, observed tracks, as they were known at each frame.

    Tentative rows are not written, also not later when the track proves real, and coasting rows never: the file holds
    what an online system would have reported as seen. `out` appears, or is replaced, only when all went well.

    Raises:
        ConfigError: `detections` cannot be used, as `read_detections` says, or `out` cannot be written.
    """
    frames = read = rows = 0
    ids: set[int] = set()
    part = out.with_name(out.name + ".part")
    try:
        with part.open("w", encoding="ascii", newline="\n") as file:
            for batch in read_detections(detections, fps, camera_id=detections.stem, size=size):
                tracks = tracker.update(batch)
                written = write_tracks(file, frames + 1, tracks)
                frames, read, rows = frames + 1, read + len(batch), rows + len(written)
                ids.update(written)
        part.replace(out)
    except OSError as error:
        raise ConfigError("error-trackers-write", path=out, reason=error.strerror or error) from error
    finally:
        if part.exists():
            part.unlink()
    return TrackFileSummary(frames, read, rows, len(ids))


def write_tracks(file: TextIO, frame: int, tracks: TrackBatch) -> list[int]:
    """Write the confirmed rows of a batch of one frame; their ids."""
    out = np.flatnonzero(tracks.state == TrackState.CONFIRMED)
    ids: list[int] = tracks.track_id[out].tolist()
    boxes = tracks.xyxy[out].tolist()
    for track, (x1, y1, x2, y2), score in zip(ids, boxes, tracks.score[out].tolist(), strict=True):
        file.write(f"{frame},{track},{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},{score:.4f},-1,-1,-1\n")
    return ids


def _score_range(path: Path) -> tuple[float, float]:
    least, most = 0.0, 1.0
    for row in _rows(path):
        least, most = min(least, row[5]), max(most, row[5])
    return least, most


def _rows(path: Path) -> Iterator[_Row]:
    last = 0
    with open_text(path) as lines:
        for line, text in lines:
            row = _row(path, line, text)
            if row[0] < last:
                raise wrong("error-trackers-frame-order", path, line, frame=str(row[0]), before=str(last))
            if row[0] - last > LONGEST_GAP:
                raise wrong("error-trackers-frame-gap", path, line, frame=str(row[0]), limit=LONGEST_GAP)
            last = row[0]
            yield row


def _row(path: Path, line: int, text: str) -> _Row:
    cells = text.split(",")
    if len(cells) < len(COLUMNS):
        raise wrong("error-trackers-columns", path, line, found=len(cells), expected=",".join(COLUMNS))
    frame = whole(path, line, "frame", cells[0], least=1)
    x, y = (number(path, line, COLUMNS[i], cells[i]) for i in (2, 3))
    width, height = (number(path, line, COLUMNS[i], cells[i], least=0.0) for i in (4, 5))
    return frame, x, y, width, height, number(path, line, "score", cells[6])


def _meta(frame: int, fps: float, camera_id: str, size: tuple[int, int]) -> FrameMeta:
    time_ns = round((frame - 1) * 1e9 / fps)
    return FrameMeta(camera_id, 0, frame - 1, time_ns, ClockSource.FILE, 0, time_ns, *size)
