"""What a camera shows a second model, and what it tells of the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import numpy as np
import pytest

from core.arrays import U8
from core.frames import ClockSource, FrameMeta, InputSpec
from core.observations import ModelLook, Sighting
from core.scene import Scene
from core.taxonomy import ObjectClass
from models.observers.glimpse import SurfaceGlimpse
from pipeline.second_models.desk import Desk
from pipeline.second_models.eyes import FakeEye, Found
from pipeline.second_models.observer import ModelObserver
from pipeline.sources.surfaces import ArraySurface
from tests.support.tracks import make_scene

FIRE = int(ObjectClass.FIRE)
SECOND = 1_000_000_000
SCENE = make_scene(size=(640, 360))
LEFT, TOP = SCENE.zones["z"].polygon.min(axis=0).tolist()
RIGHT, BOTTOM = SCENE.zones["z"].polygon.max(axis=0).tolist()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def observer(
    stack: ExitStack,
    script: Callable[[U8], Sequence[Found]],
    *,
    zones: Sequence[str] = ("",),
    placed: bool = True,
    waits: bool = True,
    scene: Scene = SCENE,
) -> ModelObserver:
    eye = FakeEye(script, frozenset({FIRE}), placed=placed, spec=InputSpec(64, 64))
    desk = Desk("fire", lambda: eye)
    desk.open()
    stack.callback(desk.close)
    return ModelObserver(desk, eye, scene, 1.0, zones, waits=waits)


def glimpse(second: int, *, size: tuple[int, int] = (1280, 720), epoch: int = 0, view: str = "") -> SurfaceGlimpse:
    ns = second * SECOND
    meta = FrameMeta("cam", epoch, second, ns, ClockSource.FILE, 0, ns, *size, view=view)
    return SurfaceGlimpse(meta, ArraySurface(np.full((size[1], size[0], 3), second, np.uint8)))


def test_a_detector_sees_the_whole_no_larger_than_its_input_and_its_boxes_are_the_frames(stack: ExitStack) -> None:
    shown: list[tuple[int, ...]] = []

    def script(picture: U8) -> Sequence[Found]:
        shown.append(picture.shape)
        return [Found(FIRE, 0.7, (32.0, 9.0, 64.0, 36.0))]

    look = observer(stack, script, zones=["z", ""]).look(glimpse(0))
    box = (640.0, 180.0, 1280.0, 720.0)
    assert look == ModelLook("fire", 1.0, frozenset({FIRE}), True, ("",), (Sighting(FIRE, 0.7, box),))
    assert shown == [(36, 64, 3)]


def test_a_model_without_places_is_shown_each_zone_by_itself(stack: ExitStack) -> None:
    shown: list[tuple[int, ...]] = []

    def script(picture: U8) -> Sequence[Found]:
        shown.append(picture.shape)
        return [Found(FIRE, 0.8)]

    look = observer(stack, script, zones=["", "z", "z"], placed=False).look(glimpse(0))
    assert look is not None and look.parts == ("", "z") and not look.placed
    # The scene was drawn on pictures half as large.
    zone = (2 * LEFT, 2 * TOP, min(2 * RIGHT, 1280.0), min(2 * BOTTOM, 720.0))
    assert look.sightings == (Sighting(FIRE, 0.8), Sighting(FIRE, 0.8, zone, "z"))
    assert shown[0] == (36, 64, 3) and max(shown[1][:2]) == 64, "in the zone's own shape"


def test_a_camera_turned_away_shows_no_zone(stack: ExitStack) -> None:
    zone_alone = observer(stack, lambda _: [Found(FIRE, 0.8)], zones=["z"], placed=False)
    assert zone_alone.look(glimpse(0, view="?")) is None
    both = observer(stack, lambda _: [Found(FIRE, 0.8)], zones=["z", ""], placed=False)
    look = both.look(glimpse(0, view="?"))
    assert look is not None and look.parts == ("",)


def test_a_live_camera_waits_for_nobody_and_is_told_at_a_later_look(stack: ExitStack) -> None:
    watch = observer(stack, lambda picture: [Found(FIRE, float(picture[0, 0, 0]) / 255)], waits=False)
    assert watch.look(glimpse(7)) is None
    assert watch._asked is not None and watch._asked.job.ready.wait(20)
    look = watch.look(glimpse(8))
    assert look is not None and look.sightings[0].score == pytest.approx(7 / 255)


@pytest.mark.parametrize("after", [glimpse(1, epoch=1), glimpse(1, view="?")])
def test_what_was_seen_in_another_epoch_or_view_is_not_told(stack: ExitStack, after: SurfaceGlimpse) -> None:
    watch = observer(stack, lambda _: [Found(FIRE, 0.9)], waits=False)
    watch.look(glimpse(0))
    assert watch._asked is not None and watch._asked.job.ready.wait(20)
    assert watch.look(after) is None


def test_what_the_model_raises_is_raised_here_and_counted_by_who_asks(stack: ExitStack) -> None:
    def fails(picture: U8) -> Sequence[Found]:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        observer(stack, fails).look(glimpse(0))
    watch = observer(stack, fails, waits=False)
    assert watch.look(glimpse(0)) is None
    assert watch._asked is not None and watch._asked.job.ready.wait(20)
    with pytest.raises(RuntimeError, match="broken"):
        watch.look(glimpse(1))
    assert watch._asked.job is not None, "the next was handed in all the same"
