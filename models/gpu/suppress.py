"""From a head's outputs to detections on the device: `models.boxes.finished` in arrays of fixed size, no waiting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import torch

from models.boxes import CANDIDATES_PER_FRAME, GROUP_OF, MIN_SIDE, Limits
from models.kernels.thinning import REACH

LOST: Final = 5
"""Counts by `models.kernels.thinning`'s constants."""
VALUES: Final = 6
"""Of a detection: left, top, right, bottom in source pixels, score, class of the taxonomy."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a head says of every place of B images.

    Attributes:
        xyxy: (B, N, 4) float32 in input pixels; may hold what is not finite.
        score: (B, N) float32 of the best class; not a number where one of the scores is not.
        model_class: (B, N) int64.
    """

    xyxy: Any
    score: Any
    model_class: Any


class Suppressor:
    """Thins out for one model on one device.

    Args:
        limits: the model's.
        threshold: lowest score kept.
        device: where the outputs lie.
    """

    def __init__(self, limits: Limits, threshold: float, device: Any) -> None:
        self._limits, self._threshold = limits, threshold
        # One more, -1, at the end: for classes that the model does not have.
        self._ids = torch.tensor([*limits.taxonomy_ids.tolist(), -1], device=device)
        self._groups = torch.tensor(GROUP_OF, device=device)

    @property
    def width(self) -> int:
        """Numbers of a row of what comes out."""
        return 1 + LOST + self._limits.max_detections * VALUES

    def __call__(self, found: Found, placings: Any) -> Any:
        """One row of numbers for each image, float32: the number of detections, what was lost, then the detections.

        Args:
            placings: (B, 6) float32: scale_x, scale_y, offset_x, offset_y of `core.frames.Affine`, width and height of
                the frame.
        """
        with torch.no_grad():
            candidate = ~(found.score < self._threshold)
            finite = torch.isfinite(found.score) & torch.isfinite(found.xyxy).all(dim=2)
            known = (found.model_class >= 0) & (found.model_class < len(self._ids) - 1)
            class_id = self._ids[torch.where(known, found.model_class, len(self._ids) - 1)]
            area = (found.xyxy[..., 2] > found.xyxy[..., 0]) & (found.xyxy[..., 3] > found.xyxy[..., 1])
            mapped = class_id >= 0
            lost = [candidate & ~finite, candidate & finite & ~mapped, candidate & finite & mapped & ~area]
            counted = candidate & finite & mapped & area
            xyxy, score, class_id, valid = self._best(found, class_id, counted)
            if self._limits.iou is not None:
                valid = survivors(xyxy, self._groups[class_id], valid, self._limits.iou)
            boxes, shown = _placed(xyxy, placings)
            thin = valid & ~shown
            kept = valid & shown
            rank = kept.cumsum(dim=1) - 1
            over = kept & (rank >= self._limits.max_detections)
            not_finite, unmapped, flat = (mask.sum(dim=1) for mask in lost)
            over_candidates = (counted.sum(dim=1) - CANDIDATES_PER_FRAME).clamp(min=0)
            counts = (not_finite, unmapped, over_candidates, over.sum(dim=1), flat + thin.sum(dim=1))
            rows = torch.cat((boxes, score.clamp(0, 1)[..., None], class_id[..., None].float()), dim=2)
            return self._packed(rows, kept & ~over, rank, counts)

    def _best(self, found: Found, class_id: Any, counted: Any) -> tuple[Any, Any, Any, Any]:
        """The K best of each image in falling order of score, equal ones in their own; those that count."""
        wanted = torch.where(counted, found.score, float("-inf"))
        most = min(CANDIDATES_PER_FRAME, wanted.shape[1])
        score, order = torch.sort(wanted, dim=1, descending=True, stable=True)
        score, order = score[:, :most], order[:, :most]
        valid = score > float("-inf")
        xyxy = found.xyxy.gather(1, order[..., None].expand(-1, -1, 4))
        class_id = class_id.gather(1, order)
        nothing = torch.zeros((), dtype=xyxy.dtype, device=xyxy.device)
        return (
            torch.where(valid[..., None], xyxy, nothing),
            torch.where(valid, score, nothing),
            torch.where(valid, class_id, 0),
            valid,
        )

    def _packed(self, rows: Any, kept: Any, rank: Any, counts: tuple[Any, ...]) -> Any:
        most = self._limits.max_detections
        images = len(rows)
        place = torch.where(kept, rank, most)[..., None].expand(-1, -1, VALUES)
        table = torch.zeros((images, most + 1, VALUES), dtype=torch.float32, device=rows.device)
        table.scatter_(1, place, rows)
        head = torch.stack((kept.sum(dim=1), *counts), dim=1).float()
        return torch.cat((head, table[:, :most].reshape(images, -1)), dim=1)


def survivors(xyxy: Any, group: Any, valid: Any, iou: float) -> Any:
    """Greedy suppression: of candidates (B, K) in falling order of score, those that no better one of their group
    overlaps by more than `iou`.

    Args:
        xyxy: (B, K, 4) float32.
        group, valid: (B, K); those that are valid come first.
    """
    boxes = xyxy.double().clamp(-REACH, REACH)
    if boxes.is_cuda:
        from models.gpu import kernels

        return kernels.survivors(boxes, group, valid, iou)
    return _survivors(boxes, group, valid, iou)


def _survivors(boxes: Any, group: Any, valid: Any, iou: float) -> Any:
    """In PyTorch alone, for the CPU: it waits for counts."""
    most = int(valid.sum(dim=1).max()) if len(valid) else 0
    covers = _covers(boxes[:, :most], group[:, :most], iou)
    kept = valid[:, :most]
    while True:  # each turn settles at least one more box for good, most of them in the first
        covered = (covers & kept[:, :, None]).any(dim=1)
        again = valid[:, :most] & ~covered
        if torch.equal(again, kept):
            break
        kept = again
    found = torch.zeros_like(valid)
    found[:, :most] = kept
    return found


def _covers(boxes: Any, group: Any, iou: float) -> Any:
    """(B, K, K): whether box i covers the worse box j of its group."""
    low = torch.maximum(boxes[:, :, None, :2], boxes[:, None, :, :2])
    high = torch.minimum(boxes[:, :, None, 2:], boxes[:, None, :, 2:])
    sides = high - low
    common = sides[..., 0] * sides[..., 1]
    area = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    over = common > iou * (area[:, :, None] + area[:, None] - common)
    same = group[:, :, None] == group[:, None]
    return (over & same & (sides > 0).all(dim=3)).triu(1)


def _placed(xyxy: Any, placings: Any) -> tuple[Any, Any]:
    """Boxes in source pixels, cut at the frame; whether enough of each is left."""
    # Repeated slices: an index made of a list would be copied from the host, which a recorded graph must not do.
    scale, offset, size = (placings[:, None, i : i + 2].repeat(1, 1, 2) for i in (0, 2, 4))
    boxes = torch.minimum(((xyxy - offset) / scale).clamp(min=0), size)
    sides = boxes[..., 2:] - boxes[..., :2]
    return boxes, (sides >= MIN_SIDE).all(dim=2)
