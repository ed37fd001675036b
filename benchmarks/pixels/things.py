"""What is put into clips: things that fall, are left, thrown or set up, and those who do so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import cv2
import numpy as np

from benchmarks.pixels.clips import Clip
from benchmarks.pixels.road_users import RATE, RoadUsers
from core.arrays import F32, F64, U8
from core.taxonomy import ObjectClass

Box = tuple[int, int, int, int]
GROUNDS: Final = {
    "plaza": ((0, 205), (250, 205), (380, 190), (590, 150), (735, 95), (768, 95), (768, 488), (560, 400), (120, 255)),
    "highway": ((0, 215), (38, 193), (155, 60), (208, 0), (270, 0), (250, 240), (0, 240)),
}
"""Where one drives or walks, in pixels of known clips; of others anywhere."""
SIZES: Final = (12, 16, 24, 36, 56)
"""Longer sides of debris in pixels of the frame."""
BAG: Final = 24
LITTER: Final = 20
STALL: Final = 90
"""The same of bags, of what is thrown, and of stalls, in a frame 768 pixels wide."""
COLOURS: Final = ((35, 35, 38), (225, 225, 225), (90, 120, 150), (60, 60, 190), (170, 110, 40), (45, 70, 60))
"""BGR: black and white bags, cardboard, a red crate, a blue tarpaulin, a tyre."""
CONTRAST: Final = 25
"""Levels by which a thing differs from what is behind it at least, in the mean."""
PASSES: Final = 30
"""Levels by which a clip's frame differs from its median where somebody passes, and hides what lies there."""
BUSY: Final = 0.2
BUSY_STALL: Final = 0.05
"""Shares of the frames in which somebody passes where a thing lies at most: nobody drives through a stall."""
STAYS_M: Final = 4.0
STAYS_S: Final = 5
PERSON_M: Final = 1.7
"""A bag lies where no person of the clip is so near for so long, by the height of his box."""
PERSON: Final = (26, 64)
RIDER: Final = (48, 56)
"""Width and height of those who leave things, in a frame 768 pixels wide."""


@dataclass(frozen=True, slots=True, eq=False)
class Owner:
    """Who leaves a thing.

    Attributes:
        way: (K, 3) second, x, y of his feet; nowhere before and after.
    """

    way: F64
    size: tuple[int, int]
    cls: ObjectClass

    def box(self, second: float) -> tuple[float, float, float, float] | None:
        """Where he is."""
        if not self.way[0, 0] <= second <= self.way[-1, 0]:
            return None
        x, y = (float(np.interp(second, self.way[:, 0], self.way[:, n])) for n in (1, 2))
        width, height = self.size
        return x - width / 2, y - height, x + width / 2, y


@dataclass(frozen=True, slots=True, eq=False)
class Lying:
    """One thing.

    Attributes:
        kind: of the event that it is; name: of its group in reports.
        look: (h, w, 3) BGR; solid: (h, w, 1), 0..1.
        from_s, until_s: when it lies there. holds_s: when its owner is away, or it is there.
    """

    kind: str
    name: str
    box: Box
    look: U8
    solid: F32
    from_s: float
    until_s: float
    holds_s: float
    owner: Owner | None = None


