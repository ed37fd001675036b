"""Turning movements over a junction whose tracks are known, also where their numbers change inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from analytics.measure import MeasureRule
from core.records import Measurement
from core.scene import Label, Line, Scene
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.rules import MeasureSpec
from tests.support.tracks import T0, Actor, Way, film, make_scene, play, walk
from tests.support.traffic import SIZES as SIZES_AT_TENTHS
from tests.support.traffic import measured

ARMS = {"north": (470.0, 0.0), "east": (1_000.0, 470.0), "south": (530.0, 1_000.0), "west": (0.0, 530.0)}
"""Where each arm comes into the picture; who leaves by it does so 60 px beside."""
OUT = {"north": (530.0, 0.0), "east": (1_000.0, 530.0), "south": (470.0, 1_000.0), "west": (0.0, 470.0)}
MIDDLE = np.array((500.0, 500.0))
MIDDLE_OF = {name: np.array((abs(x - 500) < 100, abs(y - 500) < 100)) for name, (x, y) in ARMS.items()}
"""Which of its coordinates an arm keeps up to the junction."""
SPEC = MeasureSpec(entries=list(ARMS), exits=list(ARMS))
CAR = ObjectClass.CAR
SIZES = {cls: (2 * width, 2 * height) for cls, (width, height) in SIZES_AT_TENTHS.items()}
"""At 0.05 m a pixel."""


def junction() -> Scene:
    """One line across each arm, forward inwards, 300 px from the middle."""
    ends = {
        "north": ((600, 200), (400, 200)),
        "east": ((800, 600), (800, 400)),
        "south": ((400, 800), (600, 800)),
        "west": ((200, 400), (200, 600)),
    }
    lines = {}
    for name, (start, end) in ends.items():
        line = np.array(end, np.float64), np.array(start, np.float64)
        lines[name] = Line(name, Label(name, name), *line)
    return replace(make_scene(0.05), lines=lines)


SCENE = junction()


def route(entry: str, leave: str, start_s: float, pace: float = 150.0) -> Way:
    """In by one arm, in a bend through the junction, out by another; `pace` in pixels a second."""
    a, b = np.array(ARMS[entry]), np.array(OUT[leave])
    inner, outer = a + 0.35 * (MIDDLE - a), b + 0.35 * (MIDDLE - b)
    inner, outer = np.where(MIDDLE_OF[entry], a, inner), np.where(MIDDLE_OF[leave], b, outer)
    share = np.linspace(0, 1, 25)[:, None]
    corner = MIDDLE if entry == leave else np.where(MIDDLE_OF[entry], a, b)
    bend = (1 - share) ** 2 * inner + 2 * share * (1 - share) * corner + share**2 * outer
    points = np.concatenate((a[None], bend, b[None]))
    times = start_s + np.concatenate(((0.0,), np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1)))) / pace
    return walk([(float(t), float(x), float(y)) for t, (x, y) in zip(times, points, strict=True)])


def pairs(found: Sequence[Measurement]) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for m in found:
        counts[m.place, m.direction] += sum(m.counts.values())
    return +counts


def test_each_movement_is_counted_by_class() -> None:
    ways = list(product(ARMS, ARMS))
    cars = [Actor(1 + n, route(a, b, 3 * n), CAR, SIZES[CAR]) for n, (a, b) in enumerate(ways)]
    trucks = [
        Actor(101 + n, route("north", "east", 20 * n + 1), ObjectClass.TRUCK, SIZES[ObjectClass.TRUCK])
        for n in range(3)
    ]
    found = measured(film(cars + trucks, 70, scene=SCENE), SPEC)
    assert pairs(found) == Counter(ways) + Counter({("north", "east"): 3})
    first = next(m for m in found if (m.place, m.direction) == ("north", "east"))
    assert first.counts == {"car": 1, "truck": 3} and first.flow_pcuph == pytest.approx(60 * (1 + 3 * 2.5), rel=0.01)
    assert len([m for m in found if m.start_ns == T0]) == 16


def test_who_is_lost_inside_and_who_begins_there_are_counted_apart() -> None:
    lost = walk([(1, *ARMS["west"]), (4, 500, 530)])
    begins = walk([(40, 500, 450), (45, 500, 1_000)])
    found = measured(film([Actor(1, lost, CAR), Actor(2, begins, CAR)], 100, scene=SCENE), SPEC)
    assert pairs(found) == Counter({("west", ""): 1, ("", "south"): 1})


def test_where_all_ways_are_watched_the_lost_are_shared_out() -> None:
    """Four drive from west to east, one of them lost inside; two more from north to south."""
    whole = [route("west", "east", 5.0 * n) for n in range(3)] + [
        route("north", "south", 2.0 + 5.0 * n) for n in range(2)
    ]
    lost, begins = walk([(20, *ARMS["west"]), (23, 500, 530)]), walk([(34, 500, 530), (40, 1_000, 530)])
    actors = [Actor(n, way, CAR) for n, way in enumerate([*whole, lost, begins], 1)]
    found = measured(film(actors, 100, scene=SCENE), SPEC.model_copy(update={"all_ways": True}))
    first = {(m.place, m.direction): m for m in found if m.start_ns == T0}
    assert first["west", "east"].counts == {"car": 3} and first["west", "east"].estimate == pytest.approx(4.0, abs=0.1)
    assert sum(m.estimate or 0.0 for m in first.values()) == pytest.approx(6.0, abs=0.01)
    assert {m.estimate for key, m in first.items() if "" in key} == {None}
    assert {m.estimate for m in measured(film(actors, 60, scene=SCENE), SPEC)} == {None}


def test_who_goes_back_over_an_entry_has_not_entered() -> None:
    back = walk([(1, *ARMS["west"]), (4, 300, 530), (8, 0, 530)])
    one_way = MeasureSpec(entries=["west"], exits=["east"])
    found = measured(film([Actor(1, back, CAR)], 60, scene=SCENE), one_way)
    assert pairs(found) == Counter()


def test_a_line_that_is_only_an_exit_is_crossed_forward() -> None:
    spec = MeasureSpec(entries=["west"], exits=["l"])
    scene = replace(SCENE, lines={**SCENE.lines, **make_scene().lines})
    ways = [walk([(1, 0, 530), (10, 1_000, 530)]), walk([(20, 1_000, 400), (29, 0, 400)])]
    found = measured(film([Actor(n, way, CAR) for n, way in enumerate(ways, 1)], 60, scene=scene), spec)
    assert pairs(found) == Counter({("west", "l"): 1})


def renumbered(actor: Actor, at: float, gap: float, number: int) -> list[Actor]:
    """The actor's track ends at a time, and goes on `gap` seconds later under another number."""

    def before(t: float) -> tuple[float, float] | None:
        return actor.way(t) if t < at else None

    def after(t: float) -> tuple[float, float] | None:
        return actor.way(t) if t >= at + gap else None

    return [replace(actor, way=before), replace(actor, way=after, track_id=number)]


