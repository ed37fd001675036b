"""A summary of each track, when it has ended."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.episodes import NOTHING
from analytics.paths import TOLERANCE_PX, PathLog, simplify
from analytics.track_table import TrackTable
from analytics.views import CONFIRMED
from core.arrays import AnyArray
from core.events import TrackSummary
from core.findings import Findings, StepView
from core.taxonomy import LABELS

CHORD_NS: Final = SECOND_NS

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
        rows = np.flatnonzero(view.state == CONFIRMED)
        if len(rows):
            self._add(view, rows, run_ns)
        return findings

    def tick(self, now_ns: int) -> Findings:
        """Nothing: only frames move tracks."""
        self._clock.tick(now_ns)
        return NOTHING

    def close(self, now_ns: int) -> Findings:
        """The tracks that are still there."""
        return self._summaries(self._table.take_all())

    def _add(self, view: StepView, rows: AnyArray, run_ns: int) -> None:
        ids, foot, ground, valid = view.track_id[rows], view.foot[rows], view.position[rows], view.valid[rows]
        at, fresh = self._table.locate(ids, run_ns)
        state = self._table.rows
        if fresh.any():
            new = at[fresh]
            state["first_run_ns"][new], state["first_wall_ns"][new] = run_ns, view.now_ns
            state["placed"][new], state["chord_ground"][new] = valid[fresh], ground[fresh]
            state["chord_foot"][new], state["chord_ns"][new] = foot[fresh], run_ns
        state["last_wall_ns"][at] = view.now_ns
        state["observed"][at] += 1
        state["votes"][at, view.class_id[rows]] += 1
        state["foot"][at], state["ground"][at] = foot, ground
        state["placed"][at] &= valid
        moved = fresh | (np.abs(foot - state["kept"][at]).max(axis=1) >= TOLERANCE_PX)
        if moved.any():
            state["kept"][at[moved]] = foot[moved]
            self._paths.add(ids[moved], foot[moved])
        far = np.abs(foot - state["chord_foot"][at]).max(axis=1) >= TOLERANCE_PX
        far &= run_ns - state["chord_ns"][at] >= CHORD_NS
        if far.any():
            there = at[far]
            state["length_m"][there] += np.linalg.norm(ground[far] - state["chord_ground"][there], axis=1)
            state["chord_ground"][there], state["chord_ns"][there] = ground[far], run_ns
            state["chord_foot"][there] = foot[far]

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
