"""Scores by TrackEval: files laid out as it wants them, and its figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.environments import SCORING, Environment
from benchmarks.tracking.data import Clip
from core.arrays import F64

COMBINED: Final = "COMBINED_SEQ"
"""TrackEval's name for all detections of all sequences together."""

Figures = dict[str, float]
"""HOTA, DetA, AssA, MOTA, IDF1 in percent, and IDSW."""
Scores = dict[str, dict[str, Figures]]
"""By tracker, then by sequence, `COMBINED` among them."""


class Board:
    """Truth and results of one set of clips (one stride), on disk until they are scored.

    Args:
        folder: an empty folder of its own.
        clips: what the results are scored against.
    """

    def __init__(self, folder: Path, clips: Sequence[Clip]) -> None:
        self._folder, self._clips = folder, clips
        self._trackers: list[str] = []
        for clip in clips:
            file = folder / "gt" / clip.name / "gt" / "gt.txt"
            file.parent.mkdir(parents=True)
            _write(file, clip.truth)

    def file(self, tracker: str, clip: Clip) -> Path:
        """Where the rows of a tracker for a clip go."""
        path = self._folder / "results" / tracker / "data" / f"{clip.name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def add(self, tracker: str) -> None:
        """All files of this tracker are written: score it."""
        self._trackers.append(tracker)

    def add_rows(self, tracker: str, clip: Clip, rows: F64) -> None:
        """Write (R, 7) rows of frame from 1, id, left, top, width, height, score."""
        _write(self.file(tracker, clip), rows)

    def job(self) -> dict[str, object]:
        """What the scoring script reads."""
        return {
            "gt": str(self._folder / "gt"),
            "results": str(self._folder / "results"),
            "trackers": self._trackers,
            "sequences": {clip.name: clip.frames for clip in self._clips},
        }


def score(boards: Sequence[Board], uv: str, folder: Path) -> list[Scores]:
    """The figures of every board.

    Raises:
        EnvironmentFailure: TrackEval cannot be installed or fails.
    """
    job, answer = folder / "scores.job.json", folder / "scores.json"
    job.write_text(json.dumps({"groups": [b.job() for b in boards], "answer": str(answer)}), encoding="utf-8")
    Environment(uv, SCORING).run("score_trackeval.py", job)
    found: list[Scores] = json.loads(answer.read_text(encoding="utf-8"))["scores"]
    return found


def _write(path: Path, rows: F64) -> None:
    table = np.column_stack((rows, np.full((len(rows), 3), -1.0)))
    np.savetxt(path, table, fmt=("%d", "%d", "%.3f", "%.3f", "%.3f", "%.3f", "%g", "%d", "%d", "%d"), delimiter=",")
