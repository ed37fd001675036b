"""The figures as a table."""

from __future__ import annotations

from typing import Any, Final

from rich.table import Table

from locales import text

LIMIT_MS: Final = 0.15
"""What 100 tracks on 12 lanes may take of a frame."""


def tables(found: dict[str, Any]) -> list[Table]:
    """Accuracy by way, noise and rate; and cost beside its limit."""
    table = Table(title=text("bench-motion-title"))
    rows = found["accuracy"]
    names = ("way", "noise", "fps", "still", "worst", "steady", "early", "place", "braking", "stop", "slow")
    for name in names:
        table.add_column(text(f"bench-motion-{name}"), justify="left" if name in names[:2] else "right")
    for key, values in rows.items():
        table.add_row(*key.split(), *(f"{value:.2f}" for value in values.values()))
    costs = Table(title=text("bench-motion-cost"))
    for name in ("what", "ms", "share"):
        costs.add_column(text(f"bench-motion-{name}"), justify="left" if name == "what" else "right")
    for what, ms in found["cost_ms"].items():
        costs.add_row(what, f"{ms:.3f}", f"{ms / LIMIT_MS:.2f}")
    return [table, costs, *([_filmed(found["filmed"])] if "filmed" in found else [])]


def _filmed(found: dict[str, Any]) -> Table:
    """Errors beside places that others measured."""
    table = Table(title=text("bench-motion-filmed"))
    names = ("sequence", "boxes", "place", "place-90", "speed", "speed-90", "count")
    for name in names:
        table.add_column(text(f"bench-motion-{name}"), justify="left" if name in names[:2] else "right")
    for sequence, ways in found.items():
        for way in ("true boxes", "detected boxes"):
            figures = list(ways[way].values())
            table.add_row(sequence, way, *(f"{value:.3f}" for value in figures[:4]), f"{figures[4]:,}")
    return table
