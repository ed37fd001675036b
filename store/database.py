"""The SQLite file under the event store: opening, connections, transactions, and its errors in words."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, create_engine, delete, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core.errors import StoreError
from store import schema

BUSY_S: Final = 5
"""How long a connection waits for another process to end its write: a batch takes milliseconds, a purge about 1 s."""
RETRY_S: Final = 0.02
"""Pause between tries where SQLite does not wait itself."""

_MESSAGE_OF: Final = {
    sqlite3.SQLITE_FULL: "error-store-full",
    sqlite3.SQLITE_READONLY: "error-store-read-only",
    sqlite3.SQLITE_CANTOPEN: "error-store-cannot-open",
    sqlite3.SQLITE_PERM: "error-store-cannot-open",
    sqlite3.SQLITE_BUSY: "error-store-busy",
    sqlite3.SQLITE_NOTADB: "error-store-not-ours",
    sqlite3.SQLITE_CORRUPT: "error-store-damaged",
}

_T = TypeVar("_T")


class Database:
    """Connections to one file, for many threads. Its methods raise `StoreError` for whatever the file or disk does."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._writing = Lock()
        self.path = path

    @classmethod
    def open(cls, path: Path, *, create: bool) -> Database:
        """Open the file; `create` makes it where it is missing. A file that is not a store is left as it is.

        Raises:
            StoreError: see `EventStore.open`.
        """
        if not path.parent.is_dir():
            raise StoreError("error-store-folder-missing", path=path, folder=path.parent)
        if not create and not path.is_file():
            raise StoreError("error-store-missing", path=path)
        engine = create_engine(
            URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_S}, pool_size=5, max_overflow=20
        )
        try:
            with _errors_told(path):
                _until_free(lambda: _prepare(engine, path))
        except StoreError:
            engine.dispose()
            raise
        return cls(engine, path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with; it never waits for a writer."""
        with _errors_told(self.path), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction, alone in this process: kept when the block ends, undone when it raises."""
        with self._writing, _errors_told(self.path), self._engine.begin() as connection:
            yield connection

    def number(self, wanted: Select[Any]) -> int:
        """The one number that a statement selects."""
        with self.read() as connection:
            return int(connection.scalar(wanted) or 0)

    def bodies(self, wanted: Select[Any], decode: Callable[[dict[str, Any]], _T]) -> list[_T]:
        """What a statement that selects (row number, JSON) finds, decoded."""
        return [item for _, item in self.numbered(wanted, decode)]

    def numbered(self, wanted: Select[Any], decode: Callable[[dict[str, Any]], _T]) -> list[tuple[int, _T]]:
        """The same, each with its row number."""
        with self.read() as connection:
            rows = connection.execute(wanted).all()
        found: list[tuple[int, _T]] = []
        for number, body in rows:
            try:
                found.append((number, decode(json.loads(body))))
            except ValueError as error:
                raise StoreError("error-store-row", path=self.path, row=number, reason=error) from error
        return found

    def close(self) -> None:
        """Let go of the file. May be called again."""
        self._engine.dispose()


def _until_free(prepare: Callable[[], None]) -> None:
    until = time.monotonic() + BUSY_S
    while True:
        try:
            return prepare()
        except DBAPIError as error:
            # SQLite does not wait where a file goes over to a write-ahead log while another process opens it.
            if _primary_code(error.orig) != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(RETRY_S)


def _prepare(engine: Engine, path: Path) -> None:
    with engine.connect() as connection:
        # Takes the right to write, so that a read-only file is told now and two first starts do not meet.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        version = schema.found_version(connection)
        if version is None:
            raise StoreError("error-store-not-ours", path=path)
        if version > schema.VERSION:
            raise StoreError("error-store-newer", path=path, found=version, known=schema.VERSION)
        schema.create(connection)  # also what a file of an earlier program lacks
        connection.commit()
    engine.dispose()
    if not event.contains(engine, "connect", schema.configure_sqlite):
        event.listen(engine, "connect", schema.configure_sqlite)
    with engine.connect():
        pass


@contextmanager
def _errors_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise _told(error, path) from error


def _told(error: Exception, path: Path) -> StoreError:
    cause = error.orig if isinstance(error, DBAPIError) else error
    primary = _primary_code(cause)
    if primary in _MESSAGE_OF:
        return StoreError(_MESSAGE_OF[primary], path=path, seconds=BUSY_S)
    return StoreError("error-store-failed", path=path, reason=cause)


def _primary_code(cause: BaseException | None) -> int | None:
    code = getattr(cause, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None  # the high bits tell the kinds of one error apart


def replace_row(connection: Connection, table: Table, same: ColumnElement[bool], row: Mapping[str, Any]) -> None:
    """Put a row in place of those that a condition finds."""
    connection.execute(delete(table).where(same))
    connection.execute(table.insert(), [dict(row)])
