"""Numbers that a rule keeps for each track, as rows of one array."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from analytics.clock import CameraClock
from analytics.kernels.tracks import find, found_at
from core.arrays import I64, AnyArray, Bool
from core.findings import StepView

EXPIRE_NS: Final = 60_000_000_000
"""A track not seen for this long has ended, whether or not its tracker said so: the table stays bounded."""
LOOK_NS: Final = 1_000_000_000
LEAST_ROOM: Final = 8
MOST_ROOM: Final = 8
"""Times as many rows as there are tracks, at most."""


class TrackTable:
    """Rows sorted by `id`, with `seen_ns` (run time) and the caller's own fields, zero in a new row.

    Args:
        fields: names and numpy types of the caller's fields.
        wide, width: type and number of further records of each track, zero in a new one; see the attribute.

    Attributes:
        rows: of all tracks.
        wide: (T, width), row by row with `rows`.
    """

    def __init__(self, fields: list[Any], *, wide: Any = np.bool_, width: int = 0) -> None:
        self._looked_ns = self._epoch = 0
        self._ended: list[I64] = []
        record = np.dtype([("id", np.int64), ("seen_ns", np.int64), *fields], align=True)
        self._lay_out(0, np.zeros(LEAST_ROOM, record), np.zeros((LEAST_ROOM, width), wide))

    def __len__(self) -> int:
        return self._count

    def locate(self, ids: I64, run_ns: int) -> tuple[I64, Bool]:
        """The row number of each track (K, each id once), and which of them (K) are new; all are seen now."""
        before, wanted = self._count, len(ids)
        if before + wanted > len(self._room):
            self._lay_out(before, *(_copied(room, before, 2 * (before + wanted)) for room in self._rooms))
        at, fresh = np.empty(wanted, np.int64), np.empty(wanted, np.bool_)
        count, rises = find(self._ids, self._seen, before, ids, run_ns, at, fresh)
        if count != before:
            self._show(count)
            if not rises:
                # A tracker counts upwards: what is new comes last, but for this once.
                order = np.argsort(self.rows["id"], kind="stable")
                self.rows[:], self.wide[:] = self.rows[order], self.wide[order]
                find(self._ids, self._seen, count, ids, run_ns, at, np.empty(wanted, np.bool_))
        return at, fresh

    def row(self, track: int) -> int | None:
        """The row number of a track."""
        at = int(np.searchsorted(self.rows["id"], track))
        return at if at < self._count and self.rows["id"][at] == track else None

    def where(self, tracks: I64) -> tuple[I64, Bool]:
        """The row number of each of these tracks (K), and which of them are there (K): of others it is any row. The
        table is not empty.
        """
        ids = self.rows["id"]
        at = np.minimum(np.searchsorted(ids, tracks), self._count - 1)
        return at, np.asarray(ids[at] == tracks, np.bool_)

    def find(self, track: int) -> AnyArray | None:
        """The record of a track."""
        at = self.row(track)
        return None if at is None else self.rows[at]

    def let_go(self, view: StepView, clock: CameraClock) -> None:
        """Forget the tracks that have ended by this frame, which `clock` has heard; of an epoch that is over, all.

        Those that have ended are there for up to `LOOK_NS` more: numbers do not come again within an epoch, and to
        remove many at once is cheaper.
        """
        if clock.epochs != self._epoch:
            # Not every rule asks at the first frame of an epoch.
            self._epoch = clock.epochs
            self.take_all()
            return
        if not self._count:
            return
        if len(view.ended_id):
            self._ended.append(view.ended_id)
        if not 0 <= clock.run_ns - self._looked_ns < LOOK_NS:
            if self._ended:
                self.take(np.concatenate(self._ended))
            self._ended = []
            self.take_unseen(clock.run_ns)

    def take(self, ids: I64) -> AnyArray:
        """Remove these tracks; their rows (unknown ids have none)."""
        if not len(ids) or not self._count:
            return self.rows[:0]
        going = np.zeros(self._count, np.bool_)
        return self._take(going) if found_at(self._ids, self._count, ids, going) else self.rows[:0]

    def take_unseen(self, run_ns: int) -> AnyArray:
        """Remove the tracks not seen for `EXPIRE_NS`, looked for once a second; their rows."""
        if not self._count or 0 <= run_ns - self._looked_ns < LOOK_NS:
            return self.rows[:0]
        self._looked_ns = run_ns
        going = self.rows["seen_ns"] < run_ns - EXPIRE_NS
        return self._take(going) if np.count_nonzero(going) else self.rows[:0]

    def take_all(self) -> AnyArray:
        """Remove all tracks; their rows."""
        gone = self.rows
        self._ended = []
        if len(gone):
            self._lay_out(0, *(np.zeros((LEAST_ROOM, *room.shape[1:]), room.dtype) for room in self._rooms))
        return gone

    def _take(self, going: Bool) -> AnyArray:
        gone, stays, before = self.rows[going], np.flatnonzero(~going), self._count
        left, first = len(stays), int(going.argmax())
        if len(self._room) > max(MOST_ROOM * left, LEAST_ROOM):
            room = max(2 * left, LEAST_ROOM)
            self._lay_out(left, *(_copied(each[stays], left, room) for each in self._rooms))
            return gone
        for each in self._bytes:
            each[first:left] = each[stays[first:]]
            each[left:before] = 0
        self._show(left)
        return gone

    def _lay_out(self, count: int, room: AnyArray, wide: AnyArray) -> None:
        """Rows lie at the beginning of an array that has room for more, which is zero."""
        self._room, self._rooms = room, (room, wide)
        self._ids, self._seen = room["id"], room["seen_ns"]
        # Records are moved as plain bytes, several times faster than by their fields.
        self._bytes = tuple(each.view(np.uint8).reshape(len(each), -1) for each in self._rooms if each.size)
        self._show(count)

    def _show(self, count: int) -> None:
        self._count = count
        self.rows: AnyArray = self._room[:count]
        self.wide: AnyArray = self._rooms[1][:count]


def _copied(rows: AnyArray, count: int, room: int) -> AnyArray:
    """The first rows, with room for more."""
    # Not np.concatenate: it works out the common type of all fields anew at each call.
    more = np.zeros((room, *rows.shape[1:]), rows.dtype)
    more[:count] = rows[:count]
    return more
