"""violation.red_light: a vehicle crosses the stop line while its signal is red."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.episodes import NOTHING
from analytics.free_flow import CAR_BOX_M
from analytics.instant_rule import InstantRule
from analytics.late_crossings import CARS_M, SAME_M, SAME_NS, LateCrossings, from_rest
from analytics.queues import KMH_PER_MPS
from analytics.reasons import nearest_line, seconds
from analytics.revisions import Cue
from analytics.shared import Shared
from analytics.track_table import TrackTable
from analytics.vehicles import by_class
from analytics.views import CONFIRMED, cue_of_one
from core.arrays import F64, AnyArray
from core.events import Event
from core.explanation import Amount, Reason, Reasons, reason
from core.findings import Findings, StepView
from core.geometry import border_distance, inside, signed_distance
from core.lanes import stop_lines
from core.measures import RedLightMeasures
from core.scene import Ground, Line, Scene
from core.taxonomy import TWO_WHEELERS
from core.traffic import SIZES_M
from scenes.rules import RedLightSpec

STANDS_MPS: Final = 3 / KMH_PER_MPS
"""Who is slower has stopped past the line."""
SAME_STOP_NS: Final = SECOND_NS
"""Who moves for no longer between still stands: speeds of boxes that tremble come and go."""
HEADS: Final = 0.5
"""Who crosses a line heads over it, within 60°."""
JUMP_MPS: Final = 2.0
STARTS_MPS2: Final = 5.0
"""No vehicle is faster than this after it has stood: motorcycles start with 4 m/s², and speeds are smoothed."""
KNOWN_NS: Final = SECOND_NS
"""The speed of a newer track is not known yet: it begins at 0."""
HIDDEN_NS: Final = 500_000_000
"""Who was not seen for longer (and a frame) as it came to the line may be another: two tracks can be mixed up there."""
STEADY: Final = 1 / 3
STEADY_M: Final = 0.5
ALONE_M: Final = 2.0
"""… unless nobody else is so near its way meanwhile, and it has come as far as its speed before and after that tells,
but for such a share and so much."""
BRAKES_MPS2: Final = 8.0
"""Nobody brakes harder: who is so fast that it cannot stop within `past_m` goes on."""
OBSERVED: Final = 3
"""Frames in which it must be seen past the line; where these are rarer than `SLOW_NS`, one."""
SLOW_NS: Final = 250_000_000
KERB: Final = 0.2
"""Who drives along the kerb, or is seen a little beside it, crosses a stop line, too: where no other lane lies beyond
its end, it reaches further by this share of its length, 0.7 m of a lane of 3.5 m. Lines whose ends lie nearer together
are drawn as one: nobody goes through between them."""
BESIDE_M: Final = 0.75
"""Who crosses so near to the stop line of another signal may have gone by that one."""
LOOK_BACK_NS: Final = 2 * SECOND_NS
"""A crossing longer ago than this, by way and speed, is not known well enough to be judged."""
FORGET_NS: Final = 20 * SECOND_NS
LENGTHS_M: Final = by_class({kind: size[0] for kind, size in SIZES_M.items()}, 0.0)


def _joined(line: Line, others: Sequence[Line], scene: Scene) -> Line:
    """The line of a lane as one of its approach: met half-way by that of the lane beside it, else to the kerb."""
    reach = KERB * (line.end - line.start)
    ends = []
    for end, out, theirs in (
        (line.start, -reach, [other.end for other in others]),
        (line.end, reach, [other.start for other in others]),
    ):
        # Lanes end at their stop lines: it is asked who lies beyond the end a little before.
        before = (end + out - np.array([-reach[1], reach[0]]))[None]
        away = [float(np.hypot(*(their - end))) for their in theirs]
        if away and min(away) <= 2 * np.hypot(*reach):
            ends.append((theirs[away.index(min(away))] + end) / 2)
        else:
            ends.append(end if any(inside(before, lane.polygon)[0] for lane in scene.lanes.values()) else end + out)
    return replace(line, start=ends[0], end=ends[1])


@dataclass(frozen=True, slots=True, eq=False)
class _Stop:
    """A stop line; where the ground is known its start and end in metres, and the unit vector over it."""

    line: Line
    start_m: F64 | None = None
    end_m: F64 | None = None
    ahead: F64 | None = None

    @classmethod
    def of(cls, line: Line, ground: Ground | None) -> _Stop:
        if ground is None:
            return cls(line)
        along = line.end - line.start
        right = np.array([-along[1], along[0]]) / np.hypot(*along)
        metres, valid = ground.to_ground(np.array([line.start, line.end, (line.start + line.end) / 2 + right]))
        if not valid.all():
            return cls(line)
        way = metres[1] - metres[0]
        across = np.array([-way[1], way[0]]) / np.hypot(*way)
        return cls(line, metres[0], metres[1], across * np.sign((metres[2] - metres[0]) @ across))


@dataclass(frozen=True, slots=True, eq=False)
class _Timed:
    """Run times by which the front of a vehicle was over the line, and at which front and middle crossed it, its speed
    (m/s), and where its middle crossed, in metres; not numbers where there is no ground."""

    inside_ns: int
    cut_ns: int
    middle_ns: int
    mps: float
    place: F64
    lasts_ns: int = SAME_NS


@dataclass(slots=True)
class _Over:
    """Somebody who crossed at red.

    Attributes:
        cut_ns: run time at which the front crossed.
        exits: numbers of lines over which it may leave.
        past_m: how far its middle has come past the line; seen: in so many frames; over_mps: its speed over the line;
            last_ns, last: when it was seen last, and as what.
        cue: once it has gone on; it waits for the vehicle to leave.
    """

    stop: _Stop
    cut_ns: int
    measures: RedLightMeasures
    confidence: float
    exits: frozenset[int]
    past_m: float = 0.0
    seen: int = 0
    over_mps: float = 0.0
    last_ns: int = 0
    last: Cue | None = None
    cue: Cue | None = None

    def gone(self, now_ns: int, past_m: float) -> bool:
        """Whether it is lost, and was too fast to stop."""
        stops_m = self.over_mps * self.over_mps / (2 * BRAKES_MPS2)
        return now_ns - self.last_ns > HIDDEN_NS and self.seen >= OBSERVED and self.past_m + stops_m >= past_m


def _same(view: StepView, row: int, known: AnyArray) -> bool:
    """Whether a track that was not seen for a while can be nobody else: it went on alone."""
    gap_s, slowest = int(known["gap_ns"]) / SECOND_NS, min(float(known["mps"]), float(known["mps_before"]))
    if not view.valid[row] or gap_s > LOOK_BACK_NS / SECOND_NS or slowest <= STANDS_MPS:
        return False
    start, way = known["at_before"], known["at"] - known["at_before"]
    came_m, expected_m = float(np.hypot(*way)), gap_s * (float(known["mps"]) + float(known["mps_before"])) / 2
    if abs(came_m - expected_m) > STEADY * expected_m + STEADY_M:
        return False
    to = view.position[view.valid & (np.arange(len(view.valid)) != row)] - start
    share = np.clip(to @ way / max(came_m, 1e-9) ** 2, 0.0, 1.0)
    return not (np.hypot(*(to - share[:, None] * way).T) < ALONE_M).any()


class RedLightRule(InstantRule):
    """One event for each vehicle that crosses at red and goes on.

    When the front crossed is told by how far the middle is past the line, half a length (`core.traffic.SIZES_M`), and
    the speed. Without a ground the foot of a box is the front of a vehicle that comes near, and the rear of one that
    goes away; lengths are in car boxes (`vehicles.CAR_BOXES`), of `CAR_BOX_M` each.

    Near a stop line tracks are mixed up: of those who wait, those who pass behind them, and those who are hidden. So
    one that stood a moment ago and is fast now, that heads along the line rather than over it, or that was not seen as
    it came to the line has crossed nothing by that; and one that crosses must be seen past the line. But whoever is
    seen a little past it, and so fast that it cannot have started there, has come over it, whosever track it was
    (`late_crossings`). One that is lost past the line goes on, if it was too fast to stop.

    Raises:
        KeyError: the scene has no such signal, line or lane.
    """

    def __init__(
        self, spec: RedLightSpec, scene: Scene, camera_id: str, open_events: Sequence[Event], shared: Shared
    ) -> None:
        super().__init__(spec, camera_id, open_events, shared)
        signal = scene.signals[spec.signal]
        self._spec, self._metric, self._label = spec, scene.ground is not None, signal.label
        others = {name: other for name, other in scene.signals.items() if name != spec.signal}
        self._others = [(name, line) for name, other in others.items() for line in stop_lines(scene, other)]
        lines = stop_lines(scene, signal)
        if signal.line is None:
            beside = [*lines, *(line for _, line in self._others)]
            lines = [_joined(line, [other for other in beside if other is not line], scene) for line in lines]
        self._stops = [_Stop.of(line, scene.ground) for line in lines]
        watch = shared.lines.watch
        self._lines = [watch(stop.line, spec.hysteresis_px, self._wanted) for stop in self._stops]
        self._exits = {
            name: watch(scene.lines[name], spec.hysteresis_px, self._wanted)
            for name in dict.fromkeys((*spec.except_exits, *(n for lamp in signal.lamps for n in lamp.releases)))
            if name in scene.lines
        }
        self._released = {lamp.arrow: frozenset(lamp.releases) for lamp in signal.lamps if lamp.arrow}
        self._names = list(scene.lanes)
        self._came = TrackTable(
            [
                ("lane", np.int64),
                ("stood_ns", np.int64),
                ("stood_at", np.float64, 2),
                ("stops_ns", np.int64),
                ("stops_at", np.float64, 2),
                ("gap_ns", np.int64),
                ("last_ns", np.int64),
                ("first_ns", np.int64),
                ("at", np.float64, 2),
                ("mps", np.float64),
                ("at_before", np.float64, 2),
                ("mps_before", np.float64),
            ]
        )
        self._late = LateCrossings(shared.clock, self._wanted)
        self._over: dict[int, _Over] = {}
        self._told: dict[int, RedLightMeasures] = {}
        """At the last frame, by track."""

    def _found(self, view: StepView) -> Findings:
        shared, clock = self._shared, self._clock
        self._told.clear()
        if clock.lost:
            self._over.clear()
        self._remember(view)
        found = self._follow(view) if self._over else NOTHING
        for number, stop in zip(self._lines, self._stops, strict=True):
            for row, way in shared.lines.at(view, number):
                timed = self._front(view, row, stop) if way > 0 else None
                if timed is not None:
                    found += self._take(view, row, stop, timed)
        self._late.follow(view)
        for stop in self._stops:
            for late in self._came_late(view, stop):
                found += self._take(view, late[0], stop, late[1])
        return found

    def _take(self, view: StepView, row: int, stop: _Stop, timed: _Timed) -> Findings:
        """Somebody's front has crossed: of each vehicle once, whatever tracks it has."""
        track = int(view.track_id[row])
        beside_m = SAME_M if view.class_id[row] in TWO_WHEELERS else CARS_M
        if not self._shared.crossed.is_first(track, timed.cut_ns, timed.place, timed.lasts_ns, beside_m):
            return NOTHING
        over = self._crossed(view, row, stop, timed)
        if over is None:
            return NOTHING
        self._over[track] = over
        return self._judge(view, row, over)

    def _came_late(self, view: StepView, stop: _Stop) -> Iterator[tuple[int, _Timed]]:
        """Who begins past the line, or is seen again there, and must have come over it."""
        if stop.start_m is None or stop.end_m is None or stop.ahead is None:
            return
        for late in self._late.over(view, stop.start_m, stop.end_m, stop.ahead):
            ahead_m = float(LENGTHS_M[view.class_id[late.row]]) / 2
            cut_ns = late.middle_ns - round(ahead_m / late.mps * SECOND_NS)
            if from_rest(late.mps, late.way_m + ahead_m) or self._clock.run_ns - cut_ns > LOOK_BACK_NS:
                continue
            red_by_ns, lasts_ns = cut_ns - late.guessed_ns // 2, max(SAME_NS, late.middle_ns - cut_ns)
            yield late.row, _Timed(red_by_ns, cut_ns, late.middle_ns, late.mps, late.place, lasts_ns)

    def _remember(self, view: StepView) -> None:
        """Of each vehicle its last lane, when it last stood and since when, and how long it was not seen until now."""
        came, now = self._came, self._clock.run_ns
        came.let_go(view, self._clock)
        rows = self._shared.look(view).observed(self._wanted)
        if not len(rows):
            return
        at, fresh = came.locate(view.track_id[rows], now)
        mine, lane = came.rows, view.lane[rows]
        mine["lane"][at] = np.where(lane >= 0, lane, np.where(fresh, -1, mine["lane"][at]))
        mine["first_ns"][at] = np.where(fresh, now, mine["first_ns"][at])
        stands = self._shared.look(view).slower_than(STANDS_MPS, STANDS_MPS / CAR_BOX_M)[rows]
        stands &= now - mine["first_ns"][at] >= KNOWN_NS
        mine["gap_ns"][at] = np.where(fresh, 0, now - mine["last_ns"][at])
        mine["last_ns"][at] = now
        mine["at_before"][at], mine["mps_before"][at] = mine["at"][at], mine["mps"][at]
        mine["at"][at], mine["mps"][at] = view.position[rows], self._shared.look(view).speed[rows]
        stops = stands & (fresh | (now - mine["stood_ns"][at] > SAME_STOP_NS))
        mine["stops_ns"][at] = np.where(stops, now, mine["stops_ns"][at])
        mine["stops_at"][at] = np.where(stops[:, None], view.position[rows], mine["stops_at"][at])
        mine["stood_ns"][at] = np.where(stands, now, np.where(fresh, -LOOK_BACK_NS * 10, mine["stood_ns"][at]))
        mine["stood_at"][at] = np.where(stands[:, None], view.position[rows], mine["stood_at"][at])

    def _crossed(self, view: StepView, row: int, stop: _Stop, timed: _Timed) -> _Over | None:
        """Who has crossed the line, if its front did so at red."""
        spec, signals = self._spec, self._shared.signals
        inside_ns, cut_ns, middle_ns, mps = timed.inside_ns, timed.cut_ns, timed.middle_ns, timed.mps
        red_ns = signals.stops_since(spec.signal, cut_ns)
        # Who waited with its front over the line is slow at first: its middle crosses at green.
        if red_ns is None or not signals.at(spec.signal, middle_ns).state.stops:
            return None
        if inside_ns - red_ns < round(spec.grace_s * SECOND_NS):
            return None
        if self._beside_another(view, row, cut_ns):
            return None
        lane, shown = self._lane_of(view, row), signals.at(spec.signal, cut_ns)
        released = {name for arrow in shown.arrows for name in self._released.get(arrow, ())}
        if lane and lane in released | set(spec.except_lanes):
            return None
        exits = frozenset(n for name, n in self._exits.items() if name in released | set(spec.except_exits))
        speed = round(mps, 3) if view.valid[row] else None
        measures = RedLightMeasures(round((cut_ns - red_ns) / SECOND_NS, 3), spec.signal, lane, speed)
        return _Over(stop, cut_ns, measures, shown.confidence, exits)

    def _front(self, view: StepView, row: int, stop: _Stop) -> _Timed | None:
        """When somebody whose foot crosses at this frame did so; None of who heads elsewhere, or jumped."""
        past_m, over_mps, mps = self._past(view, row, stop)
        if over_mps <= HEADS * mps:
            return None
        known, now = self._came.find(int(view.track_id[row])), self._clock.run_ns
        if known is None or (
            int(known["gap_ns"]) > max(HIDDEN_NS, self._clock.step_ns) and not _same(view, row, known)
        ):
            return None
        if mps > JUMP_MPS + STARTS_MPS2 * (now - int(known["stood_ns"])) / SECOND_NS:
            return None
        length = float(LENGTHS_M[view.class_id[row]])
        rises = view.foot_velocity[row, 1] < 0
        ahead_m = length / 2 if self._metric else length if rises else 0.0
        middle_ns = now - round(past_m / over_mps * SECOND_NS)
        cut_ns = middle_ns - round(ahead_m / mps * SECOND_NS)
        if now - cut_ns > LOOK_BACK_NS:
            return None
        if stop.start_m is not None and stop.ahead is not None and now - int(known["stood_ns"]) < FORGET_NS:
            # Who has stood with its front over the line crossed it before, and at the latest when it stopped there.
            stops_m, stood_m = ((known[at] - stop.start_m) @ stop.ahead for at in ("stops_at", "stood_at"))
            cut_ns = min(cut_ns, int(known["stood_ns"])) if stood_m >= -ahead_m else cut_ns
            inside_ns = min(cut_ns, int(known["stops_ns"])) if stops_m >= -ahead_m else cut_ns
            return _Timed(inside_ns, cut_ns, middle_ns, mps, self._cut_at(view, row, past_m))
        return _Timed(cut_ns, cut_ns, middle_ns, mps, self._cut_at(view, row, past_m))

    def _cut_at(self, view: StepView, row: int, past_m: float) -> F64:
        """Where on the ground its middle was over the line."""
        speed = float(np.hypot(*view.velocity[row]))
        if not self._metric or not view.valid[row] or speed <= 0:
            return np.full(2, np.nan)
        return np.asarray(view.position[row] - view.velocity[row] * (past_m / speed))

    def _past(self, view: StepView, row: int, stop: _Stop) -> tuple[float, float, float]:
        """Metres past a line, m/s over it, and m/s in all; no speed where the ground does not hold."""
        if stop.start_m is not None and stop.ahead is not None:
            velocity = view.velocity[row] if view.valid[row] else np.zeros(2)
            past = (view.position[row] - stop.start_m) @ stop.ahead
            return float(past), float(velocity @ stop.ahead), float(np.hypot(*velocity))
        unit_m = CAR_BOX_M / float(self._shared.look(view).car_side[row])
        foot, pace = view.foot[row].astype(np.float64), view.foot_velocity[row].astype(np.float64)
        start, end = stop.line.start, stop.line.end
        past, over = signed_distance(np.array([foot, start + pace]), start, end) * unit_m
        return float(past), float(over), float(np.hypot(*pace)) * unit_m

    def _beside_another(self, view: StepView, row: int, cut_ns: int) -> bool:
        """Whether it is as likely that it crossed the stop line of another signal, which let it go."""
        side_m = BESIDE_M / CAR_BOX_M * float(self._shared.look(view).car_side[row])
        return any(
            not self._shared.signals.at(name, cut_ns).state.stops
            and border_distance(view.foot[row], np.array([line.start, line.end])) <= side_m
            for name, line in self._others
        )

    def _lane_of(self, view: StepView, row: int) -> str:
        known = self._came.find(int(view.track_id[row]))
        return "" if known is None or known["lane"] < 0 else self._names[int(known["lane"])]

    def _follow(self, view: StepView) -> Findings:
        """Those who have crossed: who goes on, stops, or leaves where it may."""
        found, clock = NOTHING, self._clock
        rows = {int(track): row for row, track in enumerate(view.track_id)}
        for track, over in list(self._over.items()):
            row, waited_ns = rows.get(track), clock.run_ns - over.cut_ns
            ended = track in view.ended_id
            if row is not None and any((row, 1) in self._shared.lines.at(view, number) for number in over.exits):
                del self._over[track]
            elif over.cue is not None:
                if ended or waited_ns > self._spec.exit_s * SECOND_NS:
                    found += self._tell(view, track, over)
            elif (row is None or ended) and over.gone(clock.run_ns, self._spec.past_m):
                over.cue = over.last
                found += NOTHING if over.exits else self._tell(view, track, over)
            elif ended or waited_ns > FORGET_NS:
                del self._over[track]
            elif row is not None and view.state[row] == CONFIRMED:
                found += self._judge(view, row, over)
        return found

    def _judge(self, view: StepView, row: int, over: _Over) -> Findings:
        """Whether somebody who crossed at red goes on, or stops."""
        track = int(view.track_id[row])
        over.past_m, over_mps, mps = self._past(view, row, over.stop)
        if mps < STANDS_MPS:
            del self._over[track]
            return NOTHING
        over.seen += 1
        cue = cue_of_one(view, row, over.measures)
        over.last = replace(cue, confidence=min(cue.confidence, over.confidence))
        over.last_ns, over.over_mps = self._clock.run_ns, over_mps
        if over.past_m < self._spec.past_m or (over.seen < OBSERVED and self._clock.step_ns < SLOW_NS):
            return NOTHING
        over.cue = over.last
        return NOTHING if over.exits else self._tell(view, track, over)

    def _tell(self, view: StepView, track: int, over: _Over) -> Findings:
        del self._over[track]
        assert over.cue is not None  # noqa: S101
        self._told[track] = over.measures
        return self._episodes.instant(self._clock, view.frame, over.cue, over.cut_ns)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        track = int(view.track_id[row])
        if track in self._told or track in self._over:
            return self._crossed_at_red(track)
        number = nearest_line(view, row, [stop.line for stop in self._stops])
        said = self._shared.lines.explain(view, row, self._lines[number])[0]
        shown, run_ns = self._shared.signals.now(self._spec.signal), self._clock.run_ns
        state = Reason(f"signal-{shown.state.value.replace('_', '-')}")
        stops = reason("signal-stops", shown.state.stops, place=self._label, state=state)
        since_ns = self._shared.signals.stops_since(self._spec.signal, run_ns)
        if since_ns is None:
            return *said, stops
        red_s, grace = (run_ns - since_ns) / SECOND_NS, Amount(self._spec.grace_s, "s")
        return *said, stops, reason("red-for", red_s >= grace.value, value=seconds(red_s), limit=grace)

    def _crossed_at_red(self, track: int) -> Reasons:
        over, limit = self._over.get(track), Amount(self._spec.past_m, "m")
        red_s = (self._told[track] if over is None else over.measures).red_s
        said = reason("crossed-red", True, place=self._label, value=Amount(red_s, "s"))
        if over is None:
            return (said,)
        if over.cue is None:
            return said, reason("past-line", False, value=Amount(over.past_m, "m", grows=True), limit=limit)
        return said, reason("may-leave", False, limit=Amount(self._spec.exit_s, "s"))
