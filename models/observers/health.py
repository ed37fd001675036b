"""How good a camera's picture is, and whether a fixed camera still looks where its scene was drawn."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from core.arrays import U8
from core.frames import Glimpse
from core.observations import PLACED, PictureHealth, Placement
from models.observers.glimpse import reduced_size
from models.observers.measures import measure
from models.observers.placing import Placed, Reference, sight_of
from models.observers.stillness import Stillness
from models.observers.usual import DAZZLED, WELL, Usual

SECOND_NS: Final = 1_000_000_000
EVERY_NS: Final = 2 * SECOND_NS
PLACE_EVERY: Final = 2
"""The place is judged at every second look, and at each while it seems to have changed."""
WHOLE_EVERY: Final = 4
"""Of these, how often by the whole picture: corners that are where they were say as much, in a third of the time."""
LOOKS: Final = 3
"""Shifts whose median is taken: masts sway."""
LOST_LOOKS: Final = 5
"""Judgements in a row at which a picture shows another place, until the scene's is said not to hold."""
TOLERANCE: Final = 0.03
"""Of the picture's width: a shift is taken off up to here; beyond it the ground is seen at another angle. As for
presets."""
STEP: Final = 0.0005
"""Of the picture's width (a pixel of 1080p): a smaller difference from the shift that is taken off is left."""
RENEW: Final = 0.6
"""When no more than this share agrees, the picture as it is now is kept as a second reference: night has come."""
RENEW_NS: Final = 60 * SECOND_NS
LIGHT: Final = 40.0
"""Brightness that 1 % of the picture must exceed for its place to be judged."""


