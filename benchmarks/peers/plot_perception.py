"""Draws the perception benchmark where matplotlib is installed. The job names result, words and the PNG's path."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl  # type: ignore[import-not-found]

mpl.use("Agg")

import matplotlib.pyplot as plt  # type: ignore[import-not-found]


def main() -> None:
    """Draw the job named on the command line."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    figure, axes = plt.subplots(1, 3, figsize=(15, 4.6))
    for panel, axis in zip((by_rate, by_batch, by_cores), axes, strict=True):
        panel(axis, job["result"], job["words"])
        axis.grid(visible=True, alpha=0.25)
    figure.tight_layout()
    figure.savefig(job["png"], dpi=130)


def by_rate(axis: Any, result: Any, words: Any) -> None:
    """Frames a second: the limits in grey, ours in black, the peers in colour."""
    bars = [(f"{name}\n{words['alone']}", found["detector"], "grey") for name, found in result["backends"].items()]
    bars += [(f"{name}\n{words['whole']}", found["chain"], "black") for name, found in result["backends"].items()]
    bars += [(name, found, f"C{n}") for n, (name, found) in enumerate(result["peers"].items())]
    names, found, colours = zip(*bars, strict=True)
    axis.barh(names, [one["fps"] for one in found], color=colours)
    axis.invert_yaxis()
    axis.tick_params(axis="y", labelsize=8)
    axis.set(xlabel=words["fps"])


def by_batch(axis: Any, result: Any, words: Any) -> None:
    """Milliseconds an image by images in a call."""
    for name, curve in result["batches"].items():
        sizes = [int(size) for size in curve["ms_a_frame"]]
        axis.plot(sizes, list(curve["ms_a_frame"].values()), marker="o", label=name)
    axis.legend(fontsize=8, frameon=False)
    axis.set_xticks(sorted({int(size) for curve in result["batches"].values() for size in curve["ms_a_frame"]}))
    axis.set(xlabel=words["batch"], ylabel=words["ms"], ylim=(0, None))


def by_cores(axis: Any, result: Any, words: Any) -> None:
    """Frames a second by cores, and the straight line of one core's."""
    counts = [int(count) for count in result["cores"]]
    rates = list(result["cores"].values())
    axis.plot(counts, rates, marker="o", color="black")
    if counts:
        axis.plot(counts, [rates[0] * count for count in counts], linestyle=":", color="grey")
    axis.set_xticks(counts)
    axis.set(xlabel=words["cores"], ylabel=words["fps"], xlim=(0, None), ylim=(0, None))


if __name__ == "__main__":
    main()
