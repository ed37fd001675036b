"""Triton kernels: a batch's input in one launch, and greedy suppression without asking the host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import triton
import triton.language as tl

from core.frames import InputSpec
from models.gpu.preprocess import COLOURS, COLUMNS, normalisation

TILE = 16
"""Rows and columns of an input that one program fills."""
WORD = 32


@triton.jit
def _weight(at, centre, step, shrinks):
    """How much a source pixel counts: as `models.gpu.preprocess.weights`, before its sum is made 1."""
    apart = tl.abs(at - centre)
    area = tl.minimum(tl.maximum(0.5 + 0.5 * step - apart, 0.0), 1.0)
    wide = tl.maximum(1.0 - apart / step, 0.0)
    steep = tl.where(shrinks != 0, step, 1.0)
    near = tl.where(apart <= 1.0, 0.5 + 0.5 * steep - apart * steep, 0.0)
    down = tl.where(shrinks != 0, area, wide)
    return tl.where(step > 1.0, down, near)


@triton.jit
def _reach(step, shrinks):
    """How far from the centre a source pixel still counts."""
    far = tl.where(shrinks != 0, 0.5 + 0.5 * step, step)
    return tl.where(step > 1.0, far, 1.0)


@triton.jit
def _mean(plane, pitch, apart: tl.constexpr, width, height, x, y, step_x, step_y, shrinks, mask):
    """The weighted mean of a plane around the centres (x, y), tiles of any shape; values `apart` bytes from another."""
    reach_x, reach_y = _reach(step_x, shrinks), _reach(step_y, shrinks)
    # An axis that grows has two neighbours, the first below the centre or on it.
    first_x = tl.where(step_x > 1.0, tl.ceil(x - reach_x), tl.floor(x)).to(tl.int32)
    first_y = tl.where(step_y > 1.0, tl.ceil(y - reach_y), tl.floor(y)).to(tl.int32)
    total = x * 0.0
    sum_x = x * 0.0
    sum_y = x * 0.0
    taps_x = (2 * reach_x).to(tl.int32) + 1
    taps_y = (2 * reach_y).to(tl.int32) + 1
    for i in range(0, taps_x):
        sum_x += _weight((first_x + i).to(tl.float32), x, step_x, shrinks)
    for j in range(0, taps_y):
        at_y = first_y + j
        weight_y = _weight(at_y.to(tl.float32), y, step_y, shrinks)
        sum_y += weight_y
        line = tl.minimum(tl.maximum(at_y, 0), height - 1).to(tl.int64) * pitch
        for i in range(0, taps_x):
            at_x = first_x + i
            column = tl.minimum(tl.maximum(at_x, 0), width - 1)
            value = tl.load(plane + line + column * apart, mask=mask, other=0).to(tl.float32)
            total += value * weight_y * _weight(at_x.to(tl.float32), x, step_x, shrinks)
    return total / (sum_x * sum_y)


@triton.jit
def _channel(y, u, v, colours):
    value = tl.load(colours) * y + tl.load(colours + 1) * u + tl.load(colours + 2) * v + tl.load(colours + 3)
    return tl.minimum(tl.maximum(value, 0.0), 255.0)


@triton.jit
def _fill(table, colours, norms, out, s_b, s_c, s_y, s_x, wide, high, across, reverse,
          columns: tl.constexpr, numbers: tl.constexpr, tile: tl.constexpr):  # fmt: skip
    picture = tl.program_id(0)
    row = table + picture * columns
    luma = tl.load(row).to(tl.pointer_type(tl.uint8))
    chroma = tl.load(row + 1).to(tl.pointer_type(tl.uint8))
    pitch, chroma_pitch = tl.load(row + 2), tl.load(row + 3)
    width, height = tl.load(row + 4).to(tl.int32), tl.load(row + 5).to(tl.int32)
    c_width, c_height = tl.load(row + 6).to(tl.int32), tl.load(row + 7).to(tl.int32)
    w, h = tl.load(row + 8).to(tl.int32), tl.load(row + 9).to(tl.int32)
    left, top = tl.load(row + 10).to(tl.int32), tl.load(row + 11).to(tl.int32)
    turns, shrinks, target = tl.load(row + 12).to(tl.int32), tl.load(row + 13).to(tl.int32), tl.load(row + 14)
    block = tl.program_id(1)
    oy = ((block // across) * tile + tl.arange(0, tile))[:, None] + tl.zeros((tile, tile), tl.int32)
    ox = ((block % across) * tile + tl.arange(0, tile))[None, :] + tl.zeros((tile, tile), tl.int32)
    x, y = ox - left, oy - top
    # The place before turning: `numpy.rot90`, read backwards.
    u = tl.where(turns == 0, x, tl.where(turns == 1, w - 1 - y, tl.where(turns == 2, w - 1 - x, y)))
    v = tl.where(turns == 0, y, tl.where(turns == 1, x, tl.where(turns == 2, h - 1 - y, h - 1 - x)))
    inside = (u >= 0) & (u < w) & (v >= 0) & (v < h) & (ox < wide) & (oy < high)
    step_x, step_y = width.to(tl.float32) / w, height.to(tl.float32) / h
    c_step_x, c_step_y = c_width.to(tl.float32) / w, c_height.to(tl.float32) / h
    uf, vf = u.to(tl.float32) + 0.5, v.to(tl.float32) + 0.5
    lx, ly = uf * step_x - 0.5, vf * step_y - 0.5
    cx, cy = uf * c_step_x - 0.5, vf * c_step_y - 0.5
    yy = _mean(luma, pitch, 1, width, height, lx, ly, step_x, step_y, shrinks, inside)
    cb = _mean(chroma, chroma_pitch, 2, c_width, c_height, cx, cy, c_step_x, c_step_y, shrinks, inside)
    cr = _mean(chroma + 1, chroma_pitch, 2, c_width, c_height, cx, cy, c_step_x, c_step_y, shrinks, inside)
    mine = colours + picture * numbers
    kept = (ox < wide) & (oy < high)
    place = out + target * s_b + oy.to(tl.int64) * s_y + ox.to(tl.int64) * s_x
    for channel in range(0, 3):
        value = _channel(yy, cb, cr, mine + tl.where(reverse != 0, 2 - channel, channel) * 4)
        value = value * tl.load(norms + channel) + tl.load(norms + 3 + channel)
        value = tl.where(inside, value, tl.load(norms + 6 + channel))
        tl.store(place + channel * s_c, value.to(out.dtype.element_ty), mask=kept)


def fill(images: Any, table: Any, colours: Any, spec: InputSpec) -> None:
    """Write pictures into `images` (B, 3, height, width) of any floating type and layout, in one launch.

    Args:
        table: (P, `COLUMNS`) int64 on the device, a row of `models.gpu.preprocess.row` for each picture.
        colours: (P, 12) float32 on the device, `core.device.Colour.to_rgb` of each.
    """
    high, wide = images.shape[2:]
    across = triton.cdiv(wide, TILE)
    norms = _norms(spec, images.device)
    _fill[(len(table), across * triton.cdiv(high, TILE))](
        table, colours, norms, images, *images.stride(), wide, high, across, int(spec.order == "bgr"),
        columns=COLUMNS, numbers=COLOURS, tile=TILE,
    )  # fmt: skip


_NORMS: dict[tuple[InputSpec, Any], Any] = {}


def _norms(spec: InputSpec, device: Any) -> Any:
    if (spec, device) not in _NORMS:
        _NORMS[spec, device] = torch.cat([value.reshape(3) for value in normalisation(spec, device)])
    return _NORMS[spec, device]


@triton.jit
def _covers(boxes, group, count, words, iou, most, lines, word: tl.constexpr):
    """Bit j of word w of line i: whether box i covers box 32 w + j, a worse one of its group."""
    image, i, w = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    n = tl.load(count + image)
    if (i < n) & (w * word < n) & (w >= i // word):
        at = w * word + tl.arange(0, word)
        mask = at < n
        first = boxes + image.to(tl.int64) * most * 4
        mine, theirs = first + i * 4, first + at * 4
        x1, y1 = tl.load(mine), tl.load(mine + 1)
        x2, y2 = tl.load(mine + 2), tl.load(mine + 3)
        a1, b1 = tl.load(theirs, mask=mask, other=0.0), tl.load(theirs + 1, mask=mask, other=0.0)
        a2, b2 = tl.load(theirs + 2, mask=mask, other=0.0), tl.load(theirs + 3, mask=mask, other=0.0)
        wide, high = tl.minimum(x2, a2) - tl.maximum(x1, a1), tl.minimum(y2, b2) - tl.maximum(y1, b1)
        common = wide * high
        both = (x2 - x1) * (y2 - y1) + (a2 - a1) * (b2 - b1) - common
        same = tl.load(group + image * most + at, mask=mask, other=-1) == tl.load(group + image * most + i)
        over = (wide > 0) & (high > 0) & (common > tl.load(iou) * both) & same & mask & (at > i)
        bits = tl.sum(over.to(tl.int32) << tl.arange(0, word), axis=0)
        tl.store(words + (image.to(tl.int64) * most + i) * lines + w, bits)


@triton.jit
def _greedy(words, count, kept, most, lines, word: tl.constexpr, block: tl.constexpr):
    """One program for each image: boxes in order, each that is still there takes away those it covers."""
    image = tl.program_id(0)
    n = tl.load(count + image)
    lane = tl.arange(0, block)
    gone = tl.zeros((block,), tl.int32)
    for i in range(0, n):
        mine = tl.sum(tl.where(lane == i // word, gone, 0), axis=0)
        alive = ((mine >> (i % word)) & 1) == 0
        tl.store(kept + image * most + i, alive.to(tl.int8))
        line = words + (image.to(tl.int64) * most + i) * lines + lane
        seen = (lane < lines) & (lane >= i // word) & (lane * word < n)
        gone = tl.where(alive, gone | tl.load(line, mask=seen, other=0), gone)


def survivors(boxes: Any, group: Any, valid: Any, iou: float) -> Any:
    """As `models.gpu.suppress.survivors`, for boxes (B, K, 4) float64."""
    images, most = valid.shape
    count = valid.sum(dim=1).to(torch.int32)
    lines = triton.cdiv(most, WORD)
    words = torch.empty((images, most, lines), dtype=torch.int32, device=boxes.device)
    kept = torch.zeros((images, most), dtype=torch.int8, device=boxes.device)
    # A tensor: a number would reach the kernel in single precision.
    limit = torch.full((1,), iou, dtype=torch.float64, device=boxes.device)
    group = group.contiguous()
    _covers[(images, most, lines)](boxes.contiguous(), group, count, words, limit, most, lines, word=WORD, num_warps=1)
    block = triton.next_power_of_2(lines)
    _greedy[(images,)](words, count, kept, most, lines, word=WORD, block=block, num_warps=1)
    return kept.bool()


def tables(rows: Sequence[Sequence[int]], colours: Sequence[Sequence[float]], device: Any) -> tuple[Any, Any]:
    """`fill`'s tables from Python's numbers."""
    numbers = torch.tensor(rows, dtype=torch.int64, device=device)
    return numbers, torch.tensor(colours, dtype=torch.float32, device=device)