def stage(clip: Clip, middle: U8, users: RoadUsers, seed: int, start_s: int) -> tuple[list[Lying], int]:
    """What is put into one run of a clip, each thing at a place of its own; and seconds until all is over. A bag lies
    where nobody stays by it.
    """
    rng = np.random.default_rng((seed, len(clip.frames), clip.size[0]))
    scale = clip.size[0] / 768
    ground = np.zeros(clip.size[::-1], np.float32)
    corners = GROUNDS.get(clip.name, ((0, 0), (clip.size[0], 0), clip.size, (0, clip.size[1])))
    cv2.fillPoly(ground, [np.array(corners, np.int32)], 1.0)
    ground *= 1 - _busy(clip, middle)
    made: list[Lying] = []

    def put(kind: str, name: str, side: int, from_s: float, lasts_s: float, holds_s: float = 0.0) -> Lying | None:
        alone = partial(_alone, users) if name == "bag" else _anywhere
        where = _place(rng, ground, side, 3 * scale, BUSY_STALL if name == "stall" else BUSY, alone)
        if where is None:
            return None
        look, solid = _thing(rng, where, middle)
        made.append(Lying(kind, name, where, look, solid, from_s, from_s + lasts_s, from_s + holds_s))
        return made[-1]

    put("environment.encroachment", "stall", round(STALL * scale), start_s, 660)
    for number, side in enumerate(SIZES):
        put("incident.debris", f"debris {side}", side, start_s + 20 + 40 * number + float(rng.uniform(0, 20)), 70)
    for number in range(2):
        left_s = start_s + 30 + 170 * number + float(rng.uniform(0, 20))
        one = put("security.abandoned_object", "bag", max(round(BAG * scale), 12), left_s, 130)
        if one is not None:
            made[-1] = _left(rng, one, scale, clip.size)
    for number in range(2):
        thrown_s = start_s + 330 + 90 * number + float(rng.uniform(0, 20))
        one = put("environment.littering", "thrown by a rider", max(round(LITTER * scale), 12), thrown_s, 110)
        if one is not None:
            made[-1] = _thrown(rng, one, scale, clip.size)
    return made, start_s + 720


def show(second: float, picture: U8, middle: U8, things: list[Lying]) -> U8:
    """A frame with what lies there, behind those who pass; then those who left it."""
    for thing in things:
        if thing.from_s <= second < thing.until_s:
            left, top, right, bottom = thing.box
            part = picture[top:bottom, left:right]
            solid = thing.solid * (1 - _passes(part, np.ascontiguousarray(middle[top:bottom, left:right]))[..., None])
            part[:] = np.rint(part * (1 - solid) + thing.look * solid).astype(np.uint8)
    for thing in things:
        box = None if thing.owner is None else thing.owner.box(second)
        if box is not None:
            left, top, right, bottom = (round(v) for v in box)
            waist = (top + bottom) // 2
            cv2.rectangle(picture, (left, top), (right, waist), (70, 40, 50), -1)
            cv2.rectangle(picture, (left + 2, waist), (right - 2, bottom), (40, 45, 60), -1)
    return picture


def owners(second: float, things: list[Lying]) -> Iterator[tuple[tuple[float, float, float, float], int]]:
    """Boxes and classes of those who leave things."""
    for thing in things:
        box = None if thing.owner is None else thing.owner.box(second)
        if thing.owner is not None and box is not None:
            yield box, int(thing.owner.cls)


def _busy(clip: Clip, middle: U8) -> F32:
    """Share of the frames (h, w) in which somebody passes at each pixel."""
    return np.asarray(np.mean([_passes(frame, middle) for frame in clip.frames], axis=0), np.float32)


def _passes(picture: U8, middle: U8) -> U8:
    """1 where somebody hides what lies at a pixel (h, w)."""
    away = cv2.absdiff(picture, middle).max(axis=2)
    return np.asarray(cv2.dilate((away > PASSES).astype(np.uint8), np.ones((3, 3), np.uint8)), np.uint8)


def _anywhere(_: Box) -> bool:
    return True


def _alone(users: RoadUsers, box: Box) -> bool:
    """Whether no person of the clip is near a place for long: who stays looks after what lies there."""
    foot = np.array([(box[0] + box[2]) / 2, box[3]])
    stayed = 0
    for found in users.frames:
        people = found.xyxy[found.class_id == int(ObjectClass.PERSON)]
        away = np.hypot((people[:, 0] + people[:, 2]) / 2 - foot[0], people[:, 3] - foot[1])
        near = away * PERSON_M <= STAYS_M * (people[:, 3] - people[:, 1])
        stayed = stayed + 1 if near.any() else 0
        if stayed >= STAYS_S * RATE:
            return False
    return True


