"""What goes from an outbox on disk: what every sink has, and at a bound what costs the least."""

from __future__ import annotations

from typing import Final

from core.incidents import Incident
from sinks.record_log import NUMBERS, Entry, RecordLog

INCIDENT: Final = NUMBERS[Incident]


def drop_delivered(log: RecordLog, up_to: int, before_ns: int, least_bytes: int = 0, most: int = 10_000) -> int:
    """Delete what every sink has: what is older, and else the oldest until `least_bytes` are freed; how many.

    Raises:
        SinkError: the disk fails.
    """
    going, freed = [], 0
    # Read one by one: mostly the first is too young.
    rows = log.file.scan("SELECT seq, bytes, at_ns FROM records WHERE seq <= ? ORDER BY seq LIMIT ?", up_to, most)
    for seq, size, at_ns in rows:
        if at_ns >= before_ns and freed >= least_bytes:
            break
        going.append(seq)
        freed += size
    rows.close()
    log.file.delete(going, freed)
    return len(going)


def sacrifice(log: RecordLog, after: int, least_bytes: int, before_ns: int = 0, most: int = 1_000) -> list[Entry]:
    """Delete of the records after a number, which some sink still lacks: all that is older, then the oldest
    measurements and tracks, then the oldest events and incidents, until `least_bytes` are freed; at most so many at
    once. The deleted are the answer.

    Raises:
        SinkError: the disk fails.
    """
    columns = "SELECT seq, at_ns, type, body FROM records WHERE seq > ?"
    # By time: looked at each second, and whatever waits is mostly young.
    old = f"{columns} AND at_ns < ? ORDER BY at_ns, seq LIMIT ?"
    going = log.file.scan(old, after, before_ns, most).fetchall()
    missing = least_bytes - sum(len(row[3]) for row in going)
    for among in (f"type > 0 AND type <> {INCIDENT}", f"type IN (0, {INCIDENT})"):
        if missing <= 0:
            break
        rows = log.file.scan(f"{columns} AND {among} ORDER BY seq LIMIT ?", after, most)
        for row in rows:
            if missing <= 0 or len(going) >= most:
                break
            if row[1] >= before_ns:
                going.append(row)
                missing -= len(row[3])
        rows.close()
    log.file.delete([row[0] for row in going], sum(len(row[3]) for row in going))
    return list(log.entries(going))
