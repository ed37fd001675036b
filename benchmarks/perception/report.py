"""The figures as tables on a terminal, and as a picture."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.box import SIMPLE
from rich.console import Group
from rich.table import Table
from rich.text import Text

from benchmarks.environments import draw
from benchmarks.perception.as_json import as_dict
from benchmarks.perception.ours import Timed
from benchmarks.perception.python_cost import CAMERAS
from benchmarks.perception.result import (
    ULTRALYTICS_OPENVINO,
    ULTRALYTICS_ORT,
    Mark,
    PerceptionResult,
    median_ms,
)
from locales import text

PLOTTING: Final = ("matplotlib>=3.9",)
OURS: Final = "matpho"
PEER_MARKS: Final = {
    ULTRALYTICS_ORT: "chain_over_ultralytics_ort",
    ULTRALYTICS_OPENVINO: "chain_over_ultralytics_openvino",
}
_WORDS: Final = ("batch", "cores", "fps", "ms", "alone", "whole")


def tables(result: PerceptionResult) -> Iterator[Group]:
    """What a person reads, the ratios first."""
    yield _limits(result)
    yield _peers(result)
    yield _stages(result)
    yield _batches(result)
    yield _machine(result)
    if result.failed:
        yield _failures(result)


def plot(result: PerceptionResult, path: Path) -> None:
    """Rates beside the limits and the peers, stages, batches and cores, as a PNG.

    Raises:
        ConfigError: the picture cannot be written.
        EnvironmentFailure: uv or matplotlib cannot be had.
    """
    words = {name: text(f"cli-bench-perception-{name}") for name in _WORDS}
    draw("plot_perception.py", PLOTTING, {"result": as_dict(result), "words": words}, path)


def _whole(title: str, shown: Table, below: str = "") -> Group:
    return Group(Text(title, style="italic"), shown, *([Text(f"{below}\n", style="dim")] if below else []))


def _table(first: str, *numbers: str) -> Table:
    shown = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    shown.add_column(first, no_wrap=True)
    for name in numbers:
        shown.add_column(name, justify="right")
    return shown


def _limits(result: PerceptionResult) -> Group:
    title = text(
        "cli-bench-perception-limits",
        video=result.video,
        model=result.model,
        frames=result.frames,
        rounds=result.rounds,
        objects=f"{result.ours.objects:.1f}",
    )
    names = ("detector", "chain", "fps", "over-detector", "mark")
    shown = _table(text("cli-bench-perception-backend"), *(text(f"cli-bench-perception-{n}") for n in names))
    for name, found in result.backends.items():
        alone, whole = median_ms(found.alone), median_ms(found.chain)
        mark = result.marks()["chain_over_detector"] if name == result.backend else None
        cells = (f"{alone:.2f}", f"{whole:.2f}", f"{1000 / whole:.1f}", f"{found.over_detector:.3f}", _said(mark))
        shown.add_row(name, *cells)
    return _whole(title, shown, text("cli-bench-perception-decoding", ms=f"{median_ms(result.decode):.2f}"))


def _peers(result: PerceptionResult) -> Group:
    title = text("cli-bench-perception-beside", backend=result.backend)
    names = ("ms", "fps", "boxes", "times", "mark")
    shown = _table("", *(text(f"cli-bench-perception-{name}") for name in names))
    shown.add_row(OURS, *_rate(result.ours.chain), f"{result.ours.objects:.1f}", "", "")
    marks = result.marks()
    for name, peer in result.peers.items():
        over = result.over_peer(name)
        mark = marks.get(PEER_MARKS.get(name, ""))
        times = "" if over is None else f"{over:.2f} ×"
        shown.add_row(name, *_rate(peer.rounds), f"{peer.boxes:.1f}", times, _said(mark))
    return _whole(title, shown, "" if result.peers else text("cli-bench-perception-no-peers"))


def _stages(result: PerceptionResult) -> Group:
    shown = _table(text("cli-bench-perception-stage"), *result.backends)
    decoding = f"{median_ms(result.decode):.3f}"
    shown.add_row(text("cli-bench-perception-decode"), *(decoding for _ in result.backends))
    for stage in result.ours.stages_ms:
        cells = (f"{found.stages_ms[stage]:.3f}" for found in result.backends.values())
        shown.add_row(text(f"cli-bench-perception-{stage}"), *cells)
    shown.add_section()
    for part in result.cpu_us(result.backend):
        cells = (f"{result.cpu_us(name)[part] / 1000:.3f}" for name in result.backends)
        shown.add_row(text(f"cli-bench-perception-cpu-{part}"), *cells)
    mark = result.marks().get("python_cpu_us")
    us = "" if mark is None else f"{mark.value:.0f}"
    below = "" if mark is None else text("cli-bench-perception-cost", cameras=CAMERAS, us=us, mark=_said(mark))
    return _whole(text("cli-bench-perception-stages"), shown, below)


def _batches(result: PerceptionResult) -> Group:
    sizes = sorted({size for curve in result.batches.values() for size in curve.ms})
    shown = _table(text("cli-bench-perception-backend"), *(str(n) for n in sizes))
    for name, curve in result.batches.items():
        cells = (f"{curve.ms[n] / n:.2f} ({curve.ms[n]:.0f})" if n in curve.ms else "" for n in sizes)
        shown.add_row(name, *cells)
    fixed = [f"{name}: {curve.fixed}" for name, curve in result.batches.items() if curve.fixed is not None]
    below = text("cli-bench-perception-fixed", backends=", ".join(fixed)) if fixed else ""
    return _whole(text("cli-bench-perception-batches-title"), shown, below)


def _machine(result: PerceptionResult) -> Group:
    names = ("fps", "times-one", "mark")
    shown = _table(
        text("cli-bench-perception-cores"),
        *(text(f"cli-bench-perception-{name}") for name in names),
    )
    for count, rates in result.cores.items():
        over = statistics.median(r / one for r, one in zip(rates, result.cores[1], strict=True))
        mark = result.marks().get("two_cores_over_one") if count == 2 else None
        shown.add_row(str(count), f"{statistics.median(rates):.1f}", f"{over:.2f}", _said(mark))
    held = (
        text("cli-bench-perception-held", cameras=cameras, mib=f"{mib:.0f}") for cameras, mib in result.memory.items()
    )
    below = text("cli-bench-perception-memory", held="; ".join(held))
    return _whole(text("cli-bench-perception-machine"), shown, below)


def _failures(result: PerceptionResult) -> Group:
    shown = _table("")
    shown.add_column("", overflow="fold")
    for name, why in result.failed.items():
        shown.add_row(name, why)
    return _whole(text("cli-bench-tracking-failed"), shown)


def _rate(rounds: list[Timed]) -> tuple[str, str]:
    ms = median_ms(rounds)
    return f"{ms:.2f}", f"{1000 / ms:.1f}"


def _said(mark: Mark | None) -> str:
    if mark is None:
        return ""
    return f"{'≤' if mark.at_most else '≥'} {mark.mark:g} {'✓' if mark.reached else '✗'}"
