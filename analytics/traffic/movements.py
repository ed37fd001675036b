"""Turning movements: from which line to which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.kernels.gauges import turn
from analytics.reasons import nearest_line
from analytics.traffic.chains import Frame, resized
from analytics.traffic.sharing import share_out
from analytics.traffic.tallies import Interval, Spot, by_label, counted, flows
from analytics.vehicles import pcu_table
from analytics.views import class_mask
from core.arrays import F64, I64, AnyArray
from core.explanation import Reasons, reason
from core.records import Measurement
from core.scene import Line, Scene
from core.taxonomy import LABELS
from scenes.rules import MeasureSpec

HALF_LIFE_S: Final = 1_800.0
"""Of what is remembered of who went where: a junction's pattern changes within the hour."""
GATE: Final = np.dtype([(name, np.int64) for name in ("line", "movement", "entry", "exit")])
ENTERED: Final = np.dtype([(name, np.int64) for name in ("entry", "class_id", "came", "left")])
"""Of a chain: its entry (counted from 1; 0: none) and class; entry and exit of its last movement."""


class Movements:
    """Chains that come in over one line and go out over another.

    An entry counts when it is crossed forward; an exit too, or, where the same line is an entry as well, when it is
    crossed backward. Who goes back over his entry, where that is no exit, has not entered. A chain that ends inside has
    an entry and no exit; one that began inside an exit and no entry. Where all ways in and out are watched, these are
    shared out over the pairs (`traffic.sharing`).

    Args:
        first: number of the first of `lines` in the `LineWatch`.
    """

    def __init__(self, specs: Sequence[tuple[int, MeasureSpec]], scene: Scene, first: int) -> None:
        self._first = first
        self._specs = {number: (place, spec) for place, (number, spec) in enumerate(specs)}
        self.lines: list[tuple[Line, float]] = []
        gates: list[tuple[int, int, int, int]] = []
        for place, (_, spec) in enumerate(specs):
            entries, exits = spec.entries or [], spec.exits or []
            for name in dict.fromkeys((*entries, *exits)):
                entry = entries.index(name) if name in entries else -1
                leave = exits.index(name) if name in exits else -1
                gates.append((first + len(self.lines), place, entry, leave))
                self.lines.append((scene.lines[name], spec.hysteresis_px))
        self._gates = np.array(gates, GATE)
        most = [1 + max((len(getattr(s, name) or []) for _, s in specs), default=0) for name in ("entries", "exits")]
        self._counts: I64 = np.zeros((len(specs), most[0], most[1], len(LABELS)), np.int64)
        self._state = np.zeros((0, len(specs)), ENTERED)
        self._usual: dict[int, F64] = {}
        self._wanted = np.array([class_mask(spec.classes) for _, spec in specs])
        self._pcu = [pcu_table(spec.pcu) for _, spec in specs]
        self._unit = "metres" if scene.ground is not None else "pixels"

    def resize(self, room: int) -> None:
        """There are now so many slots for chains."""
        self._state = resized(self._state, room)

    def release(self, slots: I64) -> None:
        """These chains have ended."""
        gone = self._state[slots]
        for row, movement in np.argwhere(gone["entry"] > 0):
            mine = gone[row, movement]
            self._counts[movement, mine["entry"] - 1, -1, mine["class_id"]] += 1
        self._state["entry"][slots] = 0

    def update(self, frame: Frame, crossings: AnyArray) -> None:
        """Add the crossings of one frame."""
        if len(crossings):
            turn(
                crossings,
                self._gates,
                self._state,
                self._counts,
                self._wanted,
                frame.view.class_id,
                frame.slots,
            )

    def take(self, spec: int, interval: Interval) -> list[Measurement]:
        """All pairs of a spec, and what has no entry or no exit if there was any; they begin anew."""
        if spec not in self._specs:
            return []
        place, asked = self._specs[spec]
        entries, exits = [*(asked.entries or []), ""], [*(asked.exits or []), ""]
        estimates = self._estimates(place, len(entries) - 1, len(exits) - 1, interval) if asked.all_ways else None
        found = []
        for i, entry in enumerate(entries):
            for k, leave in enumerate(exits):
                counts = self._counts[place, i if entry else -1, k if leave else -1]
                if (entry and leave) or counts.any():
                    estimate = float(estimates[i, k]) if estimates is not None and entry and leave else None
                    found.append(self._measurement(place, entry, leave, counts, estimate, interval))
        self._counts[place] = 0
        return found

    def explain(self, spec: int, spot: Spot) -> Reasons:
        """Over which entry a track came in, and where it is beside the nearest line that it could cross next."""
        if spec not in self._specs:
            return ()
        place, asked = self._specs[spec]
        mine, gates = self._state[spot.slot, place], self._gates[self._gates["movement"] == place]
        entries, exits = asked.entries or [], asked.exits or []
        crossed = [gate for gate in gates if self._leaves(gate, spot.beside(int(gate["line"]))[1])]
        if crossed:
            came = entries[int(mine["came"]) - 1] if mine["came"] else ""
            came_in = reason("came-in", True, entry=came) if came else reason("came-unseen", None)
            return came_in, reason("left", True, exit=exits[int(mine["left"]) - 1]), counted(spot)
        inside = mine["entry"] > 0
        entered = reason("came-in", True, entry=entries[int(mine["entry"]) - 1]) if inside else reason("not-in", None)
        wanted = gates[gates["exit" if inside else "entry"] >= 0]
        lines = [self.lines[int(gate["line"]) - self._first][0] for gate in wanted]
        nearest = wanted[nearest_line(spot.view, spot.row, lines)]
        return entered, *spot.beside(int(nearest["line"]))[0]

    @staticmethod
    def _leaves(gate: AnyArray, crossed: int) -> bool:
        return bool(gate["exit"] >= 0 and crossed == (1 if gate["entry"] < 0 else -1))

    def _estimates(self, place: int, entries: int, exits: int, interval: Interval) -> F64:
        """Of each pair (E, X): those seen the whole way, and their share of the others."""
        counts = self._counts[place].sum(axis=-1)
        whole = counts[:entries, :exits].astype(np.float64)
        keeps = 0.5 ** ((interval.end_ns - interval.start_ns) / SECOND_NS / HALF_LIFE_S)
        usual = self._usual.get(place, np.zeros_like(whole)) * keeps + whole
        self._usual[place] = usual
        found: F64 = whole + share_out(usual, counts[:entries, -1], counts[-1, :exits])
        return found

    def _measurement(
        self, place: int, entry: str, leave: str, counts: AnyArray, estimate: float | None, interval: Interval
    ) -> Measurement:
        flow_vph, flow_pcuph = flows(counts, self._wanted[place], self._pcu[place], interval.watched_s)
        return Measurement(
            interval.camera_id,
            entry,
            leave,
            interval.start_ns,
            interval.end_ns,
            by_label(counts),
            estimate=None if estimate is None else round(estimate, 3),
            flow_vph=flow_vph,
            flow_pcuph=flow_pcuph,
            unit=self._unit,
        )
