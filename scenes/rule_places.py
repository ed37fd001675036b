"""Whether a scene's places and rules can be told apart, and rules name places that there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.lanes import crossed_at
from core.scene import Scene
from scenes.documents import Document, Location, Problem, nearest
from scenes.place_specs import LaneSpec, SignalSpec
from scenes.rule_parts import PLACE_OF, Known
from scenes.rules import AnyRuleSpec, CollisionSpec, MeasureSpec, SpeedingSpec, SpillbackSpec

IdsByKind = Mapping[str, Sequence[str]]


def ids_twice(document: Document, known: IdsByKind) -> list[Problem]:
    """Zones, lines, lanes and signals of one scene or preset with an id that another has."""
    found: list[Problem] = []
    seen: set[str] = set()
    for kind in ("zone", "line", "lane", "signal"):
        for number, name in enumerate(known[kind]):
            if name in seen:
                found.append(document.problem((f"{kind}s", number, "id"), "problem-id-twice", name=name))
            seen.add(name)
    return found


def rule_ids_twice(document: Document, rules: Sequence[AnyRuleSpec]) -> list[Problem]:
    """Rules with an id that another has."""
    found: list[Problem] = []
    seen: set[str] = set()
    for number, rule in enumerate(rules):
        if rule.rule_id in seen:
            found.append(document.problem(("rules", number), "problem-id-twice", name=rule.rule_id))
        seen.add(rule.rule_id)
    return found


def measured_twice(document: Document, rules: Sequence[AnyRuleSpec], known: IdsByKind) -> list[Problem]:
    """A measurement names its place, not its rule: two of one place could not be told apart."""
    found: list[Problem] = []
    taken: dict[str, str] = {}
    for number, rule in enumerate(rules):
        if not isinstance(rule, MeasureSpec) or not rule.works_in(known):
            continue
        lanes = known["lane"] if rule.lanes == "all" else rule.lanes or []
        turns = [f"{entry} → {leave}" for entry in rule.entries or [] for leave in rule.exits or []]
        places = [*lanes, *turns] if lanes or turns else [rule.place]
        for name in places:
            if name in taken:
                twice = document.problem(("rules", number), "problem-measure-taken", name=name, rule=taken[name])
                found.append(twice)
                break
            taken[name] = rule.rule_id
    return found


def places_unknown(document: Document, rules: Sequence[AnyRuleSpec], parts: Sequence[Known]) -> list[Problem]:
    """Rules that name a place which no part (the scene, or a preset) has, or places which none has together."""
    known = {kind: list(dict.fromkeys(n for part in parts for n in part[kind])) for kind in set(PLACE_OF.values())}
    found: list[Problem] = []
    for number, rule in enumerate(rules):
        if rule.wants_lanes and not known["lane"]:
            measured = isinstance(rule, MeasureSpec)
            at, why = (("lanes",), "problem-measure-no-lanes") if measured else ((), "problem-rule-no-lanes")
            found.append(document.problem(("rules", number, *at), why))
        wrong = [(key, name) for key, name in rule.places if name not in known[PLACE_OF[key]]]
        found += [_unknown_place(document, ("rules", number, key), name, known[PLACE_OF[key]]) for key, name in wrong]
        if not wrong and rule.places and not any(rule.works_in(part) for part in parts):
            named = ", ".join(name for _, name in rule.places)
            found.append(document.problem(("rules", number), "problem-preset-places-apart", names=named))
    return found


def unfit(
    document: Document, rules: Sequence[AnyRuleSpec], parts: Sequence[tuple[Known, Sequence[LaneSpec], bool]]
) -> list[Problem]:
    """Rules that cannot find anything, for want of metres or of a speed limit, in any part in which they work.

    Args:
        parts: of the scene, or of each preset: its places, its lanes, whether it has a ground.
    """
    found = []
    for number, rule in enumerate(rules):
        if not isinstance(rule, (CollisionSpec, SpeedingSpec)):
            continue
        mine = [(lanes, metric) for known, lanes, metric in parts if rule.works_in(known)]
        if mine and not any(metric for _, metric in mine):
            found.append(document.problem(("rules", number), "problem-rule-needs-ground"))
        if isinstance(rule, SpeedingSpec) and rule.limit_kmh is None:
            watched = [lane for lanes, _ in mine for lane in lanes if rule.lane in (None, lane.id)]
            watched = [lane for lane in watched if rule.group in (None, lane.group or lane.id)]
            if mine and all(lane.speed_limit_kmh is None for lane in watched):
                found.append(document.problem(("rules", number), "problem-rule-no-limit"))
    return found


def lane_groups_wrong(document: Document, groups: Sequence[str], parts: Sequence[Known]) -> list[Problem]:
    """Names of groups of lanes that stand twice, or are of a group that no part (the scene, or a preset) has."""
    known = list(dict.fromkeys(name for part in parts for name in part["group"]))
    found = []
    for number, name in enumerate(groups):
        at = ("lane_groups", number, "id")
        if name in groups[:number]:
            found.append(document.problem(at, "problem-id-twice", name=name))
        if name not in known:
            found.append(_unknown_place(document, at, name, known))
    return found


def signals_wrong(document: Document, signals: Sequence[SignalSpec], known: IdsByKind) -> list[Problem]:
    """Signals that govern, or whose arrows release, a lane or line which the scene or preset does not have."""
    lanes, lines = list(known["lane"]), list(known["line"])
    found = []
    for number, signal in enumerate(signals):
        at: Location = ("signals", number)
        named: list[tuple[Location, str, list[str]]] = [
            ((*at, "lanes", n), name, lanes) for n, name in enumerate(signal.lanes)
        ]
        named += [((*at, "line"), signal.line, lines)] if signal.line is not None else []
        for n, lamp in enumerate(signal.lamps):
            named += [((*at, "lamps", n, "releases", k), name, lanes + lines) for k, name in enumerate(lamp.releases)]
        found += [_unknown_place(document, where, name, of) for where, name, of in named if name not in of]
    return found


def _unknown_place(document: Document, where: tuple[str | int, ...], name: str, known: list[str]) -> Problem:
    near = nearest(name, known)
    message = "problem-place-unknown-near" if near else "problem-place-unknown"
    return document.problem(where, message, name=name, near=near or "", known=", ".join(known) or "-")


def lines_off_lanes(document: Document, rules: Sequence[AnyRuleSpec], scene: Scene, known: Known) -> list[Problem]:
    """Lines that a queue is to reach, which no lane of the scene or preset crosses."""
    found = []
    for number, rule in enumerate(rules):
        if not isinstance(rule, SpillbackSpec) or not rule.works_in(known):
            continue
        if np.isnan(crossed_at(scene, scene.lines[rule.line], rule.group)).all():
            found.append(document.problem(("rules", number, "line"), "problem-line-off-lanes", line=rule.line))
    return found
