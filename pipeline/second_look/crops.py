"""What is shown to who looks a second time."""

from __future__ import annotations

from typing import Final

from core.findings import EvidenceRequest
from core.frames import Surface
from core.scene import Scene
from pipeline.second_look.alerts import Crop

AROUND: Final = 1.0
"""Of the box's longer side, shown on each side of it: what a thing stands in tells as much as the thing."""
LEAST_PX: Final = 96.0


def crop_of(request: EvidenceRequest, surface: Surface, scene: Scene) -> Crop:
    """The place of an event at the full resolution of its frame; the whole frame where it has no place.

    Args:
        scene: what the camera sees in the frame's view.
    """
    frame, box = request.frame, request.event.box
    if box is None:
        return Crop(surface.to_host(), (0.0, 0.0, float(frame.width), float(frame.height)))
    across, down = frame.width / scene.reference_size[0], frame.height / scene.reference_size[1]
    # Boxes lie where the scene was drawn, pixels where the picture has gone.
    aside, below = frame.shift_px
    left, right = (min(max(x * across + aside, 0.0), frame.width) for x in (box[0], box[2]))
    top, bottom = (min(max(y * down + below, 0.0), frame.height) for y in (box[1], box[3]))
    around = max(AROUND * max(right - left, bottom - top), LEAST_PX / 2)
    x, y = max(0.0, float(int(left - around))), max(0.0, float(int(top - around)))
    picture = surface.crop((x, y, right + around, bottom + around))
    return Crop(picture, (left - x, top - y, min(right - x, picture.shape[1]), min(bottom - y, picture.shape[0])))
