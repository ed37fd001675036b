"""Numbers that a rule keeps for each track, as rows of one array."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.clock import CameraClock
from analytics.kernels.tracks import find
from core.arrays import I64, AnyArray
from core.findings import StepView

EXPIRE_NS = 60_000_000_000
"""A track not seen for this long has ended, whether or not its tracker said so: the table stays bounded."""

LOOK_NS = 1_000_000_000


class TrackTable:
    """Rows sorted by `id`, with `seen_ns` (run time) and the caller's own fields, zero in a new row.

    Args:
        fields: names and numpy types of the caller's fields.
        wide, width: type and number of further records of each track, zero in a new one; see the attribute.

    Attributes:
        wide: (T, width), row by row with `rows`.
    """

    def __init__(self, fields: list[Any], *, wide: Any = np.bool_, width: int = 0) -> None:
        self._looked_ns = 0
        self.wide: AnyArray = np.zeros((0, width), wide)
        self.rows: AnyArray = np.zeros(0, np.dtype([("id", np.int64), ("seen_ns", np.int64), *fields], align=True))

    def __len__(self) -> int:
        return len(self.rows)

    def locate(self, ids: I64, run_ns: int) -> tuple[I64, AnyArray]:
        """The row number of each track (K, each id once), and which of them (K, bool) are new; all are seen now."""
        at, missing = find(self.rows["id"], self.rows["seen_ns"], ids, run_ns)
        fresh = at < 0
        if missing:
            # Not np.concatenate: it works out the common type of all fields anew at each call.
            before = len(self.rows)
            merged = np.zeros(before + missing, self.rows.dtype)
            merged[:before] = self.rows
            merged["id"][before:], merged["seen_ns"][before:] = ids[fresh], run_ns
            self.rows = merged
            if self.wide.shape[1]:
                wide = np.zeros((len(merged), self.wide.shape[1]), self.wide.dtype)
                wide[:before] = self.wide
                self.wide = wide
            at[fresh] = np.arange(before, len(merged))
            # A tracker counts upwards: what is new comes last.
            if np.count_nonzero(np.diff(merged["id"][max(before - 1, 0) :]) <= 0):
                order = np.argsort(merged["id"], kind="stable")
                self.rows, self.wide = self.rows[order], self.wide[order] if self.wide.shape[1] else self.wide
                at, _ = find(self.rows["id"], self.rows["seen_ns"], ids, run_ns)
        return at, fresh

    def row(self, track: int) -> int | None:
        """The row number of a track."""
        at = int(np.searchsorted(self.rows["id"], track))
        return at if at < len(self.rows) and self.rows["id"][at] == track else None

    def find(self, track: int) -> AnyArray | None:
        """The record of a track."""
        at = self.row(track)
        return None if at is None else self.rows[at]

    def let_go(self, view: StepView, clock: CameraClock) -> None:
        """Remove the tracks that have ended by this frame, which `clock` has heard; of an epoch that is over, all."""
        if clock.new_epoch:
            self.take_all()
        self.take(view.ended_id)
        self.take_unseen(clock.run_ns)

    def take(self, ids: I64) -> AnyArray:
        """Remove these tracks; their rows (unknown ids have none)."""
        if not len(ids) or not len(self.rows):
            return self.rows[:0]
        return self._take((self.rows["id"][:, None] == ids).any(axis=1))

    def take_unseen(self, run_ns: int) -> AnyArray:
        """Remove the tracks not seen for `EXPIRE_NS`, looked for once a second; their rows."""
        if not len(self.rows) or 0 <= run_ns - self._looked_ns < LOOK_NS:
            return self.rows[:0]
        self._looked_ns = run_ns
        return self._take(self.rows["seen_ns"] < run_ns - EXPIRE_NS)

    def take_all(self) -> AnyArray:
        """Remove all tracks; their rows."""
        gone, self.rows, self.wide = self.rows, self.rows[:0], self.wide[:0]
        return gone

    def _take(self, going: AnyArray) -> AnyArray:
        if not going.any():
            return self.rows[:0]
        gone, self.rows = self.rows[going], self.rows[~going]
        if self.wide.shape[1]:
            self.wide = self.wide[~going]
        return gone