class HealthObserver:
    """A `core.protocols.Observer` of picture health, every 2 s.

    Keeps, for each camera: two reference pictures and those that were given, as sights and patches (about 130 KB
    each), the last two pictures and the detail of the last (0.9 MB at 640 × 480), 5 KB of points and 25 KB of blocks.

    Args:
        pictures: (height, width, 3) BGR, on which the scene was drawn; without any, the first picture is the
            reference.
        placed: whether the camera is fixed; where a turning one looks is not judged.
    """

    name = "health"
    every_ns = EVERY_NS

    def __init__(self, pictures: Sequence[U8] = (), *, placed: bool = True) -> None:
        self._pictures, self._placed = tuple(pictures), placed
        self._stillness, self._usual = Stillness(), Usual()
        self._last: deque[U8] = deque(maxlen=2)
        self._size: tuple[int, int] | None = None
        self._view = ""
        self._epoch: int | None = None
        self._start()

    def _start(self) -> None:
        self._references: list[Reference] = []
        self._recent: Reference | None = None
        self._fits: tuple[Reference, Placed] | None = None
        self._renewed_ns = 0
        self._shifts: deque[tuple[float, float]] = deque(maxlen=LOOKS)
        self._lost = self._looks = 0
        self._doubt = True
        self._placement = PLACED

    def look(self, glimpse: Glimpse) -> PictureHealth:
        """Judge one picture."""
        frame, luma = glimpse.frame, glimpse.luma
        if frame.epoch != self._epoch or (not self._placed and frame.view != self._view):
            self._stillness.reset()
            self._last.clear()
            if not self._placed:
                self._usual = Usual()  # another preset
        self._epoch, self._view = frame.epoch, frame.view
        size = luma.shape[1], luma.shape[0]
        if size != self._size:
            self._begin(size)
        still_s = self._stillness.update(glimpse.points, frame.media_ns)
        lasting = self._lasting(luma)
        blocks = measure(lasting)
        steep = self._usual.sharpness(blocks)
        hidden, dazzled = self._usual.hidden(blocks, steep[1])
        rim = hidden is not None and hidden > WELL and self._usual.replaced(blocks)
        # The edges that are left are those of the glare, or of what is before the lens.
        sharpness = None if dazzled > DAZZLED or rim else steep[1]
        level, light = cv2.mean(luma)[0], _light(luma)
        self._usual.learn(luma, blocks, hidden, steep, dazzled)
        clear = light >= LIGHT and (hidden is None or hidden <= WELL) and (sharpness is None or sharpness > 0.5)
        place = None
        if self._placed and (self._doubt or self._looks % PLACE_EVERY == 0):
            place = self._near(luma) or self._place(luma, clear, frame.media_ns)
        self._looks += 1
        shift = None
        if place is not None:
            scale = frame.width / size[0]
            shift = None if place.shift is None else (place.shift[0] * scale, place.shift[1] * scale)
            self._settle(shift, lost=place.elsewhere and clear, width=frame.width)
        return PictureHealth(
            still_s,
            level,
            light,
            sharpness,
            hidden,
            dazzled,
            None if place is None else place.agreement,
            shift,
            self._placement,
        )

    def close(self) -> None:
        """Nothing is held outside."""

    def _lasting(self, luma: U8) -> U8:
        """The median (h, w) of this and the last two pictures: rain, and most of what passes, is in one of them only,
        and noise is less. An edge that sways stays as steep in it as it is.
        """
        if len(self._last) < 2:
            self._last.append(luma)
            return luma
        a, b = self._last
        self._last.append(luma)
        return np.asarray(cv2.max(cv2.min(a, b), cv2.min(cv2.max(a, b), luma)), np.uint8)

    def _begin(self, size: tuple[int, int]) -> None:
        """Another size of picture: what was given is brought to it, what was learnt of the place is of no use."""
        self._size = size
        self._last.clear()
        self._start()
        for picture in self._pictures:
            grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
            self._references.append(
                Reference(np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8))
            )

    def _near(self, luma: U8) -> Placed | None:
        """Where it is by the corners of the reference that fitted best, between looks at the whole; None: unknown."""
        fits, whole = self._fits, self._looks // PLACE_EVERY % WHOLE_EVERY == 0
        if self._doubt or whole or fits is None:
            return None
        reference, placed = fits
        shift = None if placed.shift is None else reference.near(luma, placed.shift)
        return None if shift is None else Placed(shift, placed.agreement)

    def _place(self, luma: U8, clear: bool, now_ns: int) -> Placed | None:
        if not self._references:
            if not (clear and self._usual.known):
                return None
            self._references.append(Reference(luma))
        sight = sight_of(luma)
        known = [*([self._recent] if self._recent else []), *self._references]
        best: Placed | None = None
        for reference in known:
            if reference.judged and (best is None or best.agreement < RENEW):
                placed = reference.place(luma, sight)
                if best is None or placed.agreement > best.agreement:
                    best, self._fits = placed, (reference, placed)
        if best is None:
            return None
        due = now_ns - self._renewed_ns >= RENEW_NS or now_ns < self._renewed_ns
        if due and clear and best.shift is not None and best.agreement < RENEW:
            self._recent, self._renewed_ns = Reference(luma, best.shift), now_ns
        return best

    def _settle(self, shift: tuple[float, float] | None, *, lost: bool, width: int) -> None:
        """What the last looks amount to; what cannot be told changes nothing."""
        self._lost = self._lost + 1 if shift is None and lost else 0
        was = self._placement
        self._doubt = shift is None or not was.valid or _apart(shift, was.shift_px) > 2 * STEP * width
        if shift is not None:
            self._shifts.append(shift)
        elif self._lost >= LOST_LOOKS:
            self._shifts.clear()
            self._placement = Placement(self._placement.shift_px, valid=False)
        if len(self._shifts) < LOOKS:
            return
        x, y = np.median(np.array(self._shifts), axis=0).tolist()
        near = _apart((x, y)) <= TOLERANCE * width
        if near != was.valid or _apart((x, y), was.shift_px) > STEP * width:
            small = _apart((x, y)) <= STEP * width
            self._placement = Placement((0.0, 0.0) if small else (x, y), near)


def _apart(a: tuple[float, float], b: tuple[float, float] = (0.0, 0.0)) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))


def _light(luma: U8) -> float:
    counts = np.cumsum(np.bincount(luma[::4, ::4].ravel(), minlength=256))
    return float(np.searchsorted(counts, 0.99 * counts[-1]))


def picture_fits(picture: U8, size: tuple[int, int]) -> bool:
    """Whether there is enough in a scene's picture to tell where a camera looks; `size`: (width, height)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, reduced_size(*size), interpolation=cv2.INTER_AREA)
    return Reference(np.asarray(small, np.uint8)).judged
