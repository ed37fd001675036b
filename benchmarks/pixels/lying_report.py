"""The figures of things as tables."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from benchmarks.events.intervals import wilson
from benchmarks.events.scoring import interval_text
from benchmarks.pixels.lying import ThingsResult
from benchmarks.pixels.report import quiet_table, table
from locales import text


def tables(result: ThingsResult) -> Iterator[Table]:
    """Kinds, groups of things, and clips into which nothing was put."""
    kinds = table("things-kinds", "shown", "detected")
    for kind, count, detected in result.by_kind():
        share = detected / count if count else None
        kinds.add_row(kind, str(count), interval_text(share, wilson(detected, count), True))
    yield kinds
    groups = table("things", "shown", "detected", "delay", "ended", "owned")
    for name, group in result.groups.items():
        figures = group.figures()
        groups.add_row(
            f"{group.kind}: {name}",
            str(group.shown),
            interval_text(figures["detection_rate"], figures["detection_rate_interval"], True),
            interval_text(figures["mean_time_to_detect_s"], figures["mean_time_to_detect_s_interval"], False),
            f"{group.ended}/{len(group.delays_s)}",
            f"{group.owned}/{len(group.delays_s)}" if group.owners else "",
        )
    yield groups
    yield quiet_table({"beside": result.staged, **result.quiet})


def notes(result: ThingsResult) -> Iterator[str]:
    """What is to be known when reading them."""
    yield text("bench-pixels-things-basis", clips=", ".join(result.clips), seeds=result.plan.seeds)
    if result.cost_ms:
        cost = ", ".join(f"{name} {ms:.1f} ms" for name, ms in result.cost_ms.items())
        yield text("bench-pixels-things-cost", cost=cost)
    if result.failed:
        yield text("bench-pixels-failed", count=result.failed)
