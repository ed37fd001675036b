"""Which observers look at a camera's pictures: those that some rule of its scene needs."""

from __future__ import annotations

from collections.abc import Sequence

from core.arrays import U8
from core.errors import ConfigError
from core.scene import Scene
from core.signals import SignalFeed
from models.observers.health import HealthObserver
from models.observers.signals import SignalObserver, signals_of
from pipeline.observing import MakeObserver
from scenes.camera_rules import CAMERA_SPECS, CameraClockSpec
from scenes.presets import read_picture
from scenes.rules import AnyRuleSpec


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
    return tuple(made)


def _pictures(scene: Scene) -> tuple[U8, ...]:
    found = []
    for path in scene.pictures:
        picture = read_picture(path)
        if picture is None:
            raise ConfigError("problem-preset-picture", path=path)
        found.append(picture)
    return tuple(found)
