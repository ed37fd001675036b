"""Pictures that prove events: drawn, written and listed by a thread of their own, beside the way of the frames."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import cv2
import structlog

from core.arrays import U8
from core.errors import ConfigError
from core.findings import EvidenceRequest
from core.scene import Scene
from core.times import time_text
from evidence.drawing import draw_event
from evidence.folder import append_to_manifest, place, write_atomically

log = structlog.get_logger()

REFERENCES: Final = "references"
_LONGEST_NAME: Final = 150


@dataclass(frozen=True, slots=True)
class PictureCounts:
    """What became of all requests so far: `dropped` found the queue full or closed, `failed` could not be written."""

    written: int = 0
    dropped: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class _Job:
    request: EvidenceRequest
    picture: U8
    scene: Scene | None


class PictureWriter:
    """Writes event pictures under `folder` from a bounded queue.

    Args:
        capacity: most pictures that wait; each holds a whole frame (6 MB at 1920 × 1080), so 64 are about 400 MB. When
            it is full the new picture is dropped and counted: an event without a picture is better than a late one.
        quality: of the JPEG, 1 to 100.
    """

    def __init__(self, folder: Path, *, capacity: int = 64, quality: int = 85) -> None:
        self._folder = folder
        self._quality = quality
        self._jobs: queue.Queue[_Job | None] = queue.Queue(capacity)
        self._lock = threading.Lock()
        self._counts = {"written": 0, "dropped": 0, "failed": 0}
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="evidence-pictures", daemon=True)
        self._thread.start()

    def offer(self, request: EvidenceRequest, picture: U8 | Callable[[], U8], scene: Scene | None) -> bool:
        """Ask for a picture; never waits and never raises for what the disk does.

        Args:
            picture: (height, width, 3) BGR that the caller no longer changes, such as `surface.to_host()`; or how to
                get it, called at once and only when there is room.

        Returns:
            Whether it was taken.
        """
        # Only this side adds, one thread at a time: a queue that has room now still has it at the put.
        with self._lock:
            taken = not self._closed and not self._jobs.full()
            if taken:
                self._jobs.put_nowait(_Job(request, picture() if callable(picture) else picture, scene))
        if not taken:
            self._count("dropped")
            log.warning("picture_dropped", camera_id=request.event.camera_id, path=request.path, closed=self._closed)
        return taken

    @property
    def counts(self) -> PictureCounts:
        """What became of the requests so far."""
        with self._lock:
            return PictureCounts(**self._counts)

    def close(self, timeout_s: float = 30.0) -> bool:
        """Write what waits, then stop. Returns whether that was done in time; may be called again."""
        with self._lock:
            first, self._closed = not self._closed, True
        if first:
            try:
                self._jobs.put(None, timeout=timeout_s)
            except queue.Full:
                log.warning("pictures_left_unwritten", waiting=self._jobs.qsize())
                return False
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                write_picture(self._folder, job.request, job.picture, job.scene, self._quality)
            except (OSError, ConfigError, cv2.error, ValueError) as error:
                self._count("failed")
                event_id = job.request.event.event_id
                log.exception("picture_failed", path=job.request.path, event_id=event_id, error=str(error))
            else:
                self._count("written")

    def _count(self, outcome: str) -> None:
        with self._lock:
            self._counts[outcome] += 1


def write_picture(folder: Path, request: EvidenceRequest, picture: U8, scene: Scene | None, quality: int) -> Path:
    """Draw an event on its frame, write the JPEG, and list it in the manifest.

    Raises:
        OSError: the disk refused.
        ConfigError: the path leads out of the folder.
    """
    event = request.event
    target = place(folder, request.path)
    content = _jpeg(draw_event(picture, event, request.frame.captured_ns, scene), quality)
    write_atomically(target, content)
    append_to_manifest(
        folder,
        {
            "path": request.path,
            "sha256": hashlib.sha256(content).hexdigest(),
            "event_id": event.event_id,
            "revision": event.revision,
            "camera_id": event.camera_id,
            "captured": time_text(request.frame.captured_ns),
        },
    )
    return target


def write_reference(folder: Path, camera_id: str, picture: U8, view: str = "") -> str:
    """Keep a plain picture of what a camera sees, in a view; returns its path relative to the evidence folder.

    Raises:
        OSError: the disk refused.
    """
    whole = camera_id if not view else f"{camera_id}@{view}"
    name = quote(whole, safe=" @")
    if len(name) > _LONGEST_NAME:
        name = f"{name[:100]}-{hashlib.sha256(whole.encode()).hexdigest()[:16]}"
    relative = f"{REFERENCES}/{name}.jpg"
    write_atomically(place(folder, relative), _jpeg(picture, 90))
    return relative


def _jpeg(picture: U8, quality: int) -> bytes:
    done, buffer = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"a picture of shape {picture.shape} cannot be made a JPEG")
    return buffer.tobytes()
