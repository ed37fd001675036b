"""The drawn camera: its boxes lie around what it draws, its ground leads back, its times are the street's."""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SourceError
from core.frames import KnownSurface
from core.geometry import project
from core.taxonomy import ObjectClass
from matpho.defaults import JUNCTION, JUNCTION_SCENE
from pipeline.sources.table import sources_for
from pipeline.sources.traffic.recording import CameraAbout, read_recording
from pipeline.sources.traffic.source import Play, TrafficSource
from pipeline.sources.traffic.view import View
from scenes.scene_file import load_scene
from tests.support.recording import CAMERA, write_two_cars

SECOND = 1_000_000_000
angles = st.floats(-180, 180)
cameras = st.builds(
    CameraAbout,
    position=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
    height_m=st.floats(3, 80),
    heading_deg=angles,
    down_deg=st.floats(10, 80),
    wide_deg=st.floats(20, 100),
    size=st.just((640, 360)),
)


@given(cameras, st.floats(0, 640), st.floats(0, 360))
def test_the_ground_of_a_view_leads_back_to_its_pixels(camera: CameraAbout, x: float, y: float) -> None:
    view = View(camera)
    metres, below = project(view.ground, np.array([(x, y)]))
    if not below[0] or np.hypot(*(metres[0] - camera.position)) > 2_000:
        return  # sky, or nearly
    pixels, before = view.project(np.array([[*metres[0], 0.0]]))
    assert before[0]
    assert pixels[0] == pytest.approx((x, y), abs=0.05)


@given(cameras)
def test_north_is_ahead_and_east_is_right_when_it_looks_north(camera: CameraAbout) -> None:
    view = View(camera.model_copy(update={"heading_deg": 0.0}))
    ahead = camera.height_m / np.tan(np.radians(camera.down_deg))
    foot = np.array([camera.position[0], camera.position[1] + ahead, 0.0])
    here, north, east, above = (view.project(foot + step)[0] for step in ((0, 0, 0), (0, 1, 0), (1, 0, 0), (0, 0, 1)))
    assert here == pytest.approx((320, 180), abs=0.05)
    assert north[1] < here[1]
    assert east[0] > here[0]
    assert above[1] < here[1]


def first(path: Path, seconds: float, **play: Any) -> Any:
    stream = TrafficSource(path, "cam", Play(fps=10, **play)).open(0)
    return next(islice(stream, round(10 * seconds), None))


def test_boxes_lie_around_what_is_drawn_and_nothing_else_moves(tmp_path: Path) -> None:
    path = write_two_cars(tmp_path / "a.traffic")
    _, before = first(path, 2.0)
    _, after = first(path, 6.0)
    assert isinstance(after, KnownSurface)
    known = after.known()
    assert known.class_id.tolist() == [ObjectClass.CAR] * 2
    changed = np.abs(after.to_host().astype(int) - before.to_host()).max(axis=2) > 25
    inside = np.zeros_like(changed)
    for box in (known.xyxy[0], before.known().xyxy[0]):
        left, top, right, bottom = box.round().astype(int)
        assert changed[top:bottom, left:right].mean() > 0.4, "the car that drives is drawn where its box is"
        inside[top - 1 : bottom + 4, left - 1 : right + 8] = True  # and its shadow, which falls to the south-east
    assert not (changed & ~inside).any()


def test_who_is_hardly_in_the_picture_is_not_known(tmp_path: Path) -> None:
    view = View(CAMERA)
    corners = np.array([[[x, 50], [x + 20, 50], [x, 60], [x + 20, 60]] for x in (-11, -9, 100, 309, 311)], np.float32)
    boxes, seen = view.boxes(corners)
    assert seen.tolist() == [False, True, True, True, False]
    assert boxes[1].tolist() == [0, 50, 11, 60]


