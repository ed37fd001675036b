"""Where a turning camera looks, told by comparing its picture with reference pictures of its presets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import cv2
import numpy as np

from core.arrays import F32, U8, Bool
from core.frames import MOVING, FrameMeta, Look, Surface
from models.viewpoint.sight import NOWHERE, WIDTH, Match, agreement, enlarged, match, see, telling

SECOND_NS: Final = 1_000_000_000
GLANCE: Final = (96, 54)
"""Samples across and down that are compared at frames between two looks."""
GLANCE_LEVELS: Final = 12
GLANCE_SHARE: Final = 0.3
"""Of the samples that differ by so many levels from their neighbours, which a shift would change: when so many have
changed, by traffic or by a move, it is looked.
"""
REST_NS: Final = round(0.2 * SECOND_NS)
"""While a camera stands, and the picture stays the same in the main, it is looked so often."""
FINER: Final = 2
"""Samples taken for each pixel of a sight and direction: single samples alone would flicker on fine texture."""
REACH: Final = 12
"""Pixels of a sight within which a preset's picture is looked for."""
TOLERANCE: Final = 0.03
"""Of the picture's width: a camera that comes back to within it stands at its preset; what is further off has other
zones.
"""
ACCEPT: Final = 0.3
"""Share of telling blocks that must agree with a preset's picture for it to be taken; see docs/scenes.md."""
MARGIN: Final = 0.08
"""And how much more must agree than with any other preset's."""
KEEP: Final = 0.2
"""Share from which a preset that was taken is confirmed."""
ZOOMS: Final = (0.95, 1 / 0.95)
ZOOM_MARGIN: Final = 0.02
"""A picture that fits better when it is enlarged or shrunk is of another zoom."""
SWAY_PX: Final = 2.5
"""Pixels of a sight (25 of a 1080p picture) that a camera which stands may be off from where it came to stand: masts
sway.
"""
SETTLED_PX: Final = 1.5
SETTLED_NS: Final = round(0.18 * SECOND_NS)
"""A camera has come to stand when two looks, so far apart, differ by no more."""
STEP_REACH: Final = 5
STEADY: Final = 0.4
"""Share of the last look that must still be at its place for a camera to stand, when its preset is hidden."""
LOOK_NS: Final = SECOND_NS // 2
"""How often a camera that stands where nothing is known looks for a preset."""
PATIENCE_NS: Final = 10 * SECOND_NS
"""A preset that cannot be seen (a lorry before the lens) is believed for so long, if no movement is seen."""
RENEW_NS: Final = 60 * SECOND_NS
"""How often the picture of the hour is kept beside the reference pictures, so that a preset is known at dusk too."""
LEAST_TELLING: Final = 12
"""Blocks of a reference picture that tell where they are."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A sight of a preset; (x, y) is how far it lies from the preset's first picture, in pixels of the sight.

    `recent`: taken from the stream.
    """

    sight: F32
    judged: Bool
    x: float = 0.0
    y: float = 0.0
    recent: bool = False

    def match(self, sight: F32, reach: int = REACH) -> Match:
        """How another sight fits this one."""
        return match(sight, self.sight, reach, self.judged)


def _known(sight: F32) -> _Known:
    return _Known(sight, telling(sight))


def sight_height(size: tuple[int, int]) -> int:
    """Rows of a sight of pictures of this (width, height)."""
    return int(np.clip(round(WIDTH * size[1] / size[0]), 32, 2 * WIDTH))


def sight_of(picture: U8, size: tuple[int, int]) -> F32:
    """The sight of a picture (height, width, 3) BGR; `size`: (width, height) that gives all sights their shape."""
    return see(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8), sight_height(size))


def plain_presets(pictures: Mapping[str, Sequence[U8]], size: tuple[int, int]) -> list[str]:
    """The presets with a picture in which there is too little to be recognised."""
    return [
        name for name, some in pictures.items() if any(telling(sight_of(p, size)).sum() < LEAST_TELLING for p in some)
    ]


