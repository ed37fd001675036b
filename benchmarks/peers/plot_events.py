"""Draws the events benchmark where matplotlib is installed. The job names result, words and the PNG's path."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl  # type: ignore[import-not-found]

mpl.use("Agg")

import matplotlib.pyplot as plt  # type: ignore[import-not-found]

COLUMNS = 3


def main() -> None:
    """Draw the job named on the command line: a panel for each kind that had incidents."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    curves, words = job["result"]["curves"], job["words"]
    seen = {kind: points for kind, points in curves.items() if any(p["incidents"] for p in points)}
    columns = min(max(len(seen), 1), COLUMNS)
    rows = max(-(-len(seen) // columns), 1)
    figure, axes = plt.subplots(rows, columns, figsize=(6.4 * columns, 4.6 * rows), squeeze=False)
    for axis in axes.flat[len(seen) :]:
        axis.axis("off")
    for axis, (kind, points) in zip(axes.flat, seen.items(), strict=False):
        panel(axis, kind, points, words)
    figure.tight_layout()
    figure.savefig(job["png"], dpi=130)


def panel(axis: Any, kind: str, points: Any, words: Any) -> None:
    """Up and to the left is better; a line for each parameter, with its values beside the points."""
    known = [p for p in points if p["detection_rate"] is not None and p["false_per_camera_day"] is not None]
    for number, name in enumerate(sorted({p["parameter"] for p in known if p["parameter"]})):
        mine = sorted((p for p in known if p["parameter"] == name), key=lambda p: p["value"])
        x, y = [p["false_per_camera_day"] for p in mine], [100 * p["detection_rate"] for p in mine]
        low = [100 * (p["detection_rate"] - p["detection_rate_interval"][0]) for p in mine]
        high = [100 * (p["detection_rate_interval"][1] - p["detection_rate"]) for p in mine]
        axis.errorbar(x, y, yerr=[low, high], marker="o", capsize=2, color=f"C{number}", label=name)
        for p, px, py in zip(mine, x, y, strict=True):
            axis.annotate(f"{p['value']:g}", (px, py), fontsize=8, xytext=(4, 4), textcoords="offset points")
    for p in known:
        if not p["parameter"]:
            at = (p["false_per_camera_day"], 100 * p["detection_rate"])
            axis.scatter(*at, color="black", zorder=3, label=words["default"])
    axis.set(title=kind, xlabel=words["false"], ylabel=words["detected"], ylim=(-2, 102))
    axis.set_xscale("symlog", linthresh=1.0)
    axis.grid(visible=True, alpha=0.25)
    if known:
        axis.legend(fontsize=8)


if __name__ == "__main__":
    main()
