"""What rules say of a track, where several say the same."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.views import CONFIRMED
from core.arrays import AnyArray, Bool
from core.explanation import Amount, Reason, Reasons, reason
from core.findings import StepView
from core.geometry import border_distance
from core.scene import Label, Line, Scene, Zone
from core.taxonomy import LABELS

SIDES: Final = {1: "right", -1: "left"}
WAYS: Final = {1: "forward", -1: "backward"}
LASTS: Final = frozenset({"explain-waited", "explain-gone"})
"""How far something is that must last; what is lost when it does not."""
OPEN: Final = "explain-open"
COUNTED: Final = "explain-counted"


def of_class(view: StepView, row: int, wanted: Bool) -> Reason:
    """Whether the rule looks at such things."""
    kind = int(view.class_id[row])
    return reason("class", bool(wanted[kind]), **{"class": Reason(f"class-{LABELS[kind]}")})


def seen(view: StepView, row: int) -> Reasons:
    """Nothing, or that the track is not seen in this frame."""
    return () if view.state[row] == CONFIRMED else (reason("seen", False),)


def in_zone(view: StepView, row: int, zone: Zone, holds: bool) -> Reason:
    """Whether the foot is inside."""
    away = float(border_distance(view.foot[row], zone.polygon))
    return reason("in-zone", holds, place=zone.label, value=Amount(away, "px"))


def on_lane(view: StepView, row: int, watched: Bool, place: str | Label) -> Reason:
    """Whether it is on one of the lanes (L) of a rule; `place` names these."""
    lane = int(view.lane[row])
    if lane < 0:
        return reason("no-lane", False, place=place)
    label = list(view.scene.lanes.values())[lane].label
    return reason("on-lane", bool(watched[lane]), lane=label, place=place)


def waited(
    clock: CameraClock, since_ns: int | None, for_ns: int, gap_ns: int, of: Literal["place", "track"]
) -> Reasons:
    """How long the conditions have held, of the time that they must; nothing while that has not begun."""
    if since_ns is None:
        return ()
    passed, wanted, gap = ((clock.run_ns - since_ns) / SECOND_NS, for_ns / SECOND_NS, gap_ns / SECOND_NS)
    times = {"value": seconds(passed), "limit": Amount(wanted, "s"), "gap": Amount(gap, "s")}
    return (reason("waited", passed >= wanted, of=of, **times),)


def gone(way_m: float, least_m: float, gap_ns: int) -> Reason:
    """How far the conditions have held, of the way that they must."""
    gap = Amount(gap_ns / SECOND_NS, "s")
    return reason(
        "gone", way_m >= least_m, of="track", value=Amount(way_m, "m", grows=True), limit=Amount(least_m, "m"), gap=gap
    )


def seconds(value: float) -> Amount:
    """A time that goes by."""
    return Amount(value, "s", grows=True)


def at_line(line: Line, state: AnyArray, hysteresis_px: float) -> Reasons:
    """Where a track is beside a line.

    Args:
        state: its record, brought to this frame: `side`, `distance`, `crossed`, and `place`, where its way last cut
            the straight line through the ends: 0 at the start, 1 at the end.
    """
    side, distance = int(state["side"]), float(state["distance"])
    away, limit = Amount(abs(distance), "px"), Amount(hysteresis_px, "px")
    if state["crossed"]:
        return (reason("line-crossed", True, line=line.label, way=WAYS[int(state["crossed"])]),)
    if abs(distance) <= hysteresis_px:
        return (reason("line-near", False, line=line.label, value=away, limit=limit),)
    beyond = max(-float(state["place"]), float(state["place"]) - 1.0, 0.0)
    if beyond > 0:
        length = float(np.hypot(*(line.end - line.start)))
        other = reason("line-other", True, line=line.label, side=SIDES[side], value=away)
        return other, reason("line-beside", False, line=line.label, value=Amount(beyond * length, "px"))
    return (reason("line-side", False, line=line.label, side=SIDES[side], value=away),)


def nearest_line(view: StepView, row: int, lines: list[Line]) -> int:
    """Which of the lines is nearest to the foot."""
    foot = view.foot[row]
    return int(np.argmin([border_distance(foot, np.array([line.start, line.end])) for line in lines]))


def lane_unit(scene: Scene) -> str:
    """The unit of ways along lanes."""
    return "px" if scene.ground is None else "m"