def like_presets(pictures: Mapping[str, Sequence[U8]], size: tuple[int, int]) -> list[tuple[str, str]]:
    """Pairs of presets whose pictures are too much alike to be told apart."""
    sights = {name: [_known(sight_of(p, size)) for p in some] for name, some in pictures.items()}
    return [
        (a, b)
        for a, b in combinations(sights, 2)
        if any(_near(other.match(one.sight)) > 1 - 2 * MARGIN for one in sights[a] for other in sights[b])
    ]


def _near(found: Match) -> float:
    return found.share if found.inside and found.distance <= TOLERANCE * WIDTH else 0.0


@dataclass(frozen=True, slots=True)
class _Fit:
    """A preset that a sight fits, and where."""

    view: str
    known: _Known
    found: Match

    @property
    def offset(self) -> Match:
        """As seen from the preset's first picture."""
        return replace(self.found, dx=self.found.dx + self.known.x, dy=self.found.dy + self.known.y)

    @property
    def near(self) -> bool:
        """Whether the camera may be said to stand at the preset."""
        return self.found.inside and self.offset.distance <= TOLERANCE * WIDTH

    def apart(self, other: _Fit) -> float:
        """How far two places of one preset are apart, in pixels of a sight."""
        a, b = self.offset, other.offset
        return float(np.hypot(a.dx - b.dx, a.dy - b.dy))


