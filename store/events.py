"""The embedded event store: one SQLite file with the events, measurements and tracks of a machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, delete, func, select
from sqlalchemy import exists as sql_exists

from core.codec.events import event_from_dict
from core.codec.records import to_json
from core.events import Event, Phase
from core.incidents import Incident
from core.records import CameraHealth, FrameTracks, Measurement, Record, TrackSummary
from store import schema
from store.database import Database
from store.desk import Desk
from store.incidents import Incidents, incident_row, keep_members, purge_incidents
from store.records import EventQuery
from store.runs import Runs
from store.scenes import Scenes
from store.selecting import between
from store.traffic import Traffic

_ALL = EventQuery()
_newer = schema.events.alias("newer")
_IS_LATEST = ~sql_exists().where(
    _newer.c.event_id == schema.events.c.event_id, _newer.c.revision > schema.events.c.revision
)


class EventStore:
    """Events with all their revisions, incidents, measurements, tracks, scenes and runs, and what people said.

    May be shared by threads, and its file by processes: one writes at a time, readers never wait for it. Every method
    raises `StoreError` when the file cannot be read or written; a failed write has changed nothing.

    Attributes:
        incidents, traffic, scenes, runs, desk: the parts of it beside events.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.incidents = Incidents(database)
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

    def events(self, query: EventQuery = _ALL) -> list[Event]:
        """The latest revision of each event, the one that started last first."""
        table = schema.events
        wanted = _select_events(query, table.c.row, table.c.body)
        wanted = wanted.order_by(table.c.started_ns.desc(), table.c.row.desc()).limit(query.limit).offset(query.offset)
        return self._database.bodies(wanted, event_from_dict)

    def count(self, query: EventQuery = _ALL) -> int:
        """How many events there are, whatever the query's limit and offset."""
        return self._database.number(_select_events(query, func.count()))

    def rows(self, query: EventQuery = _ALL) -> list[tuple[str, bool]]:
        """What an operator sees as rows: ids of incidents (True), and of events that are in none; the one with the
        event that started last first.

        An incident is among them when one of its events is asked for.
        """
        events, members = schema.events, schema.incident_events
        wanted = _select_events(query, members.c.incident_id, events.c.event_id)
        wanted = wanted.join(members, members.c.event_id == events.c.event_id, isouter=True)
        wanted = wanted.order_by(events.c.started_ns.desc(), events.c.row.desc())
        found: dict[tuple[str, bool], None] = {}
        with self._database.read() as connection:
            for row in connection.execute(wanted):  # read one by one: the newest are enough
                found[row.incident_id or row.event_id, row.incident_id is not None] = None
                if len(found) == query.offset + query.limit:
                    break
        return list(found)[query.offset :]

    def count_rows(self, query: EventQuery = _ALL) -> int:
        """How many rows there are, whatever the query's limit and offset."""
        events, members = schema.events, schema.incident_events
        name = func.coalesce(members.c.incident_id, events.c.event_id)
        wanted = _select_events(query, func.count(name.distinct()))
        return self._database.number(wanted.join(members, members.c.event_id == events.c.event_id, isouter=True))

    def event(self, event_id: str) -> list[Event]:
        """All revisions of one event, oldest first; empty when unknown."""
        table = schema.events
        wanted = select(table.c.row, table.c.body).where(table.c.event_id == event_id).order_by(table.c.revision)
        return self._database.bodies(wanted, event_from_dict)

    def ids_starting_with(self, prefix: str, limit: int = 3) -> list[str]:
        """Ids of events that begin so: what a person has copied from a table."""
        table = schema.events
        wanted = select(table.c.event_id).where(table.c.event_id.startswith(prefix, autoescape=True)).distinct()
        with self._database.read() as connection:
            return [str(name) for name in connection.scalars(wanted.limit(limit))]

    def latest(self, event_ids: Sequence[str]) -> dict[str, Event]:
        """The latest revision of each of these (at most 500) that is known."""
        table = schema.events
        wanted = select(table.c.row, table.c.body).where(table.c.event_id.in_(event_ids), _IS_LATEST)
        return {event.event_id: event for event in self._database.bodies(wanted, event_from_dict)}

    def since(self, row: int, limit: int = 500) -> list[tuple[int, Event]]:
        """Revisions stored after a row number, in the order they were stored, each with its own."""
        table = schema.events
        wanted = select(table.c.row, table.c.body).where(table.c.row > row).order_by(table.c.row).limit(limit)
        return self._database.numbered(wanted, event_from_dict)

    def last_row(self) -> int:
        """The row number of the revision stored last, 0 when there is none."""
        return self._database.number(select(func.coalesce(func.max(schema.events.c.row), 0)))

    def newest_event_ns(self) -> int | None:
        """When the newest revision was (UTC, by its camera's clock), None without any."""
        with self._database.read() as connection:
            found = connection.scalar(select(func.max(schema.events.c.at_ns)))
        return None if found is None else int(found)

    def row_before(self, at_ns: int) -> int:
        """The row number before the first revision of a time (UTC) or later."""
        table = schema.events
        last = func.coalesce(func.max(table.c.row), 0)
        first = select(func.coalesce(func.min(table.c.row) - 1, select(last).scalar_subquery()))
        return self._database.number(first.where(table.c.at_ns >= at_ns))

    def open_events(self, camera_id: str) -> list[Event]:
        """The latest revision of each event of a camera that has not ended, oldest first."""
        table = schema.events
        wanted = select(table.c.row, table.c.body).where(
            table.c.camera_id == camera_id, table.c.phase != Phase.ENDED.value, _IS_LATEST
        )
        return self._database.bodies(wanted.order_by(table.c.started_ns, table.c.row), event_from_dict)

    def cameras(self) -> list[str]:
        """Every camera with a scene or a record, by name."""
        with self._database.read() as connection:
            return list(connection.scalars(select(schema.cameras.c.camera_id).order_by(schema.cameras.c.camera_id)))

    def purge(self, before_ns: int) -> int:
        """Delete what ended, or was last heard of, before a time (UTC); returns the number of rows deleted.

        An event goes with all its revisions, once its latest is that old.
        """
        table = schema.events
        gone = select(table.c.event_id).group_by(table.c.event_id).having(func.max(table.c.at_ns) < before_ns)
        with self._database.write() as connection:
            deleted = connection.execute(delete(table).where(table.c.event_id.in_(gone))).rowcount
            deleted += purge_incidents(connection, before_ns)
            for other, at in ((schema.measurements, "end_ns"), (schema.tracks, "ended_ns")):
                deleted += connection.execute(delete(other).where(other.c[at] < before_ns)).rowcount
        return deleted

    def close(self) -> None:
        """Let go of the file. May be called again."""
        self._database.close()


