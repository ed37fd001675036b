"""A summary of each track, when it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.episodes import NOTHING
from analytics.kernels.tracks import log_tracks
from analytics.paths import TOLERANCE_PX, PathLog, simplify
from analytics.track_table import TrackTable
from analytics.views import observed_rows
from core.arrays import AnyArray, frozen
from core.explanation import Reasons
from core.findings import Findings, StepView
from core.mutes import Mutes
from core.records import TrackSummary
from core.taxonomy import LABELS

CHORD_NS: Final = SECOND_NS
EVERY_CLASS: Final = frozen(np.ones(len(LABELS), np.bool_), np.bool_, (len(LABELS),), "every")

FIELDS: Final = [
    ("first_run_ns", np.int64),
    ("first_wall_ns", np.int64),
    ("last_wall_ns", np.int64),
    ("observed", np.int64),
    ("votes", np.uint32, (len(LABELS),)),
    ("foot", np.float32, (2,)),
    ("kept", np.float32, (2,)),
    ("ground", np.float64, (2,)),
    ("chord_foot", np.float32, (2,)),
    ("chord_ground", np.float64, (2,)),
    ("chord_ns", np.int64),
    ("length_m", np.float64),
    ("placed", np.bool_),
]


class TrackLogRule:
    """Where each track was while it was seen, in which class, and how fast.

    A point is kept when the foot has moved by `TOLERANCE_PX`. Lengths are summed over chords of at least that
    and `CHORD_NS`, so that a box that trembles does not travel: noise of 0.15 m adds 2 % to a walker's second, but 30 %
    and more to his tenths.
    """

    def __init__(self, camera_id: str) -> None:
        self._camera_id = camera_id
        self._clock = CameraClock()
        self._epoch = 0
        self._table = TrackTable(list(FIELDS))
        self._paths = PathLog()

    def __len__(self) -> int:
        return len(self._table)

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        self._clock.frame(view.frame)
        run_ns = self._clock.run_ns
        findings = NOTHING
        if self._clock.new_epoch:
            findings += self._summaries(self._table.take_all())
        self._epoch = view.frame.epoch
        findings += self._summaries(self._table.take(view.ended_id)) if len(view.ended_id) else NOTHING
        findings += self._summaries(self._table.take_unseen(run_ns))
        rows = observed_rows(view, EVERY_CLASS)
        if len(rows):
            self._add(view, rows, run_ns)
        return findings

    def mute(self, mutes: Mutes) -> None:
        """Nothing: it makes no events."""

    def tick(self, now_ns: int) -> Findings:
        """Nothing: only frames move tracks."""
        self._clock.tick(now_ns)
        return NOTHING

    def close(self, now_ns: int) -> Findings:
        """The tracks that are still there."""
        self._clock.pause()
        return self._summaries(self._table.take_all())

    def explain(self, view: StepView, row: int) -> Mapping[str, Reasons]:
        """Nothing: it is no rule of the scene."""
        return {}

    def _add(self, view: StepView, rows: AnyArray, run_ns: int) -> None:
        at, fresh = self._table.locate(view.track_id[rows], run_ns)
        seen = rows, view.class_id, view.foot, view.position, view.valid
        moved, times = np.empty(len(rows), np.int64), (run_ns, view.now_ns)
        moved = moved[: log_tracks(self._table.rows, at, fresh, seen, times, TOLERANCE_PX, CHORD_NS, moved)]
        if len(moved):
            self._paths.add(view.track_id[moved], view.foot[moved])

    def _summaries(self, gone: AnyArray) -> Findings:
        if not len(gone):
            return NOTHING
        ways = self._paths.take(gone["id"])
        return Findings(tracks=tuple(self._summary(row, ways[int(row["id"])]) for row in gone))

    def _summary(self, row: AnyArray, way: AnyArray) -> TrackSummary:
        if (row["foot"] != row["kept"]).any():
            way = np.concatenate((way, row["foot"][None, :]))
        seconds = float(row["seen_ns"] - row["first_run_ns"]) / SECOND_NS
        length_m = float(row["length_m"] + np.linalg.norm(row["ground"] - row["chord_ground"]))
        return TrackSummary(
            self._camera_id,
            self._epoch,
            int(row["id"]),
            int(row["votes"].argmax()),
            int(row["first_wall_ns"]),
            max(int(row["last_wall_ns"]), int(row["first_wall_ns"])),
            tuple((float(x), float(y)) for x, y in simplify(way, TOLERANCE_PX)),
            int(row["observed"]),
            length_m / seconds if row["placed"] and seconds > 0 else None,
        )
