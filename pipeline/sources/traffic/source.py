"""Recorded traffic as a camera: pictures are drawn when somebody asks for them, and nobody has to be detected."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from core.arrays import F32, I64, U8
from core.frames import Affine, ClockSource, FrameMeta, InputSpec, Known, Surface
from core.protocols import FrameStream
from evidence.drawing import plain
from locales import text
from models.filling import fill, thinned
from pipeline.sources.clocks import SECOND_NS, Pace
from pipeline.sources.surfaces import cut
from pipeline.sources.traffic.painter import Painter
from pipeline.sources.traffic.recording import Moment, Recording, read_recording
from pipeline.sources.traffic.view import View, footprints, raised
from pipeline.sources.urls import slug

RATE: Final = 10.0
"""Frames for each second of recorded time."""
SMALLEST_PX: Final = 4.0
"""Smaller boxes are not told: no detector would find them."""


class Stage:
    """A recording with what draws it."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.view = View(recording.about.camera)

    @cached_property
    def painter(self) -> Painter:
        """Made when the first picture is asked for."""
        return Painter(self.recording, self.view, plain(text("source-recording-caption")))

    def known(self, moment: Moment) -> Known:
        """A box around each road user whose greater part is in the picture."""
        size = self.recording.size[moment.user]
        base = footprints(moment.xy, moment.heading, size[:, 0], size[:, 1])
        solid = np.concatenate((raised(base, np.zeros(len(base))), raised(base, size[:, 2])), axis=1)
        pixels, before = self.view.project(solid)
        boxes, inside = self.view.boxes(pixels)
        large = (boxes[:, 2:] - boxes[:, :2] >= SMALLEST_PX).all(axis=1)
        kept = inside & large & before.all(axis=1)
        return Known(boxes[kept], self.recording.class_id[moment.user[kept]])


class DrawnSurface:
    """A moment of recorded traffic. Drawn once, at the first look."""

    def __init__(self, stage: Stage, moment: Moment) -> None:
        self._stage: Stage | None = stage
        self._moment = moment
        self._picture: U8 | None = None

    def known(self) -> Known:
        """Who is in the picture; `KnownSurface.known`."""
        return self._here().known(self._moment)

    def write_into(self, slot: F32, spec: InputSpec) -> Affine:
        """Fill `slot` (3, height, width); `Surface.write_into`."""
        return fill(slot, self._drawn(), spec)

    def crop(self, xyxy: tuple[float, float, float, float]) -> U8:
        """The pixels (h, w, 3) BGR inside a box; `Surface.crop`."""
        return cut(self._drawn(), xyxy)

    def sample(self, x: I64, y: I64) -> U8:
        """The pixels (..., 3) BGR at columns and rows; `Surface.sample`."""
        return np.asarray(self._drawn()[y, x], np.uint8)

    def grey(self, width: int, height: int) -> U8:
        """Brightness at about `width` × `height` places; `Surface.grey`."""
        return thinned(self._drawn()[:, :, 1], width, height)

    def to_host(self) -> U8:
        """The whole picture (height, width, 3) BGR, a copy."""
        return self._drawn().copy()

    def release(self) -> None:
        """Let go of the picture."""
        self._stage = self._picture = None

    def _here(self) -> Stage:
        if self._stage is None:
            raise ValueError("the surface was released")
        return self._stage

    def _drawn(self) -> U8:
        stage = self._here()
        if self._picture is None:
            self._picture = stage.painter.paint(self._moment)
        return self._picture


@dataclass(frozen=True, slots=True)
class Play:
    """How a recording is played.

    Attributes:
        fps: frames a second of recorded time.
        start_ns: wall clock (UTC) of the first frame; None: so that what is played faster than recorded, or as fast as
            frames are taken, is never ahead of now.
        realtime: as fast as `speed` says; else as fast as frames are taken.
        speed: so many times faster than it was recorded, until the recording has been played once; from then on as it
            was recorded.
        loop: start over at the end, with times that go on rising.
    """

    fps: float = RATE
    start_ns: int | None = None
    realtime: bool = False
    speed: float = 1.0
    loop: bool = False

    def __post_init__(self) -> None:
        if not self.fps > 0 or not self.speed >= 1:
            raise ValueError(f"fps {self.fps} must be above 0, speed {self.speed} at least 1")

    def ahead_s(self, duration_s: float) -> float:
        """What fast playing of a recording gains."""
        return duration_s * (1 - 1 / self.speed)

    def due_s(self, media_s: float, duration_s: float) -> float:
        """When a frame is shown, from the first one on."""
        return max(media_s / self.speed, media_s - self.ahead_s(duration_s))


class TrafficSource:
    """A `Source` that plays recorded traffic. No frame is lost: it waits until its frames are taken, as a file does."""

    def __init__(self, path: Path | str, camera_id: str | None = None, play: Play | None = None) -> None:
        self._path = Path(path)
        self._camera_id = slug(self._path.stem) if camera_id is None else camera_id
        self._play = play or Play()

    def __repr__(self) -> str:
        return f"TrafficSource({str(self._path)!r}, camera_id={self._camera_id!r})"

    @property
    def camera_id(self) -> str:
        """As in the frames' `FrameMeta`."""
        return self._camera_id

    @property
    def live(self) -> bool:
        """Never: simulated time is as good later."""
        return False

    def open(self, epoch: int) -> FrameStream:
        """Read the recording; `Source.open`.

        Raises:
            SourceError: it is no recording.
        """
        return TrafficStream(Stage(read_recording(self._path)), self._camera_id, self._play, epoch)


class TrafficStream:
    """Computes in the thread that reads."""

    def __init__(self, stage: Stage, camera_id: str, play: Play, epoch: int) -> None:
        self._stage, self._camera_id, self._play, self._epoch = stage, camera_id, play, epoch
        self._pace = Pace()
        self._frames = self._show()

    def __iter__(self) -> Iterator[tuple[FrameMeta, Surface]]:
        return self._frames

    def close(self) -> None:
        """Stop before the next frame."""
        self._pace.close()

    def _show(self) -> Iterator[tuple[FrameMeta, Surface]]:
        play, recording = self._play, self._stage.recording
        duration_s = recording.duration_s
        start_ns = play.start_ns
        if start_ns is None:
            ahead_s = play.ahead_s(duration_s) if play.realtime else duration_s
            start_ns = time.time_ns() - round(ahead_s * SECOND_NS)
        count = max(1, int(duration_s * play.fps))
        seq = 0
        while not self._pace.closed and (play.loop or seq < count):
            media_s = seq / play.fps
            if play.realtime and not self._pace.wait(round(play.due_s(media_s, duration_s) * SECOND_NS)):
                return
            moment = recording.at(seq % count / play.fps)
            yield self._meta(seq, round(media_s * SECOND_NS), start_ns), DrawnSurface(self._stage, moment)
            seq += 1

    def _meta(self, seq: int, media_ns: int, start_ns: int) -> FrameMeta:
        width, height = self._stage.view.size
        return FrameMeta(
            camera_id=self._camera_id,
            epoch=self._epoch,
            seq=seq,
            captured_ns=start_ns + media_ns,
            clock_source=ClockSource.FILE,
            clock_error_ns=0,
            media_ns=media_ns,
            width=width,
            height=height,
        )