def _row_of(record: Record) -> tuple[Table, dict[str, Any]]:
    body = to_json(record)
    match record:
        case Event():
            return schema.events, {
                "event_id": record.event_id,
                "revision": record.revision,
                "camera_id": record.camera_id,
                "kind": record.kind.value,
                "phase": record.phase.value,
                "started_ns": record.started_ns,
                "at_ns": record.at_ns,
                "body": body,
            }
        case Incident():
            return schema.incidents, incident_row(record, body)
        case Measurement():
            return schema.measurements, {
                "camera_id": record.camera_id,
                "place": record.place,
                "direction": record.direction,
                "start_ns": record.start_ns,
                "end_ns": record.end_ns,
                "body": body,
            }
        case TrackSummary():
            return schema.tracks, {
                "camera_id": record.camera_id,
                "epoch": record.epoch,
                "track_id": record.track_id,
                "started_ns": record.started_ns,
                "ended_ns": record.ended_ns,
                "body": body,
            }
        case CameraHealth() | FrameTracks():
            raise ValueError(f"{type(record).__name__} is not stored")


def _select_events(query: EventQuery, *columns: ColumnElement[Any]) -> Select[Any]:
    table = schema.events
    wanted = select(*columns).select_from(table).where(_IS_LATEST)
    wanted = wanted.where(
        *between(table.c.camera_id, None, table.c.started_ns, table.c.at_ns, query.since_ns, query.until_ns)
    )
    if query.cameras:
        wanted = wanted.where(table.c.camera_id.in_(query.cameras))
    if query.kinds:
        wanted = wanted.where(_any(_kind_is(table.c.kind, kind) for kind in query.kinds))
    if query.phases:
        wanted = wanted.where(table.c.phase.in_([phase.value for phase in query.phases]))
    return wanted


def _kind_is(column: ColumnElement[str], kind: str) -> ColumnElement[bool]:
    return (column == kind) | column.startswith(f"{kind}.", autoescape=True)


def _any(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    first, *rest = conditions
    for condition in rest:
        first = first | condition
    return first
