"""Crossings of lines: counts, speeds, headways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.kernels.gauges import cross_lines, tally_lines
from analytics.reasons import at_line
from analytics.traffic.chains import Frame, resized
from analytics.traffic.late_lines import LateLines
from analytics.traffic.tallies import DIRECTIONS, VEHICLE, Crossed, Interval, Spot, by_label, counted, flows
from analytics.vehicles import pcu_table
from analytics.views import class_mask
from core.arrays import AnyArray
from core.explanation import Reasons, reason
from core.findings import StepView
from core.records import Measurement
from core.scene import Ground, Line, Scene
from scenes.rules import MeasureSpec

LINE: Final = np.dtype([(name, np.float64) for name in ("x0", "y0", "x1", "y1", "length", "hysteresis")])
SIDE: Final = np.dtype(
    [
        ("distance", np.float64),
        ("place", np.float64),
        ("cut_ns", np.int64),
        ("over_ns", np.int64),
        ("side", np.int8),
        ("crossed", np.int8),
        ("over", np.int8),
        ("counted", np.bool_),
    ]
)
"""Of a chain: its distance from the line; where its way last cut the straight line through the ends (0 at the start, 1
at the end) and when; its side; 1 forward or -1 backward if it crosses at this frame, or (`over`, at `over_ns`) did
lately; whether that was counted."""
CROSSING: Final = np.dtype(
    [("row", np.int64), ("line", np.int64), ("cut_ns", np.int64), ("forward", np.bool_), ("counts", np.bool_)]
)
"""Row of the frame, number of the line, run time at which the way cut the line, direction; whether it counts, as no
other chain of the same vehicle has."""


class LineWatch:
    """Finds the crossings of lines by chains, frame by frame, also of those who were not seen as they crossed.

    A vehicle that two chains show crosses twice, and counts once, where the ground is known.

    Args:
        lines: each with its hysteresis in reference pixels.
        ground: where it is known, chains that begin past a line may have crossed it (`LateLines`).
    """

    def __init__(self, lines: Sequence[tuple[Line, float]], ground: Ground | None) -> None:
        self._known = list(lines)
        self._late = LateLines([line for line, _ in lines], ground)
        self._lines = np.zeros(len(lines), LINE)
        for number, (line, hysteresis_px) in enumerate(lines):
            length = float(np.hypot(*(line.end - line.start))) or 1.0
            self._lines[number] = (*line.start.tolist(), *line.end.tolist(), length, hysteresis_px)
        self._state = np.zeros((0, len(lines)), SIDE)
        self._found = np.zeros(0, CROSSING)

    def resize(self, room: int) -> None:
        """There are now so many slots for chains."""
        self._state = resized(self._state, room)
        self._late.resize(room)
        self._found = np.zeros(2 * room * len(self._lines), CROSSING)

    def update(self, frame: Frame) -> AnyArray:
        """Records (K) of `CROSSING`."""
        rows = frame.slots, frame.fresh, frame.sure
        count = cross_lines(self._lines, self._state, frame.chains, rows, frame.now_ns, self._found)
        found = self._found[: self._late.add(frame, self._state, self._found, count)]
        self._late.count_once(frame, self._state, found)
        return found

    def explain(self, view: StepView, row: int, slot: int, line: int) -> tuple[Reasons, int]:
        """Where a track is beside a line; the direction in which it crossed it at this frame, 0 if it did not."""
        mine, (known, hysteresis_px) = self._state[slot, line], self._known[line]
        said = at_line(known, mine, hysteresis_px)
        if mine["crossed"] and not mine["counted"]:
            said += (reason("line-twice", False, line=known.label),)
        return said, int(mine["crossed"])


class Lines:
    """Measured lines; their crossings are the first ones of a `LineWatch`."""

    def __init__(self, specs: Sequence[tuple[int, MeasureSpec]], scene: Scene) -> None:
        self._specs = {number: (place, spec) for place, (number, spec) in enumerate(specs)}
        self._crossed = Crossed(len(specs))
        self._wanted = np.array([class_mask(spec.classes) for _, spec in specs])
        self._pcu = [pcu_table(spec.pcu) for _, spec in specs]
        self._unit = "metres" if scene.ground is not None else "pixels"

    def update(self, frame: Frame, crossings: AnyArray) -> None:
        """Add the crossings of one frame."""
        if frame.step_ns == 0 and frame.loss_ns == frame.now_ns:
            self._crossed.lose()
        if len(crossings):
            view = frame.view
            seen = view.class_id, view.velocity, view.valid
            tally_lines(crossings, self._crossed.rows, self._crossed.counts, self._wanted, VEHICLE, seen)

    def take(self, spec: int, interval: Interval) -> list[Measurement]:
        """Both directions of a spec's line, which begin anew."""
        if spec not in self._specs:
            return []
        place, asked = self._specs[spec]
        found = [self._measurement(place, way, asked, interval) for way in range(2)]
        self._crossed.clear(place)
        return found

    def explain(self, spec: int, spot: Spot) -> Reasons:
        """Where a track is beside the line."""
        if spec not in self._specs:
            return ()
        said, crossed = spot.beside(self._specs[spec][0])
        return (*said, counted(spot)) if crossed and all(item.holds for item in said) else said

    def _measurement(self, place: int, way: int, spec: MeasureSpec, interval: Interval) -> Measurement:
        counts, speed = self._crossed.counts[place, way], self._crossed.speed(place, way)
        flow_vph, flow_pcuph = flows(counts, self._wanted[place], self._pcu[place], interval.watched_s)
        return Measurement(
            interval.camera_id,
            str(spec.line),
            DIRECTIONS[way],
            interval.start_ns,
            interval.end_ns,
            by_label(counts),
            speed,
            flow_vph=flow_vph,
            flow_pcuph=flow_pcuph,
            time_mean_speed_mps=speed,
            headway_s=self._crossed.headway(place, way),
            unit=self._unit,
        )
