"""From tracks in pixels to motion on the ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F32, F64, I64, AnyArray, Bool
from core.frames import FrameMeta
from core.geometry import foot_points
from core.motion import Motion
from core.scene import Homography, Scene
from core.tracks import TrackBatch, TrackState
from trackers.batches import time_order

MEMORY_S: Final = 0.5
"""Time constant of the velocity's fading memory: the mean age of what it rests on, so about a second in all."""
CAUTION_S2: Final = 0.0025
"""How strongly a young velocity is held to zero: (0.05 box / 1 box/s)², position noise over usual speed, squared.

At 25 frames a second a steady speed reads a quarter at the second frame, and more than 90 % after 0.3 s.
"""
COARSEST_M_PER_PX: Final = 5.0
"""Near the horizon a pixel spans more ground than a position there is worth: beyond this it does not hold."""


@dataclass(slots=True, eq=False)
class FadingLine:
    """Straight lines through the recent samples of K tracks, in two dimensions.

    Least squares with exponential forgetting. Sample times are relative to now, so that sums stay small however long a
    track lives.

    Attributes:
        weight, time, square: (K) float64, sums of w, w t, w t² over the samples.
        point, moment: (K, 2) float64, sums of w x, w t x.
    """

    weight: F64
    time: F64
    square: F64
    point: F64
    moment: F64

    @classmethod
    def start(cls, tracks: int) -> FadingLine:
        """Lines without a sample."""
        zero = np.zeros(tracks)
        return cls(zero, zero.copy(), zero.copy(), np.zeros((tracks, 2)), np.zeros((tracks, 2)))

    def pass_time(self, seconds: float) -> None:
        """Let `seconds` go by: samples grow older and fade."""
        t, fade = seconds, float(np.exp(-seconds / MEMORY_S))
        self.moment = (self.moment - t * self.point) * fade
        self.square = (self.square - 2 * t * self.time + t * t * self.weight) * fade
        self.time = (self.time - t * self.weight) * fade
        self.weight = self.weight * fade
        self.point = self.point * fade

    def add(self, rows: AnyArray, points: AnyArray) -> None:
        """A sample now, (k, 2), for each of the lines `rows` (k) int."""
        self.weight[rows] += 1.0
        self.point[rows] += points

    def slope(self, rows: AnyArray) -> F64:
        """Velocities (k, 2) of the lines `rows`; zero while fewer than two samples tell."""
        weight = np.maximum(self.weight[rows], 1e-12)
        mean_time = self.time[rows] / weight
        spread = np.maximum(self.square[rows] - mean_time * self.time[rows], 0.0)
        together = self.moment[rows] - mean_time[:, None] * self.point[rows]
        return np.asarray(together / (spread + CAUTION_S2)[:, None], np.float64)

    def select(self, rows: AnyArray) -> FadingLine:
        """The lines of some rows, as a copy."""
        return FadingLine(self.weight[rows], self.time[rows], self.square[rows], self.point[rows], self.moment[rows])

    def extend(self, tracks: int) -> FadingLine:
        """These lines, followed by empty ones."""
        new = FadingLine.start(tracks)
        return FadingLine(
            np.concatenate((self.weight, new.weight)),
            np.concatenate((self.time, new.time)),
            np.concatenate((self.square, new.square)),
            np.concatenate((self.point, new.point)),
            np.concatenate((self.moment, new.moment)),
        )


