"""Sequences of a MOTChallenge data set: public detections and ground truth (https://motchallenge.net/instructions)."""

from __future__ import annotations

import configparser
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from core.arrays import F32, F64, I32, offsets_of
from core.detections import DetectionBatch
from core.errors import ConfigError
from core.frames import ClockSource, FrameMeta
from core.taxonomy import ObjectClass
from trackers.mot_challenge import read_detections

LAYOUTS: Final = (("gt.txt", "det.txt", "seqinfo.ini"), ("gt/gt.txt", "det/det.txt", "seqinfo.ini"))
"""Where truth, detections and description lie in a sequence's folder: flat, or as MOTChallenge packs them."""

TRUTH_COLUMNS: Final = 7
"""frame, id, left, top, width, height, and 1 where the row counts, 0 where it is left out of the scores."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Detections of T frames, and the truth where it is known.

    Attributes:
        fps: frames a second, of the frames held here.
        offsets: (T + 1) int32; the detections of frame i are the rows `offsets[i]:offsets[i + 1]`.
        xyxy: (N, 4) float32, left, top, right, bottom in pixels; score: (N) float32.
        truth: (G, 7) float64 of `TRUTH_COLUMNS`, frames from 1.
    """

    name: str
    fps: float
    width: int
    height: int
    offsets: I32
    xyxy: F32
    score: F32
    truth: F64

    @property
    def frames(self) -> int:
        """How many."""
        return len(self.offsets) - 1

    def rows(self, frame: int) -> slice:
        """The rows of one frame, counted from 0."""
        return slice(int(self.offsets[frame]), int(self.offsets[frame + 1]))

    def every(self, stride: int) -> Clip:
        """Every `stride`-th frame from the first, numbered anew; its times stay those of the whole clip."""
        kept = range(0, self.frames, stride)
        index = np.concatenate([np.arange(*self.rows(f).indices(len(self.score))) for f in kept]).astype(np.intp)
        of_kept = (self.truth[:, 0] - 1) % stride == 0
        truth = self.truth[of_kept].copy()
        truth[:, 0] = (truth[:, 0] - 1) // stride + 1
        counts = np.diff(self.offsets)[::stride].tolist()
        return Clip(
            self.name,
            self.fps / stride,
            self.width,
            self.height,
            offsets_of(counts),
            self.xyxy[index],
            self.score[index],
            truth,
        )

    def batches(self, camera_id: str = "bench") -> Iterator[DetectionBatch]:
        """One batch of one frame for each frame, times by the frame rate."""
        for frame in range(self.frames):
            rows = self.rows(frame)
            count = rows.stop - rows.start
            yield DetectionBatch(
                (self.meta(frame, camera_id),),
                np.array([0, count], np.int32),
                self.xyxy[rows],
                self.score[rows],
                np.full(count, ObjectClass.PERSON, np.int16),
            )

    def meta(self, frame: int, camera_id: str) -> FrameMeta:
        """Frame number `frame` from 0, as a camera would have sent it."""
        time_ns = round(frame * 1e9 / self.fps)
        return FrameMeta(camera_id, 0, frame, time_ns, ClockSource.FILE, 0, time_ns, self.width, self.height)


def load(folder: Path) -> list[Clip]:
    """All sequences of a folder, by name.

    Raises:
        ConfigError: the folder is missing or holds no sequence, or a sequence is not whole or not understood.
    """
    if not folder.is_dir():
        raise ConfigError("error-bench-no-folder", path=folder)
    clips = [load_clip(path) for path in sorted(folder.iterdir()) if path.is_dir() and _begun(path)]
    if not clips:
        raise ConfigError("error-bench-no-sequence", path=folder)
    return clips


def load_clip(folder: Path) -> Clip:
    """One sequence, flat or packed as MOTChallenge does.

    Raises:
        ConfigError: a file is missing or not understood.
    """
    layout = LAYOUTS[0] if (folder / LAYOUTS[0][1]).is_file() or (folder / LAYOUTS[0][0]).is_file() else LAYOUTS[1]
    truth_file, detections_file, info_file = (folder / name for name in layout)
    for file in (truth_file, detections_file, info_file):
        if not file.is_file():
            raise ConfigError("error-bench-incomplete", path=folder, file=file.name)
    fps, length, width, height = _info(info_file)
    found = list(read_detections(detections_file, fps, size=(width, height)))
    if len(found) > length:
        raise ConfigError("error-bench-length", path=detections_file, frame=len(found), length=length)
    counts = [len(batch) for batch in found] + [0] * (length - len(found))
    return Clip(
        folder.name,
        fps,
        width,
        height,
        offsets_of(counts),
        np.concatenate([b.xyxy for b in found] or [np.zeros((0, 4), np.float32)]),
        np.concatenate([b.score for b in found] or [np.zeros(0, np.float32)]),
        _truth(truth_file, length),
    )


def _begun(folder: Path) -> bool:
    return any((folder / name).is_file() for layout in LAYOUTS for name in layout)


def _info(path: Path) -> tuple[float, int, int, int]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8-sig")
        part = parser["Sequence"]
        fps, length = float(part["frameRate"]), int(part["seqLength"])
        width, height = int(part["imWidth"]), int(part["imHeight"])
    except (configparser.Error, KeyError, ValueError, OSError) as error:
        raise ConfigError("error-bench-seqinfo", path=path, reason=_one_line(error)) from error
    if not (fps > 0 and length > 0 and width > 0 and height > 0):
        raise ConfigError("error-bench-seqinfo", path=path, reason=f"{fps:g}, {length}, {width}, {height} > 0 ?")
    return fps, length, width, height


def _truth(path: Path, length: int) -> F64:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # an empty file has an error of its own below
            table = np.loadtxt(path, delimiter=",", ndmin=2, usecols=range(TRUTH_COLUMNS), dtype=np.float64)
    except (ValueError, OSError) as error:
        raise ConfigError("error-bench-truth", path=path, reason=_one_line(error)) from error
    if not len(table):
        raise ConfigError("error-bench-truth", path=path, reason="0 rows")
    if not (np.isfinite(table).all() and table[:, 0].min() >= 1 and table[:, 0].max() <= length):
        raise ConfigError("error-bench-truth", path=path, reason=f"frames outside 1..{length}")
    return np.asarray(table[np.argsort(table[:, 0], kind="stable")])


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
