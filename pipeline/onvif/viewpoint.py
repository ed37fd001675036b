"""Where a turning camera looks by its own word, and by its picture where both are known."""

from __future__ import annotations

from typing import Final

import structlog

from core.frames import MOVING, FrameMeta, Look, Surface
from core.protocols import Viewpoint
from pipeline.onvif.watch import PtzWatch

log = structlog.get_logger()

DISAGREE_NS: Final = 10_000_000_000
"""A picture that shows another preset than the camera says for so long is told of."""


class OnvifViewpoint:
    """A `core.protocols.Viewpoint` by the camera's word.

    The picture wins where it shows a preset beyond doubt, for zones lie in it, and where it is seen to move. The word
    tells what a still picture does not show: at night, in fog, at a preset without a reference picture.

    Args:
        watch: started, and closed here.
        pictures: by the picture; None: the word alone.
    """

    def __init__(self, watch: PtzWatch, pictures: Viewpoint | None = None) -> None:
        self._watch, self._pictures = watch, pictures
        self._since_ns: int | None = None

    def look(self, frame: FrameMeta, surface: Surface) -> Look:
        """Where the camera looks at this frame."""
        word = self._watch.where()
        if self._pictures is None:
            return Look(word or MOVING, still=word not in (None, MOVING))
        seen = self._pictures.look(frame, surface)
        self._compare(frame, seen, word)
        if seen.view == MOVING and seen.still and word not in (None, MOVING):
            return Look(str(word), still=True)
        return seen

    def close(self) -> None:
        """Stop asking the camera."""
        self._watch.close()
        if self._pictures is not None:
            self._pictures.close()

    def _compare(self, frame: FrameMeta, seen: Look, word: str | None) -> None:
        if MOVING in (seen.view, word) or word in (None, seen.view):
            self._since_ns = None
        elif self._since_ns is None:
            self._since_ns = frame.media_ns
        elif 0 <= self._since_ns < frame.media_ns - DISAGREE_NS:
            log.warning("presets_disagree", camera=frame.camera_id, picture=seen.view, onvif=word)
            self._since_ns = -1  # said once for each stand
