"""From pixels to metres and metres a second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.events.cameras import SIZE, Camera
from core.arrays import F64, AnyArray
from core.frames import MOVING, ClockSource, FrameMeta
from core.motion import Motion
from core.scene import Ground, Label, Preset, Scene
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch, TrackState
from core.traffic import SIZES_M
from trackers.batches import FrameTracks, join
from trackers.world import COARSEST_M_PER_PX, World

SECOND = 1_000_000_000
METRE_IS_20_PX = Ground(np.diag((0.05, 0.05, 1.0)), 0.1)


def scene(ground: Ground | None = METRE_IS_20_PX, size: tuple[int, int] = (1000, 500)) -> Scene:
    return Scene("scene", 1, size, ground=ground)


def frame_of(
    time_s: float,
    feet: AnyArray | Sequence[tuple[float, float]],
    ids: list[int],
    *,
    camera: str = "a",
    epoch: int = 0,
    size: tuple[int, int] = (1000, 500),
    state: int = TrackState.CONFIRMED,
    ended: tuple[int, ...] = (),
    cls: ObjectClass = ObjectClass.PERSON,
    high: float = 50.0,
) -> TrackBatch:
    points = np.asarray(feet, np.float64).reshape(-1, 2)
    n, time_ns = len(points), round(time_s * SECOND)
    x, y = points.T
    boxes = np.column_stack((x - 10, y - high, x + 10, y)).astype(np.float32)
    tracks = FrameTracks(
        boxes,
        np.full(n, 0.9, np.float32),
        np.full(n, cls, np.int16),
        np.array(ids, np.int64),
        np.full(n, state, np.uint8),
        np.arange(n, dtype=np.int32),
        np.array(ended, np.int64),
    )
    meta = FrameMeta(camera, epoch, 0, time_ns, ClockSource.FILE, 0, time_ns, *size)
    return join((meta,), [tracks])


def test_a_steady_walk_has_its_speed_in_pixels_and_metres() -> None:
    world = World({"a": scene()})
    for k in range(50):
        found = world.locate(frame_of(k * 0.04, [(100 + 2 * k, 200 + k), (300, 400)], [3, 1]))
    np.testing.assert_allclose(found.foot_velocity, [(50, 25), (0, 0)], rtol=0.01, atol=1e-3)
    np.testing.assert_allclose(found.velocity, [(2.5, 1.25), (0, 0)], rtol=0.01, atol=1e-4)
    np.testing.assert_allclose(found.position, [(9.9, 12.45), (15, 20)], atol=1e-3)
    assert found.valid.all()


def test_velocity_is_zero_at_first_and_nears_the_truth_from_below() -> None:
    world = World({"a": scene()})
    speeds = [float(world.locate(frame_of(k * 0.04, [(100 + 4 * k, 200)], [1])).velocity[0, 0]) for k in range(12)]
    assert speeds[0] == 0.0
    assert speeds == sorted(speeds)
    assert 0.9 * 5.0 < speeds[8] <= 5.0


def test_speed_depends_on_time_not_on_frames() -> None:
    gaps = np.random.default_rng(5).uniform(0.02, 0.3, 80)
    world = World({"a": scene()})
    for t in np.cumsum(gaps):
        found = world.locate(frame_of(t, [(100 + 30 * t, 200)], [1]))
    np.testing.assert_allclose(found.foot_velocity, [(30, 0)], rtol=0.01, atol=0.01)


def test_a_turn_shows_within_about_a_second() -> None:
    world = World({"a": scene()})
    for k in range(75):
        x = 100 + 4 * min(k, 50)
        found = world.locate(frame_of(k * 0.04, [(x, 200)], [1]))
    assert abs(found.foot_velocity[0, 0]) < 0.4 * 100, "it stopped a second ago"


def test_source_pixels_are_scaled_to_the_scene_s_picture() -> None:
    small = World({"a": scene()}).locate(frame_of(0, [(100, 200)], [1], size=(500, 250)))
    np.testing.assert_allclose(small.foot, [(200, 400)])
    np.testing.assert_allclose(small.position, [(10, 20)], atol=1e-5)


def test_a_camera_without_scene_or_homography_has_pixels_only() -> None:
    for world in (World({}), World({"a": scene(None)})):
        for k in range(10):
            found = world.locate(frame_of(k * 0.1, [(100 + k, 200)], [1]))
        assert not found.valid.any()
        assert not found.position.any()
        assert not found.velocity.any()
        assert found.foot_velocity[0, 0] == pytest.approx(10, rel=0.02)


def view(camera_height_m: float = 6.0, focal: float = 800.0, horizon: float = 100.0) -> Ground:
    """Ground seen by a level camera above (0, 0) looking north, in a picture 1000 wide."""
    h, f, y0 = camera_height_m, focal, horizon
    return Ground(np.array([[h, 0.0, -500.0 * h], [0.0, 0.0, h * f], [0.0, 1.0, -y0]]), 0.1)


def test_at_and_beyond_the_horizon_nothing_is_claimed() -> None:
    world = World({"a": scene(view())})
    heights = [50.0, 99.0, 100.0, 101.0, 120.0, 300.0]
    for k in range(5):
        found = world.locate(frame_of(k * 0.1, [(500, y) for y in heights], [1, 2, 3, 4, 5, 6]))
        assert np.isfinite(found.position).all()
        assert np.isfinite(found.velocity).all()
    # Distance is 4800 m px / (y - 100): a pixel spans 11.4 m at y = 120 and 0.12 m at y = 300.
    assert found.valid.tolist() == [False, False, False, False, False, True]
    assert COARSEST_M_PER_PX < 11.4
    assert not found.position[:5].any()
    np.testing.assert_allclose(found.position[5], (0, 24), atol=1e-6)


def test_a_track_that_comes_from_the_horizon_has_no_wild_speed() -> None:
    world = World({"a": scene(view())})
    for k in range(250):
        distance = 300.0 - 25.0 * k * 0.04
        feet, high = [(500, 100 + 4800 / distance)], 800 * 1.5 / distance
        found = world.locate(frame_of(k * 0.04, feet, [1], cls=ObjectClass.CAR, high=high))
        speed = float(np.linalg.norm(found.velocity[0]))
        assert speed < 27
    assert found.valid.all()
    assert speed == pytest.approx(25, rel=0.05)


def test_coasting_rows_move_but_are_no_evidence() -> None:
    world = World({"a": scene()})
    for k in range(50):
        world.locate(frame_of(k * 0.04, [(100 + 2 * k, 200)], [1]))
    for k in range(50, 60):
        found = world.locate(frame_of(k * 0.04, [(500, 200)], [1], state=TrackState.COASTING))
    assert found.foot_velocity[0, 0] == pytest.approx(50, rel=0.05)
    assert found.position[0, 0] == pytest.approx(10.9, rel=0.01), "where it was going, not where the tracker put a box"


def test_tracks_end_epochs_and_cameras_start_without_a_past() -> None:
    def moving(world: World, **options: object) -> Motion:
        for k in range(20):
            found = world.locate(frame_of(k * 0.04, [(100 + 4 * k, 200)], [1], **options))  # type: ignore[arg-type]
        return found

    world = World({})
    moving(world)
    world.locate(frame_of(0.8, [], [], ended=(1,)))
    assert world.locate(frame_of(0.84, [(500, 200)], [1])).foot_velocity[0, 0] == 0
    moving(world, epoch=1)
    assert world.locate(frame_of(0.8, [(500, 200)], [1], epoch=2, ended=(1,))).foot_velocity[0, 0] == 0
    moving(world, epoch=2)
    world.forget("a")
    world.forget("never seen")
    assert world.locate(frame_of(0.8, [(500, 200)], [1], epoch=2)).foot_velocity[0, 0] == 0


def test_cameras_and_waves_in_one_batch_do_not_mix() -> None:
    one, other = World({"a": scene()}), World({"a": scene()})
    for k in range(0, 20, 2):
        parts = [
            frame_of(k * 0.04, [(100 + 4 * k, 200)], [1]),
            frame_of(k * 0.04, [(900 - 9 * k, 300)], [1], camera="b"),
            frame_of((k + 1) * 0.04, [(104 + 4 * k, 200)], [1]),
        ]
        single = [other.locate(part) for part in parts]
        frames = tuple(part.frames[0] for part in parts)
        columns = ("xyxy", "score", "class_id", "track_id", "state", "det_index", "ended_id")
        batch = join(frames, [FrameTracks(*(getattr(part, name) for name in columns)) for part in parts])
        found = one.locate(batch)
        for name in ("foot", "foot_velocity", "position", "velocity", "valid"):
            np.testing.assert_array_equal(
                getattr(found, name), np.concatenate([getattr(motion, name) for motion in single])
            )


def test_people_walk_at_walking_speed(shared: Path) -> None:
    """PETS09-S2L1 with true boxes and positions: homography from the first half, judged on the second."""
    truth = np.loadtxt(shared / "mot15" / "PETS09-S2L1" / "gt.txt", delimiter=",")
    feet = np.column_stack((truth[:, 2] + truth[:, 4] / 2, truth[:, 3] + truth[:, 5]))
    metres: F64 = truth[:, 7:9]
    first = truth[:, 0] <= truth[:, 0].max() / 2
    matrix, _ = cv2.findHomography(feet[first], metres[first], cv2.RANSAC, 0.5)
    below = np.column_stack((feet, np.ones(len(feet)))) @ matrix[2]
    ground = Ground(np.asarray(matrix * np.sign(np.median(below)), np.float64), 0.3)
    world, errors, speeds = World({"a": scene(ground, (768, 576))}), [], []
    for frame in np.unique(truth[~first, 0]):
        here = (truth[:, 0] == frame) & ~first
        tracks = frame_of((frame - 1) / 7.0, feet[here], truth[here, 1].astype(int).tolist(), size=(768, 576))
        found = world.locate(tracks)
        assert found.valid.all()
        errors += np.linalg.norm(found.position - metres[here], axis=1).tolist()
        speeds += np.linalg.norm(found.velocity, axis=1).tolist()
    assert np.median(errors) < 0.1
    assert 0.5 < np.median(speeds) < 2.5
    assert np.quantile(speeds, 0.99) < 2.5


def test_each_view_of_a_turning_camera_has_its_own_metres_and_no_track_is_carried_over() -> None:
    half = Ground(np.diag((0.1, 0.1, 1.0)), 0.1)
    presets = {n: Preset(n, Label(n, n), scene(g)) for n, g in (("near", METRE_IS_20_PX), ("far", half))}
    world = World({"a": Scene("mast", 1, (1000, 500), presets=presets)})

    def seen(time_s: float, view: str) -> TrackBatch:
        tracks = frame_of(time_s, [(100 + 20 * time_s, 200)], [1])
        return replace(tracks, frames=(replace(tracks.frames[0], view=view),))

    def located(time_s: float, view: str) -> Motion:
        return world.locate(seen(time_s, view))

    near = [located(n / 10, "near") for n in range(30)][-1]
    assert near.valid.all() and near.position[0] == pytest.approx((7.9, 10.0), abs=0.1)
    moving = [located(3 + n / 10, MOVING) for n in range(10)][-1]
    assert not moving.valid.any(), "no metres while it turns"
    first = located(4.0, "far")
    assert first.position[0] == pytest.approx((18.0, 20.0), abs=0.1) and not first.velocity.any()
    again = World({"a": Scene("mast", 1, (1000, 500), presets=presets | {"twin": presets["near"]})})
    before = [again.locate(seen(n / 10, "near")) for n in range(30)][-1]
    after = again.locate(seen(3.0, "twin"))
    assert before.velocity[0] == pytest.approx((1.0, 0.0), abs=0.1) and not after.velocity.any()
    assert [located(4 + n / 10, "far") for n in range(1, 30)][-1].velocity[0] == pytest.approx((2.0, 0.0), abs=0.1)


def _over_the_lower_edge(speed_px_s: float, frames: int = 14) -> tuple[list[float], list[float]]:
    """Feet and speeds downwards of what comes in over (or, faster than 0, leaves by) the lower edge, 80 pixels high."""
    world, feet, speeds = World({"a": scene()}), [], []
    start = 575.0 if speed_px_s < 0 else 330.0
    for k in range(frames):
        foot = start + speed_px_s * k * 0.1
        shown, top = min(foot, 500.0), foot - 80.0
        if top > 495.0:
            break
        tracks = frame_of(k * 0.1, [(400, shown)], [1], cls=ObjectClass.CAR, high=shown - top)
        speeds.append(float(world.locate(tracks).velocity[0, 1]))
        feet.append(foot)
    return feet, speeds


def test_what_comes_in_over_the_lower_edge_is_never_faster_than_it_is() -> None:
    # 10 m/s; its foot stays on the edge until the fourth frame.
    feet, speeds = _over_the_lower_edge(-200.0)
    assert min(speeds) > -10.0 * 1.05
    inside = [speed for foot, speed in zip(feet, speeds, strict=True) if foot < 500 - 4 * 20]
    assert inside[0] == pytest.approx(-10.0, rel=0.1)


def test_what_leaves_by_the_lower_edge_keeps_its_speed() -> None:
    feet, speeds = _over_the_lower_edge(200.0)
    assert max(feet) > 550
    assert speeds[-1] == pytest.approx(10.0, rel=0.1)


def test_who_stands_in_the_pictures_edge_is_nowhere_else() -> None:
    """He drove to it, and the filter drives on; after two seconds he stands where his box ends, not on a lane."""
    world, feet = World({"a": scene()}), []
    for k in range(60):
        foot = min(330.0 + 20.0 * k, 500.0)
        rows = frame_of(k * 0.1, [(400, foot)], [1], cls=ObjectClass.CAR, high=80.0 - max(foot - 495, 0))
        feet.append(float(world.locate(rows).foot[0, 1]))
    assert feet[-1] == pytest.approx(500.0), "not moved to the middle of a footprint that nobody can know"


@settings(max_examples=25)
@given(
    st.sampled_from([ObjectClass.CAR, ObjectClass.BUS, ObjectClass.MOTORCYCLE]),
    st.floats(-3.1, 3.1),
    st.floats(18, 45),
    st.floats(-6, 6),
)
def test_a_vehicle_stands_in_the_middle_of_its_footprint(
    cls: ObjectClass, heading: float, ahead: float, aside: float
) -> None:
    """Boxes of a vehicle that drives past a camera 8 m up that looks 20° down: its near end is up to 5 m off."""
    camera = Camera("a", 0.0, 0.0, 8.0, 0.0, np.radians(20.0), 1100.0)
    length, width = SIZES_M[cls]
    world, motion = World({"a": Scene("a", 1, SIZE, ground=camera.ground())}), Motion.empty()
    speed, ways = 5.0, np.array((np.cos(heading), np.sin(heading)))
    for step in range(13):
        middle = np.array((ahead, aside)) + ways * speed * (step / 10 - 1.2)
        corners = np.array([(a * length / 2, b * width / 2) for a in (-1, 1) for b in (-1, 1)])
        turned = corners @ np.array([ways, (-ways[1], ways[0])]) + middle
        points = np.concatenate([np.column_stack((turned, np.full(4, z))) for z in (0.0, 1.5)])
        pixels, _ = camera.project(points)
        box = np.concatenate((pixels.min(axis=0), pixels.max(axis=0))).astype(np.float32)[None]
        one, now = np.ones(1, np.int64), step * SECOND // 10
        rows = FrameTracks(
            box,
            np.full(1, 0.9, np.float32),
            np.full(1, cls, np.int16),
            one,
            np.full(1, TrackState.CONFIRMED, np.uint8),
            np.zeros(1, np.int32),
            np.zeros(0, np.int64),
        )
        motion = world.locate(join((FrameMeta("a", 0, 0, now, ClockSource.FILE, 0, now, *SIZE),), [rows]))
    off = motion.position[0] - middle
    assert np.hypot(*off) < 0.25 + 0.1 * length, "beside the near end, which is half a length away"
    seen, _ = camera.project_ground(motion.position)
    np.testing.assert_allclose(motion.foot, seen, atol=6.0)
    np.testing.assert_allclose(motion.velocity[0], speed * ways, atol=0.6)


def test_people_and_what_has_no_ground_stand_at_the_lower_edge() -> None:
    frame = frame_of(0.0, [(500, 300)], [1], cls=ObjectClass.PERSON)
    assert World({"a": scene()}).locate(frame).foot.tolist() == [[500, 300]]
    frame = frame_of(0.0, [(500, 300)], [1], cls=ObjectClass.CAR)
    assert World({"a": scene(None)}).locate(frame).foot.tolist() == [[500, 300]]


def test_a_person_faster_than_anybody_on_foot_rides() -> None:
    world = World({"a": scene()})
    rides = [
        world.locate(
            frame_of(t / 10, [(20 + 20 * 10 * t / 10, 300), (20 + 20 * 2 * t / 10, 400)], [1, 2])
        ).rides.tolist()
        for t in range(30)
    ]
    assert rides[2] == [False, False], "a young speed is not known"
    assert all(now == [True, False] for now in rides[10:])


def test_who_rode_once_rides_while_standing() -> None:
    world = World({"a": scene()})
    speed = [20.0] * 20 + [20.0 - t for t in range(20)] + [0.0] * 30
    places = 20 + np.cumsum(speed)
    rides = [world.locate(frame_of(t / 10, [(x, 300)], [1])).rides[0] for t, x in enumerate(places)]
    assert rides[-1]


def test_a_jump_is_no_ride() -> None:
    world = World({"a": scene()})
    places = [100.0] * 10 + [700.0] * 10
    assert not any(world.locate(frame_of(t / 10, [(x, 300)], [1])).rides[0] for t, x in enumerate(places))


def test_who_comes_in_over_the_edge_on_foot_does_not_ride() -> None:
    """His box grows out of the picture's edge, and its foot jumps as more of him is seen: 9 m/s for a moment."""
    world = World({"a": scene()})
    places = [(12.0, 300.0), (30.0, 306.0), (46.0, 311.0), (60.0, 315.0), (66.0, 317.0)]
    places += [(66.0 + 2.4 * t, 317.0) for t in range(1, 40)]
    assert not any(world.locate(frame_of(t / 10, [at], [1])).rides[0] for t, at in enumerate(places))


def test_only_people_are_said_to_ride() -> None:
    world = World({"a": scene()})
    found = [world.locate(frame_of(t / 10, [(20 + 20 * t, 300)], [1], cls=ObjectClass.CAR)).rides[0] for t in range(20)]
    assert not any(found)


def test_without_metres_a_rider_is_told_by_the_height_of_his_box() -> None:
    world = World({})
    fast = [world.locate(frame_of(t / 10, [(20 + 30 * t, 300)], [1])).rides[0] for t in range(20)]
    slow = [world.locate(frame_of(2 + t / 10, [(20 + 5 * t, 300)], [2])).rides[0] for t in range(20)]
    assert fast[-1]
    assert not any(slow)


def test_who_seemed_to_ride_for_a_moment_and_runs_on_is_on_foot_again() -> None:
    """His feet were hidden and show, further on each time: 12 m/s for a moment, and 5 m/s from there on."""
    world = World({"a": scene()})
    places = 20 + np.cumsum([8.0] * 3 + [24.0] * 5 + [10.0] * 30)
    rides = [bool(world.locate(frame_of(t / 10, [(x, 300)], [1])).rides[0]) for t, x in enumerate(places)]
    assert any(rides)
    assert not any(rides[-10:])
