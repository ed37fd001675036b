"""Conditions that several tables are searched by, and those of a query of events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, select

from store import schema
from store.records import EventQuery

_newer = schema.events.alias("newer")
IS_LATEST: Final = ~exists().where(
    _newer.c.event_id == schema.events.c.event_id, _newer.c.revision > schema.events.c.revision
)
"""Of an event's revisions, the last."""


def between(
    camera: ColumnElement[str],
    camera_id: str | None,
    start: ColumnElement[int],
    end: ColumnElement[int],
    since_ns: int | None,
    until_ns: int | None,
) -> list[ColumnElement[bool]]:
    """What was there at any time in [since_ns, until_ns), of one camera or all."""
    conditions = []
    if camera_id is not None:
        conditions.append(camera == camera_id)
    if since_ns is not None:
        conditions.append(end >= since_ns)
    if until_ns is not None:
        conditions.append(start < until_ns)
    return conditions


def select_events(query: EventQuery, *columns: ColumnElement[Any]) -> Select[Any]:
    """Columns of the latest revision of each event that a query asks for, in no order."""
    table = schema.events
    wanted = select(*columns).select_from(table).where(IS_LATEST)
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
