"""The embedded event store: one SQLite file with the events, measurements and tracks of a machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from core.codec.records import to_json
from core.events import Event
from core.incidents import Incident
from core.records import CameraHealth, FrameTracks, Measurement, Record, TrackSummary
from store import schema
from store.database import Database
from store.desk import Desk
from store.events import Events, event_row, purge_events
from store.incidents import Incidents, incident_row, keep_members, purge_incidents
from store.rows import Rows
from store.runs import Runs
from store.scenes import Scenes
from store.traffic import Traffic, measurement_row, purge_traffic, track_row


class EventStore:
    """Events with all their revisions, incidents, measurements, tracks, scenes and runs, and what people said.

    May be shared by threads, and its file by processes: one writes at a time, readers never wait for it. Every method
    raises `StoreError` when the file cannot be read or written; a failed write has changed nothing.

    Attributes:
        events, incidents, traffic, scenes, runs, desk: its parts.
        rows: events and incidents as one list.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.events = Events(database)
        self.incidents = Incidents(database)
        self.rows = Rows(database)
        self.desk = Desk(database)
        self.traffic = Traffic(database)
        self.scenes = Scenes(database)
        self.runs = Runs(database)

    @classmethod
    def open(cls, path: str | Path, *, create: bool = True) -> EventStore:
        """Open the store in a file; `create` makes it where it is missing.

        Raises:
            StoreError: the folder or file is missing, the file is no event store or a newer version's, it is read-only,
                or the disk is full.
        """
        return cls(Database.open(Path(path), create=create))

    def append(self, records: Sequence[Record]) -> None:
        """Store records in one transaction; those already there (by their keys) are passed over.

        Keys: (event_id, revision) of an event, (incident_id, revision) of an incident; camera, place, direction and
        interval of a measurement; camera, epoch, track and start of a track.

        Raises:
            StoreError: none of them was stored.
            ValueError, OverflowError: one of them cannot be stored at all (text that is not Unicode, an integer of more
                than 64 bits); none was.
        """
        rows: dict[Table, list[dict[str, Any]]] = {}
        for record in records:
            table, row = _row_of(record)
            rows.setdefault(table, []).append(row)
        names = sorted({record.camera_id for record in records})
        if names:
            with self._database.write() as connection:
                connection.execute(schema.insert_new(schema.cameras), [{"camera_id": name} for name in names])
                for table, values in rows.items():
                    connection.execute(schema.insert_new(table), values)
                keep_members(connection, [record for record in records if isinstance(record, Incident)])

    def cameras(self) -> list[str]:
        """Every camera with a scene or a record, by name."""
        with self._database.read() as connection:
            return list(connection.scalars(select(schema.cameras.c.camera_id).order_by(schema.cameras.c.camera_id)))

    def purge(self, before_ns: int) -> int:
        """Delete what ended, or was last heard of, before a time (UTC); returns the number of rows deleted.

        An event goes with all its revisions, once its latest is that old.
        """
        with self._database.write() as connection:
            return sum(purge(connection, before_ns) for purge in (purge_events, purge_incidents, purge_traffic))

    def close(self) -> None:
        """Let go of the file. May be called again."""
        self._database.close()


def _row_of(record: Record) -> tuple[Table, dict[str, Any]]:
    body = to_json(record)
    match record:
        case Event():
            return schema.events, event_row(record, body)
        case Incident():
            return schema.incidents, incident_row(record, body)
        case Measurement():
            return schema.measurements, measurement_row(record, body)
        case TrackSummary():
            return schema.tracks, track_row(record, body)
        case CameraHealth() | FrameTracks():
            raise ValueError(f"{type(record).__name__} is not stored")
