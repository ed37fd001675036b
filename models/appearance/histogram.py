"""A light describer: where colours, brightness and edges lie in a box, from a few hundred of its pixels. No model."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from core.arrays import F32, F64, I64, U8
from core.detections import DetectionBatch
from core.frames import FrameBatch, FrameMeta, Surface
from models.appearance.visibility import views

ROWS: Final = 20
COLUMNS: Final = 10
"""Pixels taken from a box; of people 75 pixels high, 32 × 16 tell no better, and 16 × 8 worse."""
FRAME_POINTS: Final = 16
"""Rows and columns of pixels whose mean is the frame's brightness."""
STRIPES: Final = 2
"""Upper and lower half, for people's clothes; 3 and 4 told no better, with more numbers."""
BINS: Final = (6, 4, 4)
"""Of brightness, blueness and redness."""
CELLS: Final = (4, 2)
"""Rows and columns in which edges are counted apart."""
DIRECTIONS: Final = 8
"""Of edges, over half a turn."""
EDGE_SHARE: Final = 0.2
"""Of the whole. On people they neither help nor hurt up to here, in colour and in grey; kept for what brightness and
colour do not tell apart."""
COLOUR_WIDTH: Final = 0.17
EDGE_WIDTH: Final = 0.3
"""Standard deviation, in widths of the box, of the weight around its vertical axis: the sides are background."""
CHROMA_GAIN: Final = 2.0
CHROMA_FLOOR: Final = 40.0
"""Chroma is taken over brightness plus this floor (in 0..255, at middle exposure), below which it is noise."""
BRIGHTNESS_GAIN: Final = 0.6
"""Places the frame's mean brightness at 0.6 of the scale, 2.8 times it at the end."""
MIDDLE: Final = 128.0
EDGE_FLOOR: Final = 0.3
"""Edges in grey levels that every bin starts with: a flat box has no direction."""
CHUNK: Final = 64
"""Boxes computed at once, so that the work stays in the processor's cache."""

SIZE: Final = STRIPES * BINS[0] * BINS[1] * BINS[2] + CELLS[0] * CELLS[1] * DIRECTIONS
"""Numbers of an embedding."""

_LUMA: Final = np.array([0.114, 0.587, 0.299], np.float32)
"""Of blue, green and red; ITU-R BT.601."""


class HistogramDescriber:
    """A `core.protocols.Describer` by histograms of colour over brightness, brightness and edges.

    Brightness is relative to the frame's, and chroma to the pixel's brightness, so that exposure cancels. The square
    root of shares makes the product of two embeddings the Bhattacharyya coefficient. Keeps no state.
    """

    def describe(self, frames: FrameBatch, detections: DetectionBatch) -> DetectionBatch:
        """The detections with embeddings (N, `SIZE`); all zero where `views` finds too little to see."""
        boxes, seen = views(detections)
        rows = np.flatnonzero(seen)
        x, y = _grid(boxes[rows], ROWS, COLUMNS)
        pixels = np.empty((len(rows), ROWS, COLUMNS, 3), np.uint8)
        brightness = np.empty(len(rows), np.float32)
        bounds = np.searchsorted(rows, detections.offsets).tolist()
        for surface, meta, first, last in zip(frames.surfaces, frames.frames, bounds, bounds[1:], strict=False):
            if last > first:
                here = slice(first, last)
                pixels[here], brightness[here] = _look(surface, meta, x[here], y[here])
        embedding = np.zeros((len(detections), SIZE), np.float32)
        for first in range(0, len(rows), CHUNK):
            chunk = slice(first, first + CHUNK)
            embedding[rows[chunk]] = embed(pixels[chunk], brightness[chunk])
        return replace(detections, embedding=embedding)


def embed(pixels: U8, brightness: F32) -> F32:
    """Embeddings (N, `SIZE`) of unit length for boxes' pixels (N, `ROWS`, `COLUMNS`, 3) BGR.

    Args:
        brightness: (N) mean brightness 0..255 of the frame of each.
    """
    luma = np.asarray(pixels @ _LUMA, np.float32)
    exposure = np.maximum(brightness, 1.0)[:, None, None]
    colours = _colours(pixels, luma, exposure) * (1.0 - EDGE_SHARE)
    edges = _edges(np.asarray(luma * (MIDDLE / exposure), np.float32)) * EDGE_SHARE
    return np.sqrt(np.concatenate((colours, edges), axis=1), dtype=np.float32)


