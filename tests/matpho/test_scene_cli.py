"""`matpho scene calibrate` and `matpho scene suggest`, from a table of tracks to a scene file that holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from core.taxonomy import LABELS, ObjectClass
from matpho.cli.scene_tracks import table_of
from scenes.calibration.compare import difference
from scenes.scene_file import load_scene
from scenes.track_table import TrackTable
from tests.matpho.test_cli import CLIP, SCENE
from tests.scenes.calibration.test_camera import pinhole
from tests.support.command import matpho
from tests.support.street import Camera, Street, drive, road
from trackers.recorded import recorded_tracks

CAMERA = Camera(height=9, pitch=28, focal=0.8, size=(1280, 720))
SIZE = ("--size", "1280x720")


def csv(table: TrackTable, camera: str = "cam") -> list[str]:
    """Rows in order of time, without the header."""
    order = np.argsort(table.time_s, kind="stable")
    return [
        f"{table.time_s[i]:.3f},{camera},{table.track_id[i]},{LABELS[table.class_id[i]]},"
        + ",".join(f"{v:.1f}" for v in table.xyxy[i])
        + ",0.9"
        for i in order
    ]


HEADER = "time_s,camera_id,track_id,class,x1,y1,x2,y2,score"


@pytest.fixture(scope="module")
def seen() -> TrackTable:
    street = Street(road(), tracks=70, mix={ObjectClass.CAR: 0.5, ObjectClass.MOTORCYCLE: 0.5}, wander=0.25)
    return drive(street, CAMERA, seed=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, seen: TrackTable) -> Path:
    path = tmp_path_factory.mktemp("street")
    rows = csv(seen)
    (path / "tracks.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return path


@pytest.fixture(scope="module")
def calibrated(folder: Path) -> tuple[Path, str]:
    done = matpho("scene", "calibrate", "tracks.csv", *SIZE, "--out", "street.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "street.yaml", done.stdout


def test_a_table_goes_in_and_comes_out_as_the_tracks_that_it_holds(folder: Path, seen: TrackTable) -> None:
    batches = recorded_tracks(folder / "tracks.csv", start_ns=0, sizes=CAMERA.size)
    again = table_of(CAMERA.size, batches)
    assert np.array_equal(again.track_id, seen.track_id) and np.array_equal(again.class_id, seen.class_id)
    assert np.allclose(again.xyxy, seen.xyxy, atol=0.051) and np.allclose(again.time_s, seen.time_s, atol=6e-4)


def test_calibrate_writes_a_ground_that_is_right_and_says_what_it_rests_on(
    calibrated: tuple[Path, str], seen: TrackTable
) -> None:
    path, said = calibrated
    assert matpho("check", path, cwd=path.parent).returncode == 0
    ground = load_scene(path).scene.ground
    assert ground is not None
    error = difference(pinhole(CAMERA).ground, ground.matrix, seen.foot)
    assert abs(error.along) < 0.1 and abs(error.across) < 0.05
    assert "car: " in said and "± " in said and "height of the camera" in said
    assert "the scale rests on typical sizes" in path.read_text()


def test_a_scene_that_is_there_keeps_the_rest_and_its_own_size(folder: Path) -> None:
    text = (
        "# ours\nid: ours\nreference_size: [640, 360]\nzones:\n  - {id: z, polygon: [[1, 1], [9, 1], [9, 9]]}  # gate\n"
    )
    (folder / "ours.yaml").write_text(text)
    done = matpho("scene", "calibrate", "tracks.csv", *SIZE, "--out", "ours.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr
    after = (folder / "ours.yaml").read_text()
    assert all(line in after for line in text.splitlines())
    assert (folder / "ours.yaml.bak").read_text() == text and "ours.yaml.bak" in done.stdout
    ground = load_scene(folder / "ours.yaml").scene.ground
    assert ground is not None
    metres, _ = ground.to_ground(np.array([(320.0, 300.0)]))
    assert metres == pytest.approx(CAMERA.ground(np.array([(640.0, 600.0)])), rel=0.1, abs=0.2)


def test_a_preset_gets_its_own_ground_and_lanes(folder: Path) -> None:
    head = "id: mast\nreference_size: [1280, 720]\npresets:\n"
    others = "  - id: south  # by the gate\n    token: P2\n"
    (folder / "mast.yaml").write_text(f"{head}  - id: north\n    token: P1\n{others}", encoding="utf-8")
    assert "choose one with --preset: north, south" in failed(
        folder, "calibrate", "tracks.csv", *SIZE, "--out", "mast.yaml"
    )
    done = matpho("scene", "calibrate", "tracks.csv", *SIZE, "--out", "mast.yaml", "--preset", "north", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = matpho(
        *("scene", "suggest", "tracks.csv", *SIZE, "--scene", "mast.yaml", "--out", "mast.yaml", "--preset", "north"),
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    scene = load_scene(folder / "mast.yaml").scene
    north, south = scene.at("north"), scene.at("south")
    assert north.ground is not None and len(north.lanes) >= 2
    assert south.ground is None and not south.lanes
    assert others in (folder / "mast.yaml").read_text(encoding="utf-8")


def test_without_a_file_to_write_it_only_tells(folder: Path) -> None:
    before = sorted(p.name for p in folder.iterdir())
    done = matpho("scene", "calibrate", "tracks.csv", *SIZE, cwd=folder)
    assert done.returncode == 0 and "Nothing was written" in done.stdout
    assert sorted(p.name for p in folder.iterdir()) == before


def test_suggest_on_that_ground_writes_a_scene_and_a_picture_of_it(calibrated: tuple[Path, str]) -> None:
    path, _ = calibrated
    done = matpho("scene", "suggest", "tracks.csv", "--scene", path, "--out", "lanes.yaml", cwd=path.parent)
    assert done.returncode == 0, done.stderr
    assert "in metres" in done.stdout and "matpho scene edit lanes.yaml" in done.stdout
    checked = matpho("check", "lanes.yaml", cwd=path.parent)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    scene = load_scene(path.parent / "lanes.yaml").scene
    assert {lane.group for lane in scene.lanes.values()} == {"away", "towards"}
    assert len(scene.lanes) == 4 and scene.ground is not None
    assert {"away-entry", "away-exit", "towards-entry", "towards-exit"} <= set(scene.lines)
    assert all(2.4 < lane_width(path.parent / "lanes.yaml", name) < 4.2 for name in scene.lanes)
    assert (path.parent / "lanes.jpg").stat().st_size > 10_000


def lane_width(path: Path, name: str) -> float:
    """Area of a lane over its length, in metres."""
    scene = load_scene(path).scene
    assert scene.ground is not None
    lane = scene.lanes[name]
    corners, _ = scene.ground.to_ground(lane.polygon)
    x, y = corners.T
    area = abs(float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())) / 2
    return area / float(lane.length_m or 0.0)


def test_suggest_without_metres_says_so_and_its_scene_holds(folder: Path) -> None:
    done = matpho("--lang", "vi", "scene", "suggest", "tracks.csv", *SIZE, "--out", "rough.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "theo điểm ảnh" in done.stdout
    assert matpho("check", "rough.yaml", cwd=folder).returncode == 0
    data = yaml.safe_load((folder / "rough.yaml").read_text())
    assert data["reference_size"] == [1280, 720] and "ground" not in data


def test_suggest_watches_the_shipped_clip(tmp_path: Path) -> None:
    """People on a square: no lanes, but where they walk."""
    done = matpho("scene", "suggest", CLIP, "--scene", SCENE, "--out", "plaza.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert matpho("check", "plaza.yaml", cwd=tmp_path).returncode == 0
    after, before = load_scene(tmp_path / "plaza.yaml"), load_scene(SCENE)
    assert "people-1" in after.scene.zones and set(before.scene.zones) <= set(after.scene.zones)
    assert after.rules == before.rules
    assert (tmp_path / "plaza.jpg").is_file()


def failed(folder: Path, *arguments: object) -> str:
    done = matpho("scene", *arguments, cwd=folder)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("command", ["calibrate", "suggest"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: [rows[0].replace("class", "kind"), *rows[1:]], "bad.csv:1: the header is missing or different"),
        (lambda rows: [*rows[:3], rows[3] + ",7", *rows[4:]], "bad.csv:4: found 10 columns"),
        (lambda rows: [*rows[:5], rows[5].replace(",0.9", ",much")], 'bad.csv:6: score: found "much"'),
        (lambda rows: [rows[0], rows[1].replace("car", "lorry").replace("motorcycle", "lorry")], "bad.csv:2: class"),
    ],
    ids=["no such column", "a column too many", "no number", "no such class"],
)
def test_a_bad_table_is_named_by_line(folder: Path, command: str, change: object, said: str) -> None:
    rows = (folder / "tracks.csv").read_text().splitlines()
    (folder / "bad.csv").write_text("\n".join(change(rows)) + "\n")  # type: ignore[operator]
    assert said in failed(folder, command, "bad.csv", *SIZE, "--out", "bad.yaml")
    assert not (folder / "bad.yaml").exists()


@pytest.mark.parametrize("command", ["calibrate", "suggest"])
def test_sizes_that_are_missing_no_size_or_not_that_of_the_boxes(folder: Path, command: str) -> None:
    options = ("tracks.csv", "--out", "bad.yaml")
    assert "tracks.csv: a table of tracks does not say how large" in failed(folder, command, *options)
    assert '--size: found "1280"' in failed(folder, command, *options, "--size", "1280")
    said = failed(folder, command, *options, "--size", "640x360")
    line = int(said.split("tracks.csv:")[1].split(":")[0])
    row = (folder / "tracks.csv").read_text().splitlines()[line - 1].split(",")
    assert "outside of a picture of 640×360" in said
    assert float(row[4]) + float(row[6]) > 2 * 640 or float(row[5]) + float(row[7]) > 2 * 360
    assert not (folder / "bad.yaml").exists()


def test_several_cameras_are_told_apart(folder: Path, seen: TrackTable) -> None:
    few = csv(seen)[:400]
    rows = [row for pair in zip(few, (r.replace(",cam,", ",other,") for r in few), strict=True) for row in pair]
    (folder / "two.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    assert "two.csv: there are several cameras: cam, other" in failed(folder, "calibrate", "two.csv", *SIZE)
    said = failed(folder, "calibrate", "two.csv", *SIZE, "--camera", "third")
    assert 'there is no camera "third"' in said and "cam, other" in said


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--known", "1,2,3=5", '--known: found "1,2,3=5"'),
        ("--known", "1,2,1,2=5", "expected two points"),
        ("--known", "1,2,3,4=-5", "expected two points"),
        ("--typical", "lorry=4x2x1", '--typical: found "lorry=4x2x1"'),
        ("--typical", "car=4x2", "length, width and height"),
        ("--for", "soon", "soon"),
    ],
)
def test_options_that_say_nothing_are_refused(folder: Path, option: str, value: str, said: str) -> None:
    assert said in failed(folder, "calibrate", "tracks.csv", *SIZE, option, value)


def test_too_little_traffic_is_refused_and_nothing_is_written(folder: Path) -> None:
    rows = (folder / "tracks.csv").read_text().splitlines()
    (folder / "few.csv").write_text("\n".join(rows[:150]) + "\n")
    assert "Too little traffic" in failed(folder, "calibrate", "few.csv", *SIZE, "--out", "few.yaml")
    (folder / "none.csv").write_text(rows[0] + "\n")
    assert "Nothing to suggest" in failed(folder, "suggest", "none.csv", *SIZE, "--out", "few.yaml")
    assert not (folder / "few.yaml").exists()


def test_a_file_that_is_no_scene_is_left_alone(folder: Path) -> None:
    (folder / "notes.yaml").write_text("shopping: [milk]\n")
    failed(folder, "calibrate", "tracks.csv", *SIZE, "--out", "notes.yaml")
    assert (folder / "notes.yaml").read_text() == "shopping: [milk]\n"
