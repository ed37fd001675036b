"""Scenes of cameras that turn: what their presets mean, and each way to write one wrong."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import structlog
import yaml

from core.arrays import U8
from core.errors import ConfigError
from core.frames import MOVING
from matpho.viewpoints import onvif_of
from scenes.config import load_configuration
from scenes.documents import ProblemsError
from scenes.draft import Draft
from scenes.preset_text import PresetText
from scenes.presets import read_picture
from scenes.scene_file import SceneFile, load_scene

HEAD = "id: mast\nreference_size: [640, 360]\norigin: {longitude: 105.85, latitude: 21.03}\n"
ZONE = "[[10, 10], [100, 10], [100, 100], [10, 100]]"
GROUND = "{homography: [[0.05, 0, 0], [0, -0.05, 0], [0, 0, 1]], error_m: 0.2}"
PRESETS = f"""presets:
  - id: north
    name: {{en: North, vi: Bắc}}
    picture: north.png
    ground: {GROUND}
    zones: [{{id: gate, polygon: {ZONE}}}]
    lines: [{{id: kerb, start: [0, 0], end: [0, 90]}}]
  - id: south
    picture: [south.png, night.png]
    token: Preset_7
    position: [0.25, -0.5, 0]
    zones: [{{id: gate, polygon: {ZONE}}}, {{id: yard, polygon: {ZONE}}}]
    lanes: [{{id: left, group: west, polygon: {ZONE}, centreline: [[10, 50], [100, 50]]}}]
"""
RULES = """rules:
  - {kind: security.intrusion, zone: gate}
  - {kind: security.loitering, zone: yard}
  - {kind: measure, lanes: all}
  - {kind: camera.down}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    grey: U8 = np.full((360, 640, 3), 90, np.uint8)
    for name in ("north", "south", "night"):
        cv2.imwrite(str(tmp_path / f"{name}.png"), grey)
    cv2.imwrite(str(tmp_path / "small.png"), grey[::2, ::2])
    cv2.imwrite(str(tmp_path / "square.png"), grey[:, :360])
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    return tmp_path


def load(folder: Path, content: str) -> SceneFile:
    path = folder / "scene.yaml"
    path.write_text(content, encoding="utf-8")
    return load_scene(path)


def test_each_preset_is_a_scene_of_its_own(folder: Path) -> None:
    scene = load(folder, HEAD + PRESETS + RULES).scene
    north, south = scene.presets["north"], scene.presets["south"]
    assert north.label.vi == "Bắc" and north.pictures == (folder / "north.png",) and len(south.pictures) == 2
    assert (north.token, south.token) == ("north", "Preset_7") and south.position == (0.25, -0.5, 0.0)
    assert scene.at("north").ground is not None and scene.at("south").ground is None
    assert set(scene.at("south").zones) == {"gate", "yard"} and set(scene.at("north").lines) == {"kerb"}
    assert scene.at("north").origin == (105.85, 21.03) and scene.at("north").zones["gate"].area_m2 == pytest.approx(
        20.25
    )
    for view in (MOVING, "", "west"):
        seen = scene.at(view)
        assert not seen.zones and not seen.lines and not seen.lanes and seen.ground is None


