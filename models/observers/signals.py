"""What the traffic signals in view show: by their lamps, or as a controller tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from core.arrays import U8
from core.frames import FrameMeta, Glimpse
from core.observations import SignalReading, SignalReadings
from core.scene import Scene, Signal
from core.signals import LampColour, SignalFeed, SignalState
from models.observers.lamps import Lit, Points, is_grey, judge, points_of
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
        self._x, self._y = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._over, self._looks, self._grey = (self._x, self._y), 0, False

    def look(self, glimpse: Glimpse) -> SignalReadings | None:
        """What all signals show that are in view; None: there are none."""
        frame = glimpse.frame
        if frame.epoch != self._epoch or frame.view != self._view:
            self._epoch, self._view, self._place = frame.epoch, frame.view, None
            self._watches = [_Watch(signal) for signal in self._scene.at(frame.view).signals.values()]
        if not self._watches:
            return None
        self._find(frame)
        if len(self._x):
            if self._looks % GREY_EVERY == 0:
                self._grey = is_grey(glimpse.sample(*self._over))
            self._looks += 1
            pixels, first = glimpse.sample(self._x, self._y), 0
            for watch in self._watches:
                count = len(watch.points.x)
                if count:
                    watch.look(frame.media_ns, pixels[first : first + count], grey=self._grey)
                first += count
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
        for watch in self._watches:
            watch.find((frame.width / width, frame.height / height), (x, y), place[0])
        across, down = (
            np.linspace(0, end - 1, count).astype(np.int64) for end, count in zip(place[0], OVER, strict=True)
        )
        over = np.meshgrid(across, down)
        self._over, self._looks = (over[0].ravel(), over[1].ravel()), 0
        self._x, self._y = (np.concatenate([getattr(watch.points, name) for watch in self._watches]) for name in "xy")


NOWHERE: Final = Points(np.zeros(0, np.int64), np.zeros(0, np.int64), seen=False)


class _Watch:
    """One signal."""

    def __init__(self, signal: Signal) -> None:
        self._signal = signal
        self._machine = SignalMachine()
        self._colours = [lamp.colour for lamp in signal.lamps]
        self._arrows = {number: _Arrow() for number, lamp in enumerate(signal.lamps) if lamp.arrow}
        self.points = NOWHERE

    def find(self, scale: tuple[float, float], shift: tuple[float, float], size: tuple[int, int]) -> None:
        """Its lamps' pixels in frames of this size."""
        if not self._signal.feed:
            self.points = points_of(self._signal.lamps, scale, shift, size)

    def look(self, now_ns: int, pixels: U8, *, grey: bool) -> None:
        """One look at its lamps."""
        lit = judge(self._colours, self.points, pixels, grey=grey)
        self._machine.update(now_ns, *self._full(lit))
        for number, arrow in self._arrows.items():
            arrow.update(now_ns, number in lit.lamps)

    def reading(self, frame: FrameMeta, feed: SignalFeed | None) -> SignalReading:
        """What it shows at a frame that was looked at."""
        name, machine = self._signal.signal_id, self._machine
        if self._signal.feed:
            return _told(name, self._signal.feed, frame, feed)
        arrows = tuple(self._signal.lamps[number].arrow for number, arrow in self._arrows.items() if arrow.lit)
        return SignalReading(name, machine.state, machine.changed_ns, round(machine.confidence, 3), arrows)

    def _full(self, lit: Lit) -> tuple[SignalState, float]:
        colours = frozenset(self._colours[number] for number in lit.lamps if number not in self._arrows)
        state = STATES.get(colours, SignalState.UNKNOWN)
        return state, lit.sure if state is not SignalState.UNKNOWN else 0.0


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
