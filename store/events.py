"""Events in the event store: their revisions, searched and in the order they were stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, select

from core.codec.events import event_from_dict
from core.events import Event, Phase
from store import schema
from store.database import Database
from store.records import EventQuery
from store.selecting import IS_LATEST, select_events

_ALL = EventQuery()


class Events:
    """Reads events. They are written with the other records (`EventStore.append`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, query: EventQuery = _ALL) -> list[Event]:
        """The latest revision of each event, the one that started last first."""
        table = schema.events
        wanted = select_events(query, table.c.row, table.c.body)
        wanted = wanted.order_by(table.c.started_ns.desc(), table.c.row.desc()).limit(query.limit).offset(query.offset)
        return self._database.bodies(wanted, event_from_dict)

    def count(self, query: EventQuery = _ALL) -> int:
        """How many events there are, whatever the query's limit and offset."""
        return self._database.number(select_events(query, func.count()))

    def revisions(self, event_id: str) -> list[Event]:
        """All revisions of an event, oldest first; empty when unknown."""
        table = schema.events
        wanted = select(table.c.row, table.c.body).where(table.c.event_id == event_id).order_by(table.c.revision)
        return self._database.bodies(wanted, event_from_dict)

    def starting_with(self, prefix: str, limit: int = 3) -> list[str]:
        """Ids that begin so: what a person has copied from a table."""
        table = schema.events
        wanted = select(table.c.event_id).where(table.c.event_id.startswith(prefix, autoescape=True)).distinct()
        with self._database.read() as connection:
            return [str(name) for name in connection.scalars(wanted.limit(limit))]

    def latest(self, event_ids: Sequence[str]) -> dict[str, Event]:
        """The latest revision of each of these (at most 500) that is known."""
        table = schema.events
        wanted = select(table.c.row, table.c.body).where(table.c.event_id.in_(event_ids), IS_LATEST)
        return {event.event_id: event for event in self._database.bodies(wanted, event_from_dict)}

    def since(self, row: int, limit: int = 500) -> list[tuple[int, Event]]:
        """Revisions stored after a row number, in the order they were stored, each with its own."""
        table = schema.events
        wanted = select(table.c.row, table.c.body).where(table.c.row > row).order_by(table.c.row).limit(limit)
        return self._database.numbered(wanted, event_from_dict)

    def last_row(self) -> int:
        """The row number of the revision stored last, 0 when there is none."""
        return self._database.number(select(func.coalesce(func.max(schema.events.c.row), 0)))

    def newest_ns(self) -> int | None:
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

    def open_of(self, camera_id: str) -> list[Event]:
        """The latest revision of each event of a camera that has not ended, oldest first."""
        table = schema.events
        wanted = select(table.c.row, table.c.body).where(
            table.c.camera_id == camera_id, table.c.phase != Phase.ENDED.value, IS_LATEST
        )
        return self._database.bodies(wanted.order_by(table.c.started_ns, table.c.row), event_from_dict)


def event_row(record: Event, body: str) -> dict[str, Any]:
    """The row of a revision."""
    return {
        "event_id": record.event_id,
        "revision": record.revision,
        "camera_id": record.camera_id,
        "kind": record.kind.value,
        "phase": record.phase.value,
        "started_ns": record.started_ns,
        "at_ns": record.at_ns,
        "body": body,
    }


def purge_events(connection: Connection, before_ns: int) -> int:
    """Delete events whose latest revision is older, with all their revisions; how many rows."""
    table = schema.events
    gone = select(table.c.event_id).group_by(table.c.event_id).having(func.max(table.c.at_ns) < before_ns)
    return connection.execute(delete(table).where(table.c.event_id.in_(gone))).rowcount
