"""A street seen by a virtual pinhole camera: boxes of traffic whose place on the ground is known."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from core.arrays import F64
from core.taxonomy import ObjectClass
from scenes.track_table import TrackTable

SIZES = {
    ObjectClass.PERSON: (0.45, 0.55, 1.65),
    ObjectClass.BICYCLE: (1.75, 0.60, 1.65),
    ObjectClass.MOTORCYCLE: (1.90, 0.72, 1.62),
    ObjectClass.CAR: (4.40, 1.75, 1.52),
    ObjectClass.BUS: (10.0, 2.45, 3.0),
    ObjectClass.TRUCK: (6.2, 2.1, 2.6),
}
"""Mean length, width and height in metres."""
SPREAD = {ObjectClass.BUS: 0.15, ObjectClass.TRUCK: 0.2, ObjectClass.PERSON: 0.06}
MIX = {
    ObjectClass.MOTORCYCLE: 0.74, ObjectClass.CAR: 0.16, ObjectClass.BUS: 0.02, ObjectClass.TRUCK: 0.03,
    ObjectClass.PERSON: 0.05,
}  # fmt: skip


@dataclass(frozen=True)
class Camera:
    """Height in metres, angles in degrees, focal length as a share of the picture's width.

    The ground's frame: the origin below the camera, y the way it looks, x to its right.
    """

    height: float = 8.0
    pitch: float = 25.0
    focal: float = 1.0
    roll: float = 0.0
    size: tuple[int, int] = (1920, 1080)

    def pixels(self, metres: F64) -> tuple[F64, F64]:
        """Points (N, 3) in metres to pixels (N, 2) and depths (N)."""
        t, r = math.radians(self.pitch), math.radians(self.roll)
        x, y, z = metres[:, 0], metres[:, 1], metres[:, 2] - self.height
        depth = y * math.cos(t) - z * math.sin(t)
        down = -y * math.sin(t) - z * math.cos(t)
        right, down = x * math.cos(r) + down * math.sin(r), down * math.cos(r) - x * math.sin(r)
        focal, safe = self.focal * self.size[0], np.maximum(depth, 1e-6)
        u = self.size[0] / 2 + focal * right / safe
        v = self.size[1] / 2 + focal * down / safe
        return np.column_stack((u, v)), depth

    def ground(self, pixels: F64) -> F64:
        """Foot points (N, 2) in pixels to metres (N, 2), by the rays of a camera."""
        t, r = math.radians(self.pitch), math.radians(self.roll)
        focal = self.focal * self.size[0]
        a, b = ((pixels - np.array(self.size) / 2) / focal).T
        right, down = a * math.cos(r) - b * math.sin(r), a * math.sin(r) + b * math.cos(r)
        forward = math.cos(t) - down * math.sin(t)
        sink = math.sin(t) + down * math.cos(t)
        return np.asarray(np.column_stack((right, forward)) * (self.height / sink)[:, None], np.float64)


@dataclass(frozen=True)
class Street:
    """Lanes as (x, y, heading in degrees) of a point on each, in metres; speeds in m/s."""

    lanes: tuple[tuple[float, float, float], ...]
    tracks: int = 150
    noise: float = 0.03
    vary: float = 1.0
    speed: float = 9.0
    wander: float = 0.4
    blocks: bool = False
    mix: dict[ObjectClass, float] = field(default_factory=lambda: dict(MIX))


def road(
    ahead: float = 22.0, turn: float = 15.0, lanes: int = 4, width: float = 3.3, side: float = 0.0
) -> tuple[tuple[float, float, float], ...]:
    """Lanes of a straight road through (side, ahead), turned so many degrees from the way the camera looks; the first
    half drives away, the other half comes."""
    found = []
    t = math.radians(turn)
    across = np.array([math.cos(t), math.sin(t)])
    for k in range(lanes):
        x, y = np.array([side, ahead]) + across * (lanes / 2 - 0.5 - k) * width
        found.append((float(x), float(y), 90.0 + turn + (0.0 if k < lanes / 2 else 180.0)))
    return tuple(found)


def drive(street: Street, camera: Camera, seed: int = 0, fps: float = 10.0) -> TrackTable:
    """Boxes of all tracks, one after another in time."""
    rng = np.random.default_rng(seed)
    rows: list[np.ndarray] = []
    kinds, shares = list(street.mix), np.array(list(street.mix.values()))
    for number in range(street.tracks):
        kind = kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]
        rows.append(_track(street, camera, kind, number, fps, rng))
    table = np.vstack(rows)
    return TrackTable.of(camera.size, table[:, 0], table[:, 1], table[:, 2], table[:, 3:])


def shape(kind: ObjectClass, size: F64, blocks: bool) -> F64:
    """Points (K, 3) on the outside of a road user: a block, or, as the streets have them, thinner above."""

    def block(length: float, width: float, low: float, high: float, middle: float = 0.0) -> F64:
        ends = (middle - length / 2, middle + length / 2)
        corners = [(x, y, z) for x in ends for y in (-width / 2, width / 2) for z in (low, high)]
        return np.array(corners) * size

    whole = block(1, 1, 0, 1)
    if blocks or kind in (ObjectClass.BUS, ObjectClass.TRUCK):
        return whole
    if kind is ObjectClass.CAR:
        return np.vstack((block(1, 1, 0, 0.5), block(0.5, 0.8, 0.5, 1, -0.08)))
    if kind is ObjectClass.PERSON:
        return np.vstack((block(1, 0.7, 0, 0.05), block(0.6, 1, 0.5, 0.8), block(0.4, 0.35, 0.9, 1)))
    return np.vstack((block(1, 0.25, 0, 0.35), block(0.3, 1, 0.55, 0.65, 0.1), block(0.16, 0.4, 0.6, 1, -0.05)))


def _track(
    street: Street, camera: Camera, kind: ObjectClass, number: int, fps: float, rng: np.random.Generator
) -> np.ndarray:
    x, y, degrees = street.lanes[int(rng.integers(len(street.lanes)))]
    heading = math.radians(degrees)
    ahead, left = np.array([math.cos(heading), math.sin(heading)]), np.array([-math.sin(heading), math.cos(heading)])
    spread = SPREAD.get(kind, 0.06) * street.vary
    size = np.array(SIZES[kind]) * np.exp(rng.normal(0, spread, 3))
    slow = 1.3 / street.speed if kind is ObjectClass.PERSON else 1.0
    speed = street.speed * slow * math.exp(rng.normal(0, 0.15 * street.vary))
    time = np.arange(0, 200 / speed, 1 / fps)
    way = -100 + speed * time
    aside = rng.normal(0, street.wander) + 0.1 * street.vary * np.sin(way / 15 + rng.uniform(0, 6))
    at = np.array([x, y]) + way[:, None] * ahead + np.broadcast_to(aside, way.shape)[:, None] * left
    hull = shape(kind, size, street.blocks)
    turned = np.column_stack((hull[:, :2] @ np.array([ahead, left]), hull[:, 2]))
    points = turned[None] + np.column_stack((at, np.zeros(len(at))))[:, None]
    pixels, depth = camera.pixels(points.reshape(-1, 3))
    pixels, depth = pixels.reshape(len(at), -1, 2), depth.reshape(len(at), -1)
    boxes = np.concatenate((pixels.min(axis=1), pixels.max(axis=1)), axis=1)
    side = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    boxes = boxes + side * (rng.normal(0, street.noise, boxes.shape) + rng.normal(0, street.noise / 2, 4))
    width, height = camera.size
    inside = (depth.min(axis=1) > 1) & (boxes[:, 2] > 4) & (boxes[:, 3] > 4) & (boxes[:, 0] < width - 4)
    inside &= (boxes[:, 1] < height - 4) & (side[:, 1] > 14) & (depth.max(axis=1) < 120)
    boxes = np.clip(boxes, 0, (width, height, width, height))[inside]
    when = (time + number * 2.0)[inside]
    return np.column_stack((when, np.full(len(when), number + 1), np.full(len(when), int(kind)), boxes))
