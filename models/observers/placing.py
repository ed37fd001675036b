"""How far a fixed camera's picture has moved, against a reference picture: coarse by sights, fine by small patches."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from core.arrays import F32, F64, I64, U8, Bool
from models.kernels.patches import follow
from models.observers.measures import lent
from models.viewpoint.sight import BLOCK, WIDTH, agreement, match, see, telling

REACH: Final = 12
"""Pixels of a sight (a sixteenth of its width) within which a shift is looked for first."""
KEEP: Final = 0.2
"""Share of telling blocks that must agree near by for the picture to be where it was; as for presets."""
ACCEPT: Final = 0.35
"""And further off, where chance has more places to choose from."""
LOST: Final = 0.1
"""Share that agrees by chance with another place."""
LEAST_TELLING: Final = 12
"""Blocks of a reference that tell where they are; with fewer its place cannot be judged."""
PATCHES: Final = (6, 4)
"""Corners across and down; each is followed by itself, so that traffic and a burnt-in clock are outvoted."""
PATCH: Final = 24
SEARCH: Final = 6
"""Pixels of the reduced picture: size of a patch, and how far around the coarse place it is looked for."""
CORNER: Final = 4e-4
"""Least eigenvalue of a patch's gradients (OpenCV's, 0..1 levels) that fixes it in both directions."""
ALIKE: Final = 0.7
"""Correlation from which a patch is found again."""
TOGETHER_PX: Final = 1.0
"""Patches that have moved alike differ by no more."""
LEAST_PATCHES: Final = 5


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a picture lies.

    Attributes:
        shift: (x, y) in pixels of the reduced picture, None where it fits nowhere.
        agreement: share of the reference's telling blocks that are there.
        elsewhere: it fits nowhere but by chance, and shows as much as the reference: another place.
    """

    shift: tuple[float, float] | None
    agreement: float
    elsewhere: bool = False


class Reference:
    """What a picture is compared with.

    Args:
        luma: the reduced picture (h, w).
        offset: how far it lies from the first reference, in its pixels.

    Attributes:
        judged: there is enough in it to tell where it is.
    """

    def __init__(self, luma: U8, offset: tuple[float, float] = (0.0, 0.0)) -> None:
        self.offset = offset
        self.size = (luma.shape[1], luma.shape[0])
        self._rows = sight_rows(luma)
        self._sight = see(luma, self._rows)
        self._telling = telling(self._sight)
        # Clocks and names are burnt in along the rims, and stay where the scene does not.
        if int(self._telling[1:-1].sum()) >= LEAST_TELLING:
            self._telling[[0, -1]] = False
        self.judged = int(self._telling.sum()) >= LEAST_TELLING
        self._corners: I64 = np.array(_corners(luma), np.int64).reshape(-1, 2)
        half = PATCH // 2
        self._patches: U8 = np.zeros((len(self._corners), PATCH, PATCH), np.uint8)
        for patch, (x, y) in zip(self._patches, self._corners, strict=True):
            patch[:] = luma[y - half : y + half, x - half : x + half]

    def place(self, luma: U8, sight: F32) -> Placed:
        """Where a reduced picture of the same size, whose sight is given, lies beside the first reference."""
        scale = self.size[0] / WIDTH
        near = match(sight, self._sight, REACH, self._telling)
        shift, share = (near.dx * scale, near.dy * scale), near.share
        if not near.inside or share < KEEP:
            far = self._far(sight)
            if far is None:
                rich = 2 * int(telling(sight).sum()) >= int(self._telling.sum())
                return Placed(None, share, elsewhere=share <= LOST and rich)
            shift, share = (far[0] * scale, far[1] * scale), far[2]
        fine = self._fine(luma, shift) or shift
        return Placed((fine[0] + self.offset[0], fine[1] + self.offset[1]), share)

    def near(self, luma: U8, about: tuple[float, float]) -> tuple[float, float] | None:
        """The same in a part of the time, where it is known to a few pixels; None where too few corners agree."""
        fine = self._fine(luma, (about[0] - self.offset[0], about[1] - self.offset[1]))
        return None if fine is None else (fine[0] + self.offset[0], fine[1] + self.offset[1])

    def _far(self, sight: F32) -> tuple[float, float, float] | None:
        """Shift in pixels of the sight and its share, of a picture that has moved by up to two thirds of its size."""
        height, width = self._sight.shape
        window = cv2.createHanningWindow((width, height), cv2.CV_32F)
        # Copies: OpenCV 5 multiplies the window into what it is given.
        (x, y), _ = cv2.phaseCorrelate(self._sight.copy(), sight.copy(), window)
        best = (0.0, 0.0, 0.0)
        for dx in (x, x - np.sign(x) * width):
            for dy in (y, y - np.sign(y) * height):
                inside = _inside(self._telling, dx, dy)
                if int(inside.sum()) >= LEAST_TELLING:
                    share = agreement(sight, self._sight, dx, dy, inside)
                    best = max(best, (float(dx), float(dy), share), key=lambda one: one[2])
        return best if best[2] >= ACCEPT else None

    def _fine(self, luma: U8, about: tuple[float, float]) -> tuple[float, float] | None:
        """The shift that most patches agree on, to a tenth of a pixel; None with too few of them."""
        near = round(about[0]), round(about[1])
        found = follow(lent(luma), self._corners, self._patches, near, SEARCH, ALIKE)
        return None if len(found) < LEAST_PATCHES else _agreed(found)


def sight_of(luma: U8) -> F32:
    """The sight of a reduced picture."""
    return see(luma, sight_rows(luma))


def sight_rows(luma: U8) -> int:
    """Rows of its sight."""
    return int(np.clip(round(WIDTH * luma.shape[0] / luma.shape[1]), 32, 2 * WIDTH))


def _agreed(moves: F64) -> tuple[float, float] | None:
    """The mean of the largest group of moves (N, 2) that are alike, if that is two in five of them."""
    near = np.linalg.norm(moves[:, None] - moves[None], axis=2) <= TOGETHER_PX
    best = near[int(near.sum(axis=1).argmax())]
    if int(best.sum()) < max(LEAST_PATCHES, 2 * len(moves) // 5):
        return None
    x, y = moves[best].mean(axis=0).tolist()
    return x, y


def _inside(judged: Bool, dx: float, dy: float) -> Bool:
    """The judged blocks that still lie in a picture which has moved by (dx, dy)."""
    rows, columns = judged.shape
    x, y = np.arange(columns) * BLOCK + dx, np.arange(rows) * BLOCK + dy
    across, down = (x >= 0) & (x <= (columns - 1) * BLOCK), (y >= 0) & (y <= (rows - 1) * BLOCK)
    return np.asarray(judged & across[None] & down[:, None], np.bool_)


def _corners(luma: U8) -> list[tuple[int, int]]:
    """The best corner of each part of the picture, where it has one; away from the rims."""
    strength = cv2.cornerMinEigenVal(luma, 5)
    height, width = luma.shape
    rim, found = PATCH // 2 + SEARCH, []
    columns, rows = PATCHES
    xs = np.linspace(rim, max(width - rim, rim + 1), columns + 1).astype(int)
    ys = np.linspace(rim, max(height - rim, rim + 1), rows + 1).astype(int)
    for top, bottom in pairwise(ys):
        for left, right in pairwise(xs):
            part = strength[top:bottom, left:right]
            if part.size and min(width, height) > 2 * rim:
                _, most, _, (x, y) = cv2.minMaxLoc(part)
                if most >= CORNER:
                    found.append((int(left + x), int(top + y)))
    return found
