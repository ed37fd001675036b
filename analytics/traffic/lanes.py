"""Lanes: counts, flow, speeds, density, headway, level of service."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from analytics.free_flow import FreeFlow
from analytics.kernels.lanes import drive, wait_on
from analytics.queues import LaneQueues, QueueState
from analytics.reasons import WAYS, lane_unit, on_lane
from analytics.signals import Signals
from analytics.traffic.chains import Frame, resized
from analytics.traffic.longest_queues import LongestQueues
from analytics.traffic.starts import Starts
from analytics.traffic.tallies import DIRECTIONS, VEHICLE, Crossed, Interval, Spot, by_label, counted, flows
from analytics.vehicles import CAR_BOXES, by_class, pcu_table
from analytics.views import class_mask, reference_scale
from core.explanation import Amount, Reason, Reasons, reason
from core.lanes import lane_lengths
from core.records import Measurement
from core.scene import Lane, Scene
from core.traffic import level_by_density, level_by_speed
from scenes.rules import MeasureSpec

HYSTERESIS_M: Final = 1.0
"""A foot is past a counting place, or before it, only when it is further than this from it."""

BEGIN_MPS: Final = 5 / 3.6
END_MPS: Final = 10 / 3.6
GAP_M: Final = 20.0
"""Who queues: slower than 5 km/h, until faster than 10 km/h, gaps of at most 20 m."""

PLACE: Final = np.dtype([("at", np.float64), ("length", np.float64), ("hysteresis", np.float64), ("group", np.int64)])
"""Of a lane that a spec measures: way to the counting place and to the end (m or reference pixels), number of its
group."""
DRIVE: Final = np.dtype(
    [
        ("along", np.float64),
        ("furthest", np.float64),
        ("track", np.int64),
        ("since_ns", np.int64),
        ("on_ns", np.int64),
        ("held_ns", np.int64),
        ("cut_ns", np.int64),
        ("place", np.int64),
        ("side", np.int8),
        ("passed", np.int8),
        ("on", np.bool_),
        ("inside", np.bool_),
        ("backward", np.bool_),
        ("real", np.bool_),
        *((name, np.float64) for name in ("speed", "time", "blind", "way", "way_time", "box_way")),
        *((name, np.float64) for name in ("gap", "gap_way", "gap_speed")),
    ]
)
"""Of a chain: where it was last on a lane of the spec; the furthest it came; its track, and since when that is seen;
when it was last on a lane, until when it waits on unseen, and when it passed the counting place; on which side of that
it is (0: unknown), and whether it counts at this frame (1 along the lane, -1 against it); whether it was ever on a
lane, is between its ends, drives against it, is real: has moved by the hysteresis or stood for 3 s (a vehicle does not
come out of nothing, and a false box is gone by then).
Then its last speed; its time whose way is not known yet; what it adds to `SUMS` here once it is real and sure; and a
time in which it was not seen, with way and speed before, until its speed after that is known."""
SUMS: Final = np.dtype([(name, np.float64) for name in ("time", "pcu_time", "way", "way_time", "box_way")])
"""Time spent on the lane by vehicles and by their PCU, way along it and the time for that (s, m or px), way in car
boxes."""


class _Place(NamedTuple):
    """One lane of a spec: number of the place, row of its kind of spec, number of the lane."""

    number: int
    row: int
    lane: int
    spec: MeasureSpec
    of: Lane


class Lanes:
    """Traffic on lanes, at a counting place and over the whole length (Edie 1963).

    Who passes the counting place along the lane counts, once, wherever between the lanes of a group he drives: a foot
    is on a side of it only when further than the hysteresis from it, and takes its side along when it changes lanes.
    Times and ways are added up between the ends of the centreline, from before a chain was known to be real, and over
    moments in which it was not seen, where its speeds before and after fit the way that it made. Who stood when he was
    last seen waits on, as long as his chain may go on, while a queue stands where he was. In the first 0.4 s of a
    track its middle is not known yet (`trackers.world`): its way in them is what it then does in such a time.
    """

    def __init__(
        self, specs: Sequence[tuple[int, MeasureSpec]], scene: Scene, free_flow: FreeFlow, signals: Signals
    ) -> None:
        self._metric, self._free_flow = scene.ground is not None, free_flow
        lanes, lengths = list(scene.lanes.values()), lane_lengths(scene)
        groups = {lane.group: number for number, lane in enumerate(lanes)}
        self._specs: dict[int, list[_Place]] = {number: [] for number, _ in specs}
        kinds: list[MeasureSpec] = []
        rows: list[list[int]] = []
        places: list[tuple[float, float, float, int]] = []
        for number, spec in specs:
            for name in lane_ids(spec, scene):
                lane = list(scene.lanes).index(name)
                row = _row_for(spec, lane, kinds, rows, len(lanes))
                rows[row][lane] = len(places)
                self._specs[number].append(_Place(len(places), row, lane, spec, lanes[lane]))
                hysteresis = HYSTERESIS_M if self._metric else spec.hysteresis_px
                length = float(lengths[lane])
                places.append((spec.count_at * length, length, hysteresis, groups[lanes[lane].group]))
        self._place_of = np.array(rows, np.int64)
        self._places = np.array(places, PLACE)
        self._crossed = Crossed(len(places))
        self._sums = np.zeros((len(places), 2), SUMS)
        self._state = np.zeros((0, len(kinds)), DRIVE)
        self._wanted = np.array([class_mask(spec.classes) for spec in kinds])
        self._pcu = np.array([pcu_table(spec.pcu) for spec in kinds])
        self._boxes = by_class(CAR_BOXES, 1.0)
        queues = LaneQueues(scene, BEGIN_MPS, END_MPS, GAP_M)
        self._starts = Starts(scene, signals, queues) if scene.signals else None
        self._queues = LongestQueues(
            scene, queues, np.array([p.lane for mine in self._specs.values() for p in mine], np.int64)
        )

    def resize(self, room: int) -> None:
        """There are now so many slots for chains."""
        self._state = resized(self._state, room)
        if self._starts is not None:
            self._starts.resize(room)

    def update(self, frame: Frame) -> QueueState | None:
        """Add one frame: the queues at it, if they are looked at."""
        if self._starts is not None:
            self._starts.update(frame)
        if frame.step_ns == 0 and frame.loss_ns == frame.now_ns:
            self._crossed.lose()
        queues, view = self._queues.update(frame), frame.view
        drive(
            self._places,
            self._place_of,
            self._state,
            (frame.chains, frame.slots, frame.fresh, frame.sure),
            (view.lane, view.along, view.lane_speed, view.class_id, view.xyxy),
            (reference_scale(view), self._boxes),
            (self._wanted, self._pcu, VEHICLE),
            (self._crossed.rows, self._sums, self._crossed.counts),
            (frame.now_ns, frame.step_ns, frame.loss_ns),
        )
        if queues is not None and len(queues.lane):
            wait_on(
                self._places,
                self._place_of,
                self._state,
                frame.chains,
                (queues.lane, queues.head, queues.tail),
                self._pcu,
                self._sums,
                (frame.now_ns, frame.loss_ns),
            )
        return queues

    def take(self, spec: int, interval: Interval) -> list[Measurement]:
        """All lanes of a spec, which begin anew: forward, and backward if anybody drove so."""
        found = []
        for place in self._specs.get(spec, ()):
            number = place.number
            found.append(self._measurement(place, 0, interval))
            if self._crossed.counts[number, 1].any() or self._sums["time"][number, 1] > 0:
                found.append(self._measurement(place, 1, interval))
            self._crossed.clear(number)
            self._queues.clear(number)
            self._sums[number] = 0
        return found

    def explain(self, spec: int, spot: Spot) -> Reasons:
        """Where a track is on the lanes of a spec, and whether it passes the counting place."""
        view, row = spot.view, spot.row
        mine = {place.lane: place for place in self._specs.get(spec, ())}
        if not mine:
            return ()
        watched = np.array([lane in mine for lane in range(len(view.scene.lanes))], np.bool_)
        there = on_lane(view, row, watched, next(iter(mine.values())).spec.place)
        if not there.holds:
            return (there,)
        place = mine[int(view.lane[row])]
        passed = int(self._state[spot.slot, place.row]["passed"])
        if passed:
            return there, reason("lane-passed", True, way=WAYS[passed]), counted(spot)
        return there, self._before(place, float(view.along[row]), view.scene)

    def _before(self, place: _Place, along: float, scene: Scene) -> Reason:
        away, unit = float(self._places["at"][place.number]) - along, lane_unit(scene)
        limit = Amount(float(self._places["hysteresis"][place.number]), unit)
        name = "lane-near" if abs(away) <= limit.value else "lane-before" if away > 0 else "lane-past"
        return reason(name, False, value=Amount(abs(away), unit), limit=limit)

    def _measurement(self, place: _Place, way: int, interval: Interval) -> Measurement:
        number, lane, watched_s = place.number, place.lane, interval.watched_s
        sums, counts = self._sums[number, way], self._crossed.counts[number, way]
        flow_vph, flow_pcuph = flows(counts, self._wanted[place.row], self._pcu[place.row], watched_s)
        known = self._metric and self._places["length"][number] > 0
        speed = max(float(sums["way"] / sums["way_time"]) * _SIGN[way], 0.0) if sums["way_time"] > 0 else None
        free = self._free_flow.speed(lane, interval.start_ns)
        density = self._density(sums["pcu_time"], number, watched_s)
        level = by_density(density) if place.spec.road == "motorway" else self._by_speed(sums, way, free)
        queue_m, queue_vehicles = self._queues.longest(number) if way == 0 else (None, None)
        return Measurement(
            interval.camera_id,
            place.of.lane_id,
            DIRECTIONS[way],
            interval.start_ns,
            interval.end_ns,
            by_label(counts),
            speed if known else None,
            float(sums["time"] / watched_s) if watched_s > 0 else None,
            flow_vph=flow_vph,
            flow_pcuph=flow_pcuph,
            time_mean_speed_mps=self._crossed.speed(number, way) if known else None,
            density_vpkm=self._density(sums["time"], number, watched_s),
            density_pcupkm=density,
            headway_s=self._crossed.headway(number, way),
            queue_m=queue_m,
            queue_vehicles=queue_vehicles,
            free_flow_mps=free if known and not math.isnan(free) else None,
            level_of_service=level,
            los_scheme=_SCHEMES[place.spec.road],
            unit="metres" if self._metric else "pixels",
            **(self._starts.take(lane) if self._starts is not None and way == 0 else {}),
        )

    def _by_speed(self, sums: Any, way: int, free: float) -> str:
        if sums["way_time"] <= 0 or math.isnan(free):
            return ""
        travelled = sums["way"] if self._metric else sums["box_way"]
        return level_by_speed(float(travelled / sums["way_time"]) * _SIGN[way] / free)

    def _density(self, time_s: float, number: int, watched_s: float) -> float | None:
        length = float(self._places["length"][number])
        if not self._metric or length <= 0 or watched_s <= 0:
            return None
        return float(time_s) / watched_s / length * 1_000.0


_SIGN: Final = (1.0, -1.0)
_SCHEMES: Final = {"motorway": "density", "street": "speed"}


def by_density(density_pcupkm: float | None) -> str:
    """The level of a motorway lane; empty for an unknown density."""
    return "" if density_pcupkm is None else level_by_density(density_pcupkm)


def lane_ids(spec: MeasureSpec, scene: Scene) -> list[str]:
    """The lanes that a spec measures.

    Raises:
        KeyError: the scene has no such lane.
    """
    named = [spec.lane] if spec.lane is not None else spec.lanes
    names = list(scene.lanes) if named is None or named == "all" else named
    return [scene.lanes[name].lane_id for name in names]


def _row_for(spec: MeasureSpec, lane: int, kinds: list[MeasureSpec], rows: list[list[int]], lanes: int) -> int:
    """Specs that look at the same classes share what they know of chains: a change of lanes is no change of specs."""
    for row, other in enumerate(kinds):
        if (other.classes, other.pcu) == (spec.classes, spec.pcu) and rows[row][lane] < 0:
            return row
    kinds.append(spec)
    rows.append([-1] * lanes)
    return len(rows) - 1
