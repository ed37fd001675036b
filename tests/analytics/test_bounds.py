"""What rules keep does not grow with the tracks that have been."""

from __future__ import annotations

import gc
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType

import numpy as np
import pytest

from analytics.engine import RuleEngine
from core.scene import Scene
from core.taxonomy import ObjectClass
from tests.contracts.test_rule import SPECS, a_scene
from tests.support.tracks import Actor, film, still, walk

WAVE_S = 4.0
WAVES = 60
"""A table forgets after a minute: the first quarter fills what there is to fill."""


def wave(number: int) -> list[Actor]:
    """Some who leave and are said to have ended, some who are never heard of again; half of the places change."""
    first, start = 100 * number + 1, number * WAVE_S
    aside = 37 * number % 200
    ways = [
        (walk([(start, 150, 500), (start + 2, 850, 500)]), ObjectClass.CAR),
        (walk([(start, 850, 480 + aside / 4), (start + 4, 150, 480 + aside / 4)]), ObjectClass.MOTORCYCLE),
        (still(300 + aside, 400, start, start + 4), ObjectClass.CAR),
        (still(450, 550, start, start + 3), ObjectClass.PERSON),
        (still(520 + aside, 600, start, start + 4), ObjectClass.PERSON),
        (walk([(start, 600, 300), (start + 4, 600, 700)]), ObjectClass.PERSON),
    ]
    return [Actor(first + k, way, kind) for k, (way, kind) in enumerate(ways)]


def weight(root: object) -> int:
    """Bytes of all that can be reached, but for code and scenes."""
    seen, stack, total = set[int](), [root], 0
    while stack:
        item = stack.pop()
        code = isinstance(item, type | ModuleType | FunctionType | BuiltinFunctionType | Scene)
        if id(item) in seen or code:
            continue
        seen.add(id(item))
        total += item.nbytes if isinstance(item, np.ndarray) else sys.getsizeof(item)
        stack += gc.get_referents(item)
    return total


@pytest.mark.parametrize("metres_per_pixel", [None, 0.05])
def test_what_all_rules_keep_stays_flat(metres_per_pixel: float | None) -> None:
    scene, engine = a_scene(metres_per_pixel), RuleEngine()
    engine.add_camera("cam", scene, SPECS)
    heavy, events = [], 0
    for number in range(WAVES):
        for shot in film(wave(number), WAVE_S, scene=scene, fps=5, start_s=number * WAVE_S):
            events += len(engine.update(shot.tracks, shot.motion).events)
        heavy.append(weight(engine))
    assert not engine.failed and events > 5 * WAVES
    quarter = WAVES // 4
    # Interpreters round up what lists and dictionaries take: some bytes from wave to wave, none over many.
    assert max(heavy[-quarter:]) <= 1.05 * max(heavy[quarter : 2 * quarter])


def test_a_removed_camera_leaves_nothing() -> None:
    scene, engine = a_scene(0.05), RuleEngine()
    # Dictionaries that were filled once keep some room: so a first camera has been there, for a frame.
    engine.add_camera("cam", scene, [])
    (shot,) = film([], 1, scene=scene, fps=1)
    engine.update(shot.tracks, shot.motion)
    engine.remove_camera("cam", shot.tracks.frames[0].captured_ns)
    empty = weight(engine)
    for number in range(3):
        engine.add_camera("cam", scene, SPECS)
        for shot in film(wave(number), WAVE_S, scene=scene, fps=5, start_s=number * WAVE_S):
            engine.update(shot.tracks, shot.motion)
        engine.remove_camera("cam", shot.tracks.frames[0].captured_ns)
    assert weight(engine) <= empty
