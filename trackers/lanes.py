"""The lanes of a scene, made ready to be asked at each frame."""

from __future__ import annotations

import numpy as np

from core.arrays import F32, F64, I16, Bool
from core.scene import Label, Lane, Scene
from trackers.batches import plain
from trackers.kernels.lanes import place_on_lanes


class LaneMap:
    """Finds the lane of each track of a scene. Ways are in metres where the scene has a ground, else in pixels.

    A lane that reaches beyond the horizon has no track on it: it cannot be measured in metres.
    """

    def __init__(self, scene: Scene) -> None:
        self.metric = scene.ground is not None
        lanes = list(scene.lanes.values())
        self._lanes = len(lanes)
        x, low, high, run, ends = [], [], [], [], [0]
        for lane in lanes:
            polygon = lane.polygon if self._measurable(lane) else lane.polygon[:0]
            after = np.concatenate((polygon[1:], polygon[:1]))
            rise = after[:, 1] - polygon[:, 1]
            x.append(polygon[:, 0])
            low.append(polygon[:, 1])
            high.append(after[:, 1])
            run.append((after[:, 0] - polygon[:, 0]) / np.where(rise == 0, 1.0, rise))
            ends.append(ends[-1] + len(polygon))
        none = [np.zeros(0)]
        left, bottom, top, slope = (plain(np.concatenate(part or none)) for part in (x, low, high, run))
        self._edges = (left, bottom, top, slope, plain(np.array(ends, np.int64)))
        ways = [self._way(scene, lane) for lane in lanes]
        counts = np.cumsum([0, *(len(way) for way in ways)])
        points = np.concatenate(ways) if ways else np.zeros((0, 2))
        self._ways = (plain(points), plain(counts.astype(np.int64)))

    def place(
        self,
        foot: F32,
        foot_velocity: F32,
        position: F64,
        velocity: F64,
        valid: Bool,
        found: tuple[I16, F64, F64],
    ) -> None:
        """Fill lane (M), way along it and speed along it of M tracks; see `core.motion.Motion`."""
        if not self._lanes:
            found[0][:] = -1
            return
        if self.metric:
            place_on_lanes(self._edges, self._ways, foot, position, velocity, valid, found)
            return
        everywhere = np.ones(len(foot), np.bool_)
        pixels, speeds = foot.astype(np.float64), foot_velocity.astype(np.float64)
        place_on_lanes(self._edges, self._ways, foot, pixels, speeds, everywhere, found)

    @classmethod
    def compile(cls) -> None:
        """Make the inner loop ready."""
        square = np.array([(0.0, 0.0), (2.0, 0.0), (2.0, 2.0)])
        lane = Lane("", Label("", ""), square, square[:2], "")
        at, none = np.ones((1, 2)), np.zeros(1)
        found = np.zeros(1, np.int16), none.copy(), none.copy()
        cls(Scene("", 1, (2, 2), lanes={"": lane})).place(
            at.astype(np.float32), at.astype(np.float32), at, at, np.ones(1, np.bool_), found
        )

    def _measurable(self, lane: Lane) -> bool:
        return not self.metric or lane.length_m is not None

    def _way(self, scene: Scene, lane: Lane) -> F64:
        if scene.ground is None:
            return lane.centreline
        return scene.ground.to_ground(lane.centreline)[0]
