"""The figures as tables."""

from __future__ import annotations

from rich.table import Table

from benchmarks.messaging.measure import FRAME_MARK_MS, LATENCY_MARK_MS, MARKS, RATE, Result
from locales import text


def tables(result: Result) -> list[Table]:
    """Speeds beside marks and peers; latencies."""
    speeds = Table(title=text("bench-messaging-title", events=result.events, bytes=result.bytes))
    for name in ("what", "speed", "cpu", "per-cpu", "mark", "share"):
        speeds.add_column(text(f"bench-messaging-{name}"), justify="left" if name == "what" else "right")
    for name, speed in result.speeds.items():
        mark = MARKS.get(name)
        told = ("", "") if mark is None else (f"{mark:,}", f"{speed.per_s / mark:.2f}")
        peer = name.removeprefix("peer: ")
        label = text("bench-messaging-peer", library=peer) if peer != name else text("bench-messaging-ours", name=name)
        speeds.add_row(label, f"{speed.per_s:,.0f}", f"{speed.cpu_us:.1f}", f"{speed.per_cpu_s:,.0f}", *told)
    latencies = Table(title=text("bench-messaging-latency", rate=RATE, mark=LATENCY_MARK_MS))
    for name in ("what", "median", "p99"):
        latencies.add_column(text(f"bench-messaging-{name}"), justify="left" if name == "what" else "right")
    for name, (middle, worst) in result.latency_ms.items():
        latencies.add_row(text("bench-messaging-ours", name=name), f"{middle:.1f}", f"{worst:.1f}")
    if result.from_frame_ms is not None:
        middle, worst = result.from_frame_ms
        label = text("bench-messaging-frame", mark=f"{FRAME_MARK_MS:,.0f}")
        latencies.add_row(label, f"{middle:.1f}", f"{worst:.1f}")
    return [speeds, latencies]
