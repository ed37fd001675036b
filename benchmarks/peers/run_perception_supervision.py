"""Roboflow's supervision and trackers around an ONNX Runtime session, with the usual code in between, in one thread."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import cv2
import numpy as np
import supervision as sv  # type: ignore[import-not-found]
from perception_io import Player, main, one_thread  # type: ignore[import-not-found]

from trackers import ByteTrackTracker  # type: ignore[attr-defined]

SCORE_THRESHOLD = 0.25
NMS_IOU = 0.7
"""Both as Ultralytics' `predict` sets them."""


def make(job: dict[str, Any]) -> Player:
    """Package defaults of tracker and suppression."""
    onnxruntime = import_module("onnxruntime")
    options = one_thread(onnxruntime.SessionOptions())
    session = onnxruntime.InferenceSession(job["model"], options, providers=["CPUExecutionProvider"])
    name, size = session.get_inputs()[0].name, int(job["imgsz"])
    tracker = ByteTrackTracker()

    def step(picture: Any) -> int:
        image, scale, left, top = letterbox(picture, size)
        blob = np.ascontiguousarray(image[:, :, ::-1].transpose(2, 0, 1)[None], np.float32) / 255
        output = session.run(None, {name: blob})[0][0]
        detections = boxes_of(output, scale, left, top).with_nms(threshold=NMS_IOU)
        return len(tracker.update(detections))

    return Player(step, tracker.reset)


def letterbox(picture: Any, size: int) -> tuple[Any, float, int, int]:
    """The picture inside a grey square, with its scale and the width of the left and upper borders."""
    height, width = picture.shape[:2]
    scale = min(size / width, size / height)
    w, h = round(width * scale), round(height * scale)
    left, top = (size - w) // 2, (size - h) // 2
    small = cv2.resize(picture, (w, h), interpolation=cv2.INTER_LINEAR)
    grey = (114, 114, 114)
    borders = (top, size - h - top, left, size - w - left)
    return cv2.copyMakeBorder(small, *borders, cv2.BORDER_CONSTANT, value=grey), scale, left, top


def boxes_of(output: Any, scale: float, left: int, top: int) -> Any:
    """Detections in the picture's pixels of an output (4 + C, N), or (N, 6) where the graph has suppressed already."""
    if output.shape[1] == 6:
        rows = output[output[:, 4] > SCORE_THRESHOLD]
        xyxy, score, kind = rows[:, :4], rows[:, 4], rows[:, 5].astype(int)
    else:
        rows = output.T
        scores = rows[:, 4:].max(axis=1)
        rows, score = rows[scores > SCORE_THRESHOLD], scores[scores > SCORE_THRESHOLD]
        kind = rows[:, 4:].argmax(axis=1)
        xyxy = np.concatenate((rows[:, :2] - rows[:, 2:4] / 2, rows[:, :2] + rows[:, 2:4] / 2), axis=1)
    return sv.Detections(xyxy=(xyxy - (left, top, left, top)) / scale, confidence=score, class_id=kind)


if __name__ == "__main__":
    main(make)
