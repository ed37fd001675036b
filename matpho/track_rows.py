"""Tracks of a run as MOTChallenge rows: what `--tracks-out` writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

import numpy as np

from core.errors import ConfigError
from core.tracks import TrackBatch, TrackState


class TrackRows:
    """Writes `frame,id,x,y,w,h,score,-1,-1,-1` for confirmed tracks, frames counted from 1.

    The first camera goes to the file itself; each further one to a file beside it that bears its name. After a
    reconnect a camera's frames and ids count on, so that no id stands for two tracks.
    """

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self._path, self._stack = path, stack
        self._files: dict[str, TextIO] = {}
        self._frames: dict[str, int] = {}
        self._epochs: dict[str, tuple[int, int, int]] = {}

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[TrackRows]:
        """Write to a file, created anew.

        Raises:
            ConfigError: it cannot be written.
        """
        with ExitStack() as stack:
            rows = cls(path, stack)
            rows._create(path).write("")
            yield rows

    def write(self, tracks: TrackBatch) -> None:
        """Add the rows of a batch."""
        for number, frame in enumerate(tracks.frames):
            file = self._file(frame.camera_id)
            at = self._frames[frame.camera_id] = self._frames.get(frame.camera_id, 0) + 1
            part = tracks.rows(number)
            seen = np.flatnonzero(tracks.state[part] == TrackState.CONFIRMED) + part.start
            ids = tracks.track_id[seen] + self._first_id(frame.camera_id, frame.epoch, tracks.track_id[seen])
            x1, y1, x2, y2 = tracks.xyxy[seen].T
            table = np.column_stack((ids, x1, y1, x2 - x1, y2 - y1, tracks.score[seen]))
            np.savetxt(file, table, fmt=f"{at},%d,%.2f,%.2f,%.2f,%.2f,%.4f,-1,-1,-1")

    def _first_id(self, camera_id: str, epoch: int, ids: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
        known, offset, most = self._epochs.get(camera_id, (epoch, 0, 0))
        if epoch != known:
            known, offset = epoch, most
        self._epochs[camera_id] = (known, offset, max(most, offset + int(ids.max(initial=0))))
        return offset

    def _file(self, camera_id: str) -> TextIO:
        if camera_id not in self._files:
            path = self._path if not self._files else self._path.with_stem(f"{self._path.stem}.{camera_id}")
            self._files[camera_id] = self._create(path)
        return self._files[camera_id]

    def _create(self, path: Path) -> TextIO:
        try:
            return self._stack.enter_context(path.open("w", encoding="ascii", newline="\n"))
        except OSError as error:
            raise ConfigError("error-file-unwritable", path=path, reason=error.strerror or error) from error
