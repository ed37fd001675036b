"""A camera that is made up: rectangles that move over a background, every box known. For tests and demonstrations."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.arrays import F32, U8
from core.errors import SourceError
from core.frames import ClockSource, FrameMeta, Surface
from core.protocols import FrameStream
from pipeline.sources.clocks import SECOND_NS, Pace
from pipeline.sources.surfaces import ArraySurface


@dataclass(frozen=True, slots=True)
class Script:
    """What a synthetic camera shows and suffers.

    Attributes:
        frames: how many in an epoch, None for no end.
        size: (width, height) in pixels.
        objects: number of rectangles.
        live: as a live camera's, broken streams can be retried, and frames are lost when not taken.
        paced: frames come at `fps`, not as fast as they are taken.
        fail_after: a `SourceError` after so many frames of each epoch.
        stall_after: after so many frames nothing comes for `stall_s`, then a `SourceError`.
        refusals: the first so many openings fail.
        resize: (frame, (width, height)): another size from that frame on.
        start_ns: wall clock of frame 0 of the first epoch; live and paced, now.
    """

    frames: int | None = 100
    fps: float = 10.0
    size: tuple[int, int] = (320, 240)
    objects: int = 3
    live: bool = False
    paced: bool = False
    fail_after: int | None = None
    stall_after: int | None = None
    stall_s: float = 10.0
    refusals: int = 0
    resize: tuple[int, tuple[int, int]] | None = None
    start_ns: int = 1_767_225_600 * SECOND_NS


class SyntheticSource:
    """A deterministic `Source`: the same script shows the same pixels."""

    def __init__(self, camera_id: str = "synthetic", script: Script | None = None) -> None:
        self._camera_id = camera_id
        self.script = script or Script()
        self._refusals = self.script.refusals

    @property
    def camera_id(self) -> str:
        """As in the frames' `FrameMeta`."""
        return self._camera_id

    @property
    def live(self) -> bool:
        """As the script says."""
        return self.script.live

    def open(self, epoch: int) -> FrameStream:
        """Start over; `Source.open`."""
        if self._refusals > 0:
            self._refusals -= 1
            raise self.failure()
        return SyntheticStream(self, epoch)

    def size(self, seq: int) -> tuple[int, int]:
        """(width, height) of a frame."""
        resize = self.script.resize
        return resize[1] if resize is not None and seq >= resize[0] else self.script.size

    def boxes(self, seq: int) -> F32:
        """Boxes (objects, 4) in pixels of a frame: each runs along its own row, and comes back at the left."""
        width, height = self.size(seq)
        index = np.arange(self.script.objects)
        box_w, row_h = max(4, width // 10), height / max(1, self.script.objects)
        step = np.maximum(1, width * (2 + index) // 200)  # 1 % of the width a frame, and up
        left = (index * width // 4 + seq * step) % max(1, width - box_w)
        top = np.floor(row_h * (index + 0.25))
        return np.asarray(np.stack((left, top, left + box_w, top + np.floor(row_h * 0.5)), axis=1), np.float32)

    def picture(self, seq: int) -> U8:
        """The pixels (height, width, 3) BGR of a frame."""
        width, height = self.size(seq)
        picture = np.empty((height, width, 3), np.uint8)
        picture[:] = np.linspace(60, 120, height, dtype=np.uint8)[:, None, None]
        for index, (left, top, right, bottom) in enumerate(self.boxes(seq).astype(int)):
            picture[top:bottom, left:right] = COLOURS[index % len(COLOURS)]
        return picture

    def failure(self) -> SourceError:
        """The error of a broken stream."""
        return SourceError("error-source-synthetic", retryable=self.script.live, camera=self._camera_id)


COLOURS = np.array([(40, 40, 220), (40, 220, 40), (220, 40, 40), (40, 220, 220), (220, 220, 220)], np.uint8)


class SyntheticStream:
    """Draws in the thread that asks."""

    def __init__(self, source: SyntheticSource, epoch: int) -> None:
        self._source, self._epoch = source, epoch
        self._pace = Pace()
        self._frames = self._draw()

    def __iter__(self) -> Iterator[tuple[FrameMeta, Surface]]:
        return self._frames

    def close(self) -> None:
        """Stop before the next frame, also out of a stall."""
        self._pace.close()

    def _draw(self) -> Iterator[tuple[FrameMeta, Surface]]:
        script = self._source.script
        start_ns = time.time_ns() if script.live and script.paced else script.start_ns
        seq = 0
        while not self._pace.closed and (script.frames is None or seq < script.frames):
            if seq == script.fail_after:
                raise self._source.failure()
            if seq == script.stall_after:
                if self._pace.pause(script.stall_s):
                    raise self._source.failure()
                return
            meta = self._meta(seq, start_ns)
            if script.paced and not self._pace.wait(meta.media_ns):
                return
            yield meta, ArraySurface(self._source.picture(seq))
            seq += 1

    def _meta(self, seq: int, start_ns: int) -> FrameMeta:
        script = self._source.script
        width, height = self._source.size(seq)
        media_ns = round(seq * SECOND_NS / script.fps)
        return FrameMeta(
            camera_id=self._source.camera_id,
            epoch=self._epoch,
            seq=seq,
            captured_ns=start_ns + media_ns,
            clock_source=ClockSource.ARRIVAL if script.live else ClockSource.FILE,
            clock_error_ns=0,
            media_ns=media_ns,
            width=width,
            height=height,
        )
