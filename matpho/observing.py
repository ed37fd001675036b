"""Which observers look at a camera's pictures: those that some rule of its scene needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analytics.object_rule import Area
from core.arrays import F64, U8
from core.errors import ConfigError
from core.scene import Scene
from core.signals import SignalFeed
from models.observers.background.observer import BackgroundObserver
from models.observers.health import HealthObserver
from models.observers.signals import SignalObserver, signals_of
from pipeline.observing import MakeObserver
from scenes.camera_rules import CAMERA_SPECS, CameraClockSpec
from scenes.object_rules import OBJECT_SPECS
from scenes.presets import read_picture
from scenes.rule_parts import known_places
from scenes.rules import AnyRuleSpec

HOME = ""
"""The view of a fixed camera."""


def with_camera_rules(scene: Scene, rules: Sequence[AnyRuleSpec]) -> tuple[AnyRuleSpec, ...]:
    """The rules, and those about the camera's picture that every camera has; made-up pictures have none."""
    if scene.simulated:
        return tuple(rules)
    named = {rule.kind for rule in rules}
    return (*rules, *(spec() for spec in CAMERA_SPECS if spec.model_fields["kind"].default not in named))


def make_observers(
    scene: Scene, rules: Sequence[AnyRuleSpec], feed: SignalFeed | None = None
) -> tuple[MakeObserver, ...]:
    """What makes the observers of a camera; `feed`: what controllers tell of their signals.

    Raises:
        ConfigError: a picture of the scene cannot be read any more.
    """
    made: list[MakeObserver] = []
    if any(isinstance(rule, CAMERA_SPECS) and not isinstance(rule, CameraClockSpec) for rule in rules):
        pictures, placed = _pictures(scene), not scene.presets
        made.append(lambda: HealthObserver(pictures, placed=placed))
    if signals_of(scene):
        made.append(lambda: SignalObserver(scene, feed))
    views = list(scene.presets) or [HOME]
    places = {view: [*_places_of_things(scene.at(view), rules)] for view in views}
    if any(places.values()) and not scene.simulated:
        made.append(lambda: BackgroundObserver(places, scene.reference_size))
    return tuple(made)


def _places_of_things(scene: Scene, rules: Sequence[AnyRuleSpec]) -> Iterator[F64]:
    """Polygons in which rules watch for things that lie there."""
    for rule in rules:
        if isinstance(rule, OBJECT_SPECS) and rule.works_in(known_places(scene)):
            yield from Area(rule, scene).polygons


def _pictures(scene: Scene) -> tuple[U8, ...]:
    found = []
    for path in scene.pictures:
        picture = read_picture(path)
        if picture is None:
            raise ConfigError("problem-preset-picture", path=path)
        found.append(picture)
    return tuple(found)