@pytest.mark.parametrize("fps", [5, 12, 25])
def test_movements_are_right_though_every_third_number_changes_inside(fps: int) -> None:
    """A busy junction: 240 cars and motorcycles in four minutes; every third loses its track once for up to 1.5 s."""
    rng = np.random.default_rng(fps)
    names, actors, truth = list(ARMS), [], Counter[tuple[str, str]]()
    for n in range(240):
        entry, leave = (str(v) for v in rng.choice(names, 2, replace=bool(rng.random() < 0.2)))
        cls = ObjectClass.MOTORCYCLE if n % 3 else CAR
        start = float(n) + float(rng.uniform(0, 0.8))
        actor = Actor(1 + n, route(entry, leave, start, float(rng.uniform(110, 190))), cls, SIZES[cls])
        truth[entry, leave] += 1
        parts = [actor]
        if n % 3 == 0:
            parts = renumbered(actor, start + float(rng.uniform(2, 4)), float(rng.uniform(0.1, 1.5)), 1_001 + n)
        actors += parts
    rule = MeasureRule([SPEC], SCENE, "cam")
    found = pairs((play(rule, film(actors, 270, scene=SCENE, fps=fps)) + rule.close(T0)).measurements)
    assert sum((found & truth).values()) >= 0.95 * 240
    assert sum(found.values()) <= 1.05 * 240 and rule.handed_over >= 70


def test_a_number_that_changes_while_the_old_track_still_coasts() -> None:
    """The usual switch: the old track is predicted for another second, while the new one is tentative, then sure."""

    def state(end: float) -> Callable[[float], TrackState]:
        return lambda t: TrackState.COASTING if t >= end else TrackState.CONFIRMED

    def sure(begin: float) -> Callable[[float], TrackState]:
        return lambda t: TrackState.TENTATIVE if t < begin else TrackState.CONFIRMED

    whole = route("west", "north", 1)
    old = Actor(1, lambda t: whole(t) if t < 5.0 else None, CAR, SIZES[CAR], state=state(4.0))
    new = Actor(2, lambda t: whole(t) if t >= 4.2 else None, CAR, SIZES[CAR], state=sure(4.5))
    found = measured(film([old, new], 60, scene=SCENE), SPEC)
    assert pairs(found) == Counter({("west", "north"): 1})
