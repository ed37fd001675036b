"""The heads that `models` knows, read on the device; `decode` of each decoder says what they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from models.decoding import Decoder
from models.gpu.suppress import Found
from models.nanodet import BINS, Head, NanoDetDecoder
from models.ultralytics import EndToEndDecoder, RawDecoder

Reader = Callable[[Sequence[Any]], Found]


def reader_of(decoder: Decoder) -> Reader:
    """What reads the outputs that a decoder reads.

    Raises:
        TypeError: there is none for it.
    """
    if isinstance(decoder, RawDecoder):
        return raw
    if isinstance(decoder, EndToEndDecoder):
        return end_to_end
    if isinstance(decoder, NanoDetDecoder):
        return NanoDetReader(decoder.heads)
    raise TypeError(f"no reader on a device for {type(decoder).__name__}")


def raw(outputs: Sequence[Any]) -> Found:
    """(B, 4 + C, N): centre, width, height, then class scores."""
    output = outputs[0].float()
    score, kind = output[:, 4:].max(dim=1)
    centre, half = output[:, :2], output[:, 2:4] * 0.5
    xyxy = torch.cat((centre - half, centre + half), dim=1).transpose(1, 2)
    return Found(xyxy.contiguous(), score, kind)


def end_to_end(outputs: Sequence[Any]) -> Found:
    """(B, N, 6): left, top, right, bottom, score, class."""
    output = outputs[0].float()
    known = torch.isfinite(output[..., 5])
    # Not a number: a class that is none makes the score none, and is counted as such.
    score = torch.where(known, output[..., 4], float("nan"))
    kind = torch.where(known, output[..., 5], -1.0).clamp(-1, 2**31).long()
    return Found(output[..., :4].contiguous(), score, kind)


class NanoDetReader:
    """Class scores and distributions of the box's sides, at several strides; `models.nanodet`."""

    def __init__(self, heads: Sequence[Head]) -> None:
        self._heads = heads
        self._grids: dict[tuple[Any, int], tuple[Any, Any]] = {}
        self._bins: dict[Any, Any] = {}

    def __call__(self, outputs: Sequence[Any]) -> Found:
        """The boxes of all cells, one stride after the other."""
        device = outputs[0].device
        scores = torch.cat([outputs[head.scores].float() for head in self._heads], dim=1)
        logits = torch.cat([outputs[head.sides].float() for head in self._heads], dim=1)
        images, cells = logits.shape[:2]
        centre, stride = self._grid(device, [outputs[head.scores].shape[1] for head in self._heads])
        bins = logits.reshape(images, cells, 4, BINS)
        weights = torch.exp(bins - bins.amax(dim=3, keepdim=True))
        far = (weights @ self._numbers(device)) / weights.sum(dim=3) * stride
        score, kind = scores.max(dim=2)
        return Found(torch.cat((centre - far[..., :2], centre + far[..., 2:]), dim=2), score, kind)

    def _numbers(self, device: Any) -> Any:
        if device not in self._bins:
            self._bins[device] = torch.arange(BINS, dtype=torch.float32, device=device)
        return self._bins[device]

    def _grid(self, device: Any, counts: Sequence[int]) -> tuple[Any, Any]:
        """Centres (N, 2) and strides (N, 1) of all cells, made once: a graph being recorded must not copy from the
        host.
        """
        key = (device, sum(counts))
        if key not in self._grids:
            centres, strides = [], []
            for head, count in zip(self._heads, counts, strict=True):
                cell = torch.arange(count)
                places = torch.stack((cell % head.columns, cell // head.columns), dim=1)
                centres.append((places.float() + 0.5) * head.stride)
                strides.append(torch.full((count, 1), float(head.stride)))
            self._grids[key] = torch.cat(centres).to(device), torch.cat(strides).to(device)
        return self._grids[key]
