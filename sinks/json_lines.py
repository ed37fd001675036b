"""Records as JSON, one a line, into a file or a stream."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedWriter, RawIOBase
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Final

from core.codec.records import encode
from core.delivery import Delivered, Delivery, Outcome, Rejected
from core.errors import SinkError
from core.records import FrameTracks, Record
from locales import text

RETRY_S: Final = 5.0
"""Pause after a failed write: a full disk is freed by a person or a clean-up job, not within moments."""


class JsonLines:
    """Whole lines at the end of a file or stream. May be shared by threads, a file also by processes.

    Args:
        file: unbuffered, so that a line that could not be written does not turn up later.
        truncate: after a failed write, cut the file back to where it was: no torn line stays behind.
    """

    def __init__(self, file: RawIOBase | BinaryIO, *, truncate: bool = False) -> None:
        self._file = file
        self._lock = Lock()
        self._truncate = truncate

    @classmethod
    def append_to(cls, path: str | Path) -> JsonLines:
        """Open a file to add to; it is made where it is missing.

        A last line that a kill of the program tore is closed off, so that it spoils no other.

        Raises:
            SinkError: it cannot be opened.
        """
        path = Path(path)
        try:
            file = path.open("ab", buffering=0)
            lines = cls(file, truncate=stat.S_ISREG(os.fstat(file.fileno()).st_mode))
            if _ends_torn(path):
                lines.write(b"\n")
        except OSError as error:
            raise SinkError("error-sink-file", path=path, reason=error.strerror or error) from error
        return lines

    def write(self, lines: bytes) -> None:
        """Add lines, each with its line feed, and hand them to the operating system.

        Raises:
            OSError: nothing was added (to a pipe or terminal, a part may have been).
        """
        with self._lock, _alone(self._file if self._truncate else None):
            end = os.fstat(self._file.fileno()).st_size if self._truncate else 0
            try:
                view = memoryview(lines)
                while view:
                    written = self._file.write(view)
                    if written is None:
                        raise BlockingIOError("it takes no more just now")
                    view = view[written:]
            except OSError:
                if self._truncate:
                    os.ftruncate(self._file.fileno(), end)
                raise

    def close(self) -> None:
        """Close the file. May be called again."""
        with self._lock:
            self._file.close()


class JsonLinesSink:
    """Writes each record as the JSON of `core.codec`, a line each, flushed at each write.

    An event has an `event_id`, a measurement a `place`, a track a `track_id`.
    """

    def __init__(self, lines: JsonLines, name: str = "json_lines", *, owned: bool = True) -> None:
        self._lines = lines
        self._name = name
        self._owned = owned

    @classmethod
    def file(cls, path: str | Path, name: str = "json_lines") -> JsonLinesSink:
        """Add to a file.

        Raises:
            SinkError: it cannot be opened.
        """
        return cls(JsonLines.append_to(path), name)

    @classmethod
    def stream(cls, stream: BinaryIO, name: str = "stdout") -> JsonLinesSink:
        """Write to a stream such as `sys.stdout.buffer`, past its buffer; it stays open."""
        stream.flush()
        return cls(JsonLines(stream.raw if isinstance(stream, BufferedWriter) else stream), name, owned=False)

    @property
    def name(self) -> str:
        return self._name

    def accepts(self, record: Record) -> bool:
        """Every record but the tracks of frames, which are many."""
        return not isinstance(record, FrameTracks)

    def write(self, records: Sequence[Record]) -> Delivery:
        """All or none of the lines; rejected where a record has no UTF-8 form, or the reader of a pipe has gone."""
        bodies: list[bytes] = []
        outcomes: list[Outcome] = []
        for record in records:
            try:
                bodies.append(encode(record))
                outcomes.append(Delivered())
            except (ValueError, OverflowError) as error:
                outcomes.append(Rejected(str(error)))
        return self._add(bodies, len(records)) or Delivery(tuple(outcomes))

    def write_encoded(self, records: Sequence[Record], bodies: Sequence[bytes]) -> Delivery:
        """See `EncodedSink`."""
        return self._add(bodies, len(records)) or Delivery.all_delivered(len(records))

    def _add(self, bodies: Sequence[bytes], records: int) -> Delivery | None:
        """Why nothing was added; None where it was."""
        try:
            self._lines.write(b"".join([body + b"\n" for body in bodies]))
        except BrokenPipeError:
            return Delivery((Rejected(text("sink-reader-gone")),) * records)
        except OSError as error:
            return Delivery.retry_all(records, RETRY_S, text("sink-file-failed", reason=error.strerror or error))
        return None

    def close(self) -> None:
        if self._owned:
            self._lines.close()


@contextmanager
def _alone(file: RawIOBase | BinaryIO | None) -> Iterator[None]:
    """No other process writes meanwhile: what one cuts back after a full disk is never another's line."""
    if file is None:
        yield
        return
    fcntl.flock(file.fileno(), fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)


def _ends_torn(path: Path) -> bool:
    if not path.is_file() or path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
