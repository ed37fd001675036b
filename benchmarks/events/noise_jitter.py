"""How much the sides of a vehicle's box tremble: needs no labels, as vehicles themselves move smoothly."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.events.noise_data import EDGE_PX
from core.arrays import F64, AnyArray
from core.detections import DetectionBatch
from core.frames import FrameBatch
from core.protocols import Detector
from core.taxonomy import VEHICLES
from pipeline.sources.av_source import AvSource
from trackers.online import OnlineTracker

WINDOW: Final = 25
"""Frames through which a cubic is laid: a second. What is left is tremble, and not the vehicle's way."""
DEGREE: Final = 3
MOST_FRAMES: Final = 800


def tremble(video: Path, detector: Detector) -> tuple[F64, F64, int]:
    """Standard deviation (4) of the sides around a smooth way, as shares of width and height; their likeness (4) from
    one frame to the next; in how many windows.
    """
    squares, likes = [], []
    for boxes in _windows(video, detector):
        time = np.linspace(-1.0, 1.0, WINDOW)
        design = np.vander(time, DEGREE + 1)
        left = boxes - design @ np.linalg.lstsq(design, boxes, rcond=None)[0]
        size = np.tile((boxes[:, 2:] - boxes[:, :2]).mean(axis=0), 2)
        sums = (left**2).sum(axis=0)
        squares.append(sums / (WINDOW - DEGREE - 1) / size**2)
        likes.append((left[1:] * left[:-1]).sum(axis=0) / np.maximum(sums, 1e-9))
    return np.sqrt(np.mean(squares, axis=0)), np.mean(likes, axis=0), len(squares)


def _windows(video: Path, detector: Detector) -> list[F64]:
    """The detected boxes (WINDOW, 4) of vehicles seen in so many frames in a row, away from the picture's edges."""
    ways: dict[int, list[tuple[int, AnyArray]]] = {}
    tracker = OnlineTracker()
    wanted = [int(item) for item in VEHICLES]
    size = (0, 0)
    stream = AvSource(str(video)).open(0)
    for meta, surface in stream:
        if meta.seq >= MOST_FRAMES:
            surface.release()
            break
        size = (meta.width, meta.height)
        found = detector.detect(FrameBatch((meta,), (surface,)))
        mine = np.isin(found.class_id, wanted)
        offsets = np.array([0, int(mine.sum())], np.int32)
        seen = DetectionBatch((meta,), offsets, found.xyxy[mine], found.score[mine], found.class_id[mine])
        tracks = tracker.update(seen)
        for track, index in zip(tracks.track_id.tolist(), tracks.det_index.tolist(), strict=True):
            if index >= 0:
                ways.setdefault(track, []).append((meta.seq, seen.xyxy[index].astype(np.float64)))
        surface.release()
    stream.close()
    windows = []
    for way in ways.values():
        for start in range(0, len(way) - WINDOW + 1, WINDOW):
            part = way[start : start + WINDOW]
            boxes = np.array([box for _, box in part])
            whole = all(b[0] == a[0] + 1 for a, b in pairwise(part))
            inside = boxes[:, :2].min() > EDGE_PX and (boxes[:, 2:].max(axis=0) < np.array(size) - EDGE_PX).all()
            if whole and inside:
                windows.append(boxes)
    return windows
