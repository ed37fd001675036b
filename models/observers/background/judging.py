"""What a change in the picture is: something put there, something taken away, or light."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.arrays import F32, U8, Bool
from models.observers.background.patch import RIM, Nature, Patch, across, rim_of, slope
from models.observers.background.pixels import HELD, LEAST, Pixels, Seen
from models.observers.background.text import is_text

TAKEN: Final = 1.3
"""Times that the edge around a change is steeper in what was there before than now, and the inside is less like its
surroundings: something was taken away. Steeper at all is enough where the inside was twice as odd, and half as steep
where it was four times."""
LITTLE_EDGE: Final = 0.5
SHARP: Final = 3.0
"""Times that the edge was steeper before for something to have been taken away, whatever is inside."""
SOFT: Final = 0.15
"""Share of its height that a change rises over a pixel at its rim, below which it is a glow."""
BURNT_OUT: Final = 245.0
SOFT_BURNT_OUT: Final = 0.22
"""The same of what is so bright: the middle of a lamp's glow is cut off, and its rim the steeper for that."""
BEGUN: Final = 20.0
GLARE: Final = 0.1
"""Share of its surroundings that are so bright, and were darker by so much, from which it is the rim of a glare."""
SPREADS: Final = 0.6
"""Share of its own change by which what is beside it has changed the same way, from which light has come to both; more
the other way round is somebody who passes by."""
PARTLY: Final = 0.25
UNSEEN: Final = 0.5
"""The same where less than this share of the rim of the change is to be seen now, and the rest was there before: beside
it the light has been learnt already. Where more is to be seen it is judged again when it has grown."""
GROWS: Final = 15
"""Looks for which parts that join it are its own."""
ALIKE: Final = 0.8
"""Correlation with what was there before from which only the light on it has changed."""
TEXTURED: Final = 5.0
"""Standard deviation in levels from which that can be told, of so many pixels:"""
ENOUGH: Final = 40
BURNT_RIM: Final = 0.055
BURNT_HIGH: Final = 0.05
BURNT: Final = 100
BESIDE: Final = 2
"""Along the upper and lower rim, of the picture's height, what is so small and rises by so many levels is text, where
more that rises so stands beside it, at a distance of so many times its height at most."""
FAINT: Final = 4.0
"""Levels, or levels a pixel, that tell nothing."""


def judge(patch: Patch, pixels: Pixels, seen: Seen) -> tuple[Nature, float]:
    """What a change is, by the edge around it and by what has stayed inside it; and how steep that edge is."""
    shown = pixels.shown
    now, was = patch.window(shown).astype(np.float32), patch.window(seen.predicted).astype(np.float32)
    mask = patch.framed(shown.shape)
    # What has changed beside it may be another part of it, and is no surroundings.
    beside = ~mask & (patch.window(pixels.age) < HELD)
    if not beside.any():
        beside = ~mask
    band, change = rim_of(mask) & (mask | beside), now - was
    height = float(np.percentile(np.abs(change[mask]), 75))
    edge, before, rise = (float(slope(part)[band].mean()) for part in (now, was, change))
    bright = float(np.percentile(now[mask], 75)) >= BURNT_OUT
    glow = height < LEAST or rise < (SOFT_BURNT_OUT if bright else SOFT) * height
    if glow or _is_at_rim(patch, shown, height) or is_text(patch.box, shown, height):
        return Nature.LIGHT, edge
    odd, odd_before = (abs(float(part[mask].mean()) - float(part[beside].mean())) for part in (now, was))
    if _is_dazzled(now[~mask], was[~mask]):
        return Nature.LIGHT, edge
    clearer = odd_before > 2 * odd + FAINT, odd_before > 4 * (odd + FAINT)
    if before > SHARP * edge or (before > TAKEN * edge and odd_before > odd):
        return Nature.TAKEN, edge
    if (before > edge and clearer[0]) or (before > LITTLE_EDGE * edge and clearer[1]):
        return Nature.TAKEN, edge
    # What has been told apart once is no light because somebody comes to stand beside it.
    spread = _spread(change, mask, beside) if patch.nature is Nature.NEW else 0.0
    unseen = spread >= PARTLY and _seen(change, now, mask, band) < UNSEEN
    if spread >= SPREADS or unseen or _alike(now[mask], was[mask]):
        return Nature.LIGHT, edge
    return (Nature.NEW if spread >= PARTLY and patch.looks < GROWS else Nature.PUT), edge


def _is_dazzled(now: F32, was: F32) -> bool:
    """Whether something among the pixels (K) beside it has begun to burn the picture out."""
    return len(now) > 0 and float(((now >= BURNT_OUT) & (was < BURNT_OUT - BEGUN)).mean()) >= GLARE


def _spread(change: F32, mask: Bool, beside: Bool) -> float:
    """Share of the change inside a mask by which what is beside it has changed, too. Light ends nowhere at once, but
    where it burns the picture out, where the rest of it has been learnt, or where pixels are too restless to show it.
    """
    inside = float(np.median(change[mask]))
    share = float(np.median(change[beside])) / inside if beside.any() and abs(inside) >= FAINT else 0.0
    return share if share * SPREADS <= 1 else 0.0


def _seen(change: F32, now: F32, mask: Bool, band: Bool) -> float:
    """Share of the rim of a change that is to be seen now; the rest was there before."""
    step, seen = across(change, mask)[band], across(now, mask)[band]
    return float((step * seen).sum()) / max(float((step * step).sum()), 1.0)


def _alike(now: F32, was: F32) -> bool:
    """Whether pixels (K) show the same texture as before, in another light."""
    if len(now) < ENOUGH or float(was.std()) < TEXTURED or float(now.std()) < TEXTURED / 3:
        return False
    return float(np.corrcoef(now, was)[0, 1]) >= ALIKE


def _is_at_rim(patch: Patch, shown: U8, step: float) -> bool:
    left, top, right, bottom = patch.box
    height = shown.shape[0]
    at_rim = bottom <= BURNT_RIM * height or top >= (1 - BURNT_RIM) * height
    if not at_rim or bottom - top > BURNT_HIGH * height or step < BURNT:
        return False
    aside = BESIDE * (bottom - top)
    beside = (
        shown[top:bottom, max(left - aside, 0) : max(left - RIM, 0)],
        shown[top:bottom, right + RIM : right + aside],
    )
    return any(part.size > 0 and float(np.ptp(part)) >= BURNT for part in beside)
