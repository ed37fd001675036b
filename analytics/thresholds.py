"""Thresholds proposed from people's verdicts, with what they would have changed. Nothing here changes a rule.

Only events that went out can be judged: what a threshold below today's would find, no verdict tells. So thresholds are
only ever proposed higher.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from analytics.object_rule import SEEN
from analytics.queues import KMH_PER_MPS
from core.events import Event, EventKind, Phase, Says
from core.intervals import wilson
from scenes.rules import SPECS, CrowdingSpec

InForce = Mapping[tuple[str, str], Mapping[str, Any]]
"""Parameters of rules, by camera and rule."""
LEAST: Final = 5
"""Judged true and false alerts below which a proposal rests on too little, and says so."""


def _measure(name: str) -> Callable[[Any], float | None]:
    def read(measures: Any) -> float | None:
        value = getattr(measures, name)
        return None if value is None else float(value)

    return read


def _metres(name: str, share: float = 1.0) -> Callable[[Any], float | None]:
    """Of what is measured in metres where there are any; a rule asks for this share of its parameter."""

    def read(measures: Any) -> float | None:
        return float(getattr(measures, name)) / share if measures.unit == "m" else None

    return read


def _crowd(measures: Any) -> float | None:
    """Below the default count its density raised it, which no count takes away."""
    return float(measures.count) if measures.count >= CrowdingSpec.model_fields["count"].default else None


def _closed_lane_s(measures: Any) -> float | None:
    """A forbidden turn is not waited for."""
    return float(measures.duration_s) if measures.what == "closed_lane" else None


FIGURES: Final[Mapping[EventKind, Mapping[str, Callable[[Any], float | None]]]] = {
    EventKind.INTRUSION: {"for_s": _measure("duration_s")},
    EventKind.LOITERING: {"for_s": _measure("dwell_s")},
    EventKind.CROWDING: {"count": _crowd, "for_s": _measure("duration_s")},
    EventKind.RUNNING: {"for_s": _measure("duration_s")},
    EventKind.FIGHT: {"approach_kmh": lambda m: m.approach_mps * KMH_PER_MPS, "for_s": _measure("duration_s")},
    EventKind.CONGESTION: {"least_vehicles": _measure("vehicles"), "for_s": _measure("duration_s")},
    EventKind.QUEUE: {
        "min_length_m": _metres("longest"),
        "for_s": _measure("duration_s"),
    },
    EventKind.SPILLBACK: {"for_s": _measure("duration_s")},
    EventKind.STOPPED_VEHICLE: {"for_s": _measure("stopped_s")},
    EventKind.ILLEGAL_PARKING: {"for_s": _measure("stopped_s")},
    EventKind.WRONG_WAY: {
        "min_way_m": _measure("way_m"),
        "for_s": _measure("duration_s"),
    },
    EventKind.PEDESTRIAN: {"for_s": _measure("duration_s")},
    EventKind.COLLISION: {"for_s": _measure("stopped_s")},
    EventKind.SLOW_VEHICLE: {"for_s": _measure("duration_s")},
    EventKind.SPEEDING: {"tolerance": lambda m: m.speed_mps / m.limit_mps - 1.0},
    EventKind.LANE: {"for_s": _closed_lane_s},
    EventKind.CAMERA_DOWN: {"after_s": _measure("silent_s")},
    EventKind.CAMERA_FROZEN: {"for_s": _measure("duration_s")},
    EventKind.CAMERA_DARK: {"for_s": _measure("duration_s")},
    EventKind.CAMERA_BLURRED: {"for_s": _measure("duration_s")},
    EventKind.CAMERA_COVERED: {"for_s": _measure("duration_s")},
    EventKind.CAMERA_MOVED: {"for_s": _measure("duration_s")},
    EventKind.CAMERA_CLOCK: {"for_s": _measure("duration_s")},
    EventKind.RED_LIGHT: {"grace_s": _measure("red_s")},
    EventKind.DEBRIS: {"for_s": _measure("duration_s"), "min_size_m": _metres("size", SEEN)},
    EventKind.ABANDONED_OBJECT: {"for_s": _measure("duration_s"), "min_size_m": _metres("size", SEEN)},
    EventKind.LITTERING: {"for_s": _measure("duration_s"), "min_size_m": _metres("size", SEEN)},
    EventKind.ENCROACHMENT: {"for_s": _measure("duration_s"), "min_size_m": _metres("size", SEEN)},
    EventKind.SMOKE_FIRE: {"looks": _measure("looks")},
    EventKind.FLOODING: {"looks": _measure("looks")},
}
"""For each kind the parameters of its rule that the measures of its events tell something of. An event whose measure
stayed below the parameter would not have been one. The other kinds have none. A speed of the last revision is none of
them: it is not the one at which the event began.
"""


@dataclass(frozen=True, slots=True)
class Share:
    """`found` of `of`, with its 95 % interval (Wilson 1927); without any the interval is everything."""

    found: int
    of: int
    low: float
    high: float

    @classmethod
    def count(cls, found: int, of: int) -> Share:
        """Of a count."""
        return cls(found, of, *wilson(found, of))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a higher parameter of one rule at one camera would have done to the judged alerts.

    Attributes:
        value: of the parameter, None where no value helps: false alerts look like true ones.
        gone: judged false alerts that would not have been; `lost`: judged true ones.
        few: less than `LEAST` of one of them were judged.
    """

    camera_id: str
    rule_id: str
    kind: EventKind
    parameter: str
    value: float | None
    gone: Share
    lost: Share
    few: bool


