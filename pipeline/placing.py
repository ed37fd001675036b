"""A picture that has moved a little, and what is found in it, brought to where the scene was drawn."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from core.arrays import U8
from core.detections import DetectionBatch
from core.frames import FrameMeta, Surface


def placed(detections: DetectionBatch) -> DetectionBatch:
    """The same with the shift of each frame taken off its boxes."""
    if not any(any(frame.shift_px) for frame in detections.frames):
        return detections
    shifts = np.array([frame.shift_px * 2 for frame in detections.frames], np.float32)
    return replace(detections, xyxy=detections.xyxy - np.repeat(shifts, np.diff(detections.offsets), axis=0))


def placed_picture(frame: FrameMeta, surface: Surface) -> U8:
    """The picture (height, width, 3) BGR with the shift taken off, a copy; the rim that is not seen is black."""
    picture = surface.to_host()
    if not any(frame.shift_px):
        return picture
    back = np.array([(1, 0, -frame.shift_px[0]), (0, 1, -frame.shift_px[1])], np.float64)
    return np.asarray(cv2.warpAffine(picture, back, picture.shape[1::-1]), np.uint8)
