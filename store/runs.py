"""Runs of the pipeline in the event store."""

from __future__ import annotations

import json

from sqlalchemy import select

from store import schema
from store.database import Database, replace_row
from store.records import RunRecord


class Runs:
    """What each run did, as far as it has said."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, run: RunRecord) -> None:
        """Store a run, in place of what was known of it."""
        row = {
            "run_id": run.run_id,
            "started_ns": run.started_ns,
            "ended_ns": run.ended_ns,
            "summary": json.dumps(dict(run.summary), ensure_ascii=False),
        }
        with self._database.write() as connection:
            replace_row(connection, schema.runs, schema.runs.c.run_id == run.run_id, row)

    def last(self) -> RunRecord | None:
        """The run that started last, None when there was none."""
        table = schema.runs
        with self._database.read() as connection:
            row = connection.execute(select(table).order_by(table.c.started_ns.desc()).limit(1)).one_or_none()
        return None if row is None else RunRecord(row.run_id, row.started_ns, row.ended_ns, json.loads(row.summary))
