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
    return [table, costs]
