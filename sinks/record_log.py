"""The outbox on disk: every record, in order, until each sink has it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import structlog

from core.codec.events import event_from_dict
from core.codec.health import health_from_dict
from core.codec.incidents import incident_from_dict
from core.codec.measurements import measurement_from_dict
from core.codec.tracks import frame_from_dict, track_from_dict
from core.events import Event
from core.incidents import Incident
from core.records import CameraHealth, FrameTracks, Measurement, Record, TrackSummary
from sinks.log_file import LogFile

log = structlog.get_logger()

TYPES: Final[tuple[tuple[type[Record], Callable[[dict[str, Any]], Record]], ...]] = (
    (Event, event_from_dict),
    (Measurement, measurement_from_dict),
    (TrackSummary, track_from_dict),
    (CameraHealth, health_from_dict),
    (FrameTracks, frame_from_dict),
    (Incident, incident_from_dict),
)
"""By the number that stands in the file; numbers are added to, never changed."""
NUMBERS: Final = {kind: number for number, (kind, _) in enumerate(TYPES)}


def no_step(_name: str) -> None:
    """Called at each named step; tests end the process there."""


class Entry(NamedTuple):
    """One record of the outbox: its number, when it was logged (UTC), itself, and its JSON."""

    seq: int
    at_ns: int
    record: Record
    body: bytes

    @property
    def is_event(self) -> bool:
        """Whether it goes last when there is too much."""
        return type(self.record) in (Event, Incident)


class RecordLog:
    """The records of one file, of one process at a time (`log_file.alone`), whose writer is one thread; what reads may
    be called by any.

    Attributes:
        file: with its `bytes` and the `last` number.
    """

    def __init__(self, file: LogFile) -> None:
        self.file = file

    @classmethod
    def open(cls, path: Path, *, sync: bool = True) -> RecordLog:
        """See `LogFile.open`."""
        return cls(LogFile.open(path, sync=sync))

    @property
    def path(self) -> Path:
        """Of the file."""
        return self.file.path

    @property
    def last(self) -> int:
        """The highest number that was given."""
        return self.file.last

    def commit(
        self,
        entries: Sequence[Entry],
        cursors: Mapping[str, int],
        step: Callable[[str], None] = no_step,
    ) -> None:
        """Log records, and up to which number each sink has them, in one transaction.

        Raises:
            SinkError: the disk is full, or fails; nothing has changed.
        """
        rows = [(seq, at_ns, NUMBERS[type(record)], len(body), body) for seq, at_ns, record, body in entries]
        now = time.time_ns()
        places = [(sink, seq, now) for sink, seq in cursors.items()]
        with self.file.change(sum([row[3] for row in rows]), rows[-1][0] if rows else 0) as database:
            database.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?)", rows)
            database.executemany("INSERT OR REPLACE INTO cursors VALUES (?, ?, ?)", places)
            step("inserted")

    def read(self, after: int, limit: int) -> list[Entry]:
        """The first records after a number, in order. One that cannot be read any more is logged and left out.

        Raises:
            SinkError: the file cannot be read.
        """
        wanted = "SELECT seq, at_ns, type, body FROM records WHERE seq > ? ORDER BY seq LIMIT ?"
        return list(self.entries(self.file.read(wanted, after, limit)))

    def entries(self, rows: Iterable[tuple[int, int, int, bytes]]) -> Iterator[Entry]:
        """Rows as records; one that cannot be read any more is logged and left out."""
        for seq, at_ns, number, body in rows:
            try:
                yield Entry(seq, at_ns, TYPES[number][1](json.loads(body)), body)
            except (ValueError, IndexError) as error:
                told = {"seq": seq, "reason": str(error), "body": repr(body)}
                log.error("outbox_record_unreadable", path=str(self.path), **told)  # noqa: TRY400 the body tells more

    def cursors(self) -> dict[str, int]:
        """Up to which number each sink has its records; also sinks of earlier runs."""
        return dict(self.file.read("SELECT sink, seq FROM cursors"))

    def forget(self, sink: str) -> None:
        """Nothing is kept for this sink any more."""
        with self.file.change() as database:
            database.execute("DELETE FROM cursors WHERE sink = ?", (sink,))

    def before(self, at_ns: int) -> int:
        """The number before the first record that was logged at or after a time."""
        first = self.file.read("SELECT min(seq) FROM records WHERE at_ns >= ?", at_ns)[0][0]
        return self.last if first is None else int(first) - 1

    def counts(self, after: int) -> dict[type[Record], int]:
        """How many records of each type come after a number."""
        rows = self.file.read("SELECT type, count(*) FROM records WHERE seq > ? GROUP BY type", after)
        return {TYPES[number][0]: int(count) for number, count in rows}

    def order(self, sink: str, seq: int) -> None:
        """Ask whoever has this log open to go on with a sink after another number."""
        with self.file.change() as database:
            database.execute("INSERT INTO orders (sink, seq) VALUES (?, ?)", (sink, seq))

    def take_orders(self) -> list[tuple[str, int]]:
        """What was asked for, once."""
        rows = self.file.scan("SELECT number, sink, seq FROM orders ORDER BY number").fetchall()
        if rows:
            with self.file.change() as database:
                database.executemany("DELETE FROM orders WHERE number = ?", [(row[0],) for row in rows])
        return [(sink, seq) for _, sink, seq in rows]

    def close(self) -> None:
        """Let go of the file. May be called again."""
        self.file.close()
