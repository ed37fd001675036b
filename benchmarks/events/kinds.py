"""Kinds of events that are scored: which rule reports each, where it watches, how an alert is told right from wrong.

A kind whose rule is not written yet is listed all the same: its incidents are counted, and it is scored from the day
that `scenes.rules` has a spec of that name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from core.scene import Scene
from scenes.rules import SPECS, AnyRuleSpec

Road = Literal["street", "motorway"]
SWEEP: Final = "sweep"
"""How the ids of copies of rules at other thresholds begin: `sweep:PARAMETER:VALUE:PLACE`."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A definition about one road user, as truth can tell it: of these classes, in such a zone.

    Attributes:
        for_s, gap_s: how long it lasts before it is an event, and which gaps do not matter; as the rule's defaults.
        below_mps, above_mps: only while it is slower, or faster.
        over_limit: only while it is faster than this many times its lane's limit; over_m: for so many metres of way.
        injected: only users of incidents of this kind while these last, since truth cannot tell it from ways alone.
        of: other kinds of incidents that make it happen too.
        every: all for which it holds are incidents, whether or not somebody made them happen.
        together: of an incident's users so many must be seen, as it is about them together.
        below_usual: only while it is slower than this share of the usual speed (`usual`); of whom nobody made drive so,
            who has somebody as slow ahead is among others.
    """

    classes: tuple[str, ...]
    for_s: float
    gap_s: float
    below_mps: float | None = None
    above_mps: float | None = None
    over_limit: float | None = None
    over_m: float = 0.0
    injected: bool = False
    of: tuple[str, ...] = ()
    every: bool = False
    together: int = 1
    below_usual: float | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event.

    Attributes:
        zones: how the names of the zones or lines begin in which its rule watches (`views.build_view`).
        condition: of a road user; None: of a group of lanes (`place_truth`), or of who crosses a line (`line_truth`).
        areas: how the names of the zones begin in which truth holds, where the rule does not watch zones.
        fixed: parameters of the rule that are not its defaults.
        by_place: an alert belongs to an event in the same place; else to a user near it.
        early_s: an alert may come so long before the definition truly holds, as speeds and feet are measured; late_s:
            and so long after it truly ended.
        sweep: other thresholds, by parameter of the rule.
        absent: nobody brings it about in simulated traffic: every alert is false.
    """

    zones: str = ""
    condition: Condition | None = None
    areas: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    by_place: bool = False
    early_s: float = 3.0
    late_s: float = 10.0
    sweep: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    absent: bool = False

    @property
    def where(self) -> str:
        """How the names of the zones begin in which truth holds."""
        return self.areas or self.zones


_VEHICLE: Final = ("vehicle",)
_LARGE: Final = ("bus", "truck")
"""To these any carriageway stands for a lane that is closed to them."""
_STANDS_MPS: Final = 3 / 3.6
_RUNS_MPS: Final = 12 / 3.6
_DRIVES_MPS: Final = 7 / 3.6
KINDS: Final[Mapping[str, Kind]] = {
    "traffic.congestion": Kind(by_place=True, early_s=30.0, late_s=60.0),
    "traffic.queue": Kind(by_place=True, early_s=15.0, late_s=30.0, sweep={"min_length_m": (15.0, 22.0, 45.0)}),
    "traffic.spillback": Kind("spill-", by_place=True, early_s=10.0, sweep={"for_s": (5.0, 20.0)}),
    "incident.stopped_vehicle": Kind(
        "road-",
        Condition(_VEHICLE, 10.0, 1.0, below_mps=_STANDS_MPS),
        sweep={"for_s": (3.0, 5.0, 15.0, 20.0, 30.0), "stop_speed_kmh": (1.0, 2.0, 5.0, 8.0)},
    ),
    "incident.wrong_way": Kind(
        "road-", Condition(_VEHICLE, 2.0, 1.0, above_mps=_DRIVES_MPS, over_m=10.0, injected=True)
    ),
    "incident.pedestrian_on_carriageway": Kind(
        "walk-",
        Condition(("person",), 1.0, 0.5),
        by_place=True,
        sweep={"for_s": (0.2, 0.5, 2.0, 3.0, 5.0)},
    ),
    "incident.collision": Kind(
        "road-", Condition(_VEHICLE, 3.0, 1.0, below_mps=_STANDS_MPS, injected=True, together=2)
    ),
    "incident.slow_vehicle": Kind("road-", Condition(_VEHICLE, 10.0, 1.0, below_usual=0.4)),
    "violation.illegal_parking": Kind(
        "road-",
        Condition(_VEHICLE, 60.0, 2.0, below_mps=_STANDS_MPS, of=("incident.stopped_vehicle", "incident.collision")),
    ),
    "violation.speeding": Kind(
        "road-", Condition(_VEHICLE, 0.0, 0.5, over_limit=1.1, over_m=20.0, every=True), early_s=2.0
    ),
    "violation.lane": Kind(
        condition=Condition(_LARGE, 2.0, 1.0, every=True), areas="lanes-", fixed={"classes": list(_LARGE)}
    ),
    "security.intrusion": Kind(
        "crossing-", Condition(("person",), 1.0, 0.5, every=True), fixed={"classes": ["person"]}, by_place=True
    ),
    "security.loitering": Kind("square-", Condition(("person",), 60.0, 2.0, every=True), early_s=5.0),
    "security.running": Kind("square-", Condition(("person",), 1.5, 0.5, above_mps=_RUNS_MPS, every=True)),
    "security.crowding": Kind("square-", by_place=True, early_s=5.0),
    "security.fight_suspected": Kind("square-", by_place=True, absent=True),
    "security.line_crossing": Kind("count-", fixed={"classes": ["vehicle"]}, early_s=1.5, late_s=1.5),
}
"""In the order of reports."""
_STAGED: Final = "none: no road user brings it about; `matpho bench pixels` stages it on real clips instead"
_PUT: Final = "none: it is found in pictures; `matpho bench pixels` puts things into real clips instead"
_SECOND: Final = "none: it is found by a second model, and none is shipped; how good yours is, your own pictures tell"
ELSEWHERE: Final[Mapping[str, str]] = {
    "camera.down": "none: no road user brings it about; streams are cut in `tests/faults` and `tests/pipeline` instead",
    **dict.fromkeys(("camera.frozen", "camera.dark", "camera.blurred", "camera.moved", "camera.covered"), _STAGED),
    "camera.clock": "none: no road user brings it about; clocks are set wrong in `tests/analytics` instead",
    "violation.red_light": "in `matpho bench pixels`: simulated traffic at its signals, and at some that are red early",
    **dict.fromkeys(("incident.debris", "security.abandoned_object"), _PUT),
    **dict.fromkeys(("environment.littering", "environment.encroachment"), _PUT),
    **dict.fromkeys(("incident.smoke_fire", "environment.flooding"), _SECOND),
    "violation.no_crossing": "none of its own: crossings are scored as security.line_crossing",
}
"""Kinds that are not scored here, and why."""


