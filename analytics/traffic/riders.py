"""Riders who wait in a queue, and whose machine nobody sees: vehicles, though a detector tells people."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from analytics.kernels.riders import PERSON, find_riders, tell_riders
from analytics.queues import QueueState
from analytics.traffic.chains import Frame
from core.arrays import I64, AnyArray, fixed
from core.findings import StepView

LONGEST_NS: Final = 1_000_000_000
"""Between two looks more does not count: the camera was away."""


class QueuedRiders:
    """Tells people who stand in a queue on a lane from those on foot.

    In a jam nobody is ever so fast that he must ride (`core.motion.Motion.rides`), and the machine below a rider is
    hidden by the next. Who has stood for 3 s between the head and the tail of a queue, as long as a vehicle stands
    before it is real, and not on a machine that is seen, rides one: he counts as a motorcycle until he walks across the
    lane or leaves the lanes, or his machine is seen.
    """

    def __init__(self, *, metric: bool) -> None:
        self._metric = metric
        self._looked_ns = 0
        self._some = False

    def told(self, view: StepView, slots: I64, chains: AnyArray) -> StepView:
        """The view, with riders as motorcycles; `slots`: the chain of each row (M)."""
        if not self._some or len(slots) != len(view.class_id):
            return view
        classes = np.empty_like(view.class_id)
        some = tell_riders(chains, slots, view.class_id, classes)
        return replace(view, class_id=fixed(classes)) if some else view

    def look(self, frame: Frame, queues: QueueState, view: StepView) -> None:
        """See who waits at a frame; `view`: as it came."""
        step_ns = min(frame.now_ns - self._looked_ns, LONGEST_NS)
        self._looked_ns = frame.now_ns
        if not np.count_nonzero(view.class_id == PERSON):
            return
        find_riders(
            frame.chains,
            (frame.slots, frame.sure),
            (
                view.class_id,
                view.xyxy,
                view.lane,
                view.along,
                view.lane_speed,
                view.velocity if self._metric else fixed(view.foot_velocity.astype(np.float64)),
            ),
            (queues.lane, queues.head, queues.tail),
            step_ns,
        )
        self._some = bool(frame.chains["rides"].any())
