"""What of recorded tracks says something about the camera: whole boxes of things that move, and straight ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F64, I64, AnyArray
from scenes.calibration.shapes import TYPICAL
from scenes.track_table import TrackTable

WINDOW_S: Final = 0.4
"""A box is read over this time either side, which steadies its size and place and gives the way it goes."""
MOST_BOXES: Final = 6
"""Boxes taken from one track, spread over its way: more of them repeat what these say."""
MOST_TRACKS: Final = 400
STRAIGHT: Final = 0.012
"""A way is straight when its points lie so near a line, RMS, as a share of its length."""


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """N steady boxes. `track` (N) counts tracks from 0; `behind`, `ahead` (N, 2) are foot points around that moment,
    `seconds` (N) apart.
    """

    track: I64
    class_id: I64
    foot: F64
    behind: F64
    ahead: F64
    seconds: F64
    wide: F64
    high: F64

    def __len__(self) -> int:
        return len(self.track)

    def pick(self, rows: AnyArray) -> Boxes:
        """Some of them."""
        return Boxes(*(getattr(self, name)[rows] for name in self.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """L straight ways through the picture, from `start` to `end` (L, 2); `spread` (L) is their doubt in radians."""

    track: I64
    class_id: I64
    start: F64
    end: F64
    spread: F64

    def __len__(self) -> int:
        return len(self.track)


def observe(table: TrackTable) -> tuple[Boxes, Ways]:
    """Boxes and straight ways of at most `MOST_TRACKS` tracks, evenly chosen."""
    smooth = _Smooth(table)
    boxes: list[tuple[object, ...]] = []
    ways: list[tuple[object, ...]] = []
    runs = [rows for rows in table.tracks(5) if int(table.class_id[rows.start]) in TYPICAL]
    for number, rows in enumerate(_evenly(runs, MOST_TRACKS)):
        boxes += [(number, *box) for box in smooth.boxes(rows)]
        way = smooth.way(rows)
        if way is not None:
            ways.append((number, int(table.class_id[rows.start]), *way))
    return _boxes(boxes), _ways(ways)


def straight_way(foot: F64, size: float) -> tuple[F64, F64, float] | None:
    """Start, end and doubt (radians) of a track's way (K, 2), where it is straight and longer than two boxes."""
    middle = foot.mean(axis=0)
    _, spans, axes = np.linalg.svd(foot - middle, full_matrices=False)
    along = (foot - middle) @ axes[0]
    length = float(np.ptp(along))
    off = float(spans[1]) / np.sqrt(len(foot))
    if length < 2 * size or off > STRAIGHT * length + 1.0:
        return None
    axis = axes[0] if along[-1] > along[0] else -axes[0]
    reach = (foot - middle) @ axis
    # Points of one track wander together, so that many of them say little more than a few.
    doubt = float(np.hypot(off * np.sqrt(12 / min(len(foot), 12)) / length, 0.01))
    return middle + reach.min() * axis, middle + reach.max() * axis, doubt


