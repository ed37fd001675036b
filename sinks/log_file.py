"""The SQLite file of an outbox: opening, transactions, its totals, and its errors in words."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from threading import Lock
from typing import Any, Final

from core.errors import SinkError

VERSION: Final = 2
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
# Version 1 kept no totals.
_TOTALS: Final = """
INSERT OR IGNORE INTO meta SELECT 'bytes', coalesce(sum(bytes), 0) FROM records;
INSERT OR IGNORE INTO meta VALUES ('last', 0);
UPDATE meta SET value = max(
    value, (SELECT coalesce(max(seq), 0) FROM records), (SELECT coalesce(max(seq), 0) FROM cursors)
) WHERE name = 'last';
UPDATE meta SET value = 2 WHERE name = 'version';
"""


class LogFile:
    """One SQLite file with a connection that writes, of one thread, and one that reads, for all.

    Write-ahead logging with `synchronous=FULL`: a commit returns when the disk has it, so that neither a killed process
    nor a power cut loses it; the caller commits many records at once. With `sync` false (NORMAL) a power cut may lose
    the last commits, a killed process still none (https://www.sqlite.org/pragma.html#pragma_synchronous).

    Attributes:
        bytes: of all records' JSON.
        last: the highest number that was given; kept in the file, for numbers are never given twice, also where the
            last records have gone.
    """

    def __init__(self, path: Path, database: sqlite3.Connection, reader: sqlite3.Connection) -> None:
        self.path = path
        self._database, self._reader, self._reading = database, reader, Lock()
        meta = dict(database.execute("SELECT name, value FROM meta").fetchall())
        self.bytes, self.last = int(meta["bytes"]), int(meta["last"])

    @classmethod
    def open(cls, path: Path, *, sync: bool = True) -> LogFile:
        """Open a file; it is made where it is missing.

        Raises:
            SinkError: it cannot be opened, is damaged, or is of a newer version.
        """
        with told("error-outbox-open", path):
            path.parent.mkdir(parents=True, exist_ok=True)
            database, reader = _connect(path), _connect(path)
            database.execute("PRAGMA journal_mode=WAL")
            database.execute(f"PRAGMA synchronous={'FULL' if sync else 'NORMAL'}")
            database.execute(f"PRAGMA journal_size_limit={WAL_BYTES}")
            database.executescript(_TABLES)
            database.execute("INSERT OR IGNORE INTO meta VALUES ('version', 1)")
            found = int(database.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()[0])
            if found < VERSION:
                database.executescript(f"BEGIN IMMEDIATE; {_TOTALS} COMMIT;")
            if found <= VERSION:
                return cls(path, database, reader)
            database.close()
            reader.close()
        raise SinkError("error-outbox-newer", path=path, found=found, known=VERSION)

    def read(self, wanted: str, *values: object) -> list[Any]:
        """The rows of a query. May be called by any thread.

        Raises:
            SinkError: the file cannot be read.
        """
        with self._reading, told("error-outbox-read", self.path):
            return self._reader.execute(wanted, values).fetchall()

    def scan(self, wanted: str, *values: object) -> sqlite3.Cursor:
        """The rows of a query one by one, for the thread that writes.

        Raises:
            SinkError: the file cannot be read.
        """
        with told("error-outbox-read", self.path):
            return self._database.execute(wanted, values)

    @contextmanager
    def change(self, added: int = 0, last: int = 0) -> Iterator[sqlite3.Connection]:
        """A transaction; `added`: bytes more of records, `last`: a number that was given.

        Raises:
            SinkError: the disk is full, or fails; nothing has changed.
        """
        now_bytes, now_last = self.bytes + added, max(self.last, last)
        with told("error-outbox-write", self.path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                if added or now_last != self.last:
                    totals = ((now_bytes, "bytes"), (now_last, "last"))
                    self._database.executemany("UPDATE meta SET value = ? WHERE name = ?", totals)
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
        self.bytes, self.last = now_bytes, now_last

    def delete(self, going: Sequence[int], freed: int) -> None:
        """Delete records by number; `freed`: their bytes.

        Raises:
            SinkError: the disk fails; nothing has changed.
        """
        if going:
            with self.change(-freed) as database:
                database.executemany("DELETE FROM records WHERE seq = ?", [(seq,) for seq in going])

    def close(self) -> None:
        """Let go of the file. May be called again."""
        self._database.close()
        with self._reading:
            self._reader.close()


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


@contextmanager
def told(message_id: str, path: Path) -> Iterator[None]:
    """What SQLite and the disk say, in words.

    Raises:
        SinkError: in their place.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise SinkError(message_id, path=path, reason=error) from error


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
