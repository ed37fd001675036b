"""Pixels in memory written into a detector's slot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from core.arrays import F32, U8
from core.frames import Affine, InputSpec


def fill(slot: F32, picture: U8, spec: InputSpec) -> Affine:
    """Scale a picture (h, w, 3) BGR into a slot (3, height, width) as `spec` says, and say where it lies there."""
    height, width = picture.shape[:2]
    place = Affine.fit(width, height, spec)
    w, h = placed_size(width, height, place)
    if (w, h) != (width, height):
        how = cv2.INTER_AREA if w * h < width * height else cv2.INTER_LINEAR
        picture = np.asarray(cv2.resize(picture, (w, h), interpolation=how), np.uint8)
    write_planes([picture[:, :, channel] for channel in range(3)], slot, spec, place)
    return place


def placed_size(width: int, height: int, place: Affine) -> tuple[int, int]:
    """Width and height that a picture takes in the slot."""
    return max(1, round(width * place.scale_x)), max(1, round(height * place.scale_y))


def write_planes(planes_bgr: Sequence[U8], slot: F32, spec: InputSpec, place: Affine) -> None:
    """Normalise three planes (h, w) into their place in `slot`, and fill the border around them."""
    h, w = planes_bgr[0].shape
    left, top = int(place.offset_x), int(place.offset_y)
    gains, shifts, borders = _normalisation(spec)
    ordered = planes_bgr if spec.order == "bgr" else planes_bgr[::-1]
    for channel, plane in enumerate(ordered):
        inside = slot[channel, top : top + h, left : left + w]
        np.multiply(plane, gains[channel], out=inside)
        np.add(inside, shifts[channel], out=inside)
        border = borders[channel]
        slot[channel, :top], slot[channel, top + h :] = border, border
        slot[channel, top : top + h, :left], slot[channel, top : top + h, left + w :] = border, border


def luma(picture: U8) -> U8:
    """Brightness (h, w) of a picture (h, w, 3) BGR, by the weights of a decoder's luma."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_BGR2GRAY), np.uint8)


def thinned(values: U8, width: int, height: int) -> U8:
    """Every so many columns and rows of (h, w), so that about (`height`, `width`) are left; a copy."""
    down, right = max(1, values.shape[0] // height), max(1, values.shape[1] // width)
    return np.ascontiguousarray(values[down // 2 :: down, right // 2 :: right])


@lru_cache(maxsize=64)
def _normalisation(spec: InputSpec) -> tuple[F32, F32, F32]:
    mean, std = np.array(spec.mean), np.array(spec.std)
    values = 1 / std, -mean / std, (spec.padding - mean) / std
    gains, shifts, borders = (np.asarray(value, np.float32) for value in values)
    return gains, shifts, borders
