"""Traffic signals put into real clips: their lamps go through cycles by day, by night, behind buses, in grey."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import cv2
import numpy as np

from benchmarks.events.intervals import wilson
from benchmarks.pixels.clips import Clip
from core.arrays import F32, I64, U8
from core.frames import ClockSource, FrameMeta
from core.observations import SignalReading
from core.scene import Label, Lamp, Scene, Signal
from core.signals import LampColour, SignalState
from models.observers.signals import SignalObserver
from pipeline.observing import Observing
from pipeline.sources.surfaces import ArraySurface

SECOND_NS: Final = 1_000_000_000
SIZES: Final = ((640, 360), (1280, 720), (1920, 1080))
RADIUS: Final = 0.0055
"""Of a lamp, as a share of the picture's width, in the middle: 3.5 pixels in the smallest, 10.6 in the largest."""
COLOURS: Final = (LampColour.RED, LampColour.AMBER, LampColour.GREEN)
LIT: Final[Mapping[LampColour, tuple[int, int, int]]] = {
    LampColour.RED: (45, 50, 245),
    LampColour.AMBER: (45, 160, 255),
    LampColour.GREEN: (165, 225, 50),
}
LENS: Final[Mapping[LampColour, tuple[int, int, int]]] = {
    LampColour.RED: (30, 30, 62),
    LampColour.AMBER: (28, 48, 62),
    LampColour.GREEN: (52, 62, 28),
}
"""BGR of lamps that are lit, and that are not, by day."""
PAINTS: Final = ((235, 235, 235), (60, 60, 200), (60, 140, 60), (40, 150, 220), (150, 110, 70), (35, 35, 35))
"""Of buses."""
HIDDEN: Final = 0.25
"""A lamp is hidden when so much of it is."""


@dataclass(frozen=True, slots=True)
class Light:
    """What happens to the signal and its picture.

    Attributes:
        fps: frames a second.
        night, grey, interlaced: of the picture; `sun`: levels that it adds to lenses.
        flicker: share of single frames in which the lit lamp is dark, and of those in which half its rows are.
        bus_s: a bus passes so often, seconds; 0: none. jumps: exposure jumps. filters: the infra-red filter switches.
        shakes: pixels (of 1080p) by which the picture trembles; moves: the picture lies elsewhere, and that is known.
        resizes: the stream changes its size each minute.
        cut: the lamps go dark for 12 s of each 40; flashes: amber flashes at so many hertz.
    """

    fps: float = 10.0
    night: bool = False
    grey: bool = False
    interlaced: bool = False
    sun: float = 0.0
    flicker: float = 0.0
    bus_s: float = 0.0
    jumps: bool = False
    filters: bool = False
    shakes: float = 0.0
    moves: bool = False
    resizes: bool = False
    cut: bool = False
    flashes: float = 0.0


LIGHTS: Final[Mapping[str, Light]] = {
    "day": Light(),
    "sun": Light(sun=70.0),
    "night": Light(night=True),
    "flicker": Light(flicker=0.125),
    "flicker_night": Light(flicker=0.125, night=True),
    "bus": Light(bus_s=15.0),
    "grey": Light(grey=True),
    "infra_red": Light(grey=True, night=True, bus_s=40.0),
    "filters": Light(filters=True),
    "exposure": Light(jumps=True),
    "interlaced": Light(interlaced=True, shakes=1.5),
    "moved": Light(moves=True, shakes=1.0),
    "slow": Light(fps=1.0),
    "fast": Light(fps=25.0, flicker=0.125),
    "sizes": Light(resizes=True),
    "cut": Light(cut=True),
    "flashing": Light(flashes=1.0),
}


