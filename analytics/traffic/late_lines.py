"""Who has come over a line before it was seen: chains that begin past it, faster than they can have started there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.kernels.late_lines import come_late
from analytics.kernels.once import count_once
from analytics.late_crossings import ACROSS, AHEAD, KNOWN_NS, LEAST_WAY_M, LOOKS, STARTS_MPS2, across
from analytics.stop_lines import StopLine
from analytics.traffic.chains import Frame, resized
from analytics.vehicles import RIDDEN
from core.arrays import AnyArray
from core.scene import Ground, Line

REACH_M: Final = 8.0
"""A way that begins further past a line says nothing of it: so far one comes in a second, unseen, at 30 km/h."""
START: Final = np.dtype(
    [
        ("ns", np.int64),
        ("at", np.float64, 2),
        ("last_ns", np.int64),
        ("last", np.float64, 2),
        ("velocity", np.float64, 2),
        ("small", np.bool_),
        ("looks", np.int64),
        ("asked", np.bool_),
    ]
)
"""Of a chain: when (run time) and where (metres) it was first seen, and last, with which velocity; whether it is a
two-wheeler; how often it was seen; whether it was asked, or may not be."""


class LateLines:
    """Chains that begin past a line, and are too fast to have started there, have come over it.

    In dense traffic many a rider comes over a line behind others, and is followed on its far side alone. Who crossed
    lately, and is where he is or would be by now, is the same.

    Args:
        lines: as a `LineWatch` has them; those that do not lie on a ground let nobody pass late.
    """

    def __init__(self, lines: Sequence[Line], ground: Ground | None) -> None:
        self._lines = np.zeros(len(lines), ACROSS)
        self._lines["length_m"] = -1.0
        for number, line in enumerate(lines):
            on_ground = StopLine.of(line, ground).ground
            if on_ground is not None:
                self._lines[number] = across(on_ground)
        self._lengths_m = self._lines["length_m"].copy()
        self._starts = np.zeros(0, START)

    def resize(self, room: int) -> None:
        """There are now so many slots for chains."""
        self._starts = resized(self._starts, room)

    def add(self, frame: Frame, state: AnyArray, crossings: AnyArray, count: int) -> int:
        """Add them to the crossings of a frame; how many there are with them."""
        view = frame.view
        return come_late(
            self._lines,
            state,
            frame.chains,
            self._starts,
            (frame.slots, frame.fresh, frame.sure),
            (view.position, view.velocity, view.valid, view.class_id),
            RIDDEN,
            (frame.now_ns, frame.loss_ns),
            (LOOKS, LEAST_WAY_M, KNOWN_NS, AHEAD, REACH_M, STARTS_MPS2),
            crossings,
            count,
        )

    def count_once(self, frame: Frame, state: AnyArray, crossings: AnyArray) -> None:
        """See which of a frame's crossings count: each vehicle's once, as far as metres tell."""
        rows = frame.slots, frame.view.class_id
        count_once(self._lengths_m, state, frame.chains, self._starts, rows, RIDDEN, crossings)
