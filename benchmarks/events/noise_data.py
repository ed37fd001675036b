"""What a detector does to known boxes: each labelled object with its detection, if any, and what was found besides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from benchmarks.detection.loading import load
from benchmarks.detection.pictures import pictures, seen
from benchmarks.events.kernels.seeing import cover
from benchmarks.tracking.data import load_clip
from core.arrays import F64, I64, AnyArray
from core.geometry import iou
from core.protocols import Detector
from core.taxonomy import VEHICLES, ObjectClass
from pipeline.sources.av_source import AvSource
from pipeline.sources.surfaces import ArraySurface

EDGE_PX: Final = 2.0
"""Whose box comes so near to the edge of the picture is cut by it."""
LEAST_OVERLAP: Final = 0.3
"""Intersection over union from which a detection is of an object: low, as a misplaced box is noise and not a miss."""
SHRUNK: Final = (1.0, 0.7, 0.5)
"""Pictures are also shown smaller, on grey, so that recall is known for small people."""
EVERY: Final = 4
"""Of the frames, shown smaller."""

ROW: Final = np.dtype(
    [
        ("frame", np.int64),
        ("thing", np.int64),
        ("truth", np.int64),
        ("size_px", np.float64),
        ("aspect", np.float64),
        ("visible", np.float64),
        ("cut", np.bool_),
        ("found", np.bool_),
        ("called", np.int64),
        ("error", np.float64, (4,)),
        ("score", np.float64),
    ]
)
"""A labelled object in a frame: `thing` its identity (-1 unknown), `size_px` the root of its area in the
detector's input, `aspect` width over height, `error` of the sides as shares of width and height. `cut`: the picture's
edge cuts it, so that how much of it is hidden is not known."""
EXTRA: Final = np.dtype(
    [
        ("frame", np.int64),
        ("box", np.float64, (4,)),
        ("class_id", np.int64),
        ("score", np.float64),
        ("near", np.float64),
    ]
)
"""A detection of no object; `near` is its largest overlap with one."""


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """Rows and extras of a clip at one size of picture; the edges of the picture cut none of `rows`."""

    name: str
    fps: float
    frames: int
    width: int
    rows: AnyArray
    extras: AnyArray


def visibility(boxes: F64) -> F64:
    """Share (N) of each box that no box with a lower foot covers: painter's order by foot, as truth has no depth."""
    share: F64 = np.zeros(len(boxes))
    if len(boxes):
        ends = boxes.max() + 1.0
        everyone = np.arange(len(boxes))
        cover(np.array([0, len(boxes)]), everyone, boxes, -boxes[:, 3], np.ones(len(boxes)), (ends, ends), share)
    return share


def matches(truth: F64, found: F64) -> I64:
    """For each true box, the detection (-1 none) that it has: pairs are taken from the largest overlap down."""
    pair: I64 = np.full(len(truth), -1)
    if not len(truth) or not len(found):
        return pair
    overlap = iou(truth, found)
    while overlap.max() >= LEAST_OVERLAP:
        i, j = np.unravel_index(int(overlap.argmax()), overlap.shape)
        pair[i] = j
        overlap[i], overlap[:, j] = -1.0, -1.0
    return pair


def people(folder: Path, video: Path, detector: Detector, progress: Callable[[str], None]) -> Iterator[Looked]:
    """A MOTChallenge sequence of people with its video, at each of `SHRUNK`; frames of both are counted alike."""
    clip = load_clip(folder)
    frames: dict[float, list[tuple[AnyArray, AnyArray]]] = {scale: [] for scale in SHRUNK}
    scale_px = detector.input_spec.width / clip.width
    stream = AvSource(str(video)).open(0)
    for meta, surface in stream:
        if meta.seq % 100 == 0:
            progress(f"{video.name}: {meta.seq}/{clip.frames}")
        truth = clip.truth[clip.truth[:, 0] == meta.seq + 1]
        boxes = np.column_stack((truth[:, 2:4], truth[:, 2:4] + truth[:, 4:6]))
        picture = surface.to_host()
        for scale in SHRUNK:
            if scale != 1.0 and meta.seq % EVERY:
                continue
            shown = picture
            if scale != 1.0:
                small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
                shown = np.full_like(picture, 114)
                shown[: small.shape[0], : small.shape[1]] = small
            found = seen(detector, meta, ArraySurface(shown))
            person = found.class_id == int(ObjectClass.PERSON)
            frames[scale].append(
                _frame(
                    meta.seq,
                    (boxes, truth[:, 1].astype(np.int64), np.zeros(len(boxes), np.int64)),
                    (found.xyxy[person] / scale, found.class_id[person], found.score[person]),
                    (meta.width, meta.height),
                    scale_px * scale,
                )
            )
        surface.release()
    stream.close()
    for scale, parts in frames.items():
        yield _joined(f"{folder.name} × {scale:g}", clip.fps / (1 if scale == 1.0 else EVERY), clip.width, parts)


