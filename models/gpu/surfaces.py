"""Pictures on a device, by PyTorch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from core.arrays import F32, I64, U8
from core.device import Nv12
from core.frames import Affine, InputSpec
from models.gpu.preprocess import Picture, fill, scaled, tensor


class TorchSurface:
    """A `core.device.DeviceSurface` whose planes PyTorch can read."""

    def __init__(self, nv12: Nv12) -> None:
        luma, chroma = tensor(nv12.luma), tensor(nv12.chroma)
        self._picture: Picture | None = Picture.of(replace(nv12, luma=luma, chroma=chroma))
        self._host: U8 | None = None
        self.width, self.height = self._picture.size

    def nv12(self) -> Nv12:
        """The pixels; `DeviceSurface.nv12`."""
        return self._alive().nv12

    def write_into(self, slot: F32, spec: InputSpec) -> Affine:
        """Fill `slot` (3, height, width) on the host; `Surface.write_into`."""
        picture = self._alive()
        self._wait()
        image = torch.empty((1, *slot.shape), device=picture.luma.device)
        place = fill(image, [picture], [0], spec)[0]
        slot[:] = image[0].cpu().numpy()
        return place

    def crop(self, xyxy: tuple[float, float, float, float]) -> U8:
        """The pixels (h, w, 3) BGR inside a box; `Surface.crop`. The whole picture is brought to the host once."""
        picture = self._bgr()
        height, width = picture.shape[:2]
        left, top = min(max(int(xyxy[0]), 0), width - 1), min(max(int(xyxy[1]), 0), height - 1)
        right, bottom = min(int(np.ceil(xyxy[2])), width), min(int(np.ceil(xyxy[3])), height)
        return picture[top : max(bottom, top + 1), left : max(right, left + 1)].copy()

    def sample(self, x: I64, y: I64) -> U8:
        """The pixels (..., 3) BGR at columns and rows; `Surface.sample`."""
        return np.asarray(self._bgr()[y, x], np.uint8)

    def grey(self, width: int, height: int) -> U8:
        """Brightness at about `width` × `height` places; `Surface.grey`. Those alone are brought to the host."""
        luma = self._alive().luma
        self._wait()
        down, right = max(1, luma.shape[0] // height), max(1, luma.shape[1] // width)
        return np.array(luma[down // 2 :: down, right // 2 :: right].cpu().numpy())

    def to_host(self) -> U8:
        """The whole picture (height, width, 3) BGR, a copy."""
        return self._bgr().copy()

    def release(self) -> None:
        """Let go of the planes."""
        self._picture = self._host = None

    def _alive(self) -> Picture:
        if self._picture is None:
            raise ValueError("the surface was released")
        return self._picture

    def _wait(self) -> None:
        """PyTorch's stream follows the one that writes the pixels."""
        picture = self._alive()
        if picture.luma.is_cuda:
            follow(torch.cuda.current_stream(picture.luma.device), picture)

    def _bgr(self) -> U8:
        picture = self._alive()
        if self._host is None:
            self._wait()
            rgb = scaled(picture, picture.nv12.width, picture.nv12.height)
            turned = torch.rot90((rgb + 0.5).to(torch.uint8), picture.nv12.turns % 4, (1, 2))
            self._host = np.ascontiguousarray(turned.flip(0).permute(1, 2, 0).cpu().numpy())
        return self._host


def follow(stream: Any, picture: Picture) -> None:
    """What is queued on `stream` from now on comes after the picture's pixels."""
    handle, device = picture.nv12.stream, picture.luma.device
    stream.wait_stream(torch.cuda.ExternalStream(handle, device) if handle else torch.cuda.default_stream(device))
