"""What a camera shows now."""

from __future__ import annotations

from dataclasses import dataclass

from core.arrays import F32, I16, I64, U8
from core.frames import FrameMeta
from core.scene import Scene


@dataclass(frozen=True, slots=True, eq=False)
class LivePicture:
    """A frame with the tracks that were found in it. The pixels are whoever's holds this: nobody changes them.

    Attributes:
        number: rises with each picture of the camera.
        pixels: (height, width, 3) BGR.
        xyxy: (M, 4) in pixels of the frame, of the tracks seen in it; `class_id` and `track_id` are theirs (M).
    """

    number: int
    frame: FrameMeta
    pixels: U8
    xyxy: F32
    class_id: I16
    track_id: I64
    scene: Scene | None = None