class _Smooth:
    def __init__(self, table: TrackTable) -> None:
        self._table, self._foot, self._whole = table, table.foot, table.whole()
        self._by_time = np.argsort(table.time_s, kind="stable")
        self._times = table.time_s[self._by_time]
        self._low, self._high = table.xyxy[:, :2], table.xyxy[:, 2:]

    def way(self, rows: slice) -> tuple[F64, F64, float] | None:
        """The way of a track's whole boxes: the feet of those that are cut off are not where they seem."""
        whole = np.flatnonzero(self._whole[rows]) + rows.start
        if len(whole) < 5:
            return None
        return straight_way(self._foot[whole], float(np.median(np.min((self._high - self._low)[whole], axis=1))))

    def boxes(self, rows: slice) -> list[tuple[object, ...]]:
        """class, foot, behind, ahead, seconds, width, height of moments spread over a track's way."""
        time = self._table.time_s[rows]
        way = np.concatenate(([0.0], np.cumsum(np.linalg.norm(np.diff(self._foot[rows], axis=0), axis=1))))
        marks = np.searchsorted(way, np.linspace(0, way[-1], 2 * MOST_BOXES + 1)[1::2])
        found = []
        for at in dict.fromkeys(np.clip(marks, 1, len(time) - 2).tolist()):
            span = slice(*np.searchsorted(time, (time[at] - WINDOW_S - 1e-6, time[at] + WINDOW_S + 1e-6)).tolist())
            row = rows.start + int(at)
            part = self._whole_around(row, slice(rows.start + span.start, rows.start + span.stop))
            if part.stop - part.start < 3 or self._covered(row):
                continue
            moment = self._moment(part)
            if moment is not None:
                found.append((int(self._table.class_id[rows.start]), *moment))
        return found

    def _whole_around(self, row: int, part: slice) -> slice:
        """The rows next to one, within a part, whose boxes are whole."""
        cut = np.flatnonzero(~self._whole[part]) + part.start
        if row in cut:
            return slice(row, row)
        before, after = cut[cut < row], cut[cut > row]
        return slice(int(before.max(initial=part.start - 1)) + 1, int(after.min(initial=part.stop)))

    def _moment(self, part: slice) -> tuple[object, ...] | None:
        """A parabola in time through places and the logarithms of sizes, read in the middle and at both ends."""
        since = self._table.time_s[part] - self._table.time_s[part].mean()
        side = np.maximum(self._high[part] - self._low[part], 1.0)
        seen = np.column_stack((self._foot[part], np.log(side)))
        powers = np.vander(since, 3 if len(since) > 5 else 2)
        curve = np.linalg.lstsq(powers, seen, rcond=None)[0]
        ends = np.array([since[0], 0.0, since[-1]])
        behind, middle, ahead = np.vander(ends, powers.shape[1]) @ curve
        wide, high = np.exp(middle[2:]).tolist()
        # What does not move has no heading; what is small is all noise.
        moved = float(np.linalg.norm(ahead[:2] - behind[:2]))
        if moved < max(2.0, 0.12 * min(wide, high)) or min(wide, high) < 6:
            return None
        return middle[:2], behind[:2], ahead[:2], float(np.ptp(since)), wide, high

    def _covered(self, row: int) -> bool:
        """Whether a nearer box of the same moment hides more than a tenth of this one."""
        time = self._table.time_s[row]
        low, high = np.searchsorted(self._times, (time - 1e-6, time + 1e-6))
        others = self._by_time[low:high]
        others = others[(others != row) & (self._high[others, 1] > self._high[row, 1])]
        side = np.minimum(self._high[others], self._high[row]) - np.maximum(self._low[others], self._low[row])
        hidden = np.clip(side, 0, None).prod(axis=1)
        return bool((hidden > 0.1 * (self._high[row] - self._low[row]).prod()).any())


def _evenly(runs: list[slice], most: int) -> list[slice]:
    if len(runs) <= most:
        return runs
    return [runs[number] for number in np.linspace(0, len(runs) - 1, most).round().astype(int)]


def _boxes(found: list[tuple[object, ...]]) -> Boxes:
    columns = list(zip(*found, strict=True)) if found else [()] * 8
    track, class_id, foot, behind, ahead, seconds, wide, high = columns
    points = [np.array(p, np.float64).reshape(-1, 2) for p in (foot, behind, ahead)]
    sizes = [np.array(s, np.float64) for s in (seconds, wide, high)]
    return Boxes(np.array(track, np.int64), np.array(class_id, np.int64), *points, *sizes)


def _ways(found: list[tuple[object, ...]]) -> Ways:
    track, class_id, start, end, spread = list(zip(*found, strict=True)) if found else [()] * 5
    starts, ends = (np.array(p, np.float64).reshape(-1, 2) for p in (start, end))
    return Ways(np.array(track, np.int64), np.array(class_id, np.int64), starts, ends, np.array(spread, np.float64))