@dataclass(slots=True)
class Seen:
    """Frames under one light, at one size.

    Attributes:
        right, unknown, wrong: of frames in which the lamps are in sight; `hidden`: the same of those behind a bus.
        late_s: of changes that were told, how late their time is.
        cycles: that were shown.
    """

    right: int = 0
    unknown: int = 0
    wrong: int = 0
    cycles: int = 0
    hidden: Counter[str] = field(default_factory=Counter)
    late_s: list[float] = field(default_factory=list)
    as_what: Counter[str] = field(default_factory=Counter)

    @property
    def frames(self) -> int:
        """In sight."""
        return self.right + self.unknown + self.wrong

    def add(self, other: Seen) -> None:
        """More frames."""
        self.right, self.unknown = self.right + other.right, self.unknown + other.unknown
        self.wrong, self.cycles = self.wrong + other.wrong, self.cycles + other.cycles
        self.hidden += other.hidden
        self.as_what += other.as_what
        self.late_s += other.late_s

    def figures(self) -> dict[str, Any]:
        """As they stand in the JSON."""
        return {
            "frames": self.frames,
            "cycles": self.cycles,
            "right": self.right / self.frames if self.frames else None,
            "right_interval": wilson(self.right, self.frames),
            "unknown": self.unknown,
            "wrong": self.wrong,
            "hidden_frames": self.hidden.total(),
            "hidden_wrong": self.hidden["wrong"],
            "hidden_unknown": self.hidden["unknown"],
            "late_s_mean": float(np.mean(self.late_s)) if self.late_s else None,
            "late_s_most": max(self.late_s, default=None),
            "told_as": dict(self.as_what),
        }


def lamps_seen(clip: Clip, seconds: float) -> Iterator[tuple[str, tuple[int, int], Seen]]:
    """Each light at each size: name, size, what was told. The same again for the same clip."""
    for name, light in LIGHTS.items():
        for size in SIZES:
            rng = np.random.default_rng((len(clip.frames), *clip.size, size[0], list(LIGHTS).index(name)))
            yield name, size, _watch(clip, light, size, seconds, rng)


def _watch(clip: Clip, light: Light, size: tuple[int, int], seconds: float, rng: np.random.Generator) -> Seen:
    stage = _Stage(clip, light, size, rng)
    observing, seen = Observing([SignalObserver(stage.scene)]), Seen()
    was, before = SignalState.UNKNOWN, SignalReading("s", SignalState.UNKNOWN, 0, 0.0)
    for number in range(round(seconds * light.fps)):
        t = number / light.fps
        truth = stage.truth(t)
        meta, surface, hidden = stage.frame(number, t)
        observing.look(meta, surface)
        told = observing.take(meta).signals
        reading = before if told is None else told.readings[0]
        if t < 2 / light.fps:  # nobody knows anything at the first look
            was = truth
            continue
        what = "right" if reading.state is truth else "unknown" if reading.state is SignalState.UNKNOWN else "wrong"
        if hidden:
            seen.hidden[what] += 1
            if what == "wrong":
                seen.as_what[f"hidden {truth.value} as {reading.state.value}"] += 1
        else:
            setattr(seen, what, getattr(seen, what) + 1)
            if what != "right":
                seen.as_what[f"{truth.value} as {reading.state.value}"] += 1
        if reading.state is truth and SignalState.UNKNOWN is not before.state is not truth and not light.flashes:
            seen.late_s.append(reading.changed_ns / SECOND_NS - stage.since_s(t))
        before = reading
        seen.cycles += truth is SignalState.GREEN and was is not SignalState.GREEN
        was = truth
    return seen


