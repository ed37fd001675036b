"""The figures as tables on a terminal, and as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from rich.box import SIMPLE
from rich.table import Table

from benchmarks.environments import draw
from benchmarks.events.block import MADE_UP
from benchmarks.events.kinds import KINDS, rule_of
from benchmarks.events.measure import EventsResult, Figures, as_dict
from benchmarks.events.measured import CLASSES
from benchmarks.events.scoring import LEAST_CAMERA_DAYS, LEAST_INCIDENTS, Score, interval_text
from locales import text

PLOTTING: Final = ("matplotlib>=3.9",)
WIDTH: Final = 132
"""Columns that the tables need."""
REGIMES: Final = ("all", "free", "dense", "dense_motorcycles")


def tables(result: EventsResult) -> Iterator[Table]:
    """What a person reads, events first."""
    yield _kinds(text("cli-bench-events-kinds"), result.figures.kinds)
    if result.staged.kinds:
        yield _kinds(_staged_title(result), result.staged.kinds)
    yield _false(result)
    yield _measurements(result.figures)
    yield _rights(result.figures)
    yield _congestion(result.figures)
    if result.counted:
        yield _counted(result)
    if result.noises:
        yield _noises(result.noises)


def notes(result: EventsResult) -> Iterator[str]:
    """What is to be known when reading them."""
    yield text(
        "cli-bench-events-basis",
        cameras=result.cameras,
        days=f"{result.seconds / 86_400:.2f}",
        frames=result.frames,
        level=f"{result.plan.level:g}",
    )
    if any(folder == MADE_UP for folder in result.plan.recordings):
        yield text("cli-bench-events-made-up")
    if not result.held:
        yield text("cli-bench-events-not-held")
    if not all(score.enough for kind, score in result.figures.kinds.items() if rule_of(kind)):
        yield text("cli-bench-events-small", incidents=LEAST_INCIDENTS, days=f"{LEAST_CAMERA_DAYS:g}")


def plot(result: EventsResult, path: Path) -> None:
    """Detections against false alerts over thresholds, as a PNG.

    Raises:
        ConfigError: the picture cannot be written.
        EnvironmentFailure: uv or matplotlib cannot be had.
    """
    names = ("false", "detected", "default")
    words = {name: text(f"cli-bench-events-plot-{name}") for name in names}
    draw("plot_events.py", PLOTTING, {"result": as_dict(result), "words": words}, path)


def _table(title: str, *columns: str) -> Table:
    shown = Table(title=title, title_justify="left", box=SIMPLE, padding=(0, 1, 0, 0))
    shown.add_column("", no_wrap=True)
    for name in columns:
        shown.add_column(name, justify="right")
    return shown


def _staged_title(result: EventsResult) -> str:
    found = result.staged
    return text(
        "cli-bench-events-staged",
        looked_at=found.looked_at,
        incidents=found.incidents,
        cameras=found.cameras,
        days=f"{found.seconds / 86_400:.2f}",
        squares=found.square_cameras,
        square_days=f"{found.square_seconds / 86_400:.2f}",
    )


def _kinds(title: str, kinds: Mapping[str, Score]) -> Table:
    names = ("incidents", "detected", "false-share", "false-rate", "mttd", "days")
    shown = _table(title, *(text(f"cli-bench-events-{name}") for name in names))
    for kind, score in kinds.items():
        shown.add_row(kind, *(_row(score) if rule_of(kind) else _no_rule(score)))
    return shown


def _no_rule(score: Score) -> list[str]:
    return [f"{score.incidents} ({len(score.distinct)})", text("cli-bench-events-no-rule"), "", "", "", ""]


def _row(score: Score) -> list[str]:
    found = score.figures()
    return [
        f"{score.incidents} ({len(score.distinct)})" + ("" if score.enough else " *"),
        interval_text(found["detection_rate"], found["detection_rate_interval"], True),
        interval_text(found["false_share"], found["false_share_interval"], True),
        interval_text(found["false_per_camera_day"], found["false_per_camera_day_interval"], False),
        interval_text(found["mean_time_to_detect_s"], found["mean_time_to_detect_s_interval"], False),
        f"{score.camera_days:.2f}",
    ]


def _false(result: EventsResult) -> Table:
    verdicts = ("duplicate", "phantom", "queue", "decoy", "neutral")
    shown = _table(
        text("cli-bench-events-false"),
        text("cli-bench-events-alerts"),
        *(text(f"cli-bench-events-verdict-{name}") for name in verdicts),
    )
    for kind, score in result.figures.kinds.items():
        if rule_of(kind) is None:
            continue
        counts = (score.verdicts[name] for name in ("duplicate", "phantom", "queue", "decoy", "neutral"))
        shown.add_row(kind, str(score.alerts), *(str(count) for count in counts))
    return shown


def _measurements(found: Figures) -> Table:
    names = ("mape", "bias", "minutes")
    shown = _table(text("cli-bench-events-measurements"), *(text(f"cli-bench-events-{name}") for name in names))
    measures = found.measurements
    for place in ("counts_by_line", "counts_by_lane"):
        for regime in REGIMES:
            shown.add_row(f"{_word(place)}, {_word(regime)}", *_percent(measures[place][regime]))
    for name in ("speed_by_lane", "density_by_lane", "queue_by_lane"):
        shown.add_row(_word(name), *_percent(measures[name]))
    return shown


def _rights(found: Figures) -> Table:
    """What is right or wrong as a whole, and not by percent."""
    names = ("right", "cases")
    shown = _table(text("cli-bench-events-rights"), *(text(f"cli-bench-events-{name}") for name in names))
    for name, basis in (
        ("queue_by_lane", "minutes"),
        ("turns", "vehicles"),
        ("turns_in_part", "vehicles"),
        ("congestion", "minutes"),
    ):
        figures = found.measurements[name]
        shown.add_row(
            _word(name), interval_text(figures["right"], figures["right_interval"], True), str(figures[basis])
        )
    return shown


def _percent(found: dict[str, Any]) -> list[str]:
    bias = found["bias"]
    return [
        interval_text(found["mape"], found["mape_interval"], True),
        "–" if bias is None else f"{100 * bias:+.1f}",
        str(found["minutes"]),
    ]


def _congestion(found: Figures) -> Table:
    figures = found.measurements["congestion"]
    right = interval_text(figures["right"], figures["right_interval"], True)
    near = interval_text(figures["within_one"], figures["within_one_interval"], True)
    title = text("cli-bench-events-congestion-table", right=right, near=near, minutes=figures["minutes"])
    shown = _table(title, *(text(f"cli-bench-events-class-{name}") for name in CLASSES))
    for name, row in zip(CLASSES, figures["confusion"], strict=True):
        shown.add_row(text(f"cli-bench-events-class-{name}"), *(str(count) for count in row))
    return shown


def _counted(result: EventsResult) -> Table:
    names = ("by-hand", "counted", "found", "class-right")
    shown = _table(text("cli-bench-events-videos"), *(text(f"cli-bench-events-{name}") for name in names))
    for item in result.counted:
        shown.add_row(item.clip, *(str(n) for n in (item.truth, item.counted, item.found, item.named)))
    return shown


def _noises(noises: dict[str, Figures]) -> Table:
    """Detected percent and false alerts a day of the kinds that had incidents; errors of measurements."""
    kinds = [kind for kind in KINDS if rule_of(kind) and any(found.kinds[kind].incidents for found in noises.values())]
    both = f"{text('cli-bench-events-dr')} / {text('cli-bench-events-fpd')}"
    columns = [f"{kind.partition('.')[2]}\n{both}" for kind in kinds]
    columns += [text(f"cli-bench-events-{name}") for name in ("counts-error", "speed-error", "density-error")]
    shown = _table(text("cli-bench-events-noises"), *columns)
    for name, found in noises.items():
        cells = []
        for kind in kinds:
            figures = found.kinds[kind].figures()
            detected = interval_text(figures["detection_rate"], None, True)
            cells.append(f"{detected} / {interval_text(figures['false_per_camera_day'], None, False)}")
        measures = found.measurements
        errors = (measures["counts_by_lane"]["all"], measures["speed_by_lane"], measures["density_by_lane"])
        cells += [interval_text(error["mape"], None, True) for error in errors]
        shown.add_row(_noise_name(name), *cells)
    return shown


def _noise_name(name: str) -> str:
    way, _, noise = name.partition("_")
    if way in ("without", "doubled"):
        return text(f"cli-bench-events-{way}", noise=text(f"cli-bench-events-noise-{noise}"))
    return _word(f"noise_{name}")


def _word(name: str) -> str:
    return text(f"cli-bench-events-{name.replace('_', '-')}")
