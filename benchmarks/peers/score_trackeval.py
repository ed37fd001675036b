"""TrackEval over MOTChallenge folders, as the official script does for MOT15; runs where `trackeval` is installed.

Called with a job: groups of `gt` (folder of SEQ/gt/gt.txt), `results` (folder of TRACKER/data/SEQ.txt), `trackers`, and
`sequences` (name to length in frames). `job["answer"]` receives, for every group, tracker and sequence (`COMBINED_SEQ`
among them), HOTA, DetA, AssA, MOTA and IDF1 in percent, and the number of identity switches.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import trackeval  # type: ignore[import-not-found]

SILENT = {
    "PRINT_RESULTS": False,
    "PRINT_CONFIG": False,
    "TIME_PROGRESS": False,
    "OUTPUT_SUMMARY": False,
    "OUTPUT_DETAILED": False,
    "PLOT_CURVES": False,
    "OUTPUT_EMPTY_CLASSES": False,
    "LOG_ON_ERROR": None,
    "BREAK_ON_ERROR": True,
}


def score(group: dict[str, Any]) -> dict[str, Any]:
    """Tracker to sequence to figures."""
    dataset = trackeval.datasets.MotChallenge2DBox(
        {
            "GT_FOLDER": group["gt"],
            "TRACKERS_FOLDER": group["results"],
            "TRACKERS_TO_EVAL": group["trackers"],
            "BENCHMARK": "MOT15",
            "SKIP_SPLIT_FOL": True,
            "SEQ_INFO": group["sequences"],
            "PRINT_CONFIG": False,
        }
    )
    quiet = {"PRINT_CONFIG": False}
    metrics = [
        trackeval.metrics.HOTA(quiet),
        trackeval.metrics.CLEAR({"THRESHOLD": 0.5} | quiet),
        trackeval.metrics.Identity({"THRESHOLD": 0.5} | quiet),
    ]
    results, _messages = trackeval.Evaluator({"USE_PARALLEL": False} | SILENT).evaluate([dataset], metrics)
    return {
        tracker: {sequence: figures(found["pedestrian"]) for sequence, found in sequences.items()}
        for tracker, sequences in results["MotChallenge2DBox"].items()
    }


def figures(found: dict[str, Any]) -> dict[str, float]:
    """The six that are shown."""
    hota = {name: 100 * float(found["HOTA"][name].mean()) for name in ("HOTA", "DetA", "AssA")}
    return hota | {
        "MOTA": 100 * float(found["CLEAR"]["MOTA"]),
        "IDF1": 100 * float(found["Identity"]["IDF1"]),
        "IDSW": int(found["CLEAR"]["IDSW"]),
    }


def main() -> None:
    """Score the job named on the command line."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        scores = [score(group) for group in job["groups"]]
    answer = {"version": version("trackeval"), "scores": scores}
    Path(job["answer"]).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
