"""Conditions that several tables are searched by."""

from __future__ import annotations

from sqlalchemy import ColumnElement


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
