"""What the traffic signals in view show: by their lamps, or as a controller tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import I64, Bool
from core.frames import FrameMeta, Glimpse
from core.observations import SignalReading, SignalReadings
from core.scene import Scene, Signal
from core.signals import LampColour, SignalFeed, SignalState
from models.observers.lamps import COLOURS, Points, is_grey, judge, points_of
from models.observers.signal_state import SignalMachine

EVERY_NS: Final = 100_000_000
STALE_NS: Final = 180_000_000_000
"""A controller that has told nothing of a signal for so long may have gone: no phase lasts so long."""
OVER: Final = (12, 8)
"""Points across and down by which a picture is said to have colours, …"""
GREY_EVERY: Final = 10
"""… every so many looks: an infra-red filter switches seldom, and a second without a lit lamp is held."""
ARROW_LOOKS: Final = 2
"""Looks in a row at which an arrow must be lit to be believed, …"""
ARROW_DARK_NS: Final = 600_000_000
"""… and dark for so long to be believed to be out."""
STATES: Final[Mapping[frozenset[LampColour], SignalState]] = {
    frozenset({LampColour.RED}): SignalState.RED,
    frozenset({LampColour.RED, LampColour.AMBER}): SignalState.RED_AMBER,
    frozenset({LampColour.AMBER}): SignalState.AMBER,
    frozenset({LampColour.GREEN}): SignalState.GREEN,
}
"""Any other lamps at once are none that a signal shows."""


class SignalObserver:
    """A `core.protocols.Observer` of the signals of one camera's scene, ten times a second.

    Looks at some 100 pixels of each lamp, at the frame's own resolution, where the scene has it once the camera's shift
    is taken on. Keeps, for each signal: a dozen numbers, and where its pixels are (1.2 KB a lamp).

    Args:
        scene: its signals, or those of its presets.
        feed: what controllers tell; None: nobody does, and the state of such signals is unknown.
    """

    name = "signals"
    every_ns = EVERY_NS

    def __init__(self, scene: Scene, feed: SignalFeed | None = None) -> None:
        self._scene, self._feed = scene, feed
        self._epoch: int | None = None
        self._view = ""
        self._watches: list[_Watch] = []
        self._place: tuple[tuple[int, int], tuple[int, int]] | None = None
        self._looked = _Looked.of([])
        self._over, self._looks, self._grey = (self._looked.x, self._looked.y), 0, False

    def look(self, glimpse: Glimpse) -> SignalReadings | None:
        """What all signals show that are in view; None: there are none."""
        frame = glimpse.frame
        if frame.epoch != self._epoch or frame.view != self._view:
            self._epoch, self._view, self._place = frame.epoch, frame.view, None
            self._watches = [_Watch(signal) for signal in self._scene.at(frame.view).signals.values()]
        if not self._watches:
            return None
        self._find(frame)
        looked = self._looked
        if len(looked.x):
            if self._looks % GREY_EVERY == 0:
                self._grey = is_grey(glimpse.sample(*self._over))
            self._looks += 1
            pixels = glimpse.sample(looked.x, looked.y)
            lit, sure = judge(pixels, looked.colours, looked.first, looked.seen, grey=self._grey)
            shines, first = lit.tolist(), looked.first.tolist()
            for number, watch in enumerate(looked.watches):
                watch.look(frame.media_ns, shines[first[number] : first[number + 1]], float(sure[number]))
        return SignalReadings(tuple(watch.reading(frame, self._feed) for watch in self._watches))

    def close(self) -> None:
        """Let go of the signals."""
        self._watches = []

    def _find(self, frame: FrameMeta) -> None:
        """Where the lamps are in frames like this one."""
        x, y = frame.shift_px
        place = (frame.width, frame.height), (round(2 * x), round(2 * y))
        if place == self._place:
            return
        self._place = place
        width, height = self._scene.reference_size
        scale = frame.width / width, frame.height / height
        self._looked = _Looked.of([(one, one.points(scale, (x, y), place[0])) for one in self._watches if one.by_lamps])
        across, down = (
            np.linspace(0, end - 1, count).astype(np.int64) for end, count in zip(place[0], OVER, strict=True)
        )
        over = np.meshgrid(across, down)
        self._over, self._looks = (over[0].ravel(), over[1].ravel()), 0


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """S signals that are told by their L lamps.

    Attributes:
        x, y: places of all lamps, one signal after the other; the others as `judge` takes them.
    """

    watches: tuple[_Watch, ...]
    x: I64
    y: I64
    colours: I64
    first: I64
    seen: Bool

    @classmethod
    def of(cls, places: Sequence[tuple[_Watch, Points]]) -> _Looked:
        return cls(
            tuple(watch for watch, _ in places),
            np.concatenate([_NONE, *(points.x for _, points in places)]),
            np.concatenate([_NONE, *(points.y for _, points in places)]),
            np.array([COLOURS[colour] for watch, _ in places for colour in watch.colours], np.int64),
            np.cumsum([0, *(len(watch.colours) for watch, _ in places)], dtype=np.int64),
            np.array([points.seen for _, points in places], np.bool_),
        )


_NONE: Final = np.zeros(0, np.int64)


class _Watch:
    """One signal.

    Attributes:
        by_lamps: it is told by its lamps, and not by a controller.
    """

    def __init__(self, signal: Signal) -> None:
        self._signal = signal
        self._machine = SignalMachine()
        self.colours = [lamp.colour for lamp in signal.lamps]
        self.by_lamps = bool(signal.lamps) and not signal.feed
        self._arrows = {number: _Arrow() for number, lamp in enumerate(signal.lamps) if lamp.arrow}

    def points(self, scale: tuple[float, float], shift: tuple[float, float], size: tuple[int, int]) -> Points:
        """Its lamps' pixels in frames of this size."""
        return points_of(self._signal.lamps, scale, shift, size)

    def look(self, now_ns: int, lit: Sequence[bool], sure: float) -> None:
        """One look at its lamps."""
        full = frozenset(c for n, c in enumerate(self.colours) if lit[n] and n not in self._arrows)
        state = STATES.get(full, SignalState.UNKNOWN)
        self._machine.update(now_ns, state, 0.0 if state is SignalState.UNKNOWN else sure)
        for number, arrow in self._arrows.items():
            arrow.update(now_ns, lit[number])

    def reading(self, frame: FrameMeta, feed: SignalFeed | None) -> SignalReading:
        """What it shows at a frame that was looked at."""
        name, machine = self._signal.signal_id, self._machine
        if self._signal.feed:
            return _told(name, self._signal.feed, frame, feed)
        arrows = tuple(self._signal.lamps[number].arrow for number, arrow in self._arrows.items() if arrow.lit)
        return SignalReading(name, machine.state, machine.changed_ns, round(machine.confidence, 3), arrows)


