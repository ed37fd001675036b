"""What a pinhole camera sees of solids that stand on the ground."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.compiled import compiled, in_place

GRID = 8
"""Points by side at which a box is asked whether a nearer one covers it."""
NEAREST_M = 0.5


@in_place
def project_solids(matrix: Any, size: Any, place: Any, solid: Any, box: Any, depth: Any, inside: Any) -> None:
    """Fill the pictures of N solids.

    Args:
        matrix: (3, 4), metres to pixels.
        size: width and height of the picture.
        place: (N, 3) x, y, heading.
        solid: (N, 4) length, width, lower and upper height.
        box: (N, 4) filled with the whole box, also where it leaves the picture.
        depth: (N) filled with the distance of the footprint's middle from the camera's plane.
        inside: (N) filled with the share of the box that is in the picture; 0 behind the camera.
    """
    width, height = size
    for i in range(len(place)):
        x, y, heading = place[i]
        length, across, low, high = solid[i]
        ahead_x, ahead_y = np.cos(heading) * length / 2, np.sin(heading) * length / 2
        side_x, side_y = -np.sin(heading) * across / 2, np.cos(heading) * across / 2
        depth[i] = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 3]
        left, top, right, bottom = np.inf, np.inf, -np.inf, -np.inf
        before = depth[i] > NEAREST_M
        for corner in range(8):
            a = 1.0 if corner & 1 else -1.0
            b = 1.0 if corner & 2 else -1.0
            z = high if corner & 4 else low
            px = x + a * ahead_x + b * side_x
            py = y + a * ahead_y + b * side_y
            w = matrix[2, 0] * px + matrix[2, 1] * py + matrix[2, 2] * z + matrix[2, 3]
            if w <= NEAREST_M:
                before = False
                break
            u = (matrix[0, 0] * px + matrix[0, 1] * py + matrix[0, 2] * z + matrix[0, 3]) / w
            v = (matrix[1, 0] * px + matrix[1, 1] * py + matrix[1, 2] * z + matrix[1, 3]) / w
            left, right = min(left, u), max(right, u)
            top, bottom = min(top, v), max(bottom, v)
        inside[i] = 0.0
        if not before:
            box[i] = 0.0
            continue
        box[i, 0], box[i, 1], box[i, 2], box[i, 3] = left, top, right, bottom
        shown_x = min(right, width) - max(left, 0.0)
        shown_y = min(bottom, height) - max(top, 0.0)
        if shown_x > 0 and shown_y > 0:
            inside[i] = shown_x * shown_y / ((right - left) * (bottom - top))


@compiled
def cover(offsets: Any, owner: Any, box: Any, depth: Any, inside: Any, size: Any, visible: Any) -> None:
    """Fill the share (N) of each box that is in the picture and not covered by the boxes of nearer owners.

    Rows of step t are `offsets[t]:offsets[t + 1]`; boxes of one owner do not cover each other. Asked at `GRID`² points.
    """
    width, height = size
    for step in range(len(offsets) - 1):
        start, end = offsets[step], offsets[step + 1]
        for i in range(start, end):
            visible[i] = 0.0
            if inside[i] <= 0.0:
                continue
            step_x = (box[i, 2] - box[i, 0]) / GRID
            step_y = (box[i, 3] - box[i, 1]) / GRID
            covered = np.zeros((GRID, GRID), np.bool_)
            for j in range(start, end):
                if inside[j] <= 0.0 or owner[j] == owner[i] or depth[j] >= depth[i]:
                    continue
                if box[j, 0] >= box[i, 2] or box[j, 2] <= box[i, 0] or box[j, 1] >= box[i, 3] or box[j, 3] <= box[i, 1]:
                    continue
                for row in range(GRID):
                    y = box[i, 1] + (row + 0.5) * step_y
                    if y < box[j, 1] or y > box[j, 3]:
                        continue
                    for column in range(GRID):
                        x = box[i, 0] + (column + 0.5) * step_x
                        if box[j, 0] <= x <= box[j, 2]:
                            covered[row, column] = True
            free = 0
            for row in range(GRID):
                y = box[i, 1] + (row + 0.5) * step_y
                for column in range(GRID):
                    x = box[i, 0] + (column + 0.5) * step_x
                    if 0.0 <= x <= width and 0.0 <= y <= height and not covered[row, column]:
                        free += 1
            visible[i] = free / (GRID * GRID)
