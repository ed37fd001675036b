"""The outbox on disk: every record, in order, until each sink has it."""

from __future__ import annotations

import fcntl
import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from threading import Lock
from typing import Any, Final

import structlog

from core.codec import (
    event_from_dict,
    frame_from_dict,
    health_from_dict,
    incident_from_dict,
    measurement_from_dict,
    track_from_dict,
)
from core.errors import SinkError
from core.events import CameraHealth, Event, FrameTracks, Incident, Measurement, Record, TrackSummary

log = structlog.get_logger()

VERSION: Final = 1

TYPES: Final[tuple[tuple[type[Record], Callable[[dict[str, Any]], Record]], ...]] = (
    (Event, event_from_dict),
    (Measurement, measurement_from_dict),
    (TrackSummary, track_from_dict),
    (CameraHealth, health_from_dict),
    (FrameTracks, frame_from_dict),
    (Incident, incident_from_dict),
)
"""By the number that stands in the file; numbers are added to, never changed."""
BUSY_S: Final = 5.0
WAL_BYTES: Final = 64 << 20
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    seq INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, type INTEGER NOT NULL, bytes INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS lesser ON records (seq) WHERE type > 0;
CREATE INDEX IF NOT EXISTS by_time ON records (at_ns);
CREATE TABLE IF NOT EXISTS cursors (sink TEXT PRIMARY KEY, seq INTEGER NOT NULL, at_ns INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orders (number INTEGER PRIMARY KEY, sink TEXT NOT NULL, seq INTEGER NOT NULL);
"""


def no_step(_name: str) -> None:
    """Called at each named step; tests end the process there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the outbox: its number, when it was logged (UTC), itself, and its JSON."""

    seq: int
    at_ns: int
    record: Record
    body: bytes

    @property
    def is_event(self) -> bool:
        """Whether it goes last when there is too much."""
        return isinstance(self.record, Event | Incident)


class RecordLog:
    """One SQLite file, of one process at a time (`alone`), whose writer is one thread; `read` may be called by any.

    Write-ahead logging with `synchronous=FULL`: a commit returns when the disk has it, so that neither a killed process
    nor a power cut loses it; the caller commits many records at once. With `sync` false (NORMAL) a power cut may lose
    the last commits, a killed process still none (https://www.sqlite.org/pragma.html#pragma_synchronous).
    """

    def __init__(self, path: Path, database: sqlite3.Connection, reader: sqlite3.Connection) -> None:
        self.path = path
        self._database, self._reader, self._reading = database, reader, Lock()
        self.bytes = int(database.execute("SELECT coalesce(sum(bytes), 0) FROM records").fetchone()[0])
        self.last = self._highest()

    @classmethod
    def open(cls, path: Path, *, sync: bool = True) -> RecordLog:
        """Open a log; it is made where it is missing.

        Raises:
            SinkError: it cannot be opened, is damaged, or is of a newer version.
        """
        with _told("error-outbox-open", path):
            path.parent.mkdir(parents=True, exist_ok=True)
            database, reader = _connect(path), _connect(path)
            database.execute("PRAGMA journal_mode=WAL")
            database.execute(f"PRAGMA synchronous={'FULL' if sync else 'NORMAL'}")
            database.execute(f"PRAGMA journal_size_limit={WAL_BYTES}")
            database.executescript(_TABLES)
            database.execute("INSERT OR IGNORE INTO meta VALUES ('version', ?)", (VERSION,))
            found = int(database.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()[0])
            if found <= VERSION:
                return cls(path, database, reader)
            database.close()
            reader.close()
        raise SinkError("error-outbox-newer", path=path, found=found, known=VERSION)

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
        rows = [(e.seq, e.at_ns, type_of(e.record), len(e.body), e.body) for e in entries]
        now = time.time_ns()
        with self._transaction():
            self._database.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)", rows)
            self._put_cursors(cursors, now)
            step("inserted")
        self.bytes += sum(row[3] for row in rows)
        if rows:
            self.last = max(self.last, rows[-1][0])

    def read(self, after: int, limit: int) -> list[Entry]:
        """The first records after a number, in order. One that cannot be read any more is logged and left out.

        Raises:
            SinkError: the file cannot be read.
        """
        wanted = "SELECT seq, at_ns, type, body FROM records WHERE seq > ? ORDER BY seq LIMIT ?"
        with self._reading, _told("error-outbox-read", self.path):
            rows = self._reader.execute(wanted, (after, limit)).fetchall()
        return list(self._entries(rows))

    def cursors(self) -> dict[str, int]:
        """Up to which number each sink has its records; also sinks of earlier runs."""
        with self._reading, _told("error-outbox-read", self.path):
            return dict(self._reader.execute("SELECT sink, seq FROM cursors").fetchall())

    def before(self, at_ns: int) -> int:
        """The number before the first record that was logged at or after a time."""
        wanted = "SELECT min(seq) FROM records WHERE at_ns >= ?"
        with self._reading, _told("error-outbox-read", self.path):
            first = self._reader.execute(wanted, (at_ns,)).fetchone()[0]
        return self.last if first is None else int(first) - 1

    def counts(self, after: int) -> dict[type[Record], int]:
        """How many records of each type come after a number."""
        wanted = "SELECT type, count(*) FROM records WHERE seq > ? GROUP BY type"
        with self._reading, _told("error-outbox-read", self.path):
            rows = self._reader.execute(wanted, (after,)).fetchall()
        return {TYPES[number][0]: int(count) for number, count in rows}

    def drop_delivered(self, up_to: int, before_ns: int, least_bytes: int = 0, most: int = 10_000) -> int:
        """Delete what every sink has: what is older, and else the oldest until `least_bytes` are freed; how many."""
        wanted = "SELECT seq, bytes, at_ns FROM records WHERE seq <= ? ORDER BY seq LIMIT ?"
        going, freed = [], 0
        with _told("error-outbox-write", self.path):
            rows = self._database.execute(wanted, (up_to, most))  # read one by one: mostly the first is too young
            for seq, size, at_ns in rows:
                if at_ns >= before_ns and freed >= least_bytes:
                    break
                going.append(seq)
                freed += size
            rows.close()
            self._delete(going, freed)
        return len(going)

    def sacrifice(self, after: int, least_bytes: int, before_ns: int = 0, most: int = 1_000) -> list[Entry]:
        """Delete of the records after a number, which some sink still lacks: all that is older, then the oldest
        measurements and tracks, then the oldest events, until `least_bytes` are freed; at most so many at once. The
        deleted are the answer.
        """
        gone: list[Entry] = []
        columns = "SELECT seq, at_ns, type, body FROM records WHERE seq > ?"
        with _told("error-outbox-write", self.path):
            # By time: looked at each second, and whatever waits is mostly young.
            old = self._database.execute(
                f"{columns} AND at_ns < ? ORDER BY at_ns, seq LIMIT ?", (after, before_ns, most)
            )
            gone += self._entries(old.fetchall())
            for among in ("type NOT IN (0, 5)", "type IN (0, 5)"):
                missing = least_bytes - sum(len(e.body) for e in gone)
                if missing <= 0 or len(gone) >= most:
                    break
                rows = self._database.execute(f"{columns} AND {among} ORDER BY seq LIMIT ?", (after, most)).fetchall()
                for entry in self._entries([row for row in rows if row[1] >= before_ns]):
                    if missing <= 0 or len(gone) >= most:
                        break
                    gone.append(entry)
                    missing -= len(entry.body)
            self._delete([e.seq for e in gone], sum(len(e.body) for e in gone))
        return gone

    def order(self, sink: str, seq: int) -> None:
        """Ask whoever has this log open to go on with a sink after another number."""
        with self._transaction():
            self._database.execute("INSERT INTO orders (sink, seq) VALUES (?, ?)", (sink, seq))

    def take_orders(self) -> list[tuple[str, int]]:
        """What was asked for, once."""
        with _told("error-outbox-read", self.path):
            rows = self._database.execute("SELECT number, sink, seq FROM orders ORDER BY number").fetchall()
        if rows:
            with self._transaction():
                self._database.executemany("DELETE FROM orders WHERE number = ?", [(row[0],) for row in rows])
        return [(sink, seq) for _, sink, seq in rows]

    def forget(self, sink: str) -> None:
        """Nothing is kept for this sink any more."""
        with self._transaction():
            self._database.execute("DELETE FROM cursors WHERE sink = ?", (sink,))

    def close(self) -> None:
        """Let go of the file. May be called again."""
        self._database.close()
        with self._reading:
            self._reader.close()

    def _put_cursors(self, cursors: Mapping[str, int], now_ns: int) -> None:
        rows = [(sink, seq, now_ns) for sink, seq in cursors.items()]
        self._database.executemany("INSERT OR REPLACE INTO cursors VALUES (?, ?, ?)", rows)

    def _delete(self, going: Sequence[int], freed: int) -> None:
        if not going:
            return
        with self._transaction():
            # Numbers are never given twice, also where the last of them go.
            self._database.execute("INSERT OR REPLACE INTO meta VALUES ('last', ?)", (self.last,))
            self._database.executemany("DELETE FROM records WHERE seq = ?", [(seq,) for seq in going])
        self.bytes -= freed

    def _highest(self) -> int:
        parts = ("max(seq) FROM records", "max(seq) FROM cursors", "value FROM meta WHERE name = 'last'")
        return max(int((self._database.execute(f"SELECT {part}").fetchone() or (0,))[0] or 0) for part in parts)

    def _entries(self, rows: Sequence[tuple[int, int, int, bytes]]) -> Iterator[Entry]:
        for seq, at_ns, number, body in rows:
            try:
                yield Entry(seq, at_ns, TYPES[number][1](json.loads(body)), body)
            except (ValueError, IndexError) as error:
                told = {"seq": seq, "reason": str(error), "body": repr(body)}
                log.error("outbox_record_unreadable", path=str(self.path), **told)  # noqa: TRY400 the body tells more

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _told("error-outbox-write", self.path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise


@contextmanager
def alone(path: Path) -> Iterator[TextIOWrapper]:
    """Nobody else has the log at `path` meanwhile; the lock ends with the process, however it ends.

    Raises:
        SinkError: another process has it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_suffix(".lock").open("a")
    except OSError as error:
        raise SinkError("error-outbox-open", path=path, reason=error.strerror or error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SinkError("error-outbox-taken", path=path) from error
        yield lock


def type_of(record: Record) -> int:
    """The number of a record's type in the file."""
    return next(number for number, (kind, _) in enumerate(TYPES) if isinstance(record, kind))


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


@contextmanager
def _told(message_id: str, path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise SinkError(message_id, path=path, reason=error) from error
