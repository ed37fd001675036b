"""Whether a thing that was found is still there."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.observers.background.patch import RIM, Nature, Patch
from models.observers.background.pixels import LEARN, Pixels, Seen

THERE: Final = 0.5
BACK: Final = 0.6
"""Shares of its pixels that look as it did for it to be there, and as what is behind it for it to be gone."""
GONE: Final = 2
"""Looks in a row at which it is gone."""
REPLACED_S: Final = 120.0
REPLACED_LOOKS: Final = 60
"""Hidden for so long by what has been still for so many looks, its place has been taken."""
FLEETING_S: Final = 5.0
"""What is hidden for so long before it is clear what it is was not still."""


def look_again(patch: Patch, pixels: Pixels, seen: Seen, step_s: float) -> None:
    """Note whether a thing is to be seen, hidden or gone at one look, and keep up with the light on it.

    Args:
        pixels: has looked, and has not learnt yet.
        step_s: since the look before.
    """
    mask = patch.mask > 0
    height, width = seen.luma.shape
    luma = patch.part(seen.luma).astype(np.float32)
    limit = patch.part(seen.limit).astype(np.float32)
    behind = np.abs(luma - patch.part(seen.predicted))
    expected = seen.light.of(patch.look, patch.x, patch.y, (width, height))
    # Its own light may differ from that of the place around it: either will do.
    own = np.minimum(np.abs(luma - expected), np.abs(luma - patch.look))
    there = (own < behind) & (own <= 2 * limit) & mask
    back = (own >= behind) & (behind <= limit) & mask
    count = max(int(mask.sum()), 1)
    share_there, share_back = int(there.sum()) / count, int(back.sum()) / count
    if share_there >= THERE:
        patch.hidden_s, patch.gone = 0.0, 0
        patch.look[there] += LEARN * (luma - patch.look)[there]
    else:
        patch.hidden_s += step_s
        patch.gone = patch.gone + 1 if share_back >= BACK else 0
    _follow(patch, pixels)


def has_gone(patch: Patch) -> bool:
    """Whether what is behind it is to be seen again, or it was hidden before it was clear what it is."""
    return patch.gone >= GONE or (patch.nature is Nature.NEW and patch.hidden_s > FLEETING_S)


def is_replaced(patch: Patch, pixels: Pixels) -> bool:
    """Whether it has long been hidden by what stands still in its place."""
    if patch.hidden_s < REPLACED_S:
        return False
    return float(np.median(patch.part(pixels.age)[patch.mask > 0])) >= REPLACED_LOOKS


def _follow(patch: Patch, pixels: Pixels) -> None:
    """What is behind a thing, and the thing while it is hidden, change their light as what is around them."""
    left, top, right, bottom = patch.box
    shape = pixels.shown.shape
    wide = max(left - RIM, 0), max(top - RIM, 0), min(right + RIM, shape[1]), min(bottom + RIM, shape[0])
    around = pixels.part(wide)[~patch.framed(shape)]
    before, patch.surroundings = patch.surroundings, float(around.mean()) if len(around) else None
    if before is None or patch.surroundings is None:
        return
    change = patch.surroundings - before
    pixels.part(patch.box)[patch.mask > 0] += change
    if patch.hidden_s:
        patch.look += change
