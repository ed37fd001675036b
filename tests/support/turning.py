"""A camera that turns between presets: a window that pans and zooms over a large real picture with traffic in it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final, TypeAlias

import cv2
import numpy as np

from core.arrays import F64, U8, AnyArray
from core.frames import ClockSource, FrameMeta, Surface
from core.protocols import FrameStream
from pipeline.sources.surfaces import ArraySurface
from tests.support.videos import frames_of

SECOND: Final = 1_000_000_000
T0: Final = 1_767_600_000 * SECOND
Window: TypeAlias = tuple[float, float, float]
"""Middle x and y in the large picture, and how many of its pixels a pixel of the camera covers: less is zoomed in."""


GRAIN: Final = 61
TILE: Final = (1152, 648)
"""Of a large picture: what one real frame is enlarged to."""
MIDDLES: Final = tuple((TILE[0] * (x + 0.5), TILE[1] * (y + 0.5)) for y in (0, 1) for x in (0, 1))
"""Of the four tiles of a large picture."""


def large_picture(videos: Sequence[Path], number: int = 0) -> U8:
    """Four street scenes, two by two, made of a frame of each video and its mirror image, enlarged and sharpened."""
    frames = [frames_of(video, [number])[number] for video in videos]
    tiles = [_tile(frame) for frame in frames] + [_tile(frame[:, ::-1]) for frame in frames]
    first, second, third, fourth = (tiles * 2)[:4]
    return np.vstack((np.hstack((first, second)), np.hstack((fourth, third))))


def _tile(frame: U8) -> U8:
    big = cv2.resize(frame, TILE, interpolation=cv2.INTER_CUBIC)
    sharp = cv2.addWeighted(big, 1.6, cv2.GaussianBlur(big, (0, 0), 2.5), -0.6, 0)
    return np.asarray(sharp, np.uint8)


@dataclass(frozen=True, slots=True)
class Stop:
    """The camera goes to `window` in `move_s` seconds and stays there for `stay_s`; `preset` is empty at none."""

    preset: str
    window: Window
    stay_s: float
    move_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Moment:
    """What is true at a time: the window, whether it moves, the preset it stands at, since when it stands (s)."""

    window: Window
    moving: bool
    preset: str
    since_s: float


@dataclass(frozen=True, slots=True)
class Actor:
    """A thing that drives over the large picture: from `start` at `start_s` with a velocity in pixels a second."""

    start: tuple[float, float]
    velocity: tuple[float, float]
    size: tuple[float, float]
    colour: tuple[int, int, int]
    start_s: float = 0.0
    end_s: float = 1e9

    def box(self, t: float) -> tuple[float, float, float, float] | None:
        """Left, top, right, bottom in the large picture."""
        if not self.start_s <= t < self.end_s:
            return None
        x = self.start[0] + self.velocity[0] * (t - self.start_s)
        y = self.start[1] + self.velocity[1] * (t - self.start_s)
        w, h = self.size
        return x - w / 2, y - h, x + w / 2, y


@dataclass(frozen=True)
class Tour:
    """All of it, deterministic.

    Attributes:
        light: gain and gamma drift as far as this share over `light_s`; 0: constant light.
        noise: standard deviation in levels.
        sway_px: a mast in the wind: how far the camera swings to each side, in its own pixels, at `sway_hz`.
        miss_px: how far from a preset's window the camera comes to stand, standard deviation in its own pixels.
    """

    picture: U8
    stops: Sequence[Stop]
    actors: Sequence[Actor] = ()
    fps: float = 10.0
    size: tuple[int, int] = (640, 360)
    light: float = 0.0
    light_s: float = 40.0
    noise: float = 0.0
    sway_px: float = 0.0
    sway_hz: float = 1.7
    miss_px: float = 0.0
    seed: int = 0
    _windows: list[Window] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        for stop in self.stops:
            x, y, zoom = stop.window
            dx, dy = rng.normal(0, 1, 2) * self.miss_px * zoom
            self._windows.append((x + float(dx), y + float(dy), zoom))

    @property
    def seconds(self) -> float:
        """Length of the tour."""
        return sum(stop.move_s + stop.stay_s for stop in self.stops)

    def moment(self, t: float) -> Moment:
        """What is true at `t` seconds."""
        found = self._plan(t)
        x, y, zoom = found.window
        swing = self.sway_px * zoom * math.sin(2 * math.pi * self.sway_hz * t)
        return replace(found, window=(x + swing, y + 0.4 * swing, zoom))

    def _plan(self, t: float) -> Moment:
        """A move starts and ends gently."""
        before = self._windows[0]
        at = 0.0
        for stop, window in zip(self.stops, self._windows, strict=True):
            if t < at + stop.move_s:
                share = (t - at) / stop.move_s
                eased = share * share * (3 - 2 * share)
                x, y, zoom = (a + (b - a) * eased for a, b in zip(before, window, strict=True))
                return Moment((x, y, zoom), True, "", at)
            at += stop.move_s
            if t < at + stop.stay_s:
                return Moment(window, False, stop.preset, at)
            at, before = at + stop.stay_s, window
        return Moment(before, False, self.stops[-1].preset, at)

    def to_picture(self, window: Window) -> F64:
        """(2, 3): pixels of the camera to pixels of the large picture."""
        x, y, zoom = window
        w, h = self.size
        return np.array([(zoom, 0, x - zoom * (w - 1) / 2), (0, zoom, y - zoom * (h - 1) / 2)])

    def boxes(self, t: float) -> list[tuple[float, float, float, float]]:
        """The actors in pixels of the camera, those that are at least half in its picture."""
        x, y, zoom = self.moment(t).window
        w, h = self.size
        shift = np.array([x - zoom * w / 2, y - zoom * h / 2] * 2)
        found = []
        for actor in self.actors:
            box = actor.box(t)
            if box is None:
                continue
            left, top, right, bottom = ((np.array(box) - shift) / zoom).tolist()
            if 0 <= (left + right) / 2 < w and 0 <= (top + bottom) / 2 < h:
                found.append((left, top, right, bottom))
        return found

    def shot(self, t: float, *, traffic: bool = True) -> U8:
        """The camera's picture (height, width, 3) BGR."""
        matrix = self.to_picture(self.moment(t).window)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        shown = np.asarray(
            cv2.warpAffine(self.picture, matrix, self.size, flags=flags, borderMode=cv2.BORDER_REFLECT), np.uint8
        )
        for actor, box in zip(self.actors, [a.box(t) for a in self.actors], strict=True):
            if box is not None and traffic:
                self._draw(shown, matrix, actor, box)
        if self.light:
            phase = np.sin(2 * np.pi * t / self.light_s)
            levels = np.linspace(0, 1, 256) ** (1 + 0.5 * self.light * phase) * (1 - 0.5 * self.light * (1 + phase))
            shown = np.asarray(cv2.LUT(shown, np.rint(255 * levels).astype(np.uint8)), np.uint8)
        if self.noise:
            height, width = shown.shape[:2]
            y, x = np.random.default_rng((self.seed, round(t * 1000))).integers(0, GRAIN, 2)
            grain = self._grain[y : y + height, x : x + width]
            shown = np.asarray(cv2.add(shown, grain, dtype=cv2.CV_8U), np.uint8)
        return shown

    @cached_property
    def _grain(self) -> AnyArray:
        """Noise for a picture at any of `GRAIN` places: making it anew for each frame would take most of a test."""
        shape = self.size[1] + GRAIN, self.size[0] + GRAIN, 3
        return np.rint(np.random.default_rng(self.seed).normal(0, self.noise, shape)).astype(np.int16)

    @staticmethod
    def _draw(shown: U8, matrix: F64, actor: Actor, box: tuple[float, float, float, float]) -> None:
        zoom, left, top = matrix[0, 0], matrix[0, 2], matrix[1, 2]
        x1, y1, x2, y2 = ((np.array(box) - np.array([left, top] * 2)) / zoom).round().astype(int).tolist()
        cv2.rectangle(shown, (x1, y1), (x2, y2), actor.colour, -1)
        inner = tuple(255 - c for c in actor.colour)
        third = (y2 - y1) // 3
        cv2.rectangle(shown, (x1 + third // 2, y1 + third // 2), (x2 - third // 2, y1 + third), inner, -1)

    def reference(self, window: Window) -> U8:
        """The empty picture from one window, in plain light."""
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(
            cv2.warpAffine(
                self.picture, self.to_picture(window), self.size, flags=flags, borderMode=cv2.BORDER_REFLECT
            ),
            np.uint8,
        )

    def frames(self, camera_id: str = "cam", epoch: int = 0) -> Iterator[tuple[FrameMeta, Surface]]:
        """All frames, as a source gives them."""
        for seq in range(round(self.seconds * self.fps)):
            yield self.meta(seq, camera_id, epoch), ArraySurface(self.shot(seq / self.fps))

    def meta(self, seq: int, camera_id: str = "cam", epoch: int = 0) -> FrameMeta:
        """The head of a frame."""
        ns = round(seq * SECOND / self.fps)
        return FrameMeta(camera_id, epoch, seq, T0 + ns, ClockSource.FILE, 0, ns, *self.size)


@dataclass(frozen=True, slots=True)
class TurningSource:
    """A `core.protocols.Source` that shows a tour once."""

    camera_id: str
    tour: Tour
    live: bool = False

    def open(self, epoch: int) -> FrameStream:
        """From its beginning."""
        return _Stream(self.tour.frames(self.camera_id, epoch))


@dataclass(slots=True)
class _Stream:
    _frames: Iterator[tuple[FrameMeta, Surface]]
    _closed: bool = False

    def __iter__(self) -> Iterator[tuple[FrameMeta, Surface]]:
        for item in self._frames:
            if self._closed:
                return
            yield item

    def close(self) -> None:
        """No more frames."""
        self._closed = True