class _Stage:
    """A signal in a clip."""

    def __init__(self, clip: Clip, light: Light, size: tuple[int, int], rng: np.random.Generator) -> None:
        self._clip, self._light, self._size, self._rng = clip, light, size, rng
        radius = RADIUS * rng.uniform(0.8, 1.4) * SIZES[1][0]
        x, y = rng.uniform(0.2, 0.8) * SIZES[1][0], rng.uniform(0.15, 0.4) * SIZES[1][1]
        self._radius, self._at = radius, [(x, y + 2.35 * radius * n) for n in range(3)]
        lamps = tuple(Lamp(colour, _circle(at, radius)) for colour, at in zip(COLOURS, self._at, strict=True))
        name = Label("signal", "signal")
        self.scene = Scene("bench", 1, SIZES[1], signals={"s": Signal("s", name, lamps, lanes=("a",))})
        self._phases: list[tuple[float, SignalState]] = []
        t = -float(rng.uniform(0, 20))
        while t < 4000:
            for state, length in (
                (SignalState.GREEN, rng.uniform(12, 30)),
                (SignalState.AMBER, 3.0),
                (SignalState.RED, rng.uniform(15, 40)),
            ):
                self._phases.append((t, state))
                t += float(length)
        self._backs: dict[tuple[int, int, int], U8] = {}
        self._before: U8 | None = None
        self._bus = _buses(light, rng)
        self._place = rng.uniform(-15, 15, 2)

    def _phase(self, t: float) -> tuple[float, SignalState]:
        return next(phase for phase in reversed(self._phases) if phase[0] <= t)

    def since_s(self, t: float) -> float:
        """Since when it shows what it does."""
        return self._phase(t)[0]

    def truth(self, t: float) -> SignalState:
        """What it shows."""
        if self._light.flashes:
            return SignalState.FLASHING_AMBER
        return SignalState.UNKNOWN if self._cut(t) else self._phase(t)[1]

    def _cut(self, t: float) -> bool:
        return self._light.cut and t % 40 >= 28

    def frame(self, number: int, t: float) -> tuple[FrameMeta, ArraySurface, bool]:
        """The frame, and whether a lamp of it is hidden."""
        light, rng = self._light, self._rng
        size = SIZES[int(t / 60) % 3] if light.resizes else self._size
        scale = size[0] / SIZES[1][0]
        shift = np.round(self._place * size[0] / 1920, 1) if light.moves else np.zeros(2)
        trembles = rng.uniform(-1, 1, 2) * light.shakes * size[0] / 1920
        picture, bus = self._picture(t, size, scale, shift + trembles)
        ns = round(t * SECOND_NS)
        meta = FrameMeta("cam", 0, number, ns, ClockSource.FILE, 0, ns, *size)
        if light.moves:
            off = shift + rng.normal(0, 0.3, 2)  # as health measures it
            meta = replace(meta, shift_px=(float(off[0]), float(off[1])))
        return meta, picture, bus

    def _picture(self, t: float, size: tuple[int, int], scale: float, shift: Any) -> tuple[ArraySurface, bool]:
        light, rng = self._light, self._rng
        radius = self._radius * scale
        at = [np.array(place) * scale + shift for place in self._at]
        low = np.floor(np.min(at, axis=0) - 8 * radius).astype(int)
        high = np.ceil(np.max(at, axis=0) + 8 * radius).astype(int)
        left, top = np.maximum(low, 0)
        right, bottom = np.minimum(high, size)
        back = self._back(int(t), size)
        grey = light.grey or (light.filters and int(t / 30) % 2 == 1)
        dark = light.night or (light.filters and int(t / 30) % 2 == 1)
        patch = back[top:bottom, left:right].astype(np.float32)
        if dark:
            patch *= 0.15
        self._draw(patch, t, [place - (left, top) for place in at], radius, dark)
        covered = self._cover(patch, t, [place - (left, top) for place in at], radius, dark)
        if light.jumps:
            patch *= _gain(t)
        patch += rng.normal(0, 5.0 if dark else 2.0, (*patch.shape[:2], 1))
        shown = np.clip(patch, 0, 255).astype(np.uint8)
        if grey:
            shown = np.repeat(cv2.cvtColor(shown, cv2.COLOR_BGR2GRAY)[..., None], 3, axis=2)
        if light.interlaced:
            before, self._before = self._before, shown.copy()
            if before is not None and before.shape == shown.shape:
                shown[1::2] = before[1::2]
        # As a stream is: blocks, and half as many columns and rows of colour.
        coded = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, 70])[1]
        shown = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
        return _Patched(back, shown, (left, top), grey=grey), covered

    def _back(self, second: int, size: tuple[int, int]) -> U8:
        key = (second, *size)
        if key not in self._backs:
            self._backs = {key: np.asarray(cv2.resize(self._clip.at(second), size), np.uint8)}
        return self._backs[key]

    def _draw(self, patch: F32, t: float, at: list[Any], radius: float, dark: bool) -> None:
        """Housing, lenses, and what is lit."""
        light, rng = self._light, self._rng
        housing = 4.0 if dark else 32.0
        low, high = np.min(at, axis=0) - 1.35 * radius, np.max(at, axis=0) + 1.35 * radius
        cv2.rectangle(patch, _pixel(low), _pixel(high), (housing,) * 3, -1)
        _, state = self._phase(t)
        lit = {state.value} if state is not SignalState.UNKNOWN else set()
        if light.flashes:
            lit = {"amber"} if (t * light.flashes) % 1 < 0.5 else set()
        if self._cut(t) or rng.random() < light.flicker:
            lit = set()
        halved = rng.random() < light.flicker
        for colour, place in zip(COLOURS, at, strict=True):
            on = colour.value in lit
            lens = [v * (0.15 if dark else 1.0) + (light.sun * v / 62 if light.sun else 0.0) for v in LENS[colour]]
            _disc(patch, place, radius, lens)
            if not on:
                continue
            if dark:
                _glow(patch, place, 2.2 * radius, np.array(LIT[colour], np.float32))
            _disc(patch, place, radius, [v + (70 if dark else 0) for v in LIT[colour]])
            if halved:
                row = int(place[1])
                patch[row : row + math.ceil(radius), int(place[0] - radius) : int(place[0] + radius) + 1] *= 0.2

    def _cover(self, patch: F32, t: float, at: list[Any], radius: float, dark: bool) -> bool:
        """A bus that passes: it comes in from the left, stands, and goes on."""
        for start, length, paint in self._bus:
            if not start <= t < start + length:
                continue
            enters, leaves = min((t - start) / 0.5, 1.0), max((t - start - length + 0.5) / 0.5, 0.0)
            width = patch.shape[1]
            left, right = int(leaves * width), int(enters * width)
            patch[:, left:right] = np.array(paint, np.float32) * (0.2 if dark else 1.0)
            patch[::7, left:right] *= 0.8
            return any(
                min(right, place[0] + radius) - max(left, place[0] - radius) > HIDDEN * 2 * radius for place in at
            )
        return False


