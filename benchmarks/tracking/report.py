"""The figures as tables on a terminal, and as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.box import SIMPLE
from rich.table import Table

from benchmarks.environments import SCORING, draw
from benchmarks.tracking.measure import ORACLE, TrackingResult, as_dict
from benchmarks.tracking.scoring import COMBINED
from locales import text

METRICS: Final = ("HOTA", "DetA", "AssA", "MOTA", "IDF1", "IDSW")


def tables(result: TrackingResult) -> Iterator[Table]:
    """What a person reads, the sum first."""
    if result.scores:
        yield _sums(result)
        yield _by_sequence(result)
        yield _by_rate(result)
    yield _costs(result)
    if result.failed:
        yield _failures(result)


def plot(result: TrackingResult, path: Path) -> None:
    """Accuracy against cost, accuracy against frame rate, cost against objects, as a PNG.

    Raises:
        ConfigError: the picture cannot be written.
        EnvironmentFailure: uv or matplotlib cannot be had.
    """
    words = {name: text(f"cli-bench-tracking-plot-{name}") for name in ("ms", "rate", "objects", "cameras")}
    words[ORACLE] = _name(ORACLE)
    draw("plot_matplotlib.py", SCORING, {"result": as_dict(result), "words": words}, path)


def _table(title: str, *numbers: str, names: int = 1) -> Table:
    shown = Table(title=title, title_justify="left", box=SIMPLE, padding=(0, 1, 0, 0))
    for _ in range(names):
        shown.add_column("", no_wrap=True)
    for name in numbers:
        shown.add_column(name, justify="right", min_width=4)
    return shown


def _figures(found: dict[str, float]) -> list[str]:
    return [f"{found[name]:.0f}" if name == "IDSW" else f"{found[name]:.1f}" for name in METRICS]


def _sums(result: TrackingResult) -> Table:
    frames = sum(item["frames"] for item in result.data)
    title = text("cli-bench-tracking-sums", sequences=len(result.data), frames=frames)
    shown = _table(title, *METRICS, text("cli-bench-tracking-ms"), text("cli-bench-tracking-truth"))
    for tracker, found in result.scores[1].items():
        ms, truth = result.ms.get(tracker), result.truth.get(tracker)
        shown.add_row(
            _name(tracker),
            *_figures(found[COMBINED]),
            "" if ms is None else f"{ms:.3f}",
            "" if truth is None else f"{truth[COMBINED]['IDF1']:.1f}",
        )
    return shown


def _by_sequence(result: TrackingResult) -> Table:
    shown = _table(text("cli-bench-tracking-by-sequence"), *METRICS)
    for item in result.data:
        shown.add_row(item["name"], style="bold")
        for tracker, found in result.scores[1].items():
            shown.add_row(_name(tracker), *_figures(found[item["name"]]))
        shown.add_section()
    return shown


def _by_rate(result: TrackingResult) -> Table:
    shown = _table(text("cli-bench-tracking-by-rate"), *(f"1/{stride}" for stride in result.scores))
    for tracker in result.scores[1]:
        shown.add_row(_name(tracker), *(f"{s[tracker][COMBINED]['HOTA']:.1f}" for s in result.scores.values()))
    return shown


def _costs(result: TrackingResult) -> Table:
    shown = _table(text("cli-bench-tracking-costs"), *(str(n) for n in result.plan.objects), names=2)
    for tracker, by_cameras in result.scaling.items():
        for cameras, found in by_cameras.items():
            cells = (f"{found[n]:.3f}" for n in result.plan.objects)
            shown.add_row(_name(tracker), text("cli-bench-tracking-cameras", cameras=cameras), *cells)
    live = result.live
    if live is not None:
        shown.caption = text(
            "cli-bench-tracking-live",
            tracks=live.tracks,
            cameras=live.cameras,
            objects=live.objects,
            ms=f"{live.ms:.2f}",
            mib=f"{live.mib:.0f}",
        )
        shown.caption_justify = "left"
    return shown


def _failures(result: TrackingResult) -> Table:
    shown = _table(text("cli-bench-tracking-failed"))
    shown.add_column("", overflow="fold")
    for tracker, reason in result.failed.items():
        shown.add_row(tracker, reason)
    return shown


def _name(tracker: str) -> str:
    return text("cli-bench-tracking-oracle") if tracker == ORACLE else tracker
