"""Where the tracks of one frame stand, and how fast they move."""

from __future__ import annotations

import numpy as np

from core.arrays import F32, F64, I64, U8, Bool
from core.compiled import compiled
from trackers.kernels.frame import COASTING

LINE = 7
"""Numbers of a fading line: sums of w, w t, w t² over its samples, then of w x, w y, and of w t x, w t y."""


@compiled
def locate(
    ids: I64,
    lines: F64,
    count: int,
    clock: tuple[float, float],
    caution_s2: float,
    view: tuple[F64, F64, float],
    track_id: I64,
    xyxy: F32,
    state: U8,
    ended: I64,
    motion: tuple[F32, F32, F64, F64, Bool],
) -> int:
    """Bring a camera's lines to a frame and write what they say of its tracks; how many lines there are now.

    Args:
        ids: of the tracks with lines, rising, with room for all of the frame.
        lines: beside them (K, 2 * LINE), in the picture and on the ground.
        count: how many there are.
        clock: seconds since the frame before, time constant of the memory.
        caution_s2: see `trackers.world.CAUTION_S2`.
        view: source to reference pixels (2), homography (3, 3) or all zero, coarsest metres a pixel.
        track_id, xyxy, state, ended: of the frame.
        motion: the frame's rows of foot, foot_velocity, position, velocity and valid, to be filled.
    """
    scale, matrix, coarsest = view
    foot, foot_velocity, position, velocity, valid = motion
    count = _free(ids, lines, count, ended)
    _pass_time(lines, count, clock[0], np.exp(-clock[0] / clock[1]))
    for row in range(len(track_id)):
        foot[row, 0] = (xyxy[row, 0] + xyxy[row, 2]) * np.float32(0.5) * scale[0]
        foot[row, 1] = xyxy[row, 3] * scale[1]
        valid[row] = _on_ground(matrix, foot[row], coarsest, position[row])
        at = np.searchsorted(ids[:count], track_id[row])
        if at == count or ids[at] != track_id[row]:
            count = _insert(ids, lines, count, at, track_id[row])
        if state[row] != COASTING:
            _add(lines[at, :LINE], foot[row, 0], foot[row, 1])
            if valid[row]:
                _add(lines[at, LINE:], position[row, 0], position[row, 1])
        foot_velocity[row, 0], foot_velocity[row, 1] = _slope(lines[at, :LINE], caution_s2)
        if valid[row]:
            velocity[row, 0], velocity[row, 1] = _slope(lines[at, LINE:], caution_s2)
        else:
            velocity[row, 0] = velocity[row, 1] = 0.0
    return count


@compiled
def _free(ids: I64, lines: F64, count: int, ended: I64) -> int:
    if len(ended) == 0:
        return count
    kept = 0
    for i in range(count):
        going = False
        for e in range(len(ended)):
            going = going or ended[e] == ids[i]
        if not going:
            ids[kept] = ids[i]
            lines[kept] = lines[i]
            kept += 1
    return kept


@compiled
def _insert(ids: I64, lines: F64, count: int, at: int, track_id: int) -> int:
    for i in range(count, at, -1):
        ids[i] = ids[i - 1]
        lines[i] = lines[i - 1]
    ids[at] = track_id
    lines[at] = 0.0
    return count + 1


@compiled
def _pass_time(lines: F64, count: int, t: float, fade: float) -> None:
    """Samples grow older by `t` seconds and fade. Times are relative to now, so that sums stay small."""
    for i in range(count):
        for first in (0, LINE):
            line = lines[i, first : first + LINE]
            for axis in range(2):
                line[5 + axis] = (line[5 + axis] - t * line[3 + axis]) * fade
                line[3 + axis] *= fade
            line[2] = (line[2] - 2 * t * line[1] + t * t * line[0]) * fade
            line[1] = (line[1] - t * line[0]) * fade
            line[0] *= fade


@compiled
def _add(line: F64, x: float, y: float) -> None:
    """A sample now."""
    line[0] += 1.0
    line[3] += x
    line[4] += y


@compiled
def _slope(line: F64, caution_s2: float) -> tuple[float, float]:
    """Least squares with exponential forgetting; zero while fewer than two samples tell."""
    mean_time = line[1] / max(line[0], 1e-12)
    spread = max(line[2] - mean_time * line[1], 0.0) + caution_s2
    return (line[5] - mean_time * line[3]) / spread, (line[6] - mean_time * line[4]) / spread


@compiled
def _on_ground(matrix: F64, foot: F32, coarsest: float, position: F64) -> bool:
    """Write the position of a foot point; whether it holds, and zeros where not."""
    position[0] = position[1] = 0.0
    x, y = np.float64(foot[0]), np.float64(foot[1])
    w = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2]
    below = w + matrix[2, 1]
    if not (w > 1e-9 and below > 1e-9):
        return False
    east = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]
    north = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]
    span = np.hypot((east + matrix[0, 1]) / below - east / w, (north + matrix[1, 1]) / below - north / w)
    if not span <= coarsest:
        return False
    position[0], position[1] = east / w, north / w
    return True
