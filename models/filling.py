"""Pictures in memory written into an input slot."""

from __future__ import annotations

import cv2
import numpy as np

from core.arrays import F32, U8
from core.frames import Affine, InputSpec


def fill(slot: F32, crop: U8, spec: InputSpec) -> None:
    """Scale a crop (h, w, 3) BGR into a slot (3, height, width) as `spec` says."""
    height, width = crop.shape[:2]
    place = Affine.fit(width, height, spec)
    w, h = max(1, round(width * place.scale_x)), max(1, round(height * place.scale_y))
    left, top = int(place.offset_x), int(place.offset_y)
    smaller = w * h < width * height
    scaled = cv2.resize(crop, (w, h), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    for channel in range(3):
        gain, mean = 1 / spec.std[channel], spec.mean[channel]
        slot[channel] = (spec.padding - mean) * gain
        inside = slot[channel, top : top + h, left : left + w]
        np.multiply(scaled[:, :, channel if spec.order == "bgr" else 2 - channel], np.float32(gain), out=inside)
        inside -= np.float32(mean * gain)
