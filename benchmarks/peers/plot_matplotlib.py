"""Draws a benchmark's figures; runs where matplotlib is installed. The job names result, words and the PNG's path."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl  # type: ignore[import-not-found]

mpl.use("Agg")

import matplotlib.pyplot as plt  # type: ignore[import-not-found]

OURS = "matpho"
ORACLE = "oracle"
COMBINED = "COMBINED_SEQ"


def main() -> None:
    """Draw the job named on the command line."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    result, words = job["result"], job["words"]
    panels = [by_ms, by_rate, by_objects] if result["scores"] else [by_objects]
    figure, axes = plt.subplots(1, len(panels), figsize=(5.6 * len(panels), 4.6), squeeze=False)
    names = list(result["scaling"])
    colours = {name: "black" if name == OURS else f"C{n}" for n, name in enumerate(names)}
    for panel, axis in zip(panels, axes[0], strict=True):
        panel(axis, result, words, colours)
        axis.grid(visible=True, which="both", alpha=0.25)
    handles, labels = axes[0][-1].get_legend_handles_labels()
    columns = min(len(labels), 2 + 2 * len(panels))
    figure.tight_layout(rect=(0, 0.07 * -(-len(labels) // columns), 1, 1))
    figure.legend(handles, labels, loc="lower center", ncols=columns, fontsize=8, frameon=False)
    figure.savefig(job["png"], dpi=130)


def by_ms(axis: Any, result: Any, words: Any, colours: Any) -> None:
    """Accuracy against cost: up and to the left is better."""
    for name, ms in result["ms"].items():
        hota = result["scores"]["1"][name][COMBINED]["HOTA"]
        axis.scatter([ms], [hota], color=colours[name], s=45)
    axis.set(xscale="log", xlabel=words["ms"], ylabel="HOTA")


def by_rate(axis: Any, result: Any, words: Any, colours: Any) -> None:
    """Accuracy against the share of frames kept."""
    strides = list(result["scores"])
    for name in [*result["ms"], ORACLE]:
        values = [result["scores"][s][name][COMBINED]["HOTA"] for s in strides]
        line = {"color": "grey", "linestyle": ":"} if name == ORACLE else {"color": colours[name], "marker": "o"}
        axis.plot(range(len(strides)), values, linewidth=2.5 if name == OURS else 1.2, **line)
    axis.annotate(words["oracle"], (0, values[0]), fontsize=8, xytext=(0, -11), textcoords="offset points")
    axis.set_xticks(range(len(strides)), [f"1/{s}" for s in strides])
    axis.set(xlabel=words["rate"], ylabel="HOTA")


def by_objects(axis: Any, result: Any, words: Any, colours: Any) -> None:
    """Cost against objects in the picture, both by decades."""
    for name, by_cameras in result["scaling"].items():
        for cameras, found in by_cameras.items():
            label = name if cameras == "1" else f"{name}, {cameras} {words['cameras']}"
            style = "-" if cameras == "1" else "--"
            axis.plot(
                [int(n) for n in found], list(found.values()), style, marker="o", color=colours[name], label=label
            )
    objects = result["plan"]["objects"]
    axis.set(xscale="log", yscale="log", xlabel=words["objects"], ylabel=words["ms"])
    axis.set_xticks(objects, [str(n) for n in objects])
    axis.set_xticks([], minor=True)


if __name__ == "__main__":
    main()
