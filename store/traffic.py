"""Measurements and tracks in the event store."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, select

from core.codec.measurements import measurement_from_dict
from core.codec.tracks import track_from_dict
from core.records import Measurement, TrackSummary
from store import schema
from store.database import Database
from store.selecting import between


class Traffic:
    """Reads measurements and tracks. They are written with the other records (`EventStore.append`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def measurements(
        self,
        camera_id: str | None = None,
        since_ns: int | None = None,
        until_ns: int | None = None,
        limit: int | None = None,
    ) -> list[Measurement]:
        """Measurements that start in [since_ns, until_ns), oldest first; of more than `limit` the newest."""
        table = schema.measurements
        wanted = select(table.c.row, table.c.body).where(
            *between(table.c.camera_id, camera_id, table.c.start_ns, table.c.start_ns, since_ns, until_ns)
        )
        newest_first = wanted.order_by(table.c.start_ns.desc(), table.c.row.desc()).limit(limit)
        return self._database.bodies(newest_first, measurement_from_dict)[::-1]

    def newest_ns(self, camera_id: str) -> int | None:
        """When the newest measurement of a camera starts (UTC nanoseconds), None without any."""
        table = schema.measurements
        with self._database.read() as connection:
            found = connection.scalar(select(func.max(table.c.start_ns)).where(table.c.camera_id == camera_id))
        return None if found is None else int(found)

    def last_row(self) -> int:
        """The row number of the measurement stored last, 0 when there is none."""
        return self._database.number(select(func.coalesce(func.max(schema.measurements.c.row), 0)))

    def tracks(
        self,
        camera_id: str | None = None,
        since_ns: int | None = None,
        until_ns: int | None = None,
        limit: int = 1_000,
    ) -> list[TrackSummary]:
        """Tracks seen at any time in [since_ns, until_ns), the one that started last first, at most `limit`."""
        table = schema.tracks
        wanted = select(table.c.row, table.c.body).where(
            *between(table.c.camera_id, camera_id, table.c.started_ns, table.c.ended_ns, since_ns, until_ns)
        )
        return self._database.bodies(
            wanted.order_by(table.c.started_ns.desc(), table.c.row.desc()).limit(limit), track_from_dict
        )


def measurement_row(record: Measurement, body: str) -> dict[str, Any]:
    """The row of a measurement."""
    return {
        "camera_id": record.camera_id,
        "place": record.place,
        "direction": record.direction,
        "start_ns": record.start_ns,
        "end_ns": record.end_ns,
        "body": body,
    }


def track_row(record: TrackSummary, body: str) -> dict[str, Any]:
    """The row of a track."""
    return {
        "camera_id": record.camera_id,
        "epoch": record.epoch,
        "track_id": record.track_id,
        "started_ns": record.started_ns,
        "ended_ns": record.ended_ns,
        "body": body,
    }


def purge_traffic(connection: Connection, before_ns: int) -> int:
    """Delete measurements and tracks that ended earlier; how many rows."""
    ends = (schema.measurements, "end_ns"), (schema.tracks, "ended_ns")
    return sum(connection.execute(delete(table).where(table.c[at] < before_ns)).rowcount for table, at in ends)
