"""The figures as tables."""

from __future__ import annotations

from rich.table import Table

from benchmarks.junction.measure import LIMITS_MS, Result
from locales import text


def tables(result: Result) -> list[Table]:
    """Costs beside their limits and the peer's; memory."""
    costs = Table(title=text("bench-junction-title", tracks=result.tracks))
    for name in ("what", "median", "p99", "limit", "share"):
        costs.add_column(text(f"bench-junction-{name}"), justify="left" if name == "what" else "right")
    for what, cost in result.costs.items():
        limit = LIMITS_MS.get(what)
        told = ("", "") if limit is None else (f"{limit:.2f}", f"{cost.median_ms / limit:.2f}")
        costs.add_row(
            text(f"bench-junction-{what.replace(' ', '-')}"), f"{cost.median_ms:.3f}", f"{cost.p99_ms:.3f}", *told
        )
    if result.peer is not None:
        ours = result.costs["motion and measurements"].median_ms
        name = text(
            "bench-junction-peer", version=result.peer["version"], times=round(result.peer["median_ms"] / ours, 1)
        )
        costs.add_row(name, f"{result.peer['median_ms']:.3f}", "", "", "")
    if result.memory is None:
        return [costs]
    memory = Table(title=text("bench-junction-memory"))
    for name in ("updates", "tracks", "early", "late"):
        memory.add_column(text(f"bench-junction-{name}"), justify="right")
    mine = result.memory
    memory.add_row(f"{mine.updates:,}", f"{mine.tracks:,}", f"{mine.early_mib:.1f}", f"{mine.late_mib:.1f}")
    return [costs, memory]
