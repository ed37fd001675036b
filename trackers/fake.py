"""A tracker for tests of what comes after tracking: no motion model, nothing tentative, nothing coasting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.arrays import I64
from core.detections import DetectionBatch
from core.tracks import TrackBatch, TrackState
from trackers.batches import FrameTracks, join, time_order, usable_rows


@dataclass(slots=True, eq=False)
class _Camera:
    epoch: int
    view: str
    next_id: int = 1
    ids: I64 = field(default_factory=lambda: np.zeros(0, np.int64))


class FakeTracker:
    """A `core.protocols.Tracker` in which every detection is a track, confirmed at once.

    Without a script the i-th detection of a frame, by falling score, continues the i-th of the frame before. When there
    are fewer, the last ones end; when there are more, new ids begin.

    Args:
        script: ids in the order of the frame's detections, by (camera_id, seq). Frames that it lacks go unscripted. The
            script's author keeps ids unique.
    """

    def __init__(self, script: Mapping[tuple[str, int], Sequence[int]] | None = None) -> None:
        self._script = script or {}
        self._cameras: dict[str, _Camera] = {}

    def update(self, detections: DetectionBatch) -> TrackBatch:
        """The tracks at each frame."""
        parts = [FrameTracks.empty(np.zeros(0, np.int64))] * len(detections.frames)
        usable = usable_rows(detections)
        for index in time_order(detections.frames):
            parts[index] = self._frame(detections, index, usable[index])
        return join(detections.frames, parts)

    def forget(self, camera_id: str) -> None:
        """Free the state of a camera; should it come back, its ids start at 1 again."""
        self._cameras.pop(camera_id, None)

    def _frame(self, detections: DetectionBatch, index: int, row: I64) -> FrameTracks:
        frame = detections.frames[index]
        camera = self._cameras.setdefault(frame.camera_id, _Camera(frame.epoch, frame.view))
        before = camera.ids
        if (frame.epoch, frame.view) != (camera.epoch, camera.view):
            camera.epoch, camera.view, camera.ids = frame.epoch, frame.view, np.zeros(0, np.int64)
        scripted = self._script.get((frame.camera_id, frame.seq))
        if scripted is None:
            new = np.arange(camera.next_id, camera.next_id + max(len(row) - len(camera.ids), 0), dtype=np.int64)
            camera.ids = np.concatenate((camera.ids[: len(row)], new))
        else:
            camera.ids = np.array(scripted, np.int64)[row - detections.rows(index).start]
        camera.next_id = max(camera.next_id, int(camera.ids.max(initial=0)) + 1)
        return FrameTracks(
            detections.xyxy[row],
            detections.score[row],
            detections.class_id[row],
            camera.ids,
            np.full(len(row), TrackState.CONFIRMED, np.uint8),
            row.astype(np.int32),
            np.setdiff1d(before, camera.ids),
        )
