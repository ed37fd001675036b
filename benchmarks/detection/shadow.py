"""Two detectors on the same camera: pictures on which they disagree are kept, as those most worth labelling."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import structlog

from benchmarks.detection.kept import Folder
from benchmarks.detection.pictures import seen
from benchmarks.detection.scoring import Found, overlaps
from core.arrays import Bool
from core.errors import ConfigError, SourceError
from core.frames import FrameMeta, Surface
from core.protocols import Detector, FrameStream, Source
from models.boxes import GROUP_OF
from pipeline.sources.table import sources_for

log = structlog.get_logger()

SAME: Final = 0.5
"""Intersection over union from which two boxes are one object."""
PAUSE_S: Final = 2.0
"""Between two tries to reach a camera."""


@dataclass(frozen=True, slots=True)
class ShadowCounts:
    """What came of it.

    Attributes:
        looked: pictures that both detectors saw; disagreed: those on which they differ. Of these each is `written`,
            `repeated` (the picture looked at before had all of its differences) or `dropped` (beyond the most).
        both, only_a, only_b: boxes; an object that both found is one.
    """

    looked: int = 0
    disagreed: int = 0
    written: int = 0
    repeated: int = 0
    dropped: int = 0
    both: int = 0
    only_a: int = 0
    only_b: int = 0


def without_partner(a: Found, b: Found) -> tuple[Bool, Bool]:
    """Which boxes of each have no box of their group of classes in the other: (A) and (B) bool."""
    group_a, group_b = GROUP_OF[a.class_id], GROUP_OF[b.class_id]
    overlap = overlaps(a.xyxy, b.xyxy, np.zeros(len(b.score), np.bool_))
    same = (overlap >= SAME) & (group_a[:, None] == group_b[None])
    return ~same.any(axis=1), ~same.any(axis=0)


def the_source(uri: str, fps: float) -> Source:
    """The one camera or clip behind a path or address.

    Raises:
        SourceError: there is none; ConfigError: there are several.
    """
    sources = sources_for(uri, fps=fps)
    if len(sources) != 1:
        raise ConfigError("error-shadow-several", source=uri, cameras=len(sources))
    return sources[0]


class Shadow:
    """The comparison while it runs; `counts` holds what came of it so far.

    Args:
        fps: pictures looked at in a second of the source's own time.
        most: most pictures kept.
        seconds: of the clock on the wall, after which it ends; None: when the source does.
    """

    def __init__(
        self, a: Detector, b: Detector, folder: Folder, *, fps: float, most: int, seconds: float | None = None
    ) -> None:
        self._detectors = (a, b)
        self._folder = folder
        self._gap_ns = round(1e9 / fps)
        self._most = most
        self._seconds = seconds
        self._known = (_none(), _none())
        self.counts = ShadowCounts()

    def run(self, source: Source) -> ShadowCounts:
        """Look until the source ends, or the time is over.

        Raises:
            SourceError: it cannot be read, and trying again would not help.
            ConfigError: the folder cannot be written.
        """
        until = None if self._seconds is None else time.monotonic() + self._seconds
        for meta, surface in self._frames(source, until):
            self._look(meta, surface)
        return self.counts

    def _frames(self, source: Source, until: float | None) -> Iterator[tuple[FrameMeta, Surface]]:
        """Frames at the low rate; a live camera that breaks is opened again."""
        epoch = 0
        while True:
            pause = PAUSE_S
            try:
                stream = source.open(epoch)
                try:
                    yield from self._paced(stream, until)
                finally:
                    stream.close()
            except SourceError as error:
                if not (source.live and error.retryable):
                    raise
                pause = max(pause, error.retry_after_s)
                log.warning("shadow_source_lost", camera=source.camera_id, reason=str(error), again_in_s=pause)
            if not source.live or (until is not None and time.monotonic() + pause >= until):
                return
            time.sleep(pause)
            epoch += 1

    def _paced(self, stream: FrameStream, until: float | None) -> Iterator[tuple[FrameMeta, Surface]]:
        due_ns: int | None = None
        for meta, surface in stream:
            if until is not None and time.monotonic() >= until:
                surface.release()
                return
            if due_ns is None or meta.media_ns >= due_ns:
                due_ns = (meta.media_ns if due_ns is None else due_ns) + self._gap_ns
                due_ns = max(due_ns, meta.media_ns + self._gap_ns // 2)  # after a gap, not all that was missed at once
                yield meta, surface
            surface.release()

    def _look(self, meta: FrameMeta, surface: Surface) -> None:
        a, b = (seen(detector, meta, surface) for detector in self._detectors)
        alone_a, alone_b = without_partner(a, b)
        now = self.counts
        self.counts = now = replace(
            now,
            looked=now.looked + 1,
            both=now.both + int((~alone_a).sum()),
            only_a=now.only_a + int(alone_a.sum()),
            only_b=now.only_b + int(alone_b.sum()),
        )
        before, self._known = self._known, (_some(a, alone_a), _some(b, alone_b))
        if not (alone_a.any() or alone_b.any()):
            return
        now = replace(now, disagreed=now.disagreed + 1)
        new = any(without_partner(there, was)[0].any() for there, was in zip(self._known, before, strict=True))
        if not new:
            self.counts = replace(now, repeated=now.repeated + 1)
        elif now.written >= self._most:
            self.counts = replace(now, dropped=now.dropped + 1)
        else:
            self._folder.keep(meta, surface.to_host(), (a, alone_a), (b, alone_b))
            self.counts = replace(now, written=now.written + 1)


def _none() -> Found:
    return Found(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))


def _some(found: Found, chosen: Bool) -> Found:
    return Found(found.xyxy[chosen], found.score[chosen], found.class_id[chosen])
