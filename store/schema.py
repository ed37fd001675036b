"""Tables of the event store, and how a file is recognised as one.

Rows carry what is searched by; the record itself is the JSON of `core.codec` in `body`. SQL is kept to what SQLite and
PostgreSQL share; the two exceptions, `insert_new` and `configure_sqlite`, stand here.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    inspect,
    select,
)
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.pool import ConnectionPoolEntry

VERSION: Final = 1
"""Of the tables. A change that an older program would misread raises it."""

metadata = MetaData()
_ROW = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER PRIMARY KEY counts rows by itself in SQLite

meta = Table("meta", metadata, Column("name", String, primary_key=True), Column("value", String, nullable=False))

cameras = Table("cameras", metadata, Column("camera_id", String, primary_key=True))

events = Table(
    "events",
    metadata,
    Column("row", _ROW, primary_key=True, autoincrement=True),
    Column("event_id", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("camera_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("phase", String, nullable=False),
    Column("started_ns", BigInteger, nullable=False),
    Column("at_ns", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("event_id", "revision"),
    Index("events_by_start", "started_ns"),
    Index("events_by_time", "at_ns"),
    Index("events_by_camera", "camera_id", "started_ns"),
    Index("events_by_kind", "kind", "started_ns"),
    sqlite_autoincrement=True,  # a row number that a page has read is never given again after a purge
)

incidents = Table(
    "incidents",
    metadata,
    Column("row", _ROW, primary_key=True, autoincrement=True),
    Column("incident_id", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("started_ns", BigInteger, nullable=False),
    Column("at_ns", BigInteger, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("merged", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("incident_id", "revision"),
    Index("incidents_by_start", "started_ns"),
    Index("incidents_by_time", "at_ns"),
    sqlite_autoincrement=True,
)

incident_events = Table(
    "incident_events",
    metadata,
    Column("event_id", String, primary_key=True),
    Column("incident_id", String, nullable=False, index=True),
    Column("revision", Integer, nullable=False),  # of the incident that said so
)

mutes = Table(
    "mutes",
    metadata,
    Column("mute_id", String, primary_key=True),
    Column("until_ns", BigInteger, nullable=False, index=True),
    Column("suppressed", Integer, nullable=False),
    Column("body", Text, nullable=False),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("row", _ROW, primary_key=True, autoincrement=True),
    Column("event_id", String, nullable=False, index=True),
    Column("at_ns", BigInteger, nullable=False),
    Column("says", String, nullable=False),
    Column("by", String, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_autoincrement=True,
)

audit = Table(
    "audit",
    metadata,
    Column("row", _ROW, primary_key=True, autoincrement=True),
    Column("at_ns", BigInteger, nullable=False),
    Column("who", String, nullable=False),
    Column("what", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("why", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""What people did here. Nothing in this program changes or deletes a row of it."""

measurements = Table(
    "measurements",
    metadata,
    Column("row", _ROW, primary_key=True),
    Column("camera_id", String, nullable=False),
    Column("place", String, nullable=False),
    Column("direction", String, nullable=False),
    Column("start_ns", BigInteger, nullable=False),
    Column("end_ns", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("camera_id", "place", "direction", "start_ns", "end_ns"),
    Index("measurements_by_start", "start_ns"),
    Index("measurements_by_camera", "camera_id", "start_ns"),
)

tracks = Table(
    "tracks",
    metadata,
    Column("row", _ROW, primary_key=True),
    Column("camera_id", String, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("track_id", BigInteger, nullable=False),
    Column("started_ns", BigInteger, nullable=False),
    Column("ended_ns", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    # Epochs and ids begin again with each run of the program: only the start tells two runs' tracks apart.
    UniqueConstraint("camera_id", "epoch", "track_id", "started_ns"),
    Index("tracks_by_start", "started_ns"),
    Index("tracks_by_camera", "camera_id", "started_ns"),
)

scenes = Table(
    "scenes",
    metadata,
    Column("camera_id", String, primary_key=True),
    Column("scene_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("drawing", Text, nullable=False),
    Column("picture", String),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("started_ns", BigInteger, nullable=False, index=True),
    Column("ended_ns", BigInteger),
    Column("summary", Text, nullable=False),
)


def insert_new(table: Table) -> SqliteInsert:
    """An INSERT that passes over rows whose key is already there, and over nothing else."""
    return SqliteInsert(table).on_conflict_do_nothing()


def configure_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    """Set up a new connection; a listener of the engine's `connect`.

    Write-ahead logging lets the pages read while the pipeline writes. synchronous=NORMAL leaves out one fsync for each
    commit: killing the process loses nothing, and a power cut may lose the last commits but never damages the file
    (https://www.sqlite.org/pragma.html#pragma_synchronous). Cameras report for as long as there is power; waiting for
    the disk at each batch would cost more on an SD card or shared disk than those last moments are worth.
    """
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
    finally:
        cursor.close()


def found_version(connection: Connection) -> int | None:
    """The version of the tables in a database: 0 where it has no table at all, None where its tables are not ours."""
    names = set(inspect(connection).get_table_names())
    if not names:
        return 0
    if not {meta.name, events.name} <= names:
        return None
    value = connection.scalar(select(meta.c.value).where(meta.c.name == "schema_version"))
    return int(value) if value is not None and value.isdigit() else None


def create(connection: Connection) -> None:
    """Make the tables that are missing, and write their version."""
    metadata.create_all(connection)
    connection.execute(insert_new(meta), [{"name": "schema_version", "value": str(VERSION)}])