class PictureViewpoint:
    """A `core.protocols.Viewpoint` by pictures. State of one camera.

    While it moves, its picture is compared with all presets', and it has come to stand where it fits one at the same
    place in two looks. From then on it is compared with that preset's picture, every `REST_NS` and whenever much of it
    changes: who shifts it, moves.

    Args:
        pictures: of each preset, (height, width, 3) BGR of any size; a preset without one is never recognised.
        size: (width, height) of the scene's reference; frames of another size are scaled to it.
    """

    def __init__(self, pictures: Mapping[str, Sequence[U8]], size: tuple[int, int]) -> None:
        self._height = sight_height(size)
        self._known = {name: [_known(sight_of(p, size)) for p in some] for name, some in pictures.items()}
        self._epoch: int | None = None
        self._now_ns = 0
        self._start()

    def _start(self) -> None:
        self._last: Look | None = None
        self._samples: U8 | None = None
        self._looked_ns = 0
        self._home: _Fit | None = None
        """Where the camera stands, None while it moves or nothing is known."""
        self._before: tuple[int, _Known, _Fit | None] | None = None
        """The look at which a movement was seen last, and what fitted then."""
        self._stands = False
        self._sure_ns = self._renewed_ns = 0
        self._seen: F32 | None = None
        """The sight of the last look at a preset."""

    def look(self, frame: FrameMeta, surface: Surface) -> Look:
        """Where the camera looks at this frame."""
        if frame.epoch != self._epoch or frame.media_ns < self._now_ns:
            self._start()
        self._epoch, self._now_ns = frame.epoch, frame.media_ns
        if self._last is None or not self._last.still or not self._rests(surface):
            self._last = self._judged(frame, surface)
        return self._last

    def close(self) -> None:
        """Nothing is held outside."""

    def _rests(self, surface: Surface) -> bool:
        """Whether the picture is, in the main, that of the last look, which was not long ago."""
        samples, before = surface.grey(*GLANCE), self._samples
        if before is not None and before.shape == samples.shape and self._now_ns - self._looked_ns < REST_NS:
            changed = np.count_nonzero(cv2.absdiff(samples, before) > GLANCE_LEVELS)
            edges = np.count_nonzero(cv2.absdiff(before[:, 1:], before[:, :-1]) > GLANCE_LEVELS)
            if changed <= GLANCE_SHARE * edges:
                return True
        self._samples, self._looked_ns = samples, self._now_ns
        return False

    def _judged(self, frame: FrameMeta, surface: Surface) -> Look:
        sight = self._sight(frame, surface)
        if self._home is not None:
            fit = self._still_at(self._home, sight)
            if fit is not None:
                return self._told(frame, fit)
            self._home, self._before = None, None
        return self._arrive(frame, sight)

    def _sight(self, frame: FrameMeta, surface: Surface) -> F32:
        grey = surface.grey(FINER * WIDTH, FINER * self._height)
        if (grey.shape[1] > grey.shape[0]) != (frame.width > frame.height):
            # Samples are not turned as a picture taken upright may be.
            grey = np.asarray(cv2.cvtColor(surface.to_host(), cv2.COLOR_BGR2GRAY), np.uint8)
        return see(grey, self._height)

    def _still_at(self, home: _Fit, sight: F32) -> _Fit | None:
        """The camera stood at a preset: how it fits now, None when it moves."""
        fit, before = self._fit(home.view, sight, home.known), self._seen
        self._seen = sight
        if fit.found.share >= KEEP:
            if not fit.near or fit.apart(home) > SWAY_PX:
                return None
            self._sure_ns = self._now_ns
            if self._now_ns - self._renewed_ns >= RENEW_NS:
                self._renew(fit, sight)
            return fit
        known, where = home.known, home.found
        if agreement(sight, known.sight, where.dx, where.dy, known.judged) >= ACCEPT:
            return home  # traffic drew the best place to itself
        # Little can be seen of it. Was anything seen to move but traffic?
        if before is None or self._now_ns - self._sure_ns > PATIENCE_NS:
            return None
        last = _known(before)
        step = last.match(sight, STEP_REACH)
        steady = step.share if step.inside and step.distance <= SWAY_PX else 0.0
        return home if max(steady, agreement(sight, before, 0.0, 0.0, last.judged)) >= STEADY else None

    def _arrive(self, frame: FrameMeta, sight: F32) -> Look:
        """The camera moves, or stands where nothing is known."""
        if self._before is None:
            self._before, self._stands = (self._now_ns, _known(sight), self._recognised(sight)), False
            return Look(MOVING, still=False)
        then_ns, seen, fitted = self._before
        step = seen.match(sight, STEP_REACH)
        still = step.inside and step.distance <= SETTLED_PX
        early = self._now_ns - then_ns < SETTLED_NS
        if early or (still and fitted is None and self._now_ns - then_ns < LOOK_NS):
            self._stands = still and (self._stands or not early)
            return Look(MOVING, still=self._stands)
        self._stands = still
        fit = self._recognised(sight)
        self._before = (self._now_ns, _known(sight), fit)
        if fit is None or fitted is None or fit.view != fitted.view or fit.apart(fitted) > SETTLED_PX:
            return Look(MOVING, still=still)
        self._home, self._before = fit, None
        self._seen, self._sure_ns, self._renewed_ns = sight, self._now_ns, self._now_ns
        return self._told(frame, fit)

    def _recognised(self, sight: F32) -> _Fit | None:
        """The preset that a sight shows beyond doubt, if any."""
        fits = [self._fit(view, sight) for view in self._known]
        near = sorted((fit for fit in fits if fit.near), key=lambda fit: -fit.found.share)
        if not near or near[0].found.share < ACCEPT:
            return None
        best = near[0]
        if len(near) > 1 and best.found.share - near[1].found.share < MARGIN:
            return None
        zoomed = max(best.known.match(enlarged(sight, times)).share for times in ZOOMS)
        return best if best.found.share - zoomed >= ZOOM_MARGIN else None

    def _fit(self, view: str, sight: F32, first: _Known | None = None) -> _Fit:
        """How a sight fits the best of a preset's pictures; no other is tried when the `first` is good."""
        best = _Fit(view, self._known[view][0], NOWHERE)
        for known in sorted(self._known[view], key=lambda one: one is not first):
            found = known.match(sight)
            if found.share > best.found.share:
                best = _Fit(view, known, found)
            if known is first and found.share >= ACCEPT:
                break
        return best

    def _renew(self, fit: _Fit, sight: F32) -> None:
        """Keep the picture of the hour beside the reference pictures, in place of the one before."""
        self._renewed_ns = self._now_ns
        given = [known for known in self._known[fit.view] if not known.recent]
        self._known[fit.view] = [*given, _Known(sight, telling(sight), fit.offset.dx, fit.offset.dy, recent=True)]

    def _told(self, frame: FrameMeta, fit: _Fit) -> Look:
        right, down = frame.width / WIDTH, frame.height / self._height
        offset = fit.offset
        return Look(fit.view, still=True, score=fit.found.share, offset_px=(offset.dx * right, offset.dy * down))
