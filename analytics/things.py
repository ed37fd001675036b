"""Things that lie about: what the observer of the background tells, laid beside the tracks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.sight import Sight
from analytics.trails import Spot, Trails
from analytics.views import reference_scale
from core.arrays import F64, AnyArray
from core.findings import StepView
from core.geometry import iou
from core.observations import Background, Blob
from core.scene import Scene
from core.taxonomy import ObjectClass

GAP_NS: Final = 5 * SECOND_NS
"""A longer time without frames starts the waiting anew."""
SAME: Final = 0.3
"""Of their union that two boxes share which are of one thing."""
WIDER: Final = 0.25
WIDER_PERSON: Final = 0.1
"""Of its box that a vehicle, with its shadow and the pools of its lamps, reaches beyond it on each side; a person."""
COVERED: Final = 0.5
"""Share of a thing within that box for which the track explains it."""
LIKE: Final = 0.4
"""A track that was not by a thing when it appeared explains it only if they share so much, as union of their boxes."""
NEAR_M: Final = 3.0
"""Who was so near when a thing appeared was by it."""
WHILE_NS: Final = 120 * SECOND_NS
"""A track that was lost explains for ever what it shares so much with, and other things for so long."""
UNUSED_NS: Final = 60 * SECOND_NS
MOST_LEFT: Final = 64
MOST_EXPECTED: Final = 64
EXPECTED_NS: Final = 7200 * SECOND_NS
"""A thing that cannot be found again is looked for so long."""
GONE_NS: Final = 60 * SECOND_NS
WITHIN: Final = 0.9
"""Share of a thing inside the box of a track for which what is seen there may be of whom the track is of."""
MOSTLY: Final = 3
"""Looks by which those within a box must be more than others: who passes is before it at one."""
BEFORE_NS: Final = 3 * SECOND_NS
AFTER_NS: Final = SECOND_NS
"""Who was by a thing from so long before it appeared until so long after may have put it there."""
MOST_NEAR: Final = 4
NOBODY: Final = -1


@dataclass(slots=True, eq=False)
class Thing:
    """One thing.

    Attributes:
        key: its own.
        number: of its blob; None: it was known before a restart, and has not been found yet.
        box: (4) reference pixels. spot: where it meets the ground.
        size, unit: longer side, `m` or `px` (reference pixels). position: metres, None where these do not hold.
        since_ns: run time from when on it has been there for sure. age_s: since it appeared.
        seen: not hidden. gone: run time at which it was seen to be gone, None while it may be there.
        explained_by: class of the track that explains it, `NOBODY`; explained_ns: run time at which one last did.
        within, alone: looks at which it was seen inside the box of a track, and inside none.
        near: who came by it when it appeared: metres, track, class; nearest first.
    """

    key: int
    number: int | None
    box: F64
    spot: Spot
    size: float
    unit: str
    since_ns: int
    age_s: float = 0.0
    seen: bool = False
    gone_ns: int | None = None
    explained_by: int = NOBODY
    explained_ns: int = 0
    within: int = 0
    alone: int = 0
    near: list[tuple[float, int, int]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Standing:
    """Where a track stands, or stood when it was lost: who stood there stands there still, until one is found there."""

    box: F64
    wide: F64
    cls: int
    track: int
    lost_ns: int
    used_ns: int

    def explains(self, thing: Thing) -> bool:
        """Whether a thing may be what stands there, or belong to it."""
        if _share(thing.box, self.wide) < COVERED:
            return False
        by_it = any(track == self.track and metres <= NEAR_M for metres, track, _ in thing.near)
        return by_it or bool(iou(thing.box[None], self.box[None])[0, 0] >= LIKE)


class Things:
    """The things of one camera's view, at most those that its observer tells, and 64 that are expected back.

    Attributes:
        told_ns: run time at which the observer last told what is there.
        fresh: this frame brought news.
        trails: of tracks.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.trails = Trails()
        self._things: dict[int, Thing] = {}
        self._left: list[_Standing] = []
        self._standing: dict[int, AnyArray] = {}
        self._next = 1
        self._model: int | None = None
        self._frame_ns = 0
        self.told_ns: int | None = None
        self.fresh = False

    def __len__(self) -> int:
        return len(self._things)

    def all(self) -> Collection[Thing]:
        """Those that are there, or may be, and those that went within the last minute."""
        return self._things.values()

    def get(self, key: int) -> Thing | None:
        """The thing with this key."""
        return self._things.get(key)

    def expect(self, box: tuple[float, float, float, float] | None) -> int:
        """A thing of an event that was open before a restart, in reference pixels; its key."""
        where = np.zeros(4) if box is None else np.array(box, np.float64)
        key = self._add(where, None, 0).key
        waiting = [one.key for one in self._things.values() if one.number is None]
        for old in waiting[:-MOST_EXPECTED]:
            del self._things[old]
        return key

    def hear(self, sight: Sight, clock: CameraClock) -> None:
        """A frame has come."""
        self.trails.hear(sight, clock)
        if clock.new_epoch:
            self._standing.clear()
        if clock.lost and clock.run_ns - self._frame_ns > GAP_NS:
            for thing in self._things.values():
                thing.since_ns = clock.run_ns
        self._frame_ns = clock.run_ns
        told = sight.view.observations.background
        self.fresh = told is not None and told.known
        if told is None or not told.known:
            return
        self.told_ns = clock.run_ns
        self._take(told, sight.view, clock)
        self._explain(clock)
        self._forget(clock)

    def _take(self, told: Background, view: StepView, clock: CameraClock) -> None:
        scale = np.tile(reference_scale(view), 2)
        boxes = {blob.number: np.array(blob.box) * scale for blob in told.blobs}
        put = {blob.number: blob for blob in told.blobs if not blob.taken}
        known = {thing.number: thing for thing in self._things.values() if thing.gone_ns is None}
        for thing in list(known.values()):
            if thing.number is not None and thing.number not in put:
                if told.model == self._model:
                    thing.gone_ns = clock.run_ns
                else:
                    thing.number = None  # the model knows nothing of it any more
        self._model = told.model
        for number, blob in put.items():
            mine = known.get(number) or self._found_again(boxes[number])
            if mine is None:
                mine = self._add(boxes[number], number, clock.run_ns - round(blob.age_s * SECOND_NS))
                appeared = mine.since_ns
                passed = self.trails.passed(mine.spot, appeared - BEFORE_NS, appeared + AFTER_NS)
                mine.near = passed[:MOST_NEAR]
            self._refresh(mine, blob, boxes[number])
        for blob in told.blobs:
            if blob.taken:
                for thing in self._things.values():
                    if thing.number is None and _alike(thing.box, boxes[blob.number]):
                        thing.gone_ns = clock.run_ns

    def _refresh(self, thing: Thing, blob: Blob, box: F64) -> None:
        thing.number, thing.age_s, thing.seen, thing.gone_ns = blob.number, blob.age_s, blob.hidden_s == 0, None
        if not np.array_equal(thing.box, box):
            thing.box, thing.spot = box, Spot.of(self._scene, _foot(box))
            thing.size, thing.unit = _size(self._scene, box)

    def _found_again(self, box: F64) -> Thing | None:
        waiting = [one for one in self._things.values() if one.number is None and _alike(one.box, box)]
        return waiting[0] if waiting else None

    def _add(self, box: F64, number: int | None, since_ns: int) -> Thing:
        thing = Thing(
            self._next, number, box, Spot.of(self._scene, _foot(box)), *_size(self._scene, box), since_ns=since_ns
        )
        self._things[thing.key] = thing
        self._next += 1
        return thing

    def _explain(self, clock: CameraClock) -> None:
        """By a track that stands where a thing is, or that was lost while it stood there."""
        now = self.trails.now
        now = now[now["class"] != int(ObjectClass.BAG)]
        standing = now[self.trails.standing(now, clock.run_ns)] if len(now) else now
        here = set(now["id"].tolist())
        for track, row in self._standing.items():
            if track not in here:
                self._left.append(_standing(row, clock.run_ns))
        found = [one for one in self._left if any(_alike(one.box, row["box"]) for row in now)]
        self._left = [one for one in self._left if one not in found][-MOST_LEFT:]
        self._standing = {int(row["id"]): row for row in standing}
        there = [_standing(row, clock.run_ns) for row in standing]
        for thing in self._things.values():
            if not thing.seen or thing.gone_ns is not None:
                continue
            own = _of_whom(thing, now)
            thing.explained_by = next((one.cls for one in there if one.explains(thing)), own)
            for left in self._left:
                if not left.explains(thing):
                    continue
                if iou(thing.box[None], left.box[None])[0, 0] >= LIKE:
                    left.used_ns = clock.run_ns
                elif clock.run_ns - left.lost_ns > WHILE_NS:
                    continue
                thing.explained_by = left.cls
            if thing.explained_by != NOBODY:
                thing.explained_ns = clock.run_ns

    def _forget(self, clock: CameraClock) -> None:
        now = clock.run_ns
        self._left = [one for one in self._left if now - max(one.lost_ns, one.used_ns) <= max(UNUSED_NS, WHILE_NS)]
        for key, thing in list(self._things.items()):
            gone = thing.gone_ns is not None and now - thing.gone_ns > GONE_NS
            if gone or (thing.number is None and now - thing.since_ns > EXPECTED_NS):
                del self._things[key]


