"""Detectors on labelled pictures: all of them on the same pictures in one pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.detection.labels import LabelSet
from benchmarks.detection.loading import load
from benchmarks.detection.pictures import own_threshold, pictures, seen
from benchmarks.detection.scoring import SIZES, Picture, Score, score_class
from core.frames import Surface
from core.protocols import Detector
from core.taxonomy import ObjectClass
from locales import text
from models.registry import by_shape, load_detector

FLOOR: Final = 0.001
"""Score from which detections are taken for average precision, which looks at all thresholds."""
NIGHT: Final = 50.0
"""Mean brightness (0..255) below which a picture is of the night, where its labels do not say."""
TIMES: Final = {"day": False, "night": True}


@dataclass(frozen=True, slots=True)
class ModelScores:
    """One detector. `scores` by choice: all, a class, a size, day and night; the last ones over all classes."""

    model: str
    device: str
    threshold: float
    scores: dict[str, Score]


@dataclass(frozen=True, slots=True)
class DetectionResult:
    """Detectors on the same pictures.

    Attributes:
        ignored: crowd regions, not counted among `objects`.
        night_by_brightness: pictures of which brightness, not their labels, said whether it is night.
        covered: the classes that labels tell of; unmapped: their class names that Matpho has no class for.
    """

    labels: tuple[str, ...]
    pictures: int
    objects: int
    ignored: int
    night: int
    night_by_brightness: int
    covered: tuple[str, ...]
    unmapped: tuple[str, ...]
    models: tuple[ModelScores, ...]


def measure(
    paths: Sequence[Path],
    models: Sequence[str],
    *,
    images: Path | None = None,
    backend: str,
    threshold: float | None = None,
    input_px: int | None = None,
    trim: bool = False,
    progress: Callable[[str], None],
) -> DetectionResult:
    """Score detectors.

    Args:
        paths: COCO files and YOLO folders, taken together.
        images: where their pictures lie; None: beside the labels.
        threshold: score from which detections count; None: each model's own.
        input_px: width of the models' inputs; None: as they were exported.
        trim: compute only as much of the input as a picture covers.

    Raises:
        MatphoError: labels, pictures or a model cannot be used.
    """
    sets = [load(path, images) for path in paths]
    whole = [
        load_detector(model, backend=backend, score_threshold=FLOOR, max_batch=1, input_px=input_px) for model in models
    ]
    detectors = [by_shape(detector) if trim else detector for detector in whole]
    thresholds = [threshold or own_threshold(model) for model in models]
    looked: list[list[Picture]] = [[] for _ in models]
    judged = 0
    for labels in sets:
        progress(text("cli-bench-detection-looks", labels=labels.name, pictures=len(labels.pictures)))
        judged += sum(p.night is None for p in labels.pictures)
        for found, more in zip(looked, _looked(labels, detectors), strict=True):
            found += more
    first = looked[0]
    covered = sorted(frozenset().union(*(p.covered for p in first)))
    return DetectionResult(
        tuple(s.name for s in sets),
        len(first),
        sum(int((~p.truth.crowd).sum()) for p in first),
        sum(int(p.truth.crowd.sum()) for p in first),
        sum(p.night for p in first),
        judged,
        tuple(c.label for c in covered),
        tuple(sorted({name for s in sets for name in s.unmapped})),
        tuple(
            ModelScores(d.name, d.device, t, scores(p, covered, t))
            for d, t, p in zip(detectors, thresholds, looked, strict=True)
        ),
    )


def _looked(labels: LabelSet, detectors: Sequence[Detector]) -> list[list[Picture]]:
    looked: list[list[Picture]] = [[] for _ in detectors]
    for item, meta, surface in pictures(labels):
        truth = item.truth_in(meta.width, meta.height)
        night = is_night(surface) if item.night is None else item.night
        for detector, found in zip(detectors, looked, strict=True):
            found.append(Picture(truth, seen(detector, meta, surface), item.covered, night))
    return looked


def is_night(surface: Surface) -> bool:
    """Whether a picture is dark."""
    return float(surface.grey(160, 120).mean()) < NIGHT


def scores(looked: Sequence[Picture], covered: Sequence[ObjectClass], threshold: float) -> dict[str, Score]:
    """All figures of one detector."""
    of_class = {c.label: score_class(looked, c, threshold) for c in covered}
    result = {"all": Score.together(list(of_class.values()), len(looked)), **of_class}
    for size in SIZES:
        if size != "all":
            parts = [score_class(looked, c, threshold, size) for c in covered]
            result[size] = Score.together(parts, len(looked))
    for time, night in TIMES.items():
        chosen = [p for p in looked if p.night == night]
        result[time] = Score.together([score_class(chosen, c, threshold) for c in covered], len(chosen))
    return result


def as_dict(result: DetectionResult) -> dict[str, Any]:
    """JSON values, with recall, precision and false boxes a picture beside the counts that they come from."""
    value = asdict(result)
    for model, shown in zip(result.models, value["models"], strict=True):
        for name, score in model.scores.items():
            shown["scores"][name] |= {
                "recall": score.recall,
                "precision": score.precision,
                "false_per_picture": score.false_per_picture,
            }
    return value
