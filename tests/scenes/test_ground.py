"""Each way to give a ground finds the camera that took the picture, and each mistake is told with its line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.arrays import F64, AnyArray
from core.errors import ConfigError
from core.lens import Lens
from core.scene import Ground
from scenes.ground import GroundSpec, LensSpec, fit_ground
from scenes.scene_file import SceneFile, load_scene
from tests.support.pinhole import SIZE, Pinhole

HEAD = "id: junction\nreference_size: [1280, 720]\n"
HANOI = (105.8524, 21.0287)
PLACES = np.array([(-6, 14), (6, 14), (7, 40), (-7, 40), (0, 25), (3, 31), (-4, 20)], np.float64)
cameras = st.builds(Pinhole, st.floats(4, 15), st.floats(12, 40), st.floats(700, 2000))


def load(folder: Path, content: str) -> SceneFile:
    path = folder / "scene.yaml"
    path.write_text(content, encoding="utf-8")
    return load_scene(path)


def points(pixels: AnyArray, places: AnyArray, key: str = "metres") -> str:
    rows = zip(pixels.tolist(), places.tolist(), strict=True)
    return "ground:\n  points:\n" + "".join(f"    - {{pixel: {p}, {key}: {m}}}\n" for p, m in rows)


def refused(folder: Path, content: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, content)
    return str(caught.value)


def seen_by(camera: Pinhole) -> F64:
    """Places in its picture, none near the horizon."""
    x, y = np.meshgrid(np.linspace(50, 1230, 9), np.linspace(max(camera.horizon, 0) + 80, 700, 7))
    return np.column_stack((x.ravel(), y.ravel()))


def assert_same_ground(found: Ground, camera: Pinhole, *, metres: float = 1e-3) -> None:
    there, valid = found.to_ground(seen_by(camera))
    assert valid.all()
    assert np.abs(there - camera.ground.to_ground(seen_by(camera))[0]).max() < metres


def spec_of(pixels: AnyArray, places: AnyArray) -> GroundSpec:
    pairs = [{"pixel": p, "metres": m} for p, m in zip(pixels.tolist(), places.tolist(), strict=True)]
    return GroundSpec.model_validate({"points": pairs})


@settings(max_examples=40)
@given(cameras, st.integers(4, 7))
def test_exact_pairs_give_the_camera_s_own_ground(camera: Pinhole, count: int) -> None:
    fit = fit_ground(spec_of(camera.pixels(PLACES[:count]), PLACES[:count]), SIZE, None, None)
    assert_same_ground(fit.ground, camera)
    assert fit.errors_m.max() < 1e-4


def test_the_error_told_is_that_of_points_nobody_gave() -> None:
    camera, told, real = Pinhole(), [], []
    others = np.array([(x, y) for x in (-5, 0, 5) for y in (16, 24, 36)], np.float64)
    for seed in range(40):
        noise = np.random.default_rng(seed).normal(0, 2.0, PLACES.shape)
        fit = fit_ground(spec_of(camera.pixels(PLACES) + noise, PLACES), SIZE, None, None)
        told.append(fit.ground.error_m)
        real.append(np.median(np.linalg.norm(fit.ground.to_ground(camera.pixels(others))[0] - others, axis=1)))
    # At the rim a point is told by others on one side of it alone: the figure errs towards caution.
    assert 1.0 < np.mean(told) / np.mean(real) < 5.0


def test_one_wrong_pair_of_seven_hardly_matters_and_is_named(tmp_path: Path) -> None:
    camera, wrong = Pinhole(), PLACES.copy()
    wrong[4] += (4.0, -3.0)
    file = load(tmp_path, HEAD + points(camera.pixels(PLACES), wrong))
    assert file.scene.ground is not None
    assert np.abs(file.scene.ground.to_ground(camera.pixels(PLACES))[0] - PLACES).max() < 0.5
    assert [w.line for w in file.warnings] == [9]
    assert "this pair is" in str(file.warnings[0])
    assert not load(tmp_path, HEAD + points(camera.pixels(PLACES), PLACES)).warnings


def test_longitude_and_latitude_are_as_good_as_metres(tmp_path: Path) -> None:
    camera = Pinhole()
    perfect = load(tmp_path, HEAD + points(camera.pixels(PLACES), PLACES)).scene
    origin = f"origin: {{longitude: {HANOI[0]}, latitude: {HANOI[1]}}}\n"
    known = load(tmp_path, HEAD + origin + points(camera.pixels(PLACES), PLACES)).scene
    lonlat = np.array([known.geographic(*place) for place in PLACES.tolist()], np.float64)
    given_origin = load(tmp_path, HEAD + origin + points(camera.pixels(PLACES), lonlat, "lonlat")).scene
    middle = load(tmp_path, HEAD + points(camera.pixels(PLACES), lonlat, "lonlat")).scene
    assert perfect.ground is not None
    for scene in (given_origin, middle):
        assert scene.ground is not None
        east, north = scene.ground.to_ground(camera.pixels(PLACES[:1]))[0][0].tolist()
        assert scene.geographic(east, north) == pytest.approx(lonlat[0], abs=1e-7)
    assert middle.origin == pytest.approx(lonlat.mean(axis=0))
    mixed = points(camera.pixels(PLACES), lonlat, "lonlat").replace(f"lonlat: {lonlat[0].tolist()}", "metres: [0, 0]")
    assert 'give "origin"' in refused(tmp_path, HEAD + mixed)


@settings(max_examples=40)
@given(cameras, st.booleans(), st.sampled_from([0.0, 30.0, 200.0]))
def test_a_rectangle_is_measured_whichever_way_round(camera: Pinhole, clockwise: bool, bearing: float) -> None:
    corners = np.array([(-2, 15), (1.5, 15), (1.5, 27), (-2, 27)], np.float64)
    if clockwise:
        corners = corners[[1, 0, 3, 2]]
    rectangle = {"corners": camera.pixels(corners).tolist(), "width_m": 3.5, "length_m": 12, "bearing": bearing}
    ground = fit_ground(GroundSpec.model_validate({"rectangle": rectangle}), SIZE, None, None).ground
    there, valid = ground.to_ground(seen_by(camera))
    true = camera.ground.to_ground(seen_by(camera))[0]
    assert valid.all()
    # The camera's own north becomes the bearing, seen from the first corner.
    turn = np.radians(bearing)
    forward = np.array([np.sin(turn), np.cos(turn)])
    np.testing.assert_allclose(there @ forward, true[:, 1] - 15, atol=1e-3)
    right = np.array([forward[1], -forward[0]])
    np.testing.assert_allclose(there @ right, true[:, 0] - corners[0, 0], atol=1e-3)


def lane_lines(camera: Pinhole, pan: float, *, count: int = 2, noise: float = 0.0) -> dict[str, object]:
    """Lines 3.5 m apart that lead away `pan` degrees to the right of the view, and a dash pitch of 6 m."""
    turn = np.radians(pan)
    forward, right = np.array([np.sin(turn), np.cos(turn)]), np.array([np.cos(turn), -np.sin(turn)])
    start = np.array([-2.0, 14.0])
    ends = [start + 3.5 * k * right + y * forward for k in range(count) for y in (0.0, 25.0)]
    jitter = np.random.default_rng(0).normal(0, noise, (len(ends), 2)) if noise else 0.0
    pixels = camera.pixels(np.array(ends)) + jitter
    dash = camera.pixels(np.array([start + 3 * forward, start + 9 * forward]))
    return {
        "lines": pixels.reshape(-1, 2, 2).tolist(),
        "apart_m": 3.5,
        "along": {"start": dash[0].tolist(), "end": dash[1].tolist(), "length_m": 6.0},
    }


@settings(max_examples=40)
@given(cameras, st.floats(-25, 25), st.booleans())
def test_lane_lines_and_a_dash_give_the_ground(camera: Pinhole, pan: float, reverse: bool) -> None:
    spec = lane_lines(camera, pan)
    if reverse:
        spec["lines"] = spec["lines"][::-1]  # type: ignore[index]
    fit = fit_ground(GroundSpec.model_validate({"lane_lines": spec}), SIZE, None, None)
    there, _ = fit.ground.to_ground(seen_by(camera))
    true = camera.ground.to_ground(seen_by(camera))[0]
    between = np.linalg.norm(there[1:] - there[:-1], axis=1) / np.linalg.norm(true[1:] - true[:-1], axis=1)
    np.testing.assert_allclose(between, 1.0, atol=2e-3)


def test_a_third_line_tells_the_error_and_a_known_lens_stands_for_the_length() -> None:
    camera = Pinhole()
    off = fit_ground(
        GroundSpec.model_validate({"lane_lines": lane_lines(camera, 8, count=3, noise=2)}), SIZE, None, None
    )
    assert 0.005 < off.ground.error_m < 0.3
    spec = lane_lines(camera, 8)
    del spec["along"]
    lens = LensSpec(focal_px=camera.focal).lens(SIZE)
    ground = fit_ground(GroundSpec.model_validate({"lane_lines": spec}), SIZE, None, lens).ground
    there, _ = ground.to_ground(camera.pixels(np.array([(0.0, 15.0), (0.0, 35.0)])))
    assert np.linalg.norm(there[1] - there[0]) == pytest.approx(20, abs=0.01)


LENSES = [
    Lens(-0.3, 0.1, 0.001, -0.002, -0.01, 900.0, (650.0, 350.0)),
    Lens(0.15, -0.05, 0.0, 0.0, 0.0, 1200.0, (640.0, 360.0)),
    Lens(0.0, 0.0, 0.0, 0.0, 0.0, 1000.0, (640.0, 360.0)),
]


@pytest.mark.parametrize("lens", LENSES)
def test_a_lens_bends_and_straightens_as_opencv_does(lens: Lens) -> None:
    x, y = np.meshgrid(np.linspace(0, 1280, 17), np.linspace(0, 720, 11))
    pixels = np.column_stack((x.ravel(), y.ravel()))
    straight, held = lens.straighten(pixels)
    assert held.all()
    rays = np.column_stack(((straight - lens.centre) / lens.focal_px, np.ones(len(straight))))
    inner = np.array([[lens.focal_px, 0, lens.centre[0]], [0, lens.focal_px, lens.centre[1]], [0, 0, 1]])
    twisted = np.array([lens.k1, lens.k2, lens.p1, lens.p2, lens.k3])
    seen, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), inner, twisted)
    np.testing.assert_allclose(seen.reshape(-1, 2), pixels, atol=1e-6)
    back, shown = lens.bend(straight)
    assert shown.all()
    np.testing.assert_allclose(back, pixels, atol=1e-6)


def test_what_a_lens_does_not_show_has_no_metres() -> None:
    lens = Lens(-0.4, 0.0, 0.0, 0.0, 0.0, 600.0, (640.0, 360.0))
    ground = Ground(Pinhole().ground.matrix, 0.1, lens)
    metres, valid = ground.to_ground(np.array([(640.0, 600.0), (9000.0, 9000.0)]))
    assert valid.tolist() == [True, False]
    assert not metres[1].any()


@settings(max_examples=40)
@given(cameras, st.sampled_from([None, *LENSES]))
def test_to_picture_undoes_to_ground(camera: Pinhole, lens: Lens | None) -> None:
    ground = Ground(camera.ground.matrix, 0.1, lens)
    metres, valid = ground.to_ground(seen_by(camera))
    pixels, before = ground.to_picture(metres[valid])
    assert before.all()
    np.testing.assert_allclose(pixels, seen_by(camera)[valid], atol=1e-3)
    assert not ground.to_picture(np.array([(0.0, -50.0)]))[1].any(), "behind the camera"


def test_pairs_are_fitted_through_the_lens(tmp_path: Path) -> None:
    camera, lens = Pinhole(), LENSES[0]
    bent = lens.bend(camera.pixels(PLACES))[0]
    said = "lens: {k1: -0.3, k2: 0.1, p1: 0.001, p2: -0.002, k3: -0.01, focal_px: 900, centre: [650, 350]}\n"
    scene = load(tmp_path, HEAD + said + points(bent, PLACES)).scene
    assert scene.ground is not None
    np.testing.assert_allclose(scene.ground.to_ground(bent)[0], PLACES, atol=1e-3)
    assert scene.ground.error_m < 1e-3
    plain = load(tmp_path, HEAD + points(bent, PLACES)).scene.ground
    assert plain is not None
    assert plain.error_m > 0.1, "without its lens the ground does not fit"


def swap(rows: AnyArray, i: int, j: int) -> F64:
    found = np.array(rows, np.float64)
    found[[i, j]] = found[[j, i]]
    return found


def mistakes() -> list[tuple[str, str, str]]:
    camera = Pinhole()
    pixels = camera.pixels(PLACES)
    four, line = pixels[:4], np.array([(x, 300.0 + x / 2) for x in (100, 200, 400, 700)])
    three = np.vstack((line[:3], four[:1]))
    lanes: Sequence[Sequence[tuple[int, int]]] = (((100, 700), (100, 300)), ((400, 700), (400, 300)))
    level = f"ground:\n  lane_lines: {{lines: {[[list(p) for p in line] for line in lanes]}, apart_m: 3.5, along: "
    along = "{start: [100, 700], end: [100, 500], length_m: 6}}\n"
    square = [[400, 600], [800, 600], [450, 300], [750, 300]]
    return [
        ("four points on a line", points(line, PLACES[:4]), "scene.yaml:3: ground: these points or this matrix do not"),
        ("three of four on a line", points(three, PLACES[:4]), "do not determine the ground"),
        ("mirrored", points(pixels, PLACES * (-1, 1)), "scene.yaml:3: ground: this ground would be seen from below"),
        ("east and north exchanged", points(pixels, PLACES[:, ::-1]), "would be seen from below"),
        ("neighbours of four swapped", points(swap(four, 0, 1), PLACES[:4]), "the horizon would run between them"),
        ("opposite ones of four swapped", points(swap(four, 0, 2), PLACES[:4]), "would be seen from below"),
        ("two of seven swapped", points(swap(pixels, 1, 5), PLACES), "points[1]: this pair and the one in line 10"),
        ("both", points(pixels, PLACES).replace("metres: [-6", "lonlat: [1, 2], metres: [-6"), 'either "metres" or'),
        ("latitude first", points(pixels, np.full((7, 2), (21.0, 105.8)), "lonlat"), "longitude within 180"),
        ("parallel in the picture", level + along, "no level camera sees these lines"),
        ("no length", level.removesuffix(", along: ") + "}\n", "a known length along the lanes is missing"),
        ("gaps", level.replace("3.5", "[3.5, 3.5]") + along, "expected one distance, or 1 of them"),
        ("corners", f"ground: {{rectangle: {{corners: {square}, width_m: 3, length_m: 9}}}}\n", "list them in order"),
        ("nothing", "ground: {}\n", "give exactly one of"),
        ("two", points(pixels, PLACES) + "  homography: [[1, 0, 0], [0, -1, 0], [0, 0, 1]]\n", "give exactly one of"),
        ("singular", "ground: {homography: [[1, 0, 0], [0, 1, 0], [0, 0, 0]]}\n", "do not determine the ground"),
        ("seen from below", "ground: {homography: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}\n", "seen from below"),
        ("no number", "ground: {homography: [[.nan, 0, 0], [0, -1, 0], [0, 0, 1]]}\n", "finite number"),
    ]  # fmt: skip


@pytest.mark.parametrize(("what", "content", "said"), mistakes(), ids=[m[0] for m in mistakes()])
def test_each_mistake_is_told(tmp_path: Path, what: str, content: str, said: str) -> None:
    found = refused(tmp_path, HEAD + content)
    assert said in found
    assert "scene.yaml:" in found


def place(kind: str, name: str, polygon: Sequence[tuple[float, float]]) -> str:
    shape = [list(map(float, p)) for p in polygon]
    line = f"    centreline: {[shape[0], shape[2]]}\n" if kind == "lanes" else ""
    return f"  - id: {name}\n    polygon: {shape}\n{line}"


def test_a_zone_beyond_the_horizon_has_no_area_and_a_lane_there_is_refused(tmp_path: Path) -> None:
    camera = Pinhole(pitch=10)
    assert 100 < camera.horizon < 250
    ground = points(camera.pixels(PLACES), PLACES)
    tall = [(600, 700), (700, 700), (660, 100), (640, 100)]
    short = [(600, 700), (700, 700), (660, 400), (640, 400)]
    file = load(tmp_path, HEAD + ground + "zones:\n" + place("zones", "z", short) + place("zones", "sky", tall))
    assert file.scene.zones["z"].area_m2 is not None
    assert file.scene.zones["sky"].area_m2 is None
    assert [str(w).split("scene.yaml:")[1][:18] for w in file.warnings] == ["16: zones[1].polyg"]
    said = refused(tmp_path, HEAD + ground + "lanes:\n" + place("lanes", "a", short) + place("lanes", "far", tall))
    assert "scene.yaml:17: lanes[1].polygon" in said
    assert 'the lane "far" reaches to the horizon' in said
    assert "shorten its far end" in said
    assert load(tmp_path, HEAD + "lanes:\n" + place("lanes", "far", tall)).scene.lanes, "in pixels it may"


def test_lanes_that_overlap_are_told_and_not_refused(tmp_path: Path) -> None:
    a = [(100, 100), (200, 100), (200, 500), (100, 500)]
    b = [(185, 100), (300, 100), (300, 500), (185, 500)]
    c = [(250, 100), (350, 100), (350, 500), (250, 500)]
    lanes = "".join(place("lanes", name, shape) for name, shape in (("a", a), ("b", b), ("c", c)))
    file = load(tmp_path, HEAD + "lanes:\n" + lanes)
    assert len(file.scene.lanes) == 3
    assert [str(w).split("yaml:")[1] for w in file.warnings] == [
        '11: lanes[2].polygon: the lane "c" shares 50 % of the smaller one with the lane "b"; check their corners'
    ]


@pytest.mark.parametrize("kind", ["zones", "lanes"])
def test_places_outside_the_picture_are_refused(tmp_path: Path, kind: str) -> None:
    said = refused(tmp_path, HEAD + f"{kind}:\n" + place(kind, "o", [(1300, 10), (1400, 10), (1400, 90)]))
    assert "lies outside the picture of 1,280 × 720" in said or "lies outside the picture of 1280 × 720" in said
    line = "lines:\n  - {id: l, start: [-10, -10], end: [-10, 900]}\n"
    assert "lies outside the picture" in refused(tmp_path, HEAD + line)
