"""The default tracker: online, by motion and optional appearance, for many cameras at once.

A constant-velocity filter for each box, one assignment over live and lost tracks, the camera's own motion taken out,
and doubt where objects cover each other. docs/tracking.md has its figures, and what each part brings.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import structlog

from core.arrays import I16, I64, AnyArray, offsets_of
from core.detections import DetectionBatch
from core.frames import ClockSource, FrameMeta
from core.scene import Scene
from core.taxonomy import TWO_WHEELERS, VEHICLES, ObjectClass
from core.tracks import TrackBatch
from trackers.batches import plain, time_order, usable_rows
from trackers.kernels.frame import advance
from trackers.kernels.state import CAMERA, ROW, TRACK
from trackers.params import TrackerParams

log = structlog.get_logger()
_Seen: TypeAlias = tuple[AnyArray, AnyArray, AnyArray, AnyArray]

LEAST_ROOM: Final = 16
NOTICED_S: Final = 3.0


def _kinds() -> I16:
    kinds = np.array([int(item) for item in ObjectClass], np.int16)
    for group in (VEHICLES - TWO_WHEELERS - {ObjectClass.TRAIN}, TWO_WHEELERS):
        kinds[[int(item) for item in group]] = min(group)
    return kinds


KIND_OF_CLASS: Final = _kinds()
"""Classes that a detector confuses from frame to frame (car, bus, truck; bicycle, motorcycle) share a kind.

A track takes detections of its own kind alone, so that a rider and the motorcycle below keep a track each.
"""


class _Camera:
    """A camera's tracks, with room for more."""

    def __init__(self, frame: FrameMeta, look: int) -> None:
        self.epoch, self.view = frame.epoch, frame.view
        self.seen_as: tuple[Scene | None, int, int] | None = None
        self.tracks = np.zeros(LEAST_ROOM, TRACK)
        self.looks = np.zeros((LEAST_ROOM, look), np.float32)
        self.camera = np.zeros(1, CAMERA)
        self.camera["next_id"] = 1
        self.camera["now_ns"] = frame.media_ns

    @property
    def count(self) -> int:
        return int(self.camera["count"][0])

    def ready(self, frame: FrameMeta, more: int, look: int) -> I64:
        """Make room for `more` tracks with looks of `look` numbers; the ids of tracks that a new epoch or view ends."""
        ended = np.zeros(0, np.int64)
        if (frame.epoch, frame.view) != (self.epoch, self.view):
            ended = self.tracks["track_id"][: self.count]
            ended = ended[ended > 0]
            self.epoch, self.view = frame.epoch, frame.view
            self.camera["count"] = 0
            self.camera["ways"] = 0.0
            self.camera["now_ns"] = frame.media_ns
        need, room = self.count + more, len(self.tracks)
        if need > room or room > max(8 * need, LEAST_ROOM) or look != self.looks.shape[1]:
            self._resize(max(2 * need, LEAST_ROOM), look)
        return ended

    def look_over(self, scene: Scene | None, width: int, height: int) -> None:
        """Where the horizon is, in pixels of frames of this size, without what a lens bends.

        Worked out when one of these changes.
        """
        if self.seen_as is not None and self.seen_as[0] is scene and self.seen_as[1:] == (width, height):
            return
        self.seen_as = scene, width, height
        self.camera["horizon"] = 0.0
        if scene is not None and scene.ground is not None:
            x, y, z = scene.ground.matrix[2]
            self.camera["horizon"] = x * scene.reference_size[0] / width, y * scene.reference_size[1] / height, z

    def _resize(self, room: int, look: int) -> None:
        tracks, looks = np.zeros(room, TRACK), np.zeros((room, look), np.float32)
        tracks[: self.count] = self.tracks[: self.count]
        if look == self.looks.shape[1]:
            looks[: self.count] = self.looks[: self.count]
        else:
            tracks["looked"] = False
        self.tracks, self.looks = tracks, looks


