"""Cameras that look at what is staged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from benchmarks.events import aiming, block
from benchmarks.events.aiming import (
    AFTER_S,
    BEFORE_S,
    LONGEST_S,
    SEEN,
    SQUARES,
    STAGED,
    aim_cameras,
    square_cameras,
    staged,
    window,
)
from benchmarks.events.block import MADE_UP, Block, load, run_block
from benchmarks.events.made_up import STOP_S, made_up
from benchmarks.events.noise import Levels
from benchmarks.events.traffic.bystanders import with_bystanders
from benchmarks.events.traffic.recording import Incident


def test_each_sees_the_ground_on_which_it_happens_and_differs_from_the_others() -> None:
    recording = made_up()
    for incident in staged(recording):
        cameras = aim_cameras(recording, incident, 4, 7)
        assert len({(camera.x, camera.z, camera.focal_px) for camera in cameras}) == len(cameras) == 4
        about = recording.incidents[incident]
        times = recording.time_s[recording.step_of_rows()]
        its = np.isin(recording.user, about.users) & (times >= about.start_s) & (times <= about.end_s)
        for camera in cameras:
            seen = shapely.contains_xy(camera.seen_ground(), recording.x[its], recording.y[its])
            assert seen.mean() >= SEEN - 0.05


def test_nobody_looks_at_what_happens_where_nothing_is_recorded() -> None:
    recording = made_up()
    mine = np.isin(recording.user, recording.incidents[0].users)
    assert aim_cameras(replace(recording, x=recording.x + np.where(mine, 400.0, 0.0)), 0, 1, 1) == ()


def test_the_same_seed_puts_up_the_same_cameras() -> None:
    recording = made_up()
    assert aim_cameras(recording, 0, 3, 5)[:2] == aim_cameras(recording, 0, 2, 5)
    assert aim_cameras(recording, 0, 2, 5) != aim_cameras(recording, 0, 2, 6)


def test_they_watch_while_it_lasts_and_for_a_while_around_it() -> None:
    recording = made_up()
    first, last = window(recording, 0)
    assert recording.time_s[first] == pytest.approx(max(STOP_S[0] - BEFORE_S, 0.0))
    assert recording.time_s[last - 1] == pytest.approx(STOP_S[1] + AFTER_S, abs=0.2)
    stuck = replace(recording.incidents[0], end_s=10_000.0)
    long = replace(recording, time_s=recording.time_s * 20.0, incidents=(stuck,))
    _, last = window(long, 0)
    assert long.time_s[last] == pytest.approx(STOP_S[0] + LONGEST_S + AFTER_S, abs=2.0)


def test_a_part_of_a_recording_has_its_own_steps_and_the_same_people() -> None:
    whole = made_up()
    part = whole.part(300, 500)
    assert part.steps == 200
    assert part.time_s[0] == whole.time_s[300]
    for step in (0, 57, 199):
        mine, same = part.users_at(step), whole.users_at(300 + step)
        assert np.array_equal(part.user[mine], whole.user[same])
        assert np.array_equal(part.x[mine], whole.x[same])
    assert part.incidents == whole.incidents


def test_only_kinds_that_are_staged_one_by_one_are_aimed_at() -> None:
    other = Incident("traffic.spillback", 10.0, 20.0, (), 0.0, 0.0)
    recording = made_up()
    recording = replace(recording, incidents=(other, *recording.incidents))
    assert staged(recording) == [1, 2]
    assert "traffic.spillback" not in STAGED


@pytest.fixture
def results(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> list[block.CameraResult]:
    folder = tmp_path_factory.mktemp("kept")
    monkeypatch.setattr(block, "cache_folder", lambda _name: folder)
    return run_block(Block(MADE_UP, 1, 0, 2, Levels.all(0.0), incident=0))


def test_what_is_staged_is_found_and_nothing_else_is_expected_of_them(results: list[block.CameraResult]) -> None:
    assert len(results) == 2
    recording = load(MADE_UP)
    first, last = window(recording, 0)
    for result in results:
        assert result.seconds == pytest.approx((last - first) / recording.fps)
        assert set(result.watched) <= set(STAGED) and {alert.kind for alert in result.alerts} <= set(STAGED)
        assert [t.incident for t in result.truth if t.cause == "incident"] == [0]
        (alert,) = (a for a in result.alerts if a.kind == "incident.stopped_vehicle")
        assert STOP_S[0] + 5 < alert.at_s < STOP_S[0] + 20


def test_where_none_can_look_there_is_no_result(monkeypatch: pytest.MonkeyPatch, results: object) -> None:
    monkeypatch.setattr(aiming, "TRIES", 0)
    assert run_block(Block(MADE_UP, 2, 0, 2, Levels.all(0.0), incident=1)) == []


def test_each_sees_a_whole_square_and_another_one_than_those_before() -> None:
    recording = with_bystanders(made_up())
    squares = [shapely.Polygon(area.polygon) for area in recording.areas]
    cameras = square_cameras(recording, 4, 7)
    assert len(cameras) == 4 and cameras[:2] == square_cameras(recording, 2, 7)
    whole = [{n for n, square in enumerate(squares) if camera.seen_ground().covers(square)} for camera in cameras]
    assert all(whole)
    # The last square is where road users have only just come out of nothing.
    assert set.union(*whole) == {0, 1, 2}
    assert square_cameras(made_up(), 4, 7) == ()


def test_at_squares_people_alone_are_watched_all_the_time(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("squares")
    recording = with_bystanders(made_up(300.0))
    monkeypatch.setattr(block, "cache_folder", lambda _name: folder)
    monkeypatch.setattr(block, "load", lambda _name: recording)
    asked = Block(MADE_UP, 1, 0, 3, Levels.all(0.0), squares=True)
    results = run_block(asked)
    assert asked.key != replace(asked, squares=False).key
    assert len(results) == 3
    for result in results:
        assert result.seconds == pytest.approx(300.0)
        assert set(result.watched) == set(SQUARES)
        assert {alert.kind for alert in result.alerts} <= set(SQUARES)
    true = [t for result in results for t in result.truth if t.cause == "incident"]
    assert {t.kind for t in true} <= set(SQUARES) and len(true) >= 4
    assert sum(len(result.alerts) for result in results) >= len(true) - 1
