"""The pictures that labels speak of, and what a detector sees in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.detection.labels import Labelled, LabelSet
from benchmarks.detection.scoring import Found
from core.errors import ConfigError
from core.frames import ClockSource, FrameBatch, FrameMeta, Surface
from core.protocols import Detector
from models.registry import check_model
from models.ultralytics import SCORE_THRESHOLD
from pipeline.sources.av_source import AvSource
from pipeline.sources.folder import read_picture
from pipeline.sources.surfaces import ArraySurface


def pictures(labels: LabelSet) -> Iterator[tuple[Labelled, FrameMeta, Surface]]:
    """Each labelled picture once, those of a video in the order of its frames. A surface lives until the next.

    Raises:
        ConfigError: a picture is missing, cannot be read or has another size than its labels, or a video is another
            than the one that was labelled.
        SourceError: a video cannot be read.
    """
    for item in labels.pictures:
        if item.frame is None:
            array = read_picture(item.file)
            if array is None:
                raise ConfigError("error-detection-picture", path=item.file)
            height, width = array.shape[:2]
            yield item, FrameMeta("labels", 0, 0, 0, ClockSource.FILE, 0, 0, width, height), ArraySurface(array)
    of_video: dict[Path, list[Labelled]] = {}
    for item in labels.pictures:
        if item.frame is not None:
            of_video.setdefault(item.file, []).append(item)
    for path, items in of_video.items():
        check_video(path, labels.videos.get(path))
        yield from _frames(path, items)


def check_video(path: Path, expected: str | None) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError("error-detection-no-video", path=path, reason=error.strerror or error) from error
    if expected is not None and found != expected:
        raise ConfigError("error-detection-video", path=path, expected=expected, found=found)


def _frames(path: Path, items: Sequence[Labelled]) -> Iterator[tuple[Labelled, FrameMeta, Surface]]:
    wanted: dict[int, list[Labelled]] = {}
    for item in items:
        wanted.setdefault(item.frame or 0, []).append(item)
    stream = AvSource(str(path)).open(0)
    try:
        for meta, surface in stream:
            for item in wanted.pop(meta.seq, []):
                yield item, meta, surface
            surface.release()
            if not wanted:
                return
    finally:
        stream.close()
    raise ConfigError("error-detection-frame", path=path, frame=min(wanted))


def seen(detector: Detector, meta: FrameMeta, surface: Surface) -> Found:
    """What a detector finds in one picture."""
    batch = detector.detect(FrameBatch((meta,), (surface,)))
    return Found(batch.xyxy, batch.score, batch.class_id.astype(np.int64))


def own_threshold(model: str) -> float:
    """The score from which a model's detections count, as its card has it.

    Raises:
        ModelError, ConfigError: as `load_detector`, which is to be called first.
    """
    card = check_model(model).card
    return SCORE_THRESHOLD if card is None else card.score_threshold
