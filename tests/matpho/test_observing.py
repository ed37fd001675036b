"""Which cameras are observed, and by what."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.errors import ConfigError
from matpho.observing import make_observers, with_camera_rules
from models.observers.background.observer import BackgroundObserver
from models.observers.health import HealthObserver
from scenes.camera_rules import CAMERA_SPECS, CameraClockSpec, CameraCoveredSpec
from scenes.documents import ProblemsError
from scenes.rules import DebrisSpec, IntrusionSpec
from scenes.scene_file import load_scene
from tests.support.tracks import make_scene

SCENE = """
id: gate
reference_size: [320, 180]
picture: day.png
zones: [{id: yard, polygon: [[0, 0], [300, 0], [300, 160]]}]
"""


def a_picture(path: Path, size: tuple[int, int] = (320, 180)) -> Path:
    picture = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), np.uint8)
    cv2.imwrite(str(path), picture)
    return path


def test_every_camera_is_watched_for_all_faults_as_its_scene_says_or_by_default() -> None:
    rules = with_camera_rules(make_scene(), [IntrusionSpec(zone="z"), CameraCoveredSpec(hidden=0.7)])
    assert sorted(rule.kind for rule in rules) == sorted(["security.intrusion", *(s().kind for s in CAMERA_SPECS)])
    assert [rule.hidden for rule in rules if isinstance(rule, CameraCoveredSpec)] == [0.7]


def test_made_up_pictures_are_not_judged() -> None:
    scene = replace(make_scene(), simulated=True)
    assert with_camera_rules(scene, []) == () and make_observers(scene, []) == ()


def test_nobody_looks_where_no_rule_needs_it() -> None:
    assert make_observers(make_scene(), [IntrusionSpec(zone="z"), CameraClockSpec()]) == ()
    (make,) = make_observers(make_scene(), [CameraCoveredSpec()])
    assert isinstance(make(), HealthObserver) and make() is not make(), "what is learnt is of one camera"


def test_the_background_is_looked_at_where_things_matter() -> None:
    (make,) = make_observers(make_scene(), [DebrisSpec(zone="z"), IntrusionSpec(zone="z")])
    assert isinstance(make(), BackgroundObserver)
    assert make_observers(replace(make_scene(), simulated=True), [DebrisSpec(zone="z")]) == ()


def test_a_scenes_picture_is_read_and_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "gate.yaml").write_text(SCENE, encoding="utf-8")
    with pytest.raises(ProblemsError, match=r"day\.png"):
        load_scene(tmp_path / "gate.yaml")
    path = a_picture(tmp_path / "day.png")
    scene = load_scene(tmp_path / "gate.yaml").scene
    assert scene.pictures == (path,) and len(make_observers(scene, [CameraCoveredSpec()])) == 1
    path.unlink()
    with pytest.raises(ConfigError, match=r"day\.png"):
        make_observers(scene, [CameraCoveredSpec()])


def test_a_picture_of_another_shape_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gate.yaml").write_text(SCENE, encoding="utf-8")
    a_picture(tmp_path / "day.png", (320, 240))
    with pytest.raises(ProblemsError, match="320"):
        load_scene(tmp_path / "gate.yaml")