def test_a_rule_works_where_its_places_are(folder: Path) -> None:
    file = load(folder, HEAD + PRESETS + RULES)
    assert [rule.rule_id for rule in file.of("north").rules] == ["security.intrusion:gate", "camera.down"]
    assert [r.rule_id for r in file.of("south").rules] == [r.rule_id for r in file.rules]
    assert file.of("north").fit is not None and file.of("south").fit is None
    with pytest.raises(ConfigError, match="north, south"):
        file.of(None)
    with pytest.raises(ConfigError, match=r'"west".*north, south'):
        file.of("west")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: south", "id: north", "scene.yaml:11: presets[1].id: the preset \"north\" is already described in line 5"),
        ("token: Preset_7", "token: north", "scene.yaml:13: presets[1].token: the camera's preset \"north\""),
        ("picture: north.png", "picture: nowhere.png", "scene.yaml:7: presets[0].picture[0]: no such file: "),
        ("night.png]", "broken.png]", "scene.yaml:12: presets[1].picture[1]: "),
        ("night.png]", "square.png]", "presets[1].picture[1]: "),
        ("id: yard, ", "id: gate, ", 'scene.yaml:15: presets[1].zones[1].id: the id "gate" is already used'),
        (GROUND, "{homography: [[1, 0, 0], [2, 0, 0], [0, 0, 1]]}", "scene.yaml:8: presets[0].ground"),
        ("position: [0.25, -0.5, 0]", "position: [0.25, -0.5]", "presets[1].position"),
        ("  - id: north\n", "  - id: north\n    rules: []\n", "presets[0].rules: unknown key"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_line_and_field(folder: Path, old: str, new: str, said: str) -> None:
    assert old in PRESETS
    with pytest.raises(ConfigError) as found:
        load(folder, HEAD + PRESETS.replace(old, new))
    assert said in str(found.value), str(found.value)


def test_a_picture_of_another_size_will_do_and_one_of_another_shape_is_told(folder: Path) -> None:
    load(folder, HEAD + PRESETS.replace("north.png", "small.png"))
    with pytest.raises(ConfigError, match=r"square.png is 360 × 360.*640 × 360"):
        load(folder, HEAD + PRESETS.replace("north.png", "square.png"))


def test_places_outside_presets_are_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"scene.yaml:4: zones: this scene has presets"):
        load(folder, HEAD + f"zones: [{{id: box, polygon: {ZONE}}}]\n" + PRESETS)


def test_rules_name_places_that_some_preset_has_and_has_together(folder: Path) -> None:
    with pytest.raises(ConfigError, match='no "porch"; it has: gate, yard'):
        load(folder, HEAD + PRESETS + "rules: [{kind: security.intrusion, zone: porch}]\n")
    with pytest.raises(ConfigError, match=r"rules\[0\]: no preset has all of these: west, kerb|kerb, west"):
        load(folder, HEAD + PRESETS + "rules: [{kind: traffic.spillback, line: kerb, group: west}]\n")
    twice = "rules: [{kind: measure, lane: left}, {kind: measure, lanes: all}]\n"
    with pytest.raises(ConfigError, match=r"rules\[1\]") as found:
        load(folder, HEAD + PRESETS + twice)
    assert str(found.value).count("rules[1]") == 1


def test_a_preset_that_nothing_can_tell_is_refused_unless_the_camera_does(folder: Path) -> None:
    bare = PRESETS.replace("    picture: north.png\n", "")
    (folder / "scene.yaml").write_text(HEAD + bare, encoding="utf-8")
    cameras = "cameras:\n  - {id: mast, source: 'rtsp://192.0.2.1/1', scene: scene.yaml%s}\n"
    (folder / "cameras.yaml").write_text(cameras % "", encoding="utf-8")
    with pytest.raises(ConfigError, match=r'scene.yaml:5: presets\[0\]: the preset "north" has no reference picture'):
        load_configuration(folder / "cameras.yaml")
    (folder / "cameras.yaml").write_text(cameras % ", onvif: 'http://192.0.2.1/onvif/device_service'", encoding="utf-8")
    assert load_configuration(folder / "cameras.yaml").spec.cameras[0].onvif is not None


def test_whom_to_believe_over_https_is_checked_at_the_start(folder: Path) -> None:
    (folder / "scene.yaml").write_text(HEAD + PRESETS, encoding="utf-8")
    camera = "{id: mast, source: 'rtsp://192.0.2.1/1', scene: scene.yaml, onvif: {url: 'https://192.0.2.1', %s}}"
    cameras = f"cameras:\n  - {camera}\n"
    for given, said in (
        ("ca_file: none.pem", r"cameras\[0\]\.onvif\.ca_file: no such file: .*none\.pem"),
        ("ca_file: north.png, any_certificate: true", "give one of them"),
    ):
        (folder / "cameras.yaml").write_text(cameras % given, encoding="utf-8")
        with pytest.raises(ConfigError, match=said):
            load_configuration(folder / "cameras.yaml")
    (folder / "cameras.yaml").write_text(cameras % "ca_file: north.png", encoding="utf-8")
    configuration = load_configuration(folder / "cameras.yaml")
    with pytest.raises(ConfigError, match=r"north\.png has no certificates"):
        onvif_of(configuration, configuration.spec.cameras[0])
    (folder / "cameras.yaml").write_text(cameras % "any_certificate: true", encoding="utf-8")
    configuration = load_configuration(folder / "cameras.yaml")
    with structlog.testing.capture_logs() as told:
        onvif = onvif_of(configuration, configuration.spec.cameras[0])
    assert onvif is not None and [line["event"] for line in told] == ["onvif_certificate_unchecked"]


