"""Recorded tracks, from a CSV file, as if a tracker had just found them.

The file has the header `time_s,camera_id,track_id,class,x1,y1,x2,y2,score` and a row for each track in each frame, in
order of time over all cameras. `time_s` counts from the start of the recording; rows of one camera with equal times are
one frame.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from core.errors import ConfigError
from core.frames import ClockSource, FrameMeta
from core.taxonomy import LABELS, class_of
from core.tracks import TrackBatch, TrackState
from trackers.batches import FrameTracks, join
from trackers.tables import number, open_text, whole, wrong

COLUMNS: Final = ("time_s", "camera_id", "track_id", "class", "x1", "y1", "x2", "y2", "score")
OUTSIDE: Final = 0.05
LIFE: Final = 1_000_000_000
"""A track that comes back after it ended is a new one: its id rises by this each time. Ids in the file are smaller."""
SECOND_NS: Final = 1_000_000_000

Sizes: TypeAlias = Mapping[str, tuple[int, int]] | tuple[int, int]


class _Row(NamedTuple):
    line: int
    time_ns: int
    camera_id: str
    track_id: int
    class_id: int
    box: tuple[float, float, float, float]
    score: float


def recorded_tracks(
    path: Path,
    *,
    start_ns: int,
    sizes: Sizes,
    fps: float | None = None,
    end_after_s: float = 1.0,
    doubt_sizes: bool = False,
) -> Iterator[TrackBatch]:
    """The frames of a recording, one batch each, in order of time; every row is a confirmed track.

    A camera has a frame where it has rows. With `fps`, holes from its first row to the end of the recording are filled
    with empty frames. A track ends at the first frame of its camera at which it has been missing for more than
    `end_after_s`. After the last row, each camera has one more, empty frame (with `fps` as many as it takes), at which
    its remaining tracks end. A track that comes back later is a new one (`LIFE`).

    Args:
        start_ns: UTC of time 0.
        sizes: width and height of the pictures that the boxes refer to, one for all or by camera.
        doubt_sizes: refuse a box whose middle lies outside its picture by more than `OUTSIDE` of that: who is seen is
            not there, so the size is not that of the recording.

    Raises:
        ConfigError: the file cannot be read, or a row is wrong: its message names file, line and field.
    """
    if fps is not None and not fps > 0:
        raise ConfigError("error-trackers-fps", value=fps)
    reader = _Reader(path, start_ns, sizes, None if fps is None else SECOND_NS / fps, round(end_after_s * SECOND_NS))
    reader.doubts_sizes = doubt_sizes
    return reader.batches()


@dataclass(slots=True, eq=False)
class _Camera:
    """What is known of a camera: its latest frame, when living tracks were last seen, lives that each had before."""

    size: tuple[int, int]
    seq: int = -1
    now_ns: int = 0
    seen_ns: dict[int, int] = field(default_factory=dict)
    lives: dict[int, int] = field(default_factory=dict)


class _Reader:
    def __init__(self, path: Path, start_ns: int, sizes: Sizes, period_ns: float | None, end_after_ns: int) -> None:
        self._path = path
        self._start_ns = start_ns
        self._sizes = sizes
        self._period_ns = period_ns
        self._end_after_ns = end_after_ns
        self._cameras: dict[str, _Camera] = {}
        self.doubts_sizes = False

    def batches(self) -> Iterator[TrackBatch]:
        for time_ns, moment in groupby(_rows(self._path), key=lambda row: row.time_ns):
            by_camera: dict[str, list[_Row]] = {}
            for row in moment:
                by_camera.setdefault(row.camera_id, []).append(row)
            yield from self._fill(time_ns, by_camera)
            for camera_id, rows in by_camera.items():
                yield self._frame(self._camera(camera_id, rows[0].line), camera_id, time_ns, rows)
        yield from self._close()

    def _camera(self, camera_id: str, line: int) -> _Camera:
        camera = self._cameras.get(camera_id)
        if camera is None:
            size = self._sizes if isinstance(self._sizes, tuple) else self._sizes.get(camera_id)
            if size is None:
                raise wrong("error-trackers-camera-unknown", self._path, line, camera=camera_id)
            camera = self._cameras[camera_id] = _Camera(size)
        return camera

    def _fill(self, until_ns: int, present: Collection[str]) -> Iterator[TrackBatch]:
        """Empty frames up to `until_ns`; for cameras `present` then, only those more than half a period before."""
        period = self._period_ns
        if period is None:
            return
        while True:
            due = [
                (camera.now_ns + period, camera_id)
                for camera_id, camera in self._cameras.items()
                if camera.now_ns + period <= until_ns - (period / 2 if camera_id in present else 0)
            ]
            if not due:
                return
            time_ns, camera_id = min(due)
            yield self._frame(self._cameras[camera_id], camera_id, round(time_ns), [])

    def _close(self) -> Iterator[TrackBatch]:
        last = max((camera.now_ns for camera in self._cameras.values()), default=0)
        yield from self._fill(last + self._end_after_ns + round(self._period_ns or 0), ())
        for camera_id, camera in self._cameras.items():
            if camera.seen_ns:
                yield self._frame(camera, camera_id, last + self._end_after_ns + 1, [])

    def _frame(self, camera: _Camera, camera_id: str, time_ns: int, rows: list[_Row]) -> TrackBatch:
        if self.doubts_sizes:
            for row in rows:
                self._refuse_outside(camera.size, row)
        camera.seq += 1
        camera.now_ns = time_ns
        ended = [i for i, seen_ns in camera.seen_ns.items() if time_ns - seen_ns > self._end_after_ns]
        for track_id in ended:
            del camera.seen_ns[track_id]
        ids = [self._living(camera, row) for row in rows]
        tracks = FrameTracks(
            np.array([row.box for row in rows], np.float32).reshape(-1, 4),
            np.array([row.score for row in rows], np.float32),
            np.array([row.class_id for row in rows], np.int16),
            np.array(ids, np.int64),
            np.full(len(rows), TrackState.CONFIRMED, np.uint8),
            np.arange(len(rows), dtype=np.int32),
            np.array(ended, np.int64),
        )
        meta = FrameMeta(camera_id, 0, camera.seq, self._start_ns + time_ns, ClockSource.FILE, 0, time_ns, *camera.size)
        return join((meta,), [tracks])

    def _refuse_outside(self, size: tuple[int, int], row: _Row) -> None:
        middle = ((row.box[0] + row.box[2]) / 2, (row.box[1] + row.box[3]) / 2)
        if not all(-OUTSIDE * most <= at <= (1 + OUTSIDE) * most for at, most in zip(middle, size, strict=True)):
            place = f"{middle[0]:.0f}, {middle[1]:.0f}"
            raise wrong("error-trackers-outside", self._path, row.line, place=place, size=f"{size[0]}×{size[1]}")

    def _living(self, camera: _Camera, row: _Row) -> int:
        """The id of a row's track in its present life."""
        life = camera.lives.get(row.track_id)
        track_id = row.track_id + LIFE * (life or 0)
        if life is None:
            camera.lives[row.track_id] = 0
        elif track_id not in camera.seen_ns:
            camera.lives[row.track_id] = life + 1
            track_id += LIFE
        if camera.seen_ns.get(track_id) == row.time_ns:
            twice = {"track": str(row.track_id), "camera": row.camera_id}
            raise wrong("error-trackers-track-twice", self._path, row.line, **twice)
        camera.seen_ns[track_id] = row.time_ns
        return track_id


