"""A turning camera as a person sets it up: scene file, check, drawing, a run over a video, an ONVIF camera asked."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

import matpho as public
from core.frames import MOVING
from matpho.defaults import STORE
from store.event_store import EventStore
from tests.matpho.test_cli import CLIP
from tests.support.command import matpho
from tests.support.onvif import CameraModel, OnvifCamera
from tests.support.turning import MIDDLES, Stop, Tour, large_picture

HOMES = {"square": (*MIDDLES[0], 1.2), "mirror": (*MIDDLES[1], 1.2)}
SCENE = """id: mast
reference_size: [640, 360]
presets:
  - id: square
    name: {en: Square, vi: Quảng trường}
    picture: square.png
    zones: [{id: all, name: {en: whole square, vi: cả quảng trường}, polygon: [[0, 0], [640, 0], [640, 360], [0, 360]]}]
  - id: mirror
    picture: mirror.png
    zones: [{id: all, polygon: [[0, 0], [640, 0], [640, 360], [0, 360]]}]
rules:
  - {kind: security.intrusion, zone: all, classes: [person], still_s: 0}
  - {kind: measure, zone: all, interval_s: 10}
"""


@pytest.fixture(scope="module")
def tour() -> Tour:
    stops = [
        Stop("square", HOMES["square"], 4),
        Stop("mirror", HOMES["mirror"], 3, 1),
        Stop("square", HOMES["square"], 3, 1),
    ]
    return Tour(large_picture([CLIP]), stops, fps=10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tour: Tour) -> Path:
    made = tmp_path_factory.mktemp("mast")
    for name, window in HOMES.items():
        cv2.imwrite(str(made / f"{name}.png"), tour.reference(window))
    (made / "scene.yaml").write_text(SCENE, encoding="utf-8")
    video = cv2.VideoWriter(str(made / "tour.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), tour.fps, tour.size)
    for number in range(round(tour.seconds * tour.fps)):
        video.write(tour.shot(number / tour.fps))
    video.release()
    return made


def test_a_run_over_a_video_tells_its_presets(folder: Path, tour: Tour) -> None:
    """From a compressed video, with the shipped detector; people who stand in the picture are events of its preset."""
    done = matpho("run", "tour.mp4", "--scene", "scene.yaml", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {e["view"] for e in events} == {"square", "mirror"}
    assert len({e["event_id"] for e in events}) == 2, "one event in each preset; that of the square outlives two moves"
    assert "ended" not in {e["phase"] for e in events}
    with closing(EventStore.open(folder / STORE)) as store:
        found = store.traffic.measurements(camera_id="tour")
    assert {m.view for m in found} == {"square", "mirror"} and len(found) >= 3
    views = [
        frame.view
        for step in public.run(folder / "tour.mp4", scene=folder / "scene.yaml")
        for frame in step.frames.frames
    ]
    for number, view in enumerate(views):
        true = tour.moment(number / tour.fps)
        assert view in (true.preset, MOVING) or (true.moving and number / tour.fps - true.since_s < 0.35)
        assert true.moving or number / tour.fps - true.since_s < 1 or view == true.preset
    report = matpho("report", "--out", "report.html", cwd=folder)
    assert report.returncode == 0, report.stderr
    assert "Square · whole square" in (folder / "report.html").read_text(encoding="utf-8")


def test_a_preset_is_drawn_over_its_own_picture(folder: Path) -> None:
    done = matpho("scene", "draw", "scene.yaml", "--preset", "mirror", "--out", "drawn.png", cwd=folder)
    assert done.returncode == 0, done.stderr
    drawn, own = cv2.imread(str(folder / "drawn.png")), cv2.imread(str(folder / "mirror.png"))
    assert (
        drawn is not None
        and own is not None
        and drawn.shape == own.shape
        and np.abs(drawn.astype(int) - own).max() > 50
    )
    for arguments, said in (
        ((), "has presets; choose one with --preset: square, mirror"),
        (("--preset", "sqare"), 'has no preset "sqare"; it has: square, mirror'),
    ):
        refused = matpho("scene", "draw", "scene.yaml", *arguments, cwd=folder)
        assert refused.returncode != 0 and said in " ".join(refused.stderr.split())


def test_check_warns_of_pictures_that_cannot_be_told_apart(folder: Path) -> None:
    assert matpho("check", "scene.yaml", cwd=folder).returncode == 0
    grey = np.full((360, 640, 3), 100, np.uint8)
    cv2.imwrite(str(folder / "grey.png"), grey)
    (folder / "doubtful.yaml").write_text(SCENE.replace("mirror.png", "[square.png, grey.png]"), encoding="utf-8")
    said = " ".join(matpho("check", "doubtful.yaml", cwd=folder).stdout.split())
    assert 'doubtful.yaml:9: presets[1].picture: the picture of preset "mirror" shows too little' in said
    assert 'the pictures of presets "mirror" and "square" are too much alike' in said


def test_probe_asks_the_camera_for_presets_that_only_it_can_tell(folder: Path) -> None:
    (folder / "bare.yaml").write_text(SCENE.replace("    picture: mirror.png\n", "    token: '4'\n"), encoding="utf-8")
    model = CameraModel(presets={"3": ("x", (0.0, 0.0, 0.0))}, login=("user", "word"))
    env = {"MAST_USER": "user", "MAST_PASSWORD": "word"}
    with OnvifCamera(model) as camera:
        (folder / "cameras.yaml").write_text(
            "cameras:\n  - {id: mast, source: tour.mp4, scene: bare.yaml, credentials: {env: MAST}, "
            f"onvif: '{camera.url}'}}\n"
        )
        missing = matpho("check", "cameras.yaml", "--probe", cwd=folder, env=env)
        assert missing.returncode != 0 and "the camera has no preset 4" in " ".join(missing.stdout.split())
        model.presets["4"] = ("y", (0.5, 0.0, 0.0))
        good = matpho("check", "cameras.yaml", "--probe", cwd=folder, env=env)
        assert good.returncode == 0, good.stdout + good.stderr
        wrong = matpho("check", "cameras.yaml", "--probe", cwd=folder, env={**env, "MAST_PASSWORD": "other"})
        assert "refuses the login" in " ".join(wrong.stdout.split()) and wrong.returncode != 0
