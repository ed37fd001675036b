"""The figures as tables."""

from __future__ import annotations

from rich.table import Table

from benchmarks.gpu.measure import RATES, GpuResult
from locales import text


def tables(result: GpuResult) -> list[Table]:
    """What was measured; without a GPU one line that says so."""
    if result.reason is not None:
        empty = Table(show_header=False, title=text("cli-bench-gpu-not-measured"))
        empty.add_row(result.reason)
        return [empty]
    speeds = Table(title=f"{result.gpu}, {result.model}")
    speeds.add_column("")
    for name in ("decode", "chain"):
        speeds.add_column(text(f"cli-bench-gpu-{name}"), justify="right")
    for rate in RATES:
        speeds.add_column(text("cli-bench-gpu-cameras", fps=rate), justify="right")
    for video, chain in result.chain.items():
        cameras = [f"{result.cameras[video][rate]:.0f}" for rate in RATES]
        speeds.add_row(video, f"{result.decode[video]:.0f}", f"{chain:.0f}", *cameras)
    for video, reason in result.failed.items():
        speeds.add_row(video, text("cli-bench-gpu-not-measured"), reason)
    batches = Table(title=text("cli-bench-gpu-batches"))
    for size in result.detector:
        batches.add_column(str(size), justify="right")
    batches.add_row(*(f"{rate:.0f}" for rate in result.detector.values()))
    return [speeds, batches]
