"""What is there that was not: things put down, things taken away."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

import cv2
import numpy as np

from core.arrays import F64, U8
from core.frames import FrameMeta, Glimpse
from core.observations import Background, Blob
from models.observers.background.dazzle import Dazzle
from models.observers.background.overlay import Overlay
from models.observers.background.patch import Nature
from models.observers.background.patches import Patches
from models.observers.background.pixels import Pixels, Seen
from models.observers.placing import Reference, sight_of

SECOND_NS: Final = 1_000_000_000
EVERY_NS: Final = SECOND_NS
LONGEST_S: Final = 5.0
"""A longer time between two looks is not counted: nobody knows what happened in it."""
WARM: Final = 60
"""Looks of a new model, until which what it says is not told: who stands there at first is taken for the place."""
UNSETTLED: Final = 0.35
"""Share of the picture that has changed from which nothing can be told."""
SAME_PLACE: Final = 0.6
"""Share of its edges that are there when only the light has changed."""
QUICK: Final = 3
SLOW: Final = 120
"""Looks for which that lasts until the model begins anew: where the edges are there, and where not."""
SETTLES: Final = 10
"""Looks after which it then tells again."""
MODELS: Final = 8
"""Presets of a turning camera of which a model is kept; of more the one left longest ago goes."""
MARGIN: Final = 16
"""Pixels of the reduced picture around the watched places that are looked at, too: things reach out of them."""
LEAST_PX: Final = 9.0
"""Pixels of the frame that a thing is long at least: one of 12, cut at its rim."""
STEP: Final = 0.25
"""Pixels of the reduced picture from which a shift is followed."""
PLACE_EVERY: Final = 4
SWAYS: Final = 12
"""Looks between which the place is sought, and for how many it is sought at each after it has moved."""
UNPLACED: Final = 4
"""Times in a row that it is not found near by, until it is sought further away, or by new corners."""
DRIFTS: Final = 3.0
AGAIN: Final = 1.0
MOVES: Final = 150
"""A camera whose picture has moved by so many pixels, and was found there again, moves until it has been found so many
times where it was, ten minutes: where its place is not found, it need not lie where it was found last."""
FURTHEST: Final = 0.03
"""A camera that sways, was moved a little, or comes back to a preset sees the place shifted by so much of its width at
most; further away the model begins anew."""


@dataclass(slots=True, eq=False)
class _Model:
    """One view of a camera: 14 bytes for each pixel looked at, 3 for each of the picture."""

    corner: tuple[int, int]
    places: U8
    """Mask of the watched places."""
    area: int
    """Pixels in them."""
    pixels: Pixels
    patches: Patches
    number: int
    """Of all models, and of one that has begun anew."""
    reference: Reference
    overlay: Overlay
    light: Dazzle
    offset: tuple[float, float] = (0.0, 0.0)
    """How far the picture lies from that of the first look."""
    seen_at: tuple[float, float] = (0.0, 0.0)
    """Where it lay when it was last told what a picture shows of the place."""
    sways: int = 0
    """Looks at which its place is sought, every one."""
    unplaced: int = 0
    stayed_at: tuple[float, float] = (0.0, 0.0)
    moves: int = 0
    """How often it must be found where it was to be taken for one that does not move."""
    quiet: int = WARM
    """Looks for which nothing is told yet."""
    unsettled: int = 0
    last_ns: int | None = None

    @property
    def adrift(self) -> bool:
        """Whether the camera moves and nobody knows where to."""
        return self.moves > 0 and self.unplaced > 0

    def follow(self, luma: U8, looks: int) -> bool:
        """Find where the place lies in a picture: every few looks, and at each while the camera sways; whether that can
        be told, or was the same for long.
        """
        if not self.sways and looks % PLACE_EVERY:
            return True
        self.sways = max(self.sways - 1, 0)
        found = self.reference.near(luma, self.offset)
        if found is None:
            self.unplaced += 1
            self.sways = max(self.sways, 1)
            if self.unplaced < UNPLACED:
                return True
            if self.adrift:
                return False
            found = self.reference.place(luma, sight_of(luma)).shift if self.reference.judged else None
            if found is None:
                self.reference, self.unplaced = Reference(luma, self.offset), 0
                return True
        self.unplaced, self.moves = 0, max(self.moves - 1, 0)
        # What is found once, and elsewhere at the next look, is a mistake.
        if _apart(found, self.stayed_at) > DRIFTS and _apart(found, self.offset) <= AGAIN:
            self.stayed_at, self.moves = found, MOVES
        if _apart(found, self.offset) > STEP:
            self.offset, self.sways = found, SWAYS
            if _apart(found) <= STEP:
                self.offset = (0.0, 0.0)
        return True

    def comes_back(self, luma: U8) -> bool:
        """Find it in the first picture after the camera has looked elsewhere; whether it is there."""
        if not self.reference.judged:
            return True
        placed = self.reference.place(luma, sight_of(luma))
        if placed.shift is not None:
            self.offset = placed.shift
        return placed.shift is not None

    def within(self, width: int, height: int) -> None:
        """Watch what a picture of this size shows of the place."""
        x, y = self.corner[0] + self.offset[0], self.corner[1] + self.offset[1]
        rows, columns = self.pixels.shown.shape
        watched = np.zeros_like(self.places)
        there = (
            slice(max(math.ceil(-y), 0), max(min(math.floor(height - y), rows), 0)),
            slice(max(math.ceil(-x), 0), max(min(math.floor(width - x), columns), 0)),
        )
        watched[there] = self.places[there]
        if self.overlay.mask is not None:
            cv2.copyTo(np.zeros_like(watched), self.cut(self.overlay.mask), watched)
        self.pixels.watched, self.seen_at = watched, self.offset

    def cut(self, luma: U8) -> U8:
        """The part of a picture that the model is of, brought to where it was; beyond the picture its rim goes on."""
        height, width = self.pixels.shown.shape
        x, y = self.corner
        if not any(self.offset):
            return luma[y : y + height, x : x + width]
        move = np.array([(1, 0, x + self.offset[0]), (0, 1, y + self.offset[1])], np.float64)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(
            cv2.warpAffine(luma, move, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
        )


class BackgroundObserver:
    """A `core.protocols.Observer` of what is there that was not, once a second.

    Keeps, for each view of the camera (the whole of a fixed one, at most 8 presets of one that turns), 14 bytes for
    each pixel of the reduced picture in and around the watched places, and 3 for each of the whole: at most 4 MB for a
    picture of 640 × 360.

    Args:
        places: polygons (K, 2) in reference pixels outside of which nothing matters, by view; without any for a view,
            it is not looked at. Empty for all: the whole picture of any view.
        reference_size: (width, height) that they refer to.
    """

    name = "background"
    every_ns = EVERY_NS

    def __init__(
        self, places: Mapping[str, Sequence[F64]] | None = None, reference_size: tuple[int, int] = (1, 1)
    ) -> None:
        self._places, self._reference = places, reference_size
        self._size: tuple[int, int] | None = None
        self._view: str | None = None
        self._epoch: int | None = None
        self._looks = 0
        self._models: OrderedDict[str, _Model] = OrderedDict()
        self._numbers, self._begun = count(1), count(1)

    def look(self, glimpse: Glimpse) -> Background | None:
        """At one picture; None where no place is watched."""
        frame = glimpse.frame
        came, self._view = frame.view != self._view, frame.view
        if self._places is not None and not self._places.get(frame.view):
            return None
        luma = glimpse.luma
        size = luma.shape[1], luma.shape[0]
        if size != self._size:
            self._models.clear()
            self._size = size
        model = self._models.get(frame.view)
        moves = 0
        if model is not None and not (model.comes_back(luma) if came else model.follow(luma, self._looks)):
            moves = model.moves
            model = None
        if model is None or _apart(model.offset) > FURTHEST * size[0]:
            model = self._begin(frame, luma)
            model.moves = moves
        elif model.light.has_left(luma):
            model = self._begin(frame, luma, model.light)
        self._looks += 1
        self._models.move_to_end(frame.view)
        if came or frame.epoch != self._epoch:
            model.last_ns = None
        self._epoch = frame.epoch
        return self._tell(model, frame, luma)

    def close(self) -> None:
        """Free the models."""
        self._models.clear()

    def _begin(self, frame: FrameMeta, luma: U8, light: Dazzle | None = None) -> _Model:
        mask = self._watched(frame, luma.shape[1], luma.shape[0])
        x, y, width, height = cv2.boundingRect(mask)
        if not width:
            x, y, width, height = 0, 0, 1, 1
        part = luma[y : y + height, x : x + width].copy()
        within = mask[y : y + height, x : x + width].copy()
        watched = max(cv2.countNonZero(within), 1)
        least = LEAST_PX * luma.shape[1] / frame.width
        patches = Patches(part.shape, self._numbers, least)
        pixels, number, dazzle = Pixels(part, within), next(self._begun), Dazzle(luma, light)
        model = _Model((x, y), within, watched, pixels, patches, number, Reference(luma), Overlay(), dazzle)
        self._models[frame.view] = model
        if len(self._models) > MODELS:
            self._models.popitem(last=False)
        return model

    def _tell(self, model: _Model, frame: FrameMeta, luma: U8) -> Background:
        if model.overlay.update(luma, model.offset) or model.offset != model.seen_at:
            model.within(luma.shape[1], luma.shape[0])
        part = model.cut(luma)
        last_ns, model.last_ns = model.last_ns, frame.media_ns
        if model.light.blinds(luma):
            model.quiet = max(model.quiet, SETTLES)
            return Background(known=False, model=model.number)
        if model.adrift:
            return Background(known=False, model=model.number)
        step_s = 0.0 if last_ns is None else min(max(frame.media_ns - last_ns, 0) / SECOND_NS, LONGEST_S)
        seen = model.pixels.look(part)
        if cv2.countNonZero(seen.changed) > UNSETTLED * model.area:
            if _unsettled(model, seen):
                model.number = next(self._begun)
            return Background(known=False, model=model.number)
        model.unsettled = 0
        if not model.quiet or model.patches.begun:
            model.patches.update(model.pixels, seen, step_s)
        model.pixels.learn(seen, model.patches.owned, model.patches.around)
        model.quiet = max(model.quiet - 1, 0)
        if model.quiet:
            return Background(known=False, model=model.number)
        scale = frame.width / luma.shape[1]
        return Background(True, tuple(_blobs(model, scale, frame.shift_px)), model.number)

    def _watched(self, frame: FrameMeta, width: int, height: int) -> U8:
        if self._places is None:
            return np.full((height, width), 255, np.uint8)
        mask = np.zeros((height, width), np.uint8)
        scale = np.array([width / self._reference[0], height / self._reference[1]])
        shift = np.array(frame.shift_px) * width / frame.width
        for polygon in self._places[frame.view]:
            cv2.fillPoly(mask, [np.rint(polygon * scale + shift).astype(np.int32)], 255)
        around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * MARGIN + 1, 2 * MARGIN + 1))
        return np.asarray(cv2.dilate(mask, around), np.uint8)


def _blobs(model: _Model, scale: float, shift: tuple[float, float]) -> Iterator[Blob]:
    right, down = model.corner[0] + model.offset[0], model.corner[1] + model.offset[1]
    for patch in model.patches:
        if patch.nature is not Nature.NEW:
            left, top, width, height = patch.x + right, patch.y + down, patch.mask.shape[1], patch.mask.shape[0]
            box = (
                left * scale - shift[0],
                top * scale - shift[1],
                (left + width) * scale - shift[0],
                (top + height) * scale - shift[1],
            )
            yield Blob(patch.number, box, patch.age_s, patch.hidden_s, patch.nature is Nature.TAKEN)


def _unsettled(model: _Model, seen: Seen) -> bool:
    """Nothing is learnt of a picture of which too much has changed; where that lasts, the model begins anew."""
    model.unsettled += 1
    same_place = seen.light.agreement is None or seen.light.agreement >= SAME_PLACE
    if model.unsettled < (QUICK if same_place else SLOW):
        return False
    model.pixels.begin_anew(seen.luma)
    model.patches.light_changed(model.pixels, seen.luma)
    model.unsettled, model.quiet = 0, max(model.quiet, SETTLES)
    return True


def _apart(a: tuple[float, float], b: tuple[float, float] = (0.0, 0.0)) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))