def _standing(row: AnyArray, now_ns: int) -> _Standing:
    return _Standing(row["box"], _wider(row), int(row["class"]), int(row["id"]), now_ns, now_ns)


def _of_whom(thing: Thing, now: AnyArray) -> int:
    """The class of the track in whose box a thing is seen, as it was at most looks; else `NOBODY`.

    Who stands before a thing hides it: what is seen mostly where somebody is, is of him, whatever his track's number.
    """
    classes = [int(row["class"]) for row in now if _share(thing.box, row["box"]) >= WITHIN]
    if not classes:
        thing.alone += 1
        return NOBODY
    thing.within += 1
    return classes[0] if thing.within - thing.alone >= MOSTLY else NOBODY


def _foot(box: F64) -> F64:
    return np.array([(box[0] + box[2]) / 2, box[3]])


def _size(scene: Scene, box: F64) -> tuple[float, str]:
    """The longer side of a box: on the ground as wide as its lower edge, and as high in proportion."""
    width, height = float(box[2] - box[0]), float(box[3] - box[1])
    if scene.ground is not None and width > 0:
        ends, valid = scene.ground.to_ground(np.array([(box[0], box[3]), (box[2], box[3])]))
        if valid.all():
            across = float(np.hypot(*(ends[1] - ends[0])))
            return max(across, height * across / width), "m"
    return max(width, height), "px"


def _wider(row: AnyArray) -> F64:
    """The box of a record with what belongs to it."""
    box, share = row["box"], WIDER_PERSON if row["class"] == int(ObjectClass.PERSON) else WIDER
    right, down = share * (box[2] - box[0]), share * (box[3] - box[1])
    return np.array([box[0] - right, box[1] - down, box[2] + right, box[3] + down])


def _share(thing: F64, box: F64) -> float:
    """How much of a thing lies in a box."""
    low, high = np.maximum(thing[:2], box[:2]), np.minimum(thing[2:], box[2:])
    return float(np.prod(np.clip(high - low, 0, None)) / max(np.prod(thing[2:] - thing[:2]), 1e-9))


def _alike(a: F64, b: F64) -> bool:
    return bool(iou(a[None], b[None])[0, 0] >= SAME)
