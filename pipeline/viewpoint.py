"""Where turning cameras look: written into each frame in the camera's own thread, before anything is found in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import structlog

from core.frames import MOVING, FrameMeta, Look, Surface
from core.protocols import Viewpoint

log = structlog.get_logger()

UNKNOWN_NS: Final = 60_000_000_000
"""A camera that stands for so long where no preset is known is told of: its reference pictures may be out of date."""


class ViewMarker:
    """Asks a viewpoint at each frame of one camera. It never raises: a frame that cannot be judged shows no preset.

    Attributes:
        view: of the last frame; empty before the first.
        look: at the last frame, None before the first and where the viewpoint failed.
    """

    def __init__(self, viewpoint: Viewpoint) -> None:
        self._viewpoint = viewpoint
        self.view = ""
        self.look: Look | None = None
        self._since_ns: int | None = None
        self._failed = False

    def mark(self, frame: FrameMeta, surface: Surface) -> FrameMeta:
        """The same frame with its view."""
        try:
            self.look = self._viewpoint.look(frame, surface)
        except Exception:
            self.look = None
            if not self._failed:
                self._failed = True
                log.exception("viewpoint_failed", camera=frame.camera_id)
        view = MOVING if self.look is None else self.look.view
        if view != self.view:
            log.info("camera_view", camera=frame.camera_id, view=view, before=self.view)
            self.view = view
        self._tell_unknown(frame)
        return replace(frame, view=view)

    def close(self) -> None:
        """Free what the viewpoint holds."""
        self._viewpoint.close()

    def _tell_unknown(self, frame: FrameMeta) -> None:
        look = self.look
        if look is None or look.view != MOVING or not look.still:
            self._since_ns = None
        elif self._since_ns is None:
            self._since_ns = frame.media_ns
        elif 0 <= self._since_ns < frame.media_ns - UNKNOWN_NS:
            log.warning("no_preset_known", camera=frame.camera_id, seconds=UNKNOWN_NS // 1_000_000_000)
            self._since_ns = -1  # said once for each stand


MakeViewpoint = Callable[[], Viewpoint]
"""Made when the camera is added, not when it is planned: it may hold a connection."""
