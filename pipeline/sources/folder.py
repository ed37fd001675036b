"""A folder of pictures, played as one camera."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import structlog

from core.arrays import U8
from core.errors import SourceError
from core.frames import ClockSource, FrameMeta, Surface
from core.protocols import FrameStream
from pipeline.sources.av_open import UNKNOWN_START_ERROR_NS
from pipeline.sources.clocks import SECOND_NS, Pace
from pipeline.sources.surfaces import ArraySurface
from pipeline.sources.urls import slug

log = structlog.get_logger()

IMAGE_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})


def natural_key(path: Path) -> tuple[tuple[int, int, str], ...]:
    """Order of names in which numbers count as numbers: `2.jpg` before `10.jpg`."""
    pieces = re.split(r"(\d+)", path.name)
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces if piece)


def pictures_in(folder: Path) -> list[Path]:
    """The picture files of a folder in natural order; hidden and other files are left out."""
    found = (f for f in folder.iterdir() if f.suffix.lower() in IMAGE_SUFFIXES and not f.name.startswith("."))
    return sorted(found, key=natural_key)


class FolderSource:
    """A `Source` of one camera from the pictures of a folder, in natural order of their names, at `fps`.

    A picture that cannot be read is lost and counted, and keeps its place in time and numbering.

    Args:
        start_ns: wall clock of the first picture. None: when its file was last changed, with an error of a day.
        loop: start over at the end, with times that go on rising.
        realtime: at its own pace, as a live camera.
    """

    def __init__(
        self,
        folder: Path | str,
        camera_id: str | None = None,
        *,
        fps: float = 10.0,
        start_ns: int | None = None,
        loop: bool = False,
        realtime: bool = False,
    ) -> None:
        if not fps > 0:
            raise ValueError(f"fps must be above 0, not {fps}")
        self._folder = Path(folder)
        self._camera_id = slug(self._folder.resolve().name) if camera_id is None else camera_id
        self._fps, self._start_ns, self._loop, self._realtime = fps, start_ns, loop, realtime

    def __repr__(self) -> str:
        return f"FolderSource({str(self._folder)!r}, camera_id={self._camera_id!r})"

    @property
    def camera_id(self) -> str:
        """As in the frames' `FrameMeta`."""
        return self._camera_id

    @property
    def live(self) -> bool:
        """Only at its own pace."""
        return self._realtime

    def open(self, epoch: int) -> FrameStream:
        """List the pictures; `Source.open`."""
        try:
            files = pictures_in(self._folder)
        except FileNotFoundError:
            raise SourceError("error-source-missing", retryable=False, where=str(self._folder)) from None
        except OSError:
            raise SourceError("error-source-denied", retryable=False, where=str(self._folder)) from None
        if not files:
            raise SourceError("error-source-folder-empty", retryable=False, where=str(self._folder))
        return FolderStream(self, files, epoch)

    def meta(self, index: int, lost: int, epoch: int, surface: ArraySurface, start_ns: int) -> FrameMeta:
        """What is known of the picture at a place in the sequence."""
        media_ns = round(index * SECOND_NS / self._fps)
        return FrameMeta(
            camera_id=self._camera_id,
            epoch=epoch,
            seq=index,
            captured_ns=start_ns + media_ns,
            clock_source=ClockSource.FILE,
            clock_error_ns=0 if self._start_ns is not None else UNKNOWN_START_ERROR_NS,
            media_ns=media_ns,
            width=surface.width,
            height=surface.height,
            dropped=lost,
        )

    def start_of(self, first: Path) -> int:
        """Wall clock of the first picture."""
        return first.stat().st_mtime_ns if self._start_ns is None else self._start_ns

    @property
    def loops(self) -> bool:
        """Whether it starts over."""
        return self._loop


class FolderStream:
    """Reads in the thread that asks."""

    def __init__(self, source: FolderSource, files: list[Path], epoch: int) -> None:
        self._source, self._files, self._epoch = source, files, epoch
        self._pace = Pace()
        self._frames = self._read()

    def __iter__(self) -> Iterator[tuple[FrameMeta, Surface]]:
        return self._frames

    def close(self) -> None:
        """Stop before the next picture."""
        self._pace.close()

    def _read(self) -> Iterator[tuple[FrameMeta, Surface]]:
        start_ns = self._source.start_of(self._files[0])
        lost = frames = 0
        for index, file in self._numbered():
            if self._pace.closed:
                return
            picture = read_picture(file)
            if picture is None:
                log.warning("picture_unreadable", camera=self._source.camera_id, file=str(file))
                lost += 1
                if frames == 0 and lost >= len(self._files):
                    break
                continue
            surface = ArraySurface(picture)
            meta = self._source.meta(index, lost, self._epoch, surface, start_ns)
            if self._source.live and not self._pace.wait(meta.media_ns):
                return
            yield meta, surface
            lost, frames = 0, frames + 1
        if frames == 0:
            raise SourceError("error-source-no-frame", retryable=False, where=str(self._files[0].parent))

    def _numbered(self) -> Iterator[tuple[int, Path]]:
        index = 0
        while True:
            for file in self._files:
                yield index, file
                index += 1
            if not self._source.loops:
                return


def read_picture(file: Path) -> U8 | None:
    """A picture (height, width, 3) BGR, None when it cannot be read."""
    try:
        encoded = np.fromfile(file, np.uint8)
        picture = cv2.imdecode(encoded, cv2.IMREAD_COLOR) if len(encoded) else None
    except (OSError, cv2.error):
        return None
    return None if picture is None else np.asarray(picture, np.uint8)
