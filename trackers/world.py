"""From tracks in pixels to motion on the ground."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from core.arrays import F64, I64
from core.frames import ClockSource, FrameMeta
from core.motion import Motion
from core.scene import Scene
from core.tracks import TrackBatch
from trackers.batches import plain, time_order
from trackers.kernels.ground import LINE, locate
from trackers.lanes import LaneMap

MEMORY_S: Final = 0.5
"""Time constant of the velocity's fading memory: the mean age of what it rests on, so about a second in all."""
CAUTION_S2: Final = 0.0025
"""How strongly a young velocity is held to zero: (0.05 box / 1 box/s)², position noise over usual speed, squared.

At 25 frames a second a steady speed reads a quarter at the second frame, and more than 90 % after 0.3 s.
"""
COARSEST_M_PER_PX: Final = 5.0
"""Near the horizon a pixel spans more ground than a position there is worth: beyond this it does not hold."""
LEAST_ROOM: Final = 16
NO_GROUND: Final[F64] = plain(np.zeros((3, 3)))
NO_SCALE: Final[F64] = np.ones(2)


class _Camera:
    """Lines through the recent samples of the tracks of one epoch, in the picture and on the ground."""

    def __init__(self, frame: FrameMeta) -> None:
        self.epoch, self.now_ns = frame.epoch, frame.media_ns
        self.count = 0
        self.ids: I64 = np.zeros(LEAST_ROOM, np.int64)
        self.lines: F64 = np.zeros((LEAST_ROOM, 2 * LINE))

    def make_room(self, more: int) -> None:
        need, room = self.count + more, len(self.ids)
        if need > room or room > max(8 * need, LEAST_ROOM):
            room = max(2 * need, LEAST_ROOM)
            ids, lines = np.zeros(room, np.int64), np.zeros((room, 2 * LINE))
            ids[: self.count], lines[: self.count] = self.ids[: self.count], self.lines[: self.count]
            self.ids, self.lines = ids, lines

    def pass_time(self, now_ns: int) -> float:
        """Seconds since the frame before."""
        seconds = max(now_ns - self.now_ns, 0) / 1e9
        self.now_ns = max(now_ns, self.now_ns)
        return seconds


class World:
    """Where tracks stand and how fast they move, by the scenes of their cameras.

    Foot points are scaled from source pixels to the scene's reference size; a camera without a scene keeps its pixels.
    Positions are `Ground.to_ground` of the foot point. They hold (`valid`) where the scene has a homography, the
    foot point is below the horizon, and a pixel there spans at most `COARSEST_M_PER_PX`.

    Velocities, in pixels and in metres, are the slopes of straight lines through the samples of about the last second.
    Only observed rows are samples; a coasting track goes on with the velocity it had. A velocity is exactly zero at the
    track's first frame, meaning unknown, and is held towards zero until it has been seen for about 0.3 s
    (`CAUTION_S2`): slowness is to be judged over time. State is kept for each (camera, epoch, track), and freed when
    the track or epoch ends.
    """

    def __init__(self, scenes: Mapping[str, Scene]) -> None:
        self._scenes = scenes
        self._cameras: dict[str, _Camera] = {}
        self._lanes: dict[str, tuple[Scene, LaneMap]] = {}
        # Compiled here, not at the first frame.
        self.locate(TrackBatch.empty((FrameMeta("", 0, 0, 0, ClockSource.FILE, 0, 0, 1, 1),)))
        self.forget("")
        LaneMap.compile()

    def locate(self, tracks: TrackBatch) -> Motion:
        """The motion of all tracks of a batch, row by row."""
        m = len(tracks)
        foot, valid = np.zeros((m, 2), np.float32), np.zeros(m, np.bool_)
        position, velocity = np.zeros((m, 2)), np.zeros((m, 2))
        foot_velocity = np.zeros((m, 2), np.float32)
        lane, along, lane_speed = np.full(m, -1, np.int16), np.zeros(m), np.zeros(m)
        for index in time_order(tracks.frames):
            frame, rows, ended = tracks.frames[index], tracks.rows(index), tracks.ended(index)
            camera = self._camera(frame)
            camera.make_room(rows.stop - rows.start)
            camera.count = locate(
                camera.ids,
                camera.lines,
                camera.count,
                (camera.pass_time(frame.media_ns), MEMORY_S),
                CAUTION_S2,
                self._view(frame),
                plain(tracks.track_id[rows]),
                plain(tracks.xyxy[rows]),
                plain(tracks.state[rows]),
                plain(ended),
                (foot[rows], foot_velocity[rows], position[rows], velocity[rows], valid[rows]),
            )
            lanes = self._lane_map(frame.camera_id)
            if lanes is not None:
                moved = foot[rows], foot_velocity[rows], position[rows], velocity[rows], valid[rows]
                lanes.place(*moved, (lane[rows], along[rows], lane_speed[rows]))
        return Motion(foot, foot_velocity, position, velocity, valid, lane, along, lane_speed)

    def forget(self, camera_id: str) -> None:
        """Free the state of a camera that is gone."""
        self._cameras.pop(camera_id, None)
        self._lanes.pop(camera_id, None)

    def _camera(self, frame: FrameMeta) -> _Camera:
        camera = self._cameras.get(frame.camera_id)
        if camera is None or camera.epoch != frame.epoch:
            # What ended at this frame was of the epoch before, all of which goes.
            camera = self._cameras[frame.camera_id] = _Camera(frame)
        return camera

    def _lane_map(self, camera_id: str) -> LaneMap | None:
        scene = self._scenes.get(camera_id)
        if scene is None or not scene.lanes:
            return None
        known = self._lanes.get(camera_id)
        if known is None or known[0] is not scene:
            known = self._lanes[camera_id] = scene, LaneMap(scene)
        return known[1]

    def _view(self, frame: FrameMeta) -> tuple[F64, F64, float]:
        scene = self._scenes.get(frame.camera_id)
        if scene is None:
            return NO_SCALE, NO_GROUND, COARSEST_M_PER_PX
        width, height = scene.reference_size
        scale = np.array((width / frame.width, height / frame.height))
        return scale, NO_GROUND if scene.ground is None else plain(scene.ground.matrix), COARSEST_M_PER_PX