def _rows(path: Path) -> Iterator[_Row]:
    with open_text(path) as lines:
        line, header = next(lines, (1, ""))
        names = _cells(path, line, header)
        if names != list(COLUMNS):
            raise wrong("error-trackers-header", path, line, expected=",".join(COLUMNS))
        before = 0
        for line, text in lines:
            row = _row(path, line, text)
            if row.time_ns < before:
                raise wrong("error-trackers-time-order", path, line, field="time_s")
            before = row.time_ns
            yield row


def _row(path: Path, line: int, text: str) -> _Row:
    cells = _cells(path, line, text)
    if len(cells) != len(COLUMNS):
        raise wrong("error-trackers-columns", path, line, found=len(cells), expected=",".join(COLUMNS))
    time_s = number(path, line, "time_s", cells[0], least=0.0)
    if not cells[1]:
        raise wrong("error-trackers-camera-empty", path, line, field="camera_id")
    track_id = whole(path, line, "track_id", cells[2], least=1, most=LIFE - 1)
    if cells[3] not in LABELS:
        classes = ", ".join(LABELS)
        raise wrong("error-trackers-class", path, line, field="class", value=cells[3], classes=classes)
    x1, y1, x2, y2 = (number(path, line, name, cells[i]) for i, name in enumerate(COLUMNS[4:8], 4))
    for name, low, high in (("x2", x1, x2), ("y2", y1, y2)):
        if high < low:
            raise wrong("error-trackers-box", path, line, field=name, value=f"{high:g}", least=f"{low:g}")
    score = number(path, line, "score", cells[8], least=0.0, most=1.0)
    return _Row(line, round(time_s * SECOND_NS), cells[1], track_id, int(class_of(cells[3])), (x1, y1, x2, y2), score)


def _cells(path: Path, line: int, text: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([text]), [])]
    except csv.Error as error:
        raise wrong("error-trackers-csv", path, line, reason=error) from error
