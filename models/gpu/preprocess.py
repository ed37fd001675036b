"""From pictures as NV12 to a network's input, scaled as swscale does on the CPU (area averages, or bilinear)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import torch

from core.device import Nv12
from core.frames import Affine, InputSpec
from models.filling import placed_size

COLUMNS: Final = 15
"""Whole numbers of a row of the table: see `row`."""
COLOURS: Final = 12


@dataclass(frozen=True, slots=True)
class Picture:
    """An `Nv12` as tensors: luma (h, w) and chroma (⌈h/2⌉, ⌈w/2⌉, 2) uint8, the last axes dense."""

    nv12: Nv12
    luma: Any
    chroma: Any

    @classmethod
    def of(cls, nv12: Nv12) -> Picture:
        """The tensors, not copied."""
        return cls(nv12, tensor(nv12.luma), tensor(nv12.chroma))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture."""
        w, h = self.nv12.width, self.nv12.height
        return (h, w) if self.nv12.turns % 2 else (w, h)

    def place(self, spec: InputSpec) -> Affine:
        """Where it lies in the input."""
        return Affine.fit(*self.size, spec)


def tensor(array: Any) -> Any:
    """An array of any library as a tensor, not copied."""
    if isinstance(array, torch.Tensor):
        return array
    # By hand: PyTorch would ask for synchronisation with its own stream, which PyAV refuses; `Nv12.stream` says it all.
    return torch.utils.dlpack.from_dlpack(array.__dlpack__())


def row(picture: Picture, spec: InputSpec, target: int) -> tuple[list[int], Affine]:
    """What the kernel knows of a picture, and where the picture lies.

    Addresses of luma and chroma, bytes of their rows, sizes (w, h) of both, scaled size before turning, left, top,
    quarter turns, whether it shrinks, and the number of its place in the batch.
    """
    place = picture.place(spec)
    w, h = _scaled(picture, place)
    luma, chroma = picture.luma, picture.chroma
    addresses = [luma.data_ptr(), chroma.data_ptr(), luma.stride(0), chroma.stride(0)]
    sizes = [picture.nv12.width, picture.nv12.height, chroma.shape[1], chroma.shape[0], w, h]
    shrinks = int(w * h < picture.nv12.width * picture.nv12.height)
    turned = [int(place.offset_x), int(place.offset_y), picture.nv12.turns % 4, shrinks, target]
    return addresses + sizes + turned, place


def _scaled(picture: Picture, place: Affine) -> tuple[int, int]:
    """Width and height in the input, before turning."""
    w, h = placed_size(*picture.size, place)
    return (h, w) if picture.nv12.turns % 2 else (w, h)


def fill(images: Any, pictures: Sequence[Picture], targets: Sequence[int], spec: InputSpec) -> list[Affine]:
    """Write pictures into `images` (B, 3, height, width) of any floating type and layout, picture i at `targets[i]`.

    In PyTorch alone; the kernel in `models.gpu.kernels` does the same at once for a batch on a GPU.
    """
    return [_fill(images[target], picture, spec) for picture, target in zip(pictures, targets, strict=True)]


def _fill(image: Any, picture: Picture, spec: InputSpec) -> Affine:
    place = picture.place(spec)
    w, h = _scaled(picture, place)
    rgb = torch.rot90(scaled(picture, w, h), picture.nv12.turns % 4, (1, 2))
    gains, shifts, borders = normalisation(spec, image.device)
    if spec.order == "bgr":
        rgb = rgb.flip(0)
    left, top = int(place.offset_x), int(place.offset_y)
    image.copy_(borders.expand(image.shape))
    inside = image[:, top : top + rgb.shape[1], left : left + rgb.shape[2]]
    inside.copy_(rgb * gains + shifts)
    return place


def scaled(picture: Picture, width: int, height: int) -> Any:
    """Red, green and blue (3, height, width) float32 in 0..255, not turned."""
    nv12, device = picture.nv12, picture.luma.device
    shrinks = width * height < nv12.width * nv12.height
    planes = [picture.luma, picture.chroma[..., 0], picture.chroma[..., 1]]
    found = []
    for plane in planes:
        down = weights(plane.shape[0], height, shrinks).to(device)
        across = weights(plane.shape[1], width, shrinks).to(device)
        found.append(down @ plane.float() @ across.T)
    yuv1 = torch.stack([*found, torch.ones_like(found[0])])
    matrix = torch.tensor(nv12.colour.to_rgb(), device=device).reshape(3, 4)
    return torch.einsum("ck,khw->chw", matrix, yuv1).clamp(0, 255)


@lru_cache(maxsize=64)
def weights(source: int, target: int, shrinks: bool) -> Any:
    """How much each of `source` pixels counts in each of `target`: (target, source), rows that sum to 1.

    Args:
        shrinks: the whole picture becomes smaller: each pixel is the average of the area that it covers; an axis or
            plane that does become larger is interpolated between the two next to it, as swscale does then.
    """
    step = source / target
    centre = (torch.arange(target, dtype=torch.float64) + 0.5) * step - 0.5
    if step > 1:
        beyond = int(step) + 1
        at = torch.arange(-beyond, source + beyond)
        apart = (at.double()[None] - centre[:, None]).abs()
        # Bilinear where the picture as a whole grows, though this axis does not.
        share = (0.5 + 0.5 * step - apart).clamp(0, 1) if shrinks else (1 - apart / step).clamp(min=0)
        found = torch.zeros((target, source), dtype=torch.float64).index_add_(1, at.clamp(0, source - 1), share)
    else:
        first = centre.floor()
        steep = step if shrinks else 1.0
        second = 0.5 - 0.5 * steep + (centre - first) * steep
        found = torch.zeros((target, source), dtype=torch.float64)
        rows = torch.arange(target)
        for at, share in ((first, 1 - second), (first + 1, second)):
            found.index_put_((rows, at.clamp(0, source - 1).long()), share, accumulate=True)
    return (found / found.sum(dim=1, keepdim=True)).float()


@lru_cache(maxsize=16)
def normalisation(spec: InputSpec, device: Any) -> tuple[Any, Any, Any]:
    """Gain, shift and border (3, 1, 1) float32 of the channels in the order of `spec`."""
    mean, std = (torch.tensor(v, dtype=torch.float64).reshape(3, 1, 1) for v in (spec.mean, spec.std))
    return tuple(v.float().to(device) for v in (1 / std, -mean / std, (spec.padding - mean) / std))
