"""What a camera's answers mean for its pictures: which preset they show, and from when on."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
import pytest

from core.frames import MOVING, ClockSource, FrameMeta, Look
from core.scene import Label, Preset, Scene
from models.viewpoint.fake import FakeViewpoint
from pipeline.onvif.ptz import PtzService
from pipeline.onvif.soap import OnvifClient
from pipeline.onvif.viewpoint import OnvifViewpoint
from pipeline.onvif.watch import STALE_S, PtzWatch, at_preset
from pipeline.sources.surfaces import ArraySurface
from tests.support.onvif import CameraModel, OnvifCamera, Position
from tests.support.waiting import eventually

NORTH, SOUTH = (0.25, -0.5, 0.0), (-0.75, -0.25, 0.5)
PRESETS: dict[str, tuple[str, Position | None]] = {"1": ("North", NORTH), "2": ("South", SOUTH)}


def preset(name: str, token: str, position: Position | None = None) -> Preset:
    return Preset(name, Label(name, name), Scene(name, 1, (640, 360)), (), token, position)


SCENE = {"north": preset("north", "1"), "south": preset("south", "South")}


class Watched:
    """A watch over a real server, asked by hand at times of our own."""

    def __init__(self, camera: OnvifCamera, presets: Mapping[str, Preset] = SCENE) -> None:
        self.now = 100.0
        self.camera = camera
        service = PtzService(OnvifClient(camera.url, timeout_s=2))
        self.watch = PtzWatch(service, presets, clock=lambda: self.now)

    def run(self, seconds: float) -> list[tuple[float, str | None]]:
        """Asks every quarter of a second; the answers before and after each change, with their times."""
        began, found = self.now, list[tuple[float, str | None]]()
        while self.now < began + seconds - 1e-9:
            self.watch.ask()
            where = self.watch.where()
            if not found or found[-1][1] != where:
                found.append((self.now - began, where))
            self.now += 0.25
        return found


def test_a_camera_that_comes_to_stand_is_at_its_preset_within_two_seconds() -> None:
    with OnvifCamera(CameraModel(NORTH, presets=PRESETS)) as camera:
        watched = Watched(camera)
        assert watched.run(3) == [(0.0, MOVING), (pytest.approx(1.25), "north")]
        camera.model.moving, camera.model.position = True, (0.1, -0.4, 0.1)
        assert watched.run(2) == [(0.0, MOVING)]
        camera.model.position = SOUTH  # it says that it moves still
        assert watched.run(1) == [(0.0, MOVING)]
        camera.model.moving = False
        assert watched.run(3) == [(0.0, MOVING), (pytest.approx(1.25), "south")]


def test_a_camera_that_stands_between_presets_is_at_none() -> None:
    with OnvifCamera(CameraModel((0.0, 0.0, 0.0), presets=PRESETS)) as camera:
        assert Watched(camera).run(5) == [(0.0, MOVING)]


def test_a_camera_that_does_not_say_whether_it_moves_is_judged_by_where_it_is() -> None:
    with OnvifCamera(CameraModel(NORTH, presets=PRESETS, tells_moving=False)) as camera:
        watched = Watched(camera)
        at, where = watched.run(4)[-1]
        assert where == "north" and at == pytest.approx(1.5)
        camera.model.position = (0.2515, -0.5, 0.0)  # within the preset, but it has moved
        assert watched.run(0.5) == [(0.0, MOVING)]
        assert watched.run(3)[-1][1] == "north"


def test_a_preset_that_the_camera_moves_is_followed_and_a_given_position_is_not() -> None:
    model = CameraModel(NORTH, presets=dict(PRESETS))
    with OnvifCamera(model) as camera:
        fixed = Watched(camera, {"north": preset("north", "1", NORTH), "south": preset("south", "2", SOUTH)})
        fixed.run(3)
        assert "GetPresets" not in camera.questions
        watched = Watched(camera)
        watched.run(3)
        model.presets["1"] = ("North", (0.5, 0.5, 0.0))
        model.position = (0.5, 0.5, 0.0)
        assert watched.run(3) == [(0.0, MOVING)]
        watched.now += 600
        assert watched.run(3)[-1][1] == "north"


def test_the_nearest_of_two_near_presets() -> None:
    near = {"a": (0.0, 0.0, 0.0), "b": (0.004, 0.0, 0.0)}
    assert [at_preset((x, 0.0, 0.0), near) for x in (0.0015, 0.0025, -0.004, 0.0075)] == ["a", "b", MOVING, MOVING]
    assert at_preset((0.0, 0.0, 0.02), near) == MOVING


def test_a_silent_camera_says_nothing_and_goes_on_when_it_answers() -> None:
    """With the thread that runs in use: a server that faults, in real time."""
    model = CameraModel(NORTH, presets=PRESETS)
    with OnvifCamera(model) as camera:
        watch = PtzWatch(PtzService(OnvifClient(camera.url, timeout_s=2)), SCENE)
        assert watch.where() is None
        watch.start()
        try:
            eventually(lambda: watch.where() == "north", 10)
            model.faults = "busy"
            eventually(lambda: watch.where() is None, STALE_S + 10)
            model.faults = ""
            eventually(lambda: watch.where() == "north", 20)
        finally:
            watch.close()
        asked = len(camera.questions)
        time.sleep(0.6)
        assert len(camera.questions) <= asked + 1


BLACK = ArraySurface(np.zeros((36, 64, 3), np.uint8))


def told(seen: Look | None, word: str | None) -> Look:
    class Word:
        def where(self) -> str | None:
            return word

        def close(self) -> None:
            pass

    pictures = None if seen is None else FakeViewpoint(lambda frame: seen)
    viewpoint = OnvifViewpoint(Word(), pictures)  # type: ignore[arg-type]
    return viewpoint.look(FrameMeta("c", 0, 0, 0, ClockSource.FILE, 0, 0, 64, 36), BLACK)


def test_picture_and_word_together() -> None:
    at_north, turning, standing = Look("north", True, 0.9), Look(MOVING, False), Look(MOVING, True)
    assert told(at_north, "south") == at_north, "zones lie in the picture"
    assert told(at_north, MOVING) == at_north
    assert told(at_north, None) == at_north
    assert told(turning, "north") == turning, "the picture is seen to move"
    assert told(standing, "north").view == "north", "by night nothing is recognised"
    assert told(standing, MOVING) == standing
    assert told(standing, None) == standing
    assert told(None, "north").view == "north" and told(None, None).view == MOVING