class _Arrow:
    """Whether a lamp that shines by itself is lit."""

    def __init__(self) -> None:
        self.lit, self._looks, self._seen_ns = False, 0, 0

    def update(self, now_ns: int, lit: bool) -> None:
        """One look."""
        if lit:
            self._looks, self._seen_ns = self._looks + 1, now_ns
            self.lit |= self._looks >= ARROW_LOOKS
        else:
            self._looks = 0
            self.lit &= 0 <= now_ns - self._seen_ns < ARROW_DARK_NS


def _told(name: str, feed_name: str, frame: FrameMeta, feed: SignalFeed | None) -> SignalReading:
    """As a controller tells, on the frame's own clock: its change as late as that clock may be wrong."""
    told = None if feed is None else feed.at(feed_name, frame.captured_ns)
    if told is None or told.state is SignalState.UNKNOWN or frame.captured_ns - told.heard_ns > STALE_NS:
        return SignalReading(name, SignalState.UNKNOWN, frame.media_ns, 0.0)
    ago_ns = frame.captured_ns - told.since_ns - frame.clock_error_ns
    return SignalReading(name, told.state, frame.media_ns - max(ago_ns, 0), 1.0)


def signals_of(scene: Scene) -> Sequence[Signal]:
    """All signals of a scene and its presets."""
    scenes = [scene, *(preset.scene for preset in scene.presets.values())]
    return [signal for one in scenes for signal in one.signals.values()]