class _Patched(ArraySurface):
    """A picture of which only the part around the signal was made: all that its observer looks at, but for the colours
    of the whole, which are those of the clip.
    """

    def __init__(self, picture: U8, patch: U8, at: tuple[int, int], *, grey: bool) -> None:
        super().__init__(picture)
        self._patch, self._corner, self._grey = patch, at, grey

    def sample(self, x: I64, y: I64) -> U8:
        found = self._picture()[y, x]
        if self._grey:
            found = np.repeat(found[..., 1:2], 3, axis=-1)
        column, row = x - self._corner[0], y - self._corner[1]
        inside = (column >= 0) & (row >= 0) & (column < self._patch.shape[1]) & (row < self._patch.shape[0])
        found[inside] = self._patch[row[inside], column[inside]]
        return np.asarray(found, np.uint8)


def _buses(light: Light, rng: np.random.Generator) -> list[tuple[float, float, tuple[int, int, int]]]:
    """Start, length and paint."""
    found: list[tuple[float, float, tuple[int, int, int]]] = []
    t = 8.0
    while light.bus_s and t < 4000:
        found.append((t, float(rng.uniform(1.5, 7.0)), PAINTS[int(rng.integers(len(PAINTS)))]))
        t += light.bus_s * float(rng.uniform(0.7, 1.3)) + 7
    return found


def _gain(t: float) -> float:
    """Exposure that jumps every five seconds, and settles within one."""
    aim, before = (math.exp(0.7 * math.sin(37.0 * int(t / 5 + n))) for n in (0, -1))
    return aim + (before - aim) * max(1 - (t % 5), 0.0)


def _circle(at: tuple[float, float], radius: float) -> Any:
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return np.array(at) + radius * np.stack((np.cos(turn), np.sin(turn)), axis=-1)


def _pixel(at: Any) -> tuple[int, int]:
    return round(float(at[0])), round(float(at[1]))


def _disc(patch: F32, at: Any, radius: float, colour: Any) -> None:
    """With soft rims, to an eighth of a pixel."""
    centre = round(8 * float(at[0]) - 4), round(8 * float(at[1]) - 4)
    cv2.circle(patch, centre, round(8 * radius), [float(v) for v in colour], -1, cv2.LINE_AA, 3)


def _glow(patch: F32, at: Any, reach: float, colour: F32) -> None:
    rows, columns = np.arange(patch.shape[0]) - float(at[1]), np.arange(patch.shape[1]) - float(at[0])
    shape = np.exp(-(rows[:, None] ** 2 + columns[None] ** 2) / (2 * reach * reach)).astype(np.float32)
    patch += 0.7 * shape[..., None] * colour
