"""Events and measurements into PostgreSQL, for those who ask in SQL: each once, also after a restart.

    pip install matpho-client "psycopg[binary]"
    python archive.py localhost:9092 postgresql://matpho:…@localhost/matpho

`select kind, count(*) from events where phase = 'started' and at > now() - interval '1 day' group by kind`
"""

from __future__ import annotations

import sys
from threading import Thread
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from matpho_client import Event, Measurement, events, measurements

TABLES = """
CREATE TABLE IF NOT EXISTS events (
    event_id text, revision integer, kind text NOT NULL, phase text NOT NULL, severity text NOT NULL,
    camera_id text NOT NULL, zone text NOT NULL, started timestamptz NOT NULL, at timestamptz NOT NULL,
    longitude double precision, latitude double precision, body jsonb NOT NULL, PRIMARY KEY (event_id, revision)
);
CREATE INDEX IF NOT EXISTS events_by_time ON events (at);
CREATE TABLE IF NOT EXISTS measurements (
    camera_id text, place text, direction text, start timestamptz, until timestamptz NOT NULL,
    vehicles integer NOT NULL, mean_speed_mps double precision, flow_vph double precision, queue_m double precision,
    body jsonb NOT NULL, PRIMARY KEY (camera_id, place, direction, start)
);
"""


def keep(database: psycopg.Connection[Any], record: Event | Measurement) -> None:
    """Add a record; one that is there already stays as it is."""
    if isinstance(record, Event):
        longitude, latitude = record.position or (None, None)
        values: tuple[Any, ...] = (
            record.event_id, record.revision, record.kind, record.phase, record.severity, record.camera_id, record.zone,
            record.started, record.at, longitude, latitude,
        )  # fmt: skip
        table = "events"
    else:
        values = (
            record.camera_id, record.place, record.direction, record.start, record.end, sum(record.counts.values()),
            record.mean_speed_mps, record.flow_vph, record.queue_m,
        )  # fmt: skip
        table = "measurements"
    places = ", ".join(["%s"] * (len(values) + 1))
    wanted = f"INSERT INTO {table} VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608 names and marks alone
    database.execute(wanted, (*values, Jsonb(record.raw)))


def archive(url: str, reader: Any) -> None:
    """Until the reader ends. A record is committed here before the reader notes that it is done with it."""
    with psycopg.connect(url, autocommit=True) as database:
        for record in reader:
            keep(database, record)


def main(servers: str, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(TABLES)
    readers = [events(servers, group="archive"), measurements(servers, group="archive-measurements")]
    threads = [Thread(target=archive, args=(url, reader)) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
