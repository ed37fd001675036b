"""Incidents in the event store: their revisions, and which event belongs to which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, case, delete, exists, func, select
from sqlalchemy.dialects.sqlite import insert

from core.codec.events import event_from_dict
from core.codec.incidents import incident_from_dict
from core.events import Event, Phase
from core.incidents import Incident
from store import schema
from store.database import Database

_CHUNK: Final = 500
"""Most values in one condition: SQLite allows 999 in its older versions."""


class Incidents:
    """Reads incidents. They are written with the other records (`EventStore.append`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def revisions(self, incident_id: str) -> list[Incident]:
        """All revisions of an incident, oldest first; empty when unknown."""
        table = schema.incidents
        wanted = select(table.c.row, table.c.body).where(table.c.incident_id == incident_id)
        return self._database.bodies(wanted.order_by(table.c.revision), incident_from_dict)

    def latest(self, incident_id: str) -> Incident | None:
        """An incident as it is now, or the one that it was merged into; None when unknown."""
        seen: set[str] = set()
        while incident_id not in seen:
            seen.add(incident_id)
            found = self.revisions(incident_id)[-1:]
            if not found or not found[0].merged_into:
                return found[0] if found else None
            incident_id = found[0].merged_into
        return None

    def of_events(self, event_ids: Sequence[str]) -> dict[str, str]:
        """The incident of each event that has one."""
        table, found = schema.incident_events, dict[str, str]()
        for first in range(0, len(event_ids), _CHUNK):
            wanted = select(table.c.event_id, table.c.incident_id).where(
                table.c.event_id.in_(event_ids[first : first + _CHUNK])
            )
            with self._database.read() as connection:
                found |= {row.event_id: row.incident_id for row in connection.execute(wanted)}
        return found

    def known(self, incident_ids: Sequence[str]) -> Mapping[str, int]:
        """The highest revision stored of each of these that is known."""
        table, found = schema.incidents, dict[str, int]()
        for first in range(0, len(incident_ids), _CHUNK):
            wanted = (
                select(table.c.incident_id, func.max(table.c.revision))
                .where(table.c.incident_id.in_(incident_ids[first : first + _CHUNK]))
                .group_by(table.c.incident_id)
            )
            with self._database.read() as connection:
                found |= {name: int(revision) for name, revision in connection.execute(wanted).all()}
        return found

    def open_events(self) -> list[Event]:
        """All revisions of the events of those incidents of which some event has not ended, in the order stored."""
        events, members = schema.events, schema.incident_events
        newer = events.alias("newer")
        last = ~exists().where(newer.c.event_id == events.c.event_id, newer.c.revision > events.c.revision)
        going_on = (
            select(members.c.incident_id)
            .join(events, events.c.event_id == members.c.event_id)
            .where(events.c.phase != Phase.ENDED.value, last)
        )
        mine = select(members.c.event_id).where(members.c.incident_id.in_(going_on))
        wanted = select(events.c.row, events.c.body).where(events.c.event_id.in_(mine)).order_by(events.c.row)
        return self._database.bodies(wanted, event_from_dict)

    def listed(self, limit: int = 100, *, open_only: bool = False) -> list[Incident]:
        """The latest revision of each incident that was not merged into another, the one that started last first."""
        table = schema.incidents
        newer = table.alias("newer")
        last = ~exists().where(newer.c.incident_id == table.c.incident_id, newer.c.revision > table.c.revision)
        wanted = select(table.c.row, table.c.body).where(last, table.c.merged.is_(False))
        if open_only:
            wanted = wanted.where(table.c.ended.is_(False))
        wanted = wanted.order_by(table.c.started_ns.desc(), table.c.row.desc()).limit(limit)
        return self._database.bodies(wanted, incident_from_dict)

    def starting_with(self, prefix: str, limit: int = 3) -> list[str]:
        """Ids that begin so: what a person has copied from a table."""
        table = schema.incidents
        wanted = select(table.c.incident_id).where(table.c.incident_id.startswith(prefix, autoescape=True)).distinct()
        with self._database.read() as connection:
            return [str(name) for name in connection.scalars(wanted.limit(limit))]

    def since(self, row: int, limit: int = 500) -> list[tuple[int, Incident]]:
        """Revisions stored after a row number, in the order they were stored, each with its own."""
        table = schema.incidents
        wanted = select(table.c.row, table.c.body).where(table.c.row > row).order_by(table.c.row).limit(limit)
        return self._database.numbered(wanted, incident_from_dict)

    def last_row(self) -> int:
        """The row number of the revision stored last, 0 when there is none."""
        return self._database.number(select(func.coalesce(func.max(schema.incidents.c.row), 0)))


def incident_row(record: Incident, body: str) -> dict[str, Any]:
    """The row of a revision."""
    return {
        "incident_id": record.incident_id,
        "revision": record.revision,
        "started_ns": record.started_ns,
        "at_ns": record.at_ns,
        "ended": record.phase is Phase.ENDED,
        "merged": bool(record.merged_into),
        "body": body,
    }


def keep_members(connection: Connection, incidents: Sequence[Incident]) -> None:
    """Note which events belong to an incident; what a later revision said stands, in whatever order they come."""
    table = schema.incident_events
    rows = [
        {"event_id": member.event_id, "incident_id": incident.incident_id, "revision": incident.revision}
        for incident in incidents
        if not incident.merged_into
        for member in incident.members
    ]
    if not rows:
        return
    new = insert(table)
    later = new.excluded.revision >= table.c.revision
    chosen = {name: case((later, new.excluded[name]), else_=table.c[name]) for name in ("incident_id", "revision")}
    connection.execute(new.on_conflict_do_update(index_elements=["event_id"], set_=chosen), rows)


def purge_incidents(connection: Connection, before_ns: int) -> int:
    """Delete incidents whose latest revision is older, with all their revisions; how many rows."""
    table, members = schema.incidents, schema.incident_events
    gone = select(table.c.incident_id).group_by(table.c.incident_id).having(func.max(table.c.at_ns) < before_ns)
    connection.execute(delete(members).where(members.c.incident_id.in_(gone)))
    return connection.execute(delete(table).where(table.c.incident_id.in_(gone))).rowcount
