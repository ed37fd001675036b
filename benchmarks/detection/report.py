"""The figures as tables on a terminal: one for each way of dividing them, the models below one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE
from rich.table import Table

from benchmarks.detection.measure import TIMES, DetectionResult
from benchmarks.detection.scoring import SIZES, Score
from locales import text

COLUMNS = ("pictures", "objects", "ap50", "ap", "recall", "precision", "false")


def tables(result: DetectionResult) -> Iterator[Table]:
    """What a person reads, the sum first. What has neither objects nor detections is left out."""
    yield _table(result, "all", ["all"])
    yield _table(result, "classes", [name for name in result.covered if _tells(result, name)])
    yield _table(result, "sizes", [name for name in SIZES if name != "all" and _tells(result, name)])
    yield _table(result, "times", [name for name in TIMES if _tells(result, name)])


def notes(result: DetectionResult) -> Iterator[str]:
    """What the figures are about."""
    yield text(
        "cli-bench-detection-about",
        labels=", ".join(result.labels),
        pictures=result.pictures,
        objects=result.objects,
        ignored=result.ignored,
        night=result.night,
        judged=result.night_by_brightness,
        covered=", ".join(result.covered),
    )
    if result.unmapped:
        yield text("cli-bench-detection-unmapped", names=", ".join(result.unmapped))


def _tells(result: DetectionResult, name: str) -> bool:
    return any(model.scores[name].objects or model.scores[name].false for model in result.models)


def _table(result: DetectionResult, title: str, names: Sequence[str]) -> Table:
    shown = Table(title=text(f"cli-bench-detection-by-{title}"), title_justify="left", box=SIMPLE, padding=(0, 1, 0, 0))
    shown.add_column("")
    shown.add_column(text("cli-bench-detection-model"))
    for column in COLUMNS:
        shown.add_column(text(f"cli-bench-detection-{column}"), justify="right")
    for name in names:
        for i, model in enumerate(result.models):
            label = text(f"cli-bench-detection-name-{name}") if title != "classes" else name
            shown.add_row("" if i else label, f"{model.model} ≥ {model.threshold:g}", *_cells(model.scores[name]))
        shown.add_section()
    return shown


def _cells(score: Score) -> tuple[str, ...]:
    return (
        str(score.pictures),
        str(score.objects),
        _percent(score.ap50),
        _percent(score.ap),
        _share(score.recall, score.found, score.objects),
        _share(score.precision, score.found, score.found + score.false),
        "–" if score.false_per_picture is None else f"{score.false_per_picture:.2f} ({score.false}/{score.pictures})",
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def _share(value: float | None, part: int, whole: int) -> str:
    return "–" if value is None else f"{100 * value:.1f} ({part}/{whole})"