@dataclass(slots=True, eq=False)
class _Camera:
    """State of one epoch: ids (K), sorted, and their lines in the picture and on the ground."""

    epoch: int
    now_ns: int
    track_id: I64
    picture: FadingLine
    ground: FadingLine

    @classmethod
    def start(cls, frame: FrameMeta) -> _Camera:
        return cls(frame.epoch, frame.media_ns, np.zeros(0, np.int64), FadingLine.start(0), FadingLine.start(0))

    def advance(self, now_ns: int) -> None:
        seconds = max(now_ns - self.now_ns, 0) / 1e9
        self.picture.pass_time(seconds)
        self.ground.pass_time(seconds)
        self.now_ns = max(now_ns, self.now_ns)

    def rows(self, track_id: I64) -> I64:
        """Where the state of each track is; new ones are added."""
        new = np.setdiff1d(track_id, self.track_id)
        if len(new):
            ids = np.concatenate((self.track_id, new))
            order = np.argsort(ids)
            self.track_id = ids[order]
            self.picture = self.picture.extend(len(new)).select(order)
            self.ground = self.ground.extend(len(new)).select(order)
        return np.searchsorted(self.track_id, track_id).astype(np.int64)

    def free(self, ended: I64) -> None:
        kept = ~np.isin(self.track_id, ended)
        if not kept.all():
            self.track_id = self.track_id[kept]
            self.picture, self.ground = self.picture.select(kept), self.ground.select(kept)


class World:
    """Where tracks stand and how fast they move, by the scenes of their cameras.

    Foot points are scaled from source pixels to the scene's reference size; a camera without a scene keeps its pixels.
    Positions are `Homography.to_ground` of the foot point. They hold (`valid`) where the scene has a homography, the
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

    def locate(self, tracks: TrackBatch) -> Motion:
        """The motion of all tracks of a batch, row by row."""
        m = len(tracks)
        foot, valid = np.zeros((m, 2), np.float32), np.zeros(m, np.bool_)
        position, velocity = np.zeros((m, 2)), np.zeros((m, 2))
        foot_velocity = np.zeros((m, 2), np.float32)
        for index in time_order(tracks.frames):
            frame, rows = tracks.frames[index], tracks.rows(index)
            camera = self._camera(frame, tracks.ended(index))
            scene = self._scenes.get(frame.camera_id)
            foot[rows] = _reference_foot(tracks.xyxy[rows], frame, scene)
            position[rows], valid[rows] = _on_ground(None if scene is None else scene.homography, foot[rows])
            at = camera.rows(tracks.track_id[rows])
            observed = tracks.state[rows] != TrackState.COASTING
            camera.picture.add(at[observed], foot[rows][observed])
            grounded = observed & valid[rows]
            camera.ground.add(at[grounded], position[rows][grounded])
            foot_velocity[rows] = camera.picture.slope(at)
            velocity[rows] = np.where(valid[rows][:, None], camera.ground.slope(at), 0.0)
        return Motion(foot, foot_velocity, position, velocity, valid)

    def forget(self, camera_id: str) -> None:
        """Free the state of a camera that is gone."""
        self._cameras.pop(camera_id, None)

    def _camera(self, frame: FrameMeta, ended: I64) -> _Camera:
        camera = self._cameras.get(frame.camera_id)
        if camera is None or camera.epoch != frame.epoch:
            # What ended at this frame was of the epoch before, all of which goes.
            camera = self._cameras[frame.camera_id] = _Camera.start(frame)
        else:
            camera.free(ended)
            camera.advance(frame.media_ns)
        return camera


def _reference_foot(xyxy: F32, frame: FrameMeta, scene: Scene | None) -> F32:
    foot = foot_points(xyxy)
    if scene is None:
        return foot
    width, height = scene.reference_size
    return np.asarray(foot * (width / frame.width, height / frame.height), np.float32)


def _on_ground(homography: Homography | None, foot: F32) -> tuple[F64, Bool]:
    """Positions (m, 2) of foot points, and where they hold (m); zeros where not."""
    if homography is None:
        return np.zeros((len(foot), 2)), np.zeros(len(foot), np.bool_)
    position, valid = homography.to_ground(foot)
    below, below_valid = homography.to_ground(foot + np.array((0.0, 1.0), np.float32))
    span = np.linalg.norm(below - position, axis=1)
    valid = valid & below_valid & (span <= COARSEST_M_PER_PX)
    return np.where(valid[:, None], position, 0.0), valid
