"""A pinhole camera over flat ground."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from core.arrays import F32, F64, AnyArray, Bool
from pipeline.sources.traffic.recording import CameraAbout

NEAR_M: Final = 1.0
"""What is nearer than this before the camera, or behind it, is not seen."""
_CORNERS: Final = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], np.float32) / 2


class View:
    """Where points of the world lie in the picture.

    World: metres east, north and up, from the recording's origin. Picture: pixels as everywhere.
    """

    def __init__(self, camera: CameraAbout) -> None:
        self.size = camera.size
        heading, down = math.radians(camera.heading_deg), math.radians(camera.down_deg)
        ahead = np.array([math.sin(heading) * math.cos(down), math.cos(heading) * math.cos(down), -math.sin(down)])
        right = np.array([math.cos(heading), -math.sin(heading), 0.0])
        below = np.cross(ahead, right)
        focal = self.size[0] / 2 / math.tan(math.radians(camera.wide_deg) / 2)
        inner = np.array([[focal, 0, self.size[0] / 2], [0, focal, self.size[1] / 2], [0, 0, 1]])
        turned = np.stack((right, below, ahead))
        place = np.array([*camera.position, camera.height_m])
        self.place = place.astype(np.float32)
        self._matrix = np.column_stack((inner @ turned, -inner @ turned @ place))

    @property
    def ground(self) -> F64:
        """(3, 3): pixels to metres east and north on the ground; the homogeneous coordinate is positive before the
        camera.
        """
        matrix = np.linalg.inv(self._matrix[:, [0, 1, 3]])
        return np.asarray(matrix / matrix[2, 2] if matrix[2, 2] > 0 else matrix, np.float64)

    def depth(self, points: AnyArray) -> F64:
        """How far before the camera points (..., 3) lie, in metres."""
        return np.asarray(points @ self._matrix[2, :3] + self._matrix[2, 3], np.float64)

    def project(self, points: AnyArray) -> tuple[F32, Bool]:
        """Points (..., 3) in pixels (..., 2), and whether each lies before the camera (...)."""
        homogeneous = points @ self._matrix[:, :3].T + self._matrix[:, 3]
        depth = homogeneous[..., 2]
        before = depth > NEAR_M
        pixels = homogeneous[..., :2] / np.where(before, depth, 1.0)[..., None]
        return np.asarray(pixels, np.float32), np.asarray(before, np.bool_)

    def boxes(self, corners: AnyArray) -> tuple[F32, Bool]:
        """Boxes (M, 4) around solids given by their corners (M, K, 2) in pixels, cut at the picture's border, and which
        of them are seen by half or more (M).
        """
        width, height = self.size
        low, high = corners.min(axis=1), corners.max(axis=1)
        inside_low, inside_high = np.clip(low, 0, (width, height)), np.clip(high, 0, (width, height))
        whole = np.prod(high - low, axis=1)
        seen = np.prod(inside_high - inside_low, axis=1) >= 0.5 * whole
        return np.asarray(np.hstack((inside_low, inside_high)), np.float32), np.asarray(seen & (whole > 0), np.bool_)


def footprints(xy: AnyArray, heading: AnyArray, length: AnyArray, width: AnyArray) -> F32:
    """Corners (M, 4, 2) of upright solids on the ground: front left, rear left, rear right, front right; metres."""
    along, across = _CORNERS[:, 0] * length[:, None], _CORNERS[:, 1] * width[:, None]
    cos, sin = np.cos(heading)[:, None], np.sin(heading)[:, None]
    x = xy[:, 0, None] + along * cos - across * sin
    y = xy[:, 1, None] + along * sin + across * cos
    return np.asarray(np.stack((x, y), axis=2), np.float32)


def raised(footprint: AnyArray, height: AnyArray) -> F32:
    """Footprints (M, 4, 2) at heights (M) or (M, 4): points (M, 4, 3)."""
    up = np.broadcast_to(np.reshape(height, (len(footprint), -1)), footprint.shape[:2])
    return np.asarray(np.concatenate((footprint, up[..., None]), axis=2), np.float32)
