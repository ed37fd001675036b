"""The figures as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.box import SIMPLE
from rich.table import Table

from benchmarks.events.intervals import wilson
from benchmarks.events.scoring import interval_text
from benchmarks.pixels.measure import PixelsResult, Quiet
from benchmarks.pixels.second import STAND_IN
from locales import text


def tables(result: PixelsResult) -> Iterator[Table]:
    """Kinds, ways to fail, cameras that are well."""
    yield _kinds(result)
    yield _faults(result)
    yield quiet_table(result.quiet)
    if result.signals:
        yield _signals(result)
    if result.red_lights:
        yield _red_lights(result)


def table(name: str, *columns: str) -> Table:
    """An empty one: `bench-pixels-…` of the catalogue name it and its columns."""
    shown = Table(title=text(f"bench-pixels-{name}"), title_justify="left", box=SIMPLE, padding=(0, 1, 0, 0))
    shown.add_column("", no_wrap=True)
    for column in columns:
        shown.add_column(text(f"bench-pixels-{column}"), justify="right")
    return shown


def _kinds(result: PixelsResult) -> Table:
    shown = table("kinds", "shown", "detected")
    for kind, count, detected in result.by_kind():
        share = detected / count if count else None
        shown.add_row(kind, str(count), interval_text(share, wilson(detected, count), True))
    return shown


def _faults(result: PixelsResult) -> Table:
    shown = table("faults", "shown", "detected", "delay", "wrong", "error", "places")
    for name, one in result.found.items():
        figures = one.figures()
        error = f"{figures['error_px_median']:.2f} / {figures['error_px_most']:.2f}" if one.errors_px else ""
        shown.add_row(
            f"{one.kind}: {name}",
            str(one.shown),
            interval_text(figures["detection_rate"], figures["detection_rate_interval"], True),
            interval_text(figures["mean_time_to_detect_s"], figures["mean_time_to_detect_s_interval"], False),
            str(sum(one.wrong.values())),
            error,
            f"{one.places}/{one.shown}" if one.kind == "camera.moved" else "",
        )
    return shown


def quiet_table(quiet: Mapping[str, Quiet]) -> Table:
    """Clips with which nothing is wrong, by weather."""
    shown = table("quiet", "hours", "false", "false-rate")
    for name, one in quiet.items():
        figures = one.figures()
        shown.add_row(
            text(f"bench-pixels-weather-{name.replace('_', '-')}"),
            f"{one.hours:.2f}",
            ", ".join(f"{kind} {count}" for kind, count in one.false.items()) or "0",
            interval_text(figures["false_per_camera_hour"], figures["false_per_camera_hour_interval"], False),
        )
    return shown


def _signals(result: PixelsResult) -> Table:
    shown = table("signals", "frames", "cycles", "right", "unknown", "mistaken", "hidden", "late")
    for name, one in result.signals.items():
        figures, hidden = one.figures(), one.hidden
        shown.add_row(
            name.replace("_", " "),
            str(one.frames),
            str(one.cycles),
            interval_text(figures["right"], figures["right_interval"], True),
            str(one.unknown),
            str(one.wrong),
            f"{hidden['right']} / {hidden['unknown']} / {hidden['wrong']}" if hidden.total() else "",
            "" if figures["late_s_mean"] is None else f"{figures['late_s_mean']:.2f} / {figures['late_s_most']:.2f}",
        )
    return shown


def _red_lights(result: PixelsResult) -> Table:
    shown = table("red-lights", "hours", "crossings", "incidents", "detected", "false", "false-share", "delay")
    for name, one in result.red_lights.items():
        figures = one.figures()
        shown.add_row(
            name,
            f"{one.camera_hours:.2f}",
            str(one.crossings),
            str(one.incidents),
            interval_text(figures["detection_rate"], figures["detection_rate_interval"], True),
            f"{one.false}/{one.alerts}",
            interval_text(figures["false_share"], figures["false_share_interval"], True),
            interval_text(figures["mean_time_to_detect_s"], figures["mean_time_to_detect_s_interval"], False),
        )
    return shown


def notes(result: PixelsResult) -> Iterator[str]:
    """What is to be known when reading them."""
    yield text("bench-pixels-basis", clips=", ".join(result.clips), seeds=result.plan.seeds)
    cost = ", ".join(f"{name} {ms:.1f} ms" for name, ms in result.cost_ms.items())
    yield text("bench-pixels-cost", cost=cost)
    second = ", ".join(f"{name} {one.camera_ms:.1f} + {one.model_ms:.1f} ms" for name, one in result.second.items())
    yield text("bench-pixels-second", model=STAND_IN, cost=second)
    if result.share is not None:
        spent = result.share
        yield text(
            "bench-pixels-share",
            share=f"{100 * spent.share:.1f} %",
            observers=f"{spent.observers_ms:.2f} ms",
            chain=f"{spent.chain_ms:.1f} ms",
        )
    if result.failed:
        yield text("bench-pixels-failed", count=result.failed)
