"""Frames on their way from a source to the detector.

Pixel coordinates: x to the right, y down, (0, 0) at the top left corner of the top left pixel, in source pixels.
Times: integer nanoseconds; wall clock is UTC since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, Protocol, runtime_checkable

import numpy as np

from core.arrays import F32, I16, I64, U8

MOVING: Final = "?"
"""The view of a camera with presets that moves, or stands where no preset is known."""


class ClockSource(StrEnum):
    """Where a frame's wall-clock time comes from, from best to worst."""

    RTCP = "rtcp"
    FILE = "file"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True)
class FrameMeta:
    """What is known of a frame besides its pixels.

    Attributes:
        camera_id: the camera, as configured.
        epoch: rises by one at each reconnect or seek; within an epoch `media_ns` rises strictly.
        seq: number of the frame within its epoch, counted by the source from 0.
        captured_ns: wall clock of the exposure, UTC.
        clock_source: where `captured_ns` comes from; `clock_error_ns` is how wrong it may be.
        media_ns: the stream's own clock; orders frames inside a camera and drives motion.
        width, height: size of the picture in pixels.
        dropped: frames of this camera lost since the one before (by a queue, the rate limit not counted).
        view: the preset that a turning camera shows, `MOVING` while it shows none; empty for a fixed camera, `MOVING`
            while that is turned away from where its scene was drawn. Tracks end where it changes.
        shift_px: how far (x, y) the picture lies from where a fixed camera's scene was drawn, in its pixels. It is
            taken off the boxes that are found: those of tracks lie where the scene's places do.
        clock_ahead_ns: how far the camera's own clock is ahead of ours, None where it tells none.
    """

    camera_id: str
    epoch: int
    seq: int
    captured_ns: int
    clock_source: ClockSource
    clock_error_ns: int
    media_ns: int
    width: int
    height: int
    dropped: int = 0
    view: str = ""
    shift_px: tuple[float, float] = (0.0, 0.0)
    clock_ahead_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Where a turning camera looks, as far as it can be told.

    Attributes:
        view: a preset, or `MOVING`.
        still: it does not move, whether or not its preset is known.
        score: 0..1, how much of the picture agrees with the preset's.
        offset_px: how far (x, y) the picture lies from the preset's, in pixels of the frame; None without a preset, or
            where only the camera's word is known.
    """

    view: str
    still: bool
    score: float = 0.0
    offset_px: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class InputSpec:
    """What a detector wants in its input slot: float32, planar (3, height, width), `(pixel - mean) / std` by channel.

    Attributes:
        order: channel order of the planes.
        mean, std: in pixel values 0..255, in the order of `order`.
        keep_aspect: letterbox with `padding` (a pixel value 0..255) if true, else stretch.
    """

    width: int
    height: int
    order: Literal["rgb", "bgr"] = "rgb"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (255.0, 255.0, 255.0)
    keep_aspect: bool = True
    padding: float = 114.0


@dataclass(frozen=True, slots=True)
class Affine:
    """Source pixels to slot pixels: `slot = source * scale + offset`, by axis."""

    scale_x: float
    scale_y: float
    offset_x: float
    offset_y: float

    @classmethod
    def fit(cls, width: int, height: int, spec: InputSpec) -> Affine:
        """The placing of a `width` × `height` picture in a slot, centred when the aspect is kept."""
        if not spec.keep_aspect:
            return cls(spec.width / width, spec.height / height, 0.0, 0.0)
        scale = min(spec.width / width, spec.height / height)
        w, h = round(width * scale), round(height * scale)
        return cls(w / width, h / height, float((spec.width - w) // 2), float((spec.height - h) // 2))

    def to_source(self, xyxy: F32) -> F32:
        """Boxes (N, 4) in slot pixels to source pixels."""
        offset = np.array([self.offset_x, self.offset_y] * 2, np.float32)
        scale = np.array([self.scale_x, self.scale_y] * 2, np.float32)
        return np.asarray((xyxy - offset) / scale, np.float32)


class Surface(Protocol):
    """The pixels of one frame. They belong to the source until `release`, after which no method may be called."""

    def write_into(self, slot: F32, spec: InputSpec) -> Affine:
        """Fill `slot` (3, height, width) as `spec` says, and say where the picture lies in it."""
        ...

    def crop(self, xyxy: tuple[float, float, float, float]) -> U8:
        """The pixels (h, w, 3) BGR inside a box, cut at the border; at least 1 × 1."""
        ...

    def sample(self, x: I64, y: I64) -> U8:
        """The pixels (..., 3) BGR at columns `x` and rows `y`, which broadcast together and lie inside the picture."""
        ...

    def grey(self, width: int, height: int) -> U8:
        """Brightness at about `width` × `height` places, evenly spread: single samples, to be compared with those of
        other frames of the camera. Not turned as the picture may be; a copy that the caller owns.
        """
        ...

    def to_host(self) -> U8:
        """The whole picture (height, width, 3) BGR, a copy that the caller owns."""
        ...

    def release(self) -> None:
        """Give the pixels back. Calling it again does nothing."""
        ...


class Glimpse(Protocol):
    """A frame as observers see it: made once for all that look at it, each picture when it is first asked for.

    Pictures are read-only, and hold until the look is over.
    """

    @property
    def frame(self) -> FrameMeta: ...

    @property
    def luma(self) -> U8:
        """Brightness (h, w), averaged over areas, no wider than 640; upright."""
        ...

    @property
    def points(self) -> U8:
        """Brightness (h, w) of single pixels, about 96 × 54 of them, evenly spread: with the noise that they have."""
        ...

    @property
    def colour(self) -> U8:
        """The picture (h, w, 3) BGR, averaged over areas, no wider than 640; upright."""
        ...

    def sample(self, x: I64, y: I64) -> U8:
        """The pixels (..., 3) BGR at columns and rows of the frame; `Surface.sample`."""
        ...

    def crop(self, xyxy: tuple[float, float, float, float]) -> U8:
        """The pixels (h, w, 3) BGR inside a box of the frame, at its full resolution; `Surface.crop`."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Who is in a picture, as its source tells: boxes (N, 4) float32 in source pixels, and the classes (N) int16."""

    xyxy: F32
    class_id: I16


@runtime_checkable
class KnownSurface(Surface, Protocol):
    """A surface of a source that knows who is in the picture: nobody has to look for them."""

    def known(self) -> Known:
        """The objects."""
        ...


@dataclass(frozen=True, slots=True)
class FrameBatch:
    """B frames for one call of the detector, of any cameras and sizes; frames of one camera are in time order."""

    frames: tuple[FrameMeta, ...]
    surfaces: tuple[Surface, ...]

    def __post_init__(self) -> None:
        if len(self.frames) != len(self.surfaces):
            raise ValueError(f"{len(self.frames)} frames but {len(self.surfaces)} surfaces")

    def __len__(self) -> int:
        return len(self.frames)

    def release(self) -> None:
        """Give all pixels back to their sources."""
        for surface in self.surfaces:
            surface.release()
