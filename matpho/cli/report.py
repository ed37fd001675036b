"""`matpho report`: one HTML file with all that a store holds of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from locales import text
from matpho.cli.options import EvidenceOption, StoreOption
from matpho.defaults import EVIDENCE, STORE


def report(
    store: StoreOption = STORE,
    evidence: EvidenceOption = EVIDENCE,
    out: Annotated[Path, typer.Option(help=text("cli-opt-report-out"))] = Path("report.html"),
) -> None:
    """Write the report."""
    from console.report import write_report
    from store.event_store import EventStore

    opened = EventStore.open(store, create=False)
    try:
        path = write_report(opened, evidence, out)
    finally:
        opened.close()
    Console().print(text("cli-report-at", path=path), soft_wrap=True)