def case_of(kind: str) -> str:
    """What the benchmark has of a kind, in words.

    Raises:
        KeyError: it is neither scored nor named as one that is not.
    """
    if kind not in KINDS:
        return ELSEWHERE[kind]
    how = KINDS[kind]
    if how.absent:
        return "false alerts alone: nobody brings it about in simulated traffic"
    where = "places" if how.by_place else "road users"
    if how.condition is not None and (how.condition.injected or how.condition.below_usual is not None):
        return f"incidents made to happen in simulated traffic, alerts laid beside them by {where}"
    return f"all times at which the definition truly holds in simulated traffic, alerts laid beside them by {where}"


MOTORWAYS: Final = frozenset({"motorway", "trunk"})
"""Scenes without signals."""
_PLACES: Final = ("zone", "line", "group", "lane")
"""Fields of a spec that name a place, in the order in which they are tried."""


def rule_of(kind: str) -> str | None:
    """The kind of the rule that reports it; None: no rule yet."""
    return kind if kind in SPECS else None


def specs_for(kind: str, scene: Scene, road: Road, *, sweep: bool = False) -> Iterator[AnyRuleSpec]:
    """The rules that watch a scene for a kind, with their defaults; `sweep`: with copies at other thresholds."""
    how, spec = KINDS[kind], SPECS.get(kind)
    if spec is None:
        return
    fixed: dict[str, Any] = {**how.fixed, **({"road": road} if "road" in spec.model_fields else {})}
    for place in _places(how, spec, scene):
        yield spec(**place, **fixed)
        for name, values in how.sweep.items() if sweep else ():
            for value in values:
                rule_id = {"id": f"{SWEEP}:{name}:{value:g}:{next(iter(place.values()), '')}"}
                yield spec(**place, **(fixed | {name: value}), **rule_id)


def road_of(recording: str) -> Road:
    """What kind of road a recording shows: by the name of its scene."""
    return "motorway" if recording in MOTORWAYS else "street"


def places_of(kind: str, scene: Scene) -> list[str]:
    """Where a kind is watched for in a scene: zones or lines by the names' beginning, else groups of lanes."""
    begins = KINDS[kind].zones
    named = [name for name in (*scene.zones, *scene.lines) if name.startswith(begins)]
    return named if begins else list(dict.fromkeys(lane.group for lane in scene.lanes.values()))


def _places(how: Kind, spec: type[AnyRuleSpec], scene: Scene) -> Iterator[dict[str, str]]:
    known: Mapping[str, Sequence[str]] = {
        "zone": [name for name in scene.zones if name.startswith(how.zones)],
        "line": [name for name in scene.lines if name.startswith(how.zones)],
        "group": list(dict.fromkeys(lane.group for lane in scene.lanes.values())),
        "lane": list(scene.lanes),
    }
    field_name = next((name for name in _PLACES if name in spec.model_fields), None)
    if field_name is None:
        yield {}
        return
    for place in known[field_name]:
        yield {field_name: place}
