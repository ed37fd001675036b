"""What people did: mutes and verdicts, each written with a line of the audit log in one transaction."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, select, update

from core.errors import StoreError
from core.events import Says, Verdict
from core.mutes import Mute
from store import schema
from store.database import Database

MOST_TEXT: Final = 500
"""Characters of a reason or a name."""
MOST_MUTES: Final = 1_000
"""In force at once: each open event is held against all of them."""


@dataclass(frozen=True, slots=True)
class Done:
    """A line of the audit log. Times are UTC."""

    at_ns: int
    who: str
    what: str
    subject: str
    why: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A person's verdict on an event; `row` rises with each."""

    row: int
    event_id: str
    verdict: Verdict


class Desk:
    """Mutes, verdicts and the audit log of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mute(self, mute: Mute) -> Mute:
        """Keep a mute, under an id of its own.

        Raises:
            StoreError: it has no reason, no name, no scope or an end that is past, or there are too many.
        """
        mute = replace(
            mute, mute_id=uuid.uuid4().hex[:12], by=_said("by", mute.by), reason=_said("reason", mute.reason)
        )
        if not any((mute.camera_id, mute.rule_id, mute.zone, mute.kind)):
            raise StoreError("error-mute-scope")
        if mute.track_id and not mute.camera_id:
            raise StoreError("error-mute-track")
        if mute.until_ns <= mute.created_ns:
            raise StoreError("error-mute-past")
        if len(self.mutes(mute.created_ns)) >= MOST_MUTES:
            raise StoreError("error-mutes-many", most=MOST_MUTES)
        with self._database.write() as connection:
            connection.execute(
                schema.mutes.insert(),
                [
                    {
                        "mute_id": mute.mute_id,
                        "until_ns": mute.until_ns,
                        "suppressed": 0,
                        "body": json.dumps(asdict(mute)),
                    }
                ],
            )
            _note(connection, mute.created_ns, mute.by, "mute", mute.mute_id, mute.reason)
        return mute

    def unmute(self, mute_id: str, by: str, reason: str = "", now_ns: int | None = None) -> Mute:
        """End a mute now.

        Raises:
            StoreError: there is no such mute, or it has ended.
        """
        now_ns, who = time.time_ns() if now_ns is None else now_ns, _said("by", by)
        found = next((mute for mute in self.mutes(now_ns) if mute.mute_id == mute_id), None)
        if found is None:
            raise StoreError("error-mute-unknown", mute=mute_id)
        ended = replace(found, until_ns=now_ns)
        table = schema.mutes
        with self._database.write() as connection:
            body = {"until_ns": now_ns, "body": json.dumps(asdict(ended))}
            connection.execute(update(table).where(table.c.mute_id == mute_id).values(body))
            _note(connection, now_ns, who, "unmute", mute_id, reason[:MOST_TEXT])
        return ended

    def mutes(self, now_ns: int | None = None) -> list[Mute]:
        """The mutes in force at a time (UTC), None: all that there ever were; the one that ends first, first."""
        table = schema.mutes
        wanted = select(table.c.body).order_by(table.c.until_ns)
        if now_ns is not None:
            wanted = wanted.where(table.c.until_ns > now_ns)
        with self._database.read() as connection:
            return [_mute(body) for body in connection.scalars(wanted)]

    def suppressed(self) -> dict[str, int]:
        """How many events each mute has kept back or closed."""
        table = schema.mutes
        with self._database.read() as connection:
            rows = connection.execute(select(table.c.mute_id, table.c.suppressed)).all()
        return {mute_id: int(count) for mute_id, count in rows}

    def count_suppressed(self, more: Mapping[str, int]) -> None:
        """So many more were kept back by each mute."""
        table = schema.mutes
        with self._database.write() as connection:
            for mute_id, count in more.items():
                grown = {"suppressed": table.c.suppressed + count}
                connection.execute(update(table).where(table.c.mute_id == mute_id).values(grown))

    def judge(self, event_id: str, verdict: Verdict) -> Judged:
        """Keep a person's verdict on an event that is stored; a later one takes its place, and both are kept.

        Raises:
            StoreError: there is no such event, or the verdict has no name or no reason.
        """
        _said("by", verdict.by.removeprefix("person:"))
        who, why = _said("by", verdict.by), _said("reason", verdict.reason)
        if verdict.says not in (Says.CONFIRMED, Says.REJECTED):
            raise StoreError("error-verdict-says")
        known = select(schema.events.c.row).where(schema.events.c.event_id == event_id).limit(1)
        row = {"event_id": event_id, "at_ns": verdict.at_ns, "says": verdict.says.value, "by": who, "reason": why}
        with self._database.write() as connection:
            if connection.scalar(known) is None:
                raise StoreError("error-verdict-event", event=event_id)
            inserted = connection.execute(schema.verdicts.insert().values(row)).inserted_primary_key
            _note(connection, verdict.at_ns, who, f"verdict {verdict.says.value}", event_id, why)
        return Judged(int(inserted[0]) if inserted else 0, event_id, replace(verdict, by=who, reason=why))

    def judged(self, after: int = 0, limit: int = 500, since_ns: int = 0) -> list[Judged]:
        """People's verdicts after a row number, given since a time (UTC), oldest first."""
        table = schema.verdicts
        wanted = select(table).where(table.c.row > after, table.c.at_ns >= since_ns)
        wanted = wanted.order_by(table.c.row).limit(limit)
        with self._database.read() as connection:
            return [_judged(row) for row in connection.execute(wanted).all()]

    def verdicts(self, event_ids: Sequence[str]) -> dict[str, Verdict]:
        """The last verdict of a person on each of these events (at most 500) that has one."""
        table = schema.verdicts
        wanted = select(table).where(table.c.event_id.in_(event_ids)).order_by(table.c.row)
        with self._database.read() as connection:
            return {one.event_id: one.verdict for one in map(_judged, connection.execute(wanted).all())}

    def note(self, who: str, what: str, subject: str, why: str = "") -> None:
        """A line in the audit log."""
        with self._database.write() as connection:
            _note(connection, time.time_ns(), who, what, subject, why)

    def audit(self, limit: int = 100) -> list[Done]:
        """The audit log, newest first."""
        table = schema.audit
        wanted = select(table).order_by(table.c.row.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
        return [Done(row.at_ns, row.who, row.what, row.subject, row.why) for row in rows]


def _mute(body: str) -> Mute:
    kept: dict[str, Any] = json.loads(body)
    box = kept.get("box")
    return Mute(**kept | {"box": None if box is None else tuple(box)})


def _judged(row: Any) -> Judged:
    return Judged(row.row, row.event_id, Verdict(Says(row.says), row.by, row.at_ns, row.reason))


def _said(field: str, value: str) -> str:
    """Text of a person, trimmed.

    Raises:
        StoreError: there is none, or too much of it.
    """
    value = value.strip()
    if not value:
        raise StoreError(f"error-desk-no-{field}")
    if len(value) > MOST_TEXT:
        raise StoreError("error-desk-long", most=MOST_TEXT)
    return value


def _note(connection: Connection, at_ns: int, who: str, what: str, subject: str, why: str) -> None:
    row = {"at_ns": at_ns, "who": who, "what": what, "subject": subject, "why": why}
    connection.execute(schema.audit.insert(), [row])