def test_times_are_of_the_street_however_fast_it_is_played(tmp_path: Path) -> None:
    path = write_two_cars(tmp_path / "a.traffic", steps=5)
    play = Play(fps=10, realtime=True, speed=4)
    began, wall = time.monotonic(), time.time_ns()
    metas = [meta for meta, _ in TrafficSource(path, "cam", play).open(0)]
    took = time.monotonic() - began
    assert [meta.media_ns for meta in metas] == [round(n * SECOND / 10) for n in range(20)]
    assert took >= 1.9 / 4, "no faster than asked"
    captured = np.array([meta.captured_ns for meta in metas])
    assert np.diff(captured) == pytest.approx(SECOND / 10, abs=2)
    assert captured[-1] <= wall + took * SECOND, "never in the future"


def test_taken_at_once_it_ends_now(tmp_path: Path) -> None:
    path, before = write_two_cars(tmp_path / "a.traffic", steps=41), time.time_ns()
    *_, (last, _) = TrafficSource(path, "cam", Play(fps=10)).open(0)
    assert before - SECOND < last.captured_ns <= time.time_ns()


@pytest.mark.parametrize(("media_s", "due_s"), [(0, 0), (100, 25), (400, 100), (401, 101), (1000, 700)])
def test_once_played_fast_it_goes_on_at_its_own_pace(media_s: float, due_s: float) -> None:
    assert Play(speed=4).due_s(media_s, 400) == pytest.approx(due_s)
    assert Play().due_s(media_s, 400) == media_s


def test_it_starts_over_with_times_that_go_on_rising(tmp_path: Path) -> None:
    path = write_two_cars(tmp_path / "a.traffic", steps=5)
    play = Play(fps=10, start_ns=5, loop=True)
    frames = list(islice(TrafficSource(path, "cam", play).open(0), 45))
    assert [meta.captured_ns - 5 for meta, _ in frames] == [meta.media_ns for meta, _ in frames]
    assert np.diff([meta.media_ns for meta, _ in frames]).min() > 0
    shown = [frames[n][1] for n in (3, 23, 43)]
    known = [surface.known().xyxy.tolist() for surface in shown if isinstance(surface, KnownSurface)]
    assert known == [known[0]] * 3


@pytest.mark.parametrize("wrong", [{"fps": 0.0}, {"speed": 0.5}])
def test_a_play_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Play(**wrong)  # type: ignore[arg-type]


def test_the_table_of_sources_knows_it(tmp_path: Path) -> None:
    path = write_two_cars(tmp_path / "north gate.traffic")
    (source,) = sources_for(str(path), start_ns=7, fps=2)
    assert isinstance(source, TrafficSource)
    assert (source.camera_id, source.live) == ("north-gate", False)
    assert [meta.captured_ns for meta, _ in islice(source.open(0), 2)] == [7, 7 + SECOND // 2]
    (missing,) = sources_for(str(tmp_path / "no.traffic"))
    with pytest.raises(SourceError, match="no such file"):
        missing.open(0)


def test_the_shipped_scene_fits_the_shipped_recording() -> None:
    about, scene = read_recording(JUNCTION).about, load_scene(JUNCTION_SCENE).scene
    view = View(about.camera)
    assert scene.ground is not None
    assert scene.simulated
    assert scene.reference_size == view.size
    assert scene.ground.matrix / scene.ground.matrix[2, 2] == pytest.approx(view.ground, rel=1e-6, abs=1e-6)
    assert set(scene.lanes) == {lane.id for lane in about.lanes}
    for lane in about.lanes:
        metres, below = scene.ground.to_ground(scene.lanes[lane.id].centreline)
        assert below.all()
        start, end = np.array(lane.centreline)
        along = (end - start) / np.hypot(*(end - start))
        assert np.abs((metres - start) @ (-along[1], along[0])).max() < 0.6, "beside the lane as it was simulated"
        assert (metres[-1] - metres[0]) @ along > 25, "in its driving direction"