def _place(
    rng: np.random.Generator, free: F32, side: int, gap: float, busy: float, suits: Callable[[Box], bool]
) -> Box | None:
    """A place where somebody passes in no more than a share of the frames, which is taken from then on."""
    height, width = free.shape
    flat = max(round(side * float(rng.uniform(0.6, 1.0))), 6)
    margin = round(gap) + 4
    for _ in range(400):
        x, y = int(rng.integers(0, max(width - side, 1))), int(rng.integers(0, max(height - flat, 1)))
        around = free[max(y - margin, 0) : y + flat + margin, max(x - margin, 0) : x + side + margin]
        box = x, y, x + side, y + flat
        if around.all() and float(free[y : y + flat, x : x + side].mean()) >= 1 - busy and suits(box):
            around[:] = 0
            return box
    return None


def _thing(rng: np.random.Generator, box: Box, middle: U8) -> tuple[U8, F32]:
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    behind = float(middle[top:bottom, left:right].mean())
    choices = [c for c in COLOURS if abs(float(np.mean(c)) - behind) >= CONTRAST] or [COLOURS[1]]
    look = np.full((height, width, 3), choices[int(rng.integers(len(choices)))], np.float32)
    shade = cv2.resize(rng.normal(0, 12, (4, 4)).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    look += np.asarray(shade)[..., None] + np.linspace(12, -12, height)[:, None, None]
    solid = np.zeros((height, width), np.float32)
    corners = [(0.15, 0.0), (0.85, 0.05), (1.0, 0.5), (0.9, 1.0), (0.1, 0.95), (0.0, 0.4)]
    points = [((x + rng.uniform(-0.05, 0.05)) * width, (y + rng.uniform(-0.05, 0.05)) * height) for x, y in corners]
    cv2.fillPoly(solid, [np.rint(points).astype(np.int32)], 1.0)
    soft = np.asarray(cv2.GaussianBlur(solid, (0, 0), 0.7), np.float32)
    return np.clip(look, 0, 255).astype(np.uint8), soft[..., None]


def _left(rng: np.random.Generator, thing: Lying, scale: float, size: tuple[int, int]) -> Lying:
    """Somebody walks there, puts it down, and walks off; another one takes it away."""
    x, y = (thing.box[0] + thing.box[2]) / 2, float(thing.box[3])
    far = 260 * scale * (1 if x < size[0] / 2 else -1)
    at_s = thing.from_s
    way = np.array([(at_s - 8, x - far / 2, y), (at_s, x, y), (at_s + 2, x + 4, y), (at_s + 10, x + far, y)])
    who = (round(PERSON[0] * scale), round(PERSON[1] * scale))
    away_px = 3 / 1.7 * who[1]
    gone_s = at_s + 2 + 8 * away_px / abs(far - 4)
    return _with_owner(thing, Owner(way, who, ObjectClass.PERSON), gone_s)


def _thrown(rng: np.random.Generator, thing: Lying, scale: float, size: tuple[int, int]) -> Lying:
    """A rider passes behind it without slowing down, and it lies there."""
    x, y = (thing.box[0] + thing.box[2]) / 2, thing.box[1] + 2.0
    pace = 110 * scale * (1 if rng.uniform() < 0.5 else -1)
    way = np.array([(thing.from_s - 5, x - 5 * pace, y), (thing.from_s + 6, x + 6 * pace, y)])
    who = (round(RIDER[0] * scale), round(RIDER[1] * scale))
    return _with_owner(thing, Owner(way, who, ObjectClass.MOTORCYCLE), thing.from_s + 3 / 1.7 * who[1] / abs(pace))


def _with_owner(thing: Lying, owner: Owner, holds_s: float) -> Lying:
    return Lying(
        thing.kind, thing.name, thing.box, thing.look, thing.solid, thing.from_s, thing.until_s, holds_s, owner
    )