def test_a_camera_is_not_asked_for_no_use_and_not_where_it_cannot_be(folder: Path) -> None:
    (folder / "scene.yaml").write_text(HEAD, encoding="utf-8")
    cameras = "cameras:\n  - {id: mast, source: 'rtsp://192.0.2.1/1', scene: scene.yaml, onvif: '%s'}\n"
    (folder / "cameras.yaml").write_text(cameras % "http://192.0.2.1", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"cameras.yaml:2: cameras\[0\].onvif: onvif is given, but"):
        load_configuration(folder / "cameras.yaml")
    for wrong, said in (("192.0.2.1", "no address"), ("http://u:secret@192.0.2.1/", "password")):
        (folder / "cameras.yaml").write_text(cameras % wrong, encoding="utf-8")
        with pytest.raises(ConfigError, match=said) as found:
            load_configuration(folder / "cameras.yaml")
        assert "cameras[0].onvif" in str(found.value)


def test_one_who_writes_into_a_scene_names_its_preset(folder: Path) -> None:
    path = folder / "scene.yaml"
    path.write_text(HEAD + PRESETS, encoding="utf-8")
    for name, said in (
        (None, "choose one with --preset: north, south"),
        ("east", 'no preset "east"; it has: north, s'),
    ):
        with pytest.raises(ConfigError, match=said):
            Draft.read(path, name)
    path.write_text(HEAD + "presets: [{id: north, picture: north.png}]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="stands in braces"):
        Draft.read(path, "north")


def test_a_draft_changes_one_preset_and_leaves_the_rest_of_the_text(folder: Path) -> None:
    path = folder / "scene.yaml"
    before = HEAD + PRESETS.replace("    lines:", "    # the kerb\n    lines:") + RULES
    path.write_text(before, encoding="utf-8")
    zone = {"id": "gate", "polygon": [[20, 20], [90, 20], [90, 90]]}
    draft = Draft.read(path, "south")
    assert draft.data["id"] == "south" and draft.reference_size == [640, 360]
    saved = draft.save({"zones": [zone, *draft.data["zones"][1:]]})
    now = load_scene(path)
    assert len(now.scene.at("south").zones["gate"].polygon) == 3 and "yard" in now.scene.at("south").zones
    assert len(now.scene.at("north").zones["gate"].polygon) == 4 and now.scene.version == 2
    assert "    # the kerb\n" in saved.text and saved.text.endswith(RULES)
    kept = [line for line in before.splitlines() if "zones" not in line]
    assert [line for line in saved.text.splitlines() if line in kept] == kept
    broken = {"zones": [{"id": "gate", "polygon": [[0, 0], [9, 9]]}, *draft.data["zones"][1:]]}
    with pytest.raises(ProblemsError) as found:
        saved.scene(broken)
    assert found.value.problems[0].field.removeprefix(saved.field).startswith("zones[0]")


@pytest.mark.parametrize("end", ["", "\n", "\n# the end\n"])
@pytest.mark.parametrize("name", ["north", "south"])
def test_a_preset_put_back_unchanged_changes_nothing(folder: Path, name: str, end: str) -> None:
    text = HEAD + PRESETS.rstrip("\n") + end
    place = PresetText.find(text, name, folder)
    assert place.with_part(place.part) == text.rstrip("\n") + "\n"
    assert yaml.safe_load(place.part) == yaml.safe_load(text)["presets"][place.number]


def test_pictures_are_read_and_what_is_none_is_told(folder: Path) -> None:
    picture = read_picture(folder / "small.png")
    assert picture is not None and picture.shape == (180, 320, 3)
    assert read_picture(folder / "broken.png") is None and read_picture(folder / "none.png") is None
