"""Frames of test videos, and their ground truth."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from core.arrays import F32, U8


def frames_of(path: Path, numbers: Iterable[int]) -> dict[int, U8]:
    """Pictures of a video by their numbers, from 0."""
    wanted = set(numbers)
    video = cv2.VideoCapture(str(path))
    found: dict[int, U8] = {}
    for number in range(max(wanted) + 1):
        if not video.grab():
            raise AssertionError(f"{path}: no frame {number}")
        if number in wanted:
            found[number] = np.asarray(video.retrieve()[1], np.uint8)
    video.release()
    return found


def mot_boxes(path: Path) -> dict[int, F32]:
    """Boxes (N, 4) left, top, right, bottom of a MOTChallenge file that count, by frame number from 0."""
    table = np.loadtxt(path, delimiter=",")
    table = table[table[:, 6] != 0]
    boxes = np.column_stack((table[:, 2:4], table[:, 2:4] + table[:, 4:6])).astype(np.float32)
    frames = table[:, 0].astype(int) - 1
    return {int(number): boxes[frames == number] for number in np.unique(frames)}
