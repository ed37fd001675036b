"""The tracks of each frame as records."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.motion import Motion
from core.records import FrameObject, FrameTracks
from core.scene import Scene
from core.tracks import TrackBatch, TrackState

_LEAST_SPEED = 0.1
"""Metres a second below which a direction says nothing."""


def frame_tracks(tracks: TrackBatch, motion: Motion, scenes: Mapping[str, Scene]) -> tuple[FrameTracks, ...]:
    """One record for each frame, with the tracks that were seen in it: neither tentative nor predicted ones."""
    seen = tracks.state == TrackState.CONFIRMED
    speed = np.hypot(motion.velocity[:, 0], motion.velocity[:, 1])
    found = []
    for number, frame in enumerate(tracks.frames):
        rows = tracks.rows(number)
        scene = scenes.get(frame.camera_id)
        objects = [
            _object(tracks, motion, scene, row, float(speed[row]))
            for row in (np.flatnonzero(seen[rows]) + rows.start).tolist()
        ]
        found.append(FrameTracks(frame.camera_id, frame.epoch, frame.seq, frame.captured_ns, tuple(objects)))
    return tuple(found)


def _object(tracks: TrackBatch, motion: Motion, scene: Scene | None, row: int, speed: float) -> FrameObject:
    left, top, right, bottom = tracks.xyxy[row].tolist()
    told = int(tracks.track_id[row]), int(tracks.class_id[row]), float(tracks.score[row]), (left, top, right, bottom)
    if not motion.valid[row]:
        return FrameObject(*told)
    east, north = motion.position[row].tolist()
    x, y = motion.velocity[row].tolist()
    direction = (x / speed, y / speed) if speed >= _LEAST_SPEED else None
    place = None if scene is None else scene.geographic(east, north)
    return FrameObject(*told, speed, direction, (east, north), place)