class OnlineTracker:
    """A `core.protocols.Tracker`: each camera has its own tracks, ids and clock.

    Ids of a camera rise through its epochs and views, so that an id that one ended never names a track that begins in
    the next.
    The result does not depend on the order of detections within a frame, nor on other cameras in the batch. The first
    tracker on a machine compiles its inner loops, for some seconds; later ones, also in later processes, find them.

    Args:
        scenes: of cameras, by id; where one has a ground, speeds are steady on it (`kernels.motion.predict`).

    Attributes:
        ignored: detections left out since the start because they were unusable (`trackers.batches.usable_rows`).
    """

    def __init__(self, params: TrackerParams | None = None, scenes: Mapping[str, Scene] | None = None) -> None:
        self._scenes = scenes or {}
        self.params = params or TrackerParams()
        self.ignored = 0
        self._record: Any = self.params.record()
        self._cameras: dict[str, _Camera] = {}
        self._compile()

    def update(self, detections: DetectionBatch) -> TrackBatch:
        """The tracks at each frame, frames of one camera in time order; riders have no row beside their machine's."""
        frames = detections.frames
        rows: list[AnyArray] = [np.zeros(0, ROW)] * len(frames)
        ended: list[AnyArray] = [np.zeros(0, np.int64)] * len(frames)
        seen = (
            plain(detections.xyxy),
            plain(detections.score),
            plain(detections.class_id),
            plain(detections.embedding),
        )
        usable = usable_rows(detections)
        self.ignored += len(detections) - sum(map(len, usable))
        for index in time_order(frames):
            rows[index], ended[index] = self._frame(frames[index], seen, usable[index])
        offsets = offsets_of([len(part) for part in rows])
        # Not np.concatenate: it works out the common type of all fields anew for each part.
        every = np.empty(int(offsets[-1]), ROW)
        for start, part in zip(offsets.tolist(), rows, strict=False):
            every[start : start + len(part)] = part
        return TrackBatch(
            frames,
            offsets,
            np.ascontiguousarray(every["xyxy"]),
            np.ascontiguousarray(every["score"]),
            np.ascontiguousarray(every["class_id"]),
            np.ascontiguousarray(every["track_id"]),
            np.ascontiguousarray(every["state"]),
            np.ascontiguousarray(every["det_index"]),
            offsets_of([len(part) for part in ended]),
            np.concatenate(ended) if ended else np.zeros(0, np.int64),
        )

    def forget(self, camera_id: str) -> None:
        """Free the state of a camera; should it come back, its ids start at 1 again."""
        self._cameras.pop(camera_id, None)

    def _compile(self) -> None:
        """Track a frame without detections, so that the first real one does not wait."""
        began = time.monotonic()
        now = FrameMeta("", 0, 0, 0, ClockSource.FILE, 0, 0, 1, 1)
        self.update(DetectionBatch.empty((now,)))
        del self._cameras[""]
        seconds = time.monotonic() - began
        if seconds > NOTICED_S:
            log.info("tracker_compiled", seconds=round(seconds, 1))

    def _frame(self, frame: FrameMeta, seen: _Seen, order: I64) -> tuple[AnyArray, I64]:
        look = seen[3].shape[1]
        camera = self._cameras.get(frame.camera_id)
        if camera is None:
            camera = self._cameras[frame.camera_id] = _Camera(frame, look)
        scene = self._scenes.get(frame.camera_id)
        camera.look_over(None if scene is None else scene.at(frame.view), frame.width, frame.height)
        before = camera.ready(frame, len(order), look)
        most = camera.count + len(order)
        ended: I64 = np.empty(most, np.int64)
        rows: Any = np.empty(most, ROW)
        memory: Any = (camera.tracks, camera.looks, camera.camera)
        time = (frame.media_ns, frame.width, frame.height)
        given, gone = advance(memory, seen, order, time, KIND_OF_CLASS, self._record, rows, ended)
        return rows[:given], np.concatenate((before, ended[:gone])) if len(before) else ended[:gone]