def propose(
    judged: Iterable[tuple[Event, Says]], most_lost: float = 0.0, in_force: InForce | None = None
) -> list[Proposal]:
    """The best proposal for each camera and rule that has a judged false alert.

    Args:
        judged: latest revisions of events, with a person's verdict; others are passed over, and so is what is still
            open: nobody knows yet how long it lasts.
        most_lost: largest share of judged true alerts that a proposal may cost.
        in_force: parameters of rules, by camera and rule; of a rule that is not there the defaults are.

    Of values that take away as many false alerts the lowest is proposed, of parameters the one that takes away most.
    """
    rules: dict[tuple[str, str, EventKind], list[tuple[Event, bool]]] = defaultdict(list)
    for event, says in judged:
        if event.phase is Phase.ENDED and says in (Says.CONFIRMED, Says.REJECTED):
            rules[event.camera_id, event.rule_id, event.kind].append((event, says is Says.CONFIRMED))
    found = []
    for (camera_id, rule_id, kind), events in sorted(rules.items()):
        true, false = (sum(is_true is wanted for _, is_true in events) for wanted in (True, False))
        if not false:
            continue
        best = Proposal(camera_id, rule_id, kind, "", None, Share.count(0, false), Share.count(0, true), False)
        known = (in_force or {}).get((camera_id, rule_id), {})
        for parameter, read in FIGURES.get(kind, {}).items():
            values = [(read(event.measures), is_true) for event, is_true in events]
            field = SPECS[kind].model_fields[parameter]
            value, gone, lost = _best(values, most_lost * true, field, known.get(parameter, field.default))
            if value is not None and gone > best.gone.found:
                shares = Share.count(gone, false), Share.count(lost, true)
                best = Proposal(camera_id, rule_id, kind, parameter, value, *shares, min(true, false) < LEAST)
        found.append(best)
    return found


def _best(
    values: list[tuple[float | None, bool]], most_lost: float, field: FieldInfo, now: Any
) -> tuple[float | None, int, int]:
    """The value, just above a false alert's, that takes away most of them at no more than this loss."""
    known = sorted((value, is_true) for value, is_true in values if value is not None)
    best: tuple[float | None, int, int] = None, 0, 0
    for top in dict.fromkeys(value for value, is_true in known if not is_true):
        limit = float(math.floor(top) + 1) if _is_whole(field) else _just_above(top)
        if not _is_stricter(limit, field, now):
            continue
        gone = sum(value < limit and not is_true for value, is_true in known)
        lost = sum(value < limit and is_true for value, is_true in known)
        if lost <= most_lost and gone > best[1]:
            best = limit, gone, lost
    return best


def _is_whole(field: FieldInfo) -> bool:
    return field.annotation is int or int in get_args(field.annotation)


def _is_stricter(limit: float, field: FieldInfo, now: Any) -> bool:
    """Whether the rule takes it, and it is more than what is in force now."""
    try:
        kind: Any = Annotated[field.annotation, field]
        TypeAdapter(kind).validate_python(limit)
    except ValidationError:
        return False
    return not isinstance(now, int | float) or limit > now


def _just_above(value: float) -> float:
    """The next number with two decimals at most, or three digits: what a person would write into a scene."""
    step = 0.01 if value < 10 else 0.1 if value < 100 else 1.0
    return round((math.floor(value / step + 1e-9) + 1) * step, 2)