def _colours(pixels: U8, luma: F32, exposure: F32) -> F64:
    """Shares (N, stripes × bins) of soft three-dimensional bins in each stripe; each row sums to 1."""
    gain = CHROMA_GAIN / (luma + CHROMA_FLOOR / MIDDLE * exposure)
    values = (
        np.sqrt(luma / exposure) * BRIGHTNESS_GAIN,
        (pixels[..., 0] - luma) * gain + 0.5,
        (pixels[..., 2] - luma) * gain + 0.5,
    )
    lower = _PLACE_OF_STRIPE + np.arange(len(pixels))[:, None, None] * (STRIPES * _COLOURS)
    corners: list[tuple[int, F32]] = [(0, np.broadcast_to(_COLOUR_WEIGHT, luma.shape))]
    for value, bins, stride in zip(values, BINS, _STRIDES, strict=True):
        whole, part = _split(np.clip(value * bins - 0.5, 0.0, bins - 1.001))
        lower = lower + whole * stride
        uppers = [(offset + stride, weight * part) for offset, weight in corners]
        corners = uppers + [
            (offset, weight - upper) for (offset, weight), (_, upper) in zip(corners, uppers, strict=True)
        ]
    flat, size = lower.ravel(), lower.shape[0] * STRIPES * _COLOURS
    counts = np.zeros(size + sum(_STRIDES))
    for offset, weight in corners:
        counts[offset : offset + size] += np.bincount(flat, weight.ravel(), size)
    return counts[:size].reshape(len(pixels), STRIPES * _COLOURS)


def _split(place: F32) -> tuple[I64, F32]:
    """Whole part and fraction of numbers from 0 on."""
    whole = place.astype(np.int64)
    return whole, place - whole.astype(np.float32)


def _edges(luma: F32) -> F64:
    """Shares (N, cells × directions) of the edges in each cell by direction; each row sums to 1."""
    across = luma[:, 1:-1, 2:] - luma[:, 1:-1, :-2]
    down = luma[:, 2:, 1:-1] - luma[:, :-2, 1:-1]
    length = np.abs(across) + np.abs(down)
    # The part of a half turn, 0..1, without an arc tangent: monotone in the angle, and about 4° off at most.
    turn = 0.5 - 0.5 * np.copysign(across, across * down) / np.maximum(length, 1e-6)
    whole, part = _split(turn * DIRECTIONS)
    strength = length * _EDGE_WEIGHT
    upper = strength * part
    base = _PLACE_OF_CELL + np.arange(len(luma))[:, None, None] * (_CELLS * DIRECTIONS)
    size = len(luma) * _CELLS * DIRECTIONS
    counts = np.bincount((base + whole % DIRECTIONS).ravel(), (strength - upper).ravel(), size)
    counts += np.bincount((base + (whole + 1) % DIRECTIONS).ravel(), upper.ravel(), size)
    shares = counts.reshape(len(luma), _CELLS * DIRECTIONS) + EDGE_FLOOR
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float64)


def _look(surface: Surface, meta: FrameMeta, x: I64, y: I64) -> tuple[U8, float]:
    """The pixels (N, rows, columns, 3) BGR at columns and rows (N, rows, columns) of boxes inside a frame, and the
    frame's mean brightness.
    """
    last_x, last_y = meta.width - 1, meta.height - 1
    columns = np.concatenate((np.minimum(x.ravel(), last_x), (_FRAME_X * meta.width).astype(np.int64)))
    lines = np.concatenate((np.minimum(y.ravel(), last_y), (_FRAME_Y * meta.height).astype(np.int64)))
    found = surface.sample(columns, lines)
    return found[: x.size].reshape(*x.shape, 3), float((found[x.size :] @ _LUMA).mean())


def _grid(xyxy: F32, rows: int, columns: int) -> tuple[I64, I64]:
    """Columns and rows (N, rows, columns) of pixels spread evenly over each box."""
    left, top, right, bottom = xyxy.T[:, :, None, None]
    x = (left + (right - left) * _middles(columns)).astype(np.int64)
    y = (top + (bottom - top) * _middles(rows)[:, None]).astype(np.int64)
    across, down = np.broadcast_arrays(x, y)
    return across, down


def _middles(count: int) -> F32:
    return np.asarray((np.arange(count) + 0.5) / count, np.float32)


def _weight(width: float) -> F32:
    """(`ROWS`, `COLUMNS`), 1 in all: a Gaussian about the vertical axis."""
    across = np.exp(-0.5 * ((_middles(COLUMNS) - 0.5) / width) ** 2)
    return np.asarray(np.broadcast_to(across / across.sum() / ROWS, (ROWS, COLUMNS)), np.float32)


_FRAME_X: Final = np.tile(_middles(FRAME_POINTS), FRAME_POINTS)
_FRAME_Y: Final = np.repeat(_middles(FRAME_POINTS), FRAME_POINTS)
_STRIDES: Final = (BINS[1] * BINS[2], BINS[2], 1)
_COLOURS: Final = BINS[0] * BINS[1] * BINS[2]
_CELLS: Final = CELLS[0] * CELLS[1]
_COLOUR_WEIGHT: Final = _weight(COLOUR_WIDTH)
_EDGE_WEIGHT: Final = _weight(EDGE_WIDTH)[1:-1, 1:-1]
_PLACE_OF_STRIPE: Final = (np.arange(ROWS) * STRIPES // ROWS)[:, None] * _COLOURS
_PLACE_OF_CELL: Final = (
    (np.arange(ROWS) * CELLS[0] // ROWS)[:, None] * CELLS[1] + np.arange(COLUMNS) * CELLS[1] // COLUMNS
)[1:-1, 1:-1] * DIRECTIONS
