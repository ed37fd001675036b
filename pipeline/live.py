"""Live pictures: of what passes by, the newest frame of a camera that somebody looks at."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from core.live import LivePicture
from core.protocols import LiveView
from core.scene import Scene
from core.tracks import TrackState
from pipeline.placing import placed_picture
from pipeline.step import StepResult

ASKED_S: Final = 5.0
"""So long after somebody asked, pictures are kept; the next one asks again."""
MOST_HZ: Final = 10.0
"""A picture costs a conversion of colours (1 ms at 768 × 576), or a drawing, in the loop that analyses."""


@dataclass(slots=True)
class _Watched:
    asked_s: float
    latest: LivePicture | None = None
    kept_s: float = 0.0


class LivePictures:
    """A `core.protocols.LiveView` over the results of a pipeline.

    Args:
        scenes: by camera; read at each frame, so that cameras can be added and removed.
    """

    def __init__(self, scenes: Mapping[str, Scene]) -> None:
        self._scenes = scenes
        self._watched: dict[str, _Watched] = {}
        self._number = 0
        self._changed = threading.Condition()
        self._closed = False

    @property
    def cameras(self) -> Collection[str]:
        """Those that the pipeline watches."""
        return () if self._closed else tuple(self._scenes)

    def picture(self, camera_id: str, *, wait_s: float) -> LivePicture | None:
        """The next picture of a camera; `LiveView.picture`."""
        until = time.monotonic() + wait_s
        with self._changed:
            if self._closed or camera_id not in self._scenes:
                return None
            watched = self._watched.setdefault(camera_id, _Watched(0.0))
            watched.asked_s = time.monotonic()
            before = watched.latest
            while watched.latest is before and not self._closed:
                left = until - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
            return None if self._closed else watched.latest

    def keep(self, result: StepResult) -> None:
        """Keep what somebody looks at. Called by the pipeline's loop, before the surfaces are given back."""
        if not self._watched:
            return
        now = time.monotonic()
        self._forget(now)
        for index, frame in enumerate(result.frames.frames):
            watched = self._watched.get(frame.camera_id)
            if watched is None or now - watched.kept_s < 1 / MOST_HZ:
                continue
            tracks, rows = result.tracks, result.tracks.rows(index)
            seen = tracks.state[rows] != TrackState.COASTING
            self._number += 1
            picture = LivePicture(
                self._number,
                frame,
                placed_picture(frame, result.frames.surfaces[index]),
                tracks.xyxy[rows][seen],
                tracks.class_id[rows][seen],
                tracks.track_id[rows][seen],
                self._scenes.get(frame.camera_id),
            )
            with self._changed:
                watched.latest, watched.kept_s = picture, now
                self._changed.notify_all()

    def close(self) -> None:
        """No picture comes any more: who waits is told."""
        with self._changed:
            self._closed = True
            self._watched.clear()
            self._changed.notify_all()

    def _forget(self, now: float) -> None:
        with self._changed:
            for camera_id in [name for name, one in self._watched.items() if now - one.asked_s > ASKED_S]:
                del self._watched[camera_id]


class LiveRelay:
    """A `core.protocols.LiveView` for who is there before the pipeline and after it: it shows what it is told to."""

    def __init__(self) -> None:
        self._shown: LiveView | None = None

    def show(self, live: LiveView) -> None:
        """Show this from now on."""
        self._shown = live

    @property
    def cameras(self) -> Collection[str]:
        """Those of what it shows."""
        return () if self._shown is None else self._shown.cameras

    def picture(self, camera_id: str, *, wait_s: float) -> LivePicture | None:
        """As what it shows; `LiveView.picture`."""
        return None if self._shown is None else self._shown.picture(camera_id, wait_s=wait_s)