def vehicles(labels: Path, images: Path, detector: Detector) -> Looked:
    """Hand-labelled frames of vehicles; ignored regions, and what lies mostly in them, count neither way."""
    parts, width = [], 0
    wanted = [int(item) for item in VEHICLES]
    for item, meta, surface in pictures(load(labels, images)):
        truth = item.truth_in(meta.width, meta.height)
        width = meta.width
        found = seen(detector, meta, surface)
        ignored = truth.xyxy[truth.crowd]
        kept = np.isin(found.class_id, wanted)
        if len(ignored) and len(found.xyxy):
            low = np.maximum(found.xyxy[:, None, :2], ignored[None, :, :2])
            high = np.minimum(found.xyxy[:, None, 2:], ignored[None, :, 2:])
            shared = np.clip(high - low, 0, None).prod(axis=-1)
            area = (found.xyxy[:, 2:] - found.xyxy[:, :2]).prod(axis=1)
            inside = (shared / area[:, None]).max(axis=1) >= 0.5
            mine = iou(found.xyxy, truth.xyxy[~truth.crowd]).max(axis=1, initial=0.0) >= LEAST_OVERLAP
            kept &= mine | ~inside
        boxes = truth.xyxy[~truth.crowd].astype(np.float64)
        known = boxes, np.full(len(boxes), -1), truth.class_id[~truth.crowd]
        part = found.xyxy[kept], found.class_id[kept], found.score[kept]
        size = meta.width, meta.height
        parts.append(_frame(meta.seq, known, part, size, detector.input_spec.width / meta.width))
    return _joined(labels.stem, 0.0, width, parts)


def _frame(
    frame: int,
    truth: tuple[F64, I64, I64],
    found: tuple[AnyArray, AnyArray, AnyArray],
    picture: tuple[int, int],
    scale: float,
) -> tuple[AnyArray, AnyArray]:
    boxes, things, classes = truth
    at, called, score = found[0].astype(np.float64), found[1], found[2]
    pair = matches(boxes, at)
    rows = np.zeros(len(boxes), ROW)
    size = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    rows["frame"], rows["thing"], rows["truth"] = frame, things, classes
    rows["size_px"] = np.sqrt(size[:, 0] * size[:, 1]) * scale
    rows["aspect"] = size[:, 0] / size[:, 1]
    rows["visible"] = visibility(boxes)
    rows["cut"] = ((boxes[:, :2] <= EDGE_PX) | (boxes[:, 2:] >= np.array(picture) - EDGE_PX)).any(axis=1)
    rows["found"], rows["called"] = pair >= 0, -1
    rows["error"] = np.nan
    hit = pair >= 0
    rows["error"][hit] = (at[pair[hit]] - boxes[hit]) / size[hit]
    rows["called"][hit], rows["score"][hit] = called[pair[hit]], score[pair[hit]]
    left = np.setdiff1d(np.arange(len(at)), pair)
    extras = np.zeros(len(left), EXTRA)
    extras["frame"], extras["box"], extras["class_id"], extras["score"] = frame, at[left], called[left], score[left]
    if len(boxes) and len(left):
        extras["near"] = iou(at[left], boxes).max(axis=1)
    return rows, extras


def _joined(name: str, fps: float, width: int, parts: list[tuple[AnyArray, AnyArray]]) -> Looked:
    rows, extras = (np.concatenate([part[n] for part in parts]) for n in (0, 1))
    return Looked(name, fps, len(parts), width, rows[~rows["cut"]], extras)
