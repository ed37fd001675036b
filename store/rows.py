"""What an operator sees as rows: incidents, and events that are in none."""

from __future__ import annotations

from sqlalchemy import func

from store import schema
from store.database import Database
from store.records import EventQuery
from store.selecting import select_events

_ALL = EventQuery()


class Rows:
    """Reads rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, query: EventQuery = _ALL) -> list[tuple[str, bool]]:
        """Ids of incidents (True), and of events that are in none; the one with the event that started last first.

        An incident is among them when one of its events is asked for.
        """
        events, members = schema.events, schema.incident_events
        wanted = select_events(query, members.c.incident_id, events.c.event_id)
        wanted = wanted.join(members, members.c.event_id == events.c.event_id, isouter=True)
        wanted = wanted.order_by(events.c.started_ns.desc(), events.c.row.desc())
        found: dict[tuple[str, bool], None] = {}
        with self._database.read() as connection:
            for row in connection.execute(wanted):  # read one by one: the newest are enough
                found[row.incident_id or row.event_id, row.incident_id is not None] = None
                if len(found) == query.offset + query.limit:
                    break
        return list(found)[query.offset :]

    def count(self, query: EventQuery = _ALL) -> int:
        """How many rows there are, whatever the query's limit and offset."""
        events, members = schema.events, schema.incident_events
        name = func.coalesce(members.c.incident_id, events.c.event_id)
        wanted = select_events(query, func.count(name.distinct()))
        return self._database.number(wanted.join(members, members.c.event_id == events.c.event_id, isouter=True))
