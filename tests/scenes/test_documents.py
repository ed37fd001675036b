"""Mistakes in files are shown with their line, field, and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from scenes.config import SystemSpec, load_configuration
from scenes.documents import ProblemsError, field_name, nearest, read_document
from scenes.parsing import parse

GOOD = "cameras:\n  - id: a\n    source: street.mp4\n"


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "system.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def problems(folder: Path, content: str) -> list[str]:
    path = written(folder, content)
    with pytest.raises(ProblemsError) as caught:
        load_configuration(path)
    return [str(problem).replace(str(folder) + "/", "") for problem in caught.value.problems]


def test_a_good_file_is_read(tmp_path: Path) -> None:
    spec = load_configuration(written(tmp_path, GOOD)).spec
    assert [camera.id for camera in spec.cameras] == ["a"]
    assert spec.model.path == "nanodet_g_416"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD + "    fsp: 5\n", 'system.yaml:4: cameras[0].fsp: unknown key; did you mean "fps"?'),
        (GOOD + "moddel: x\n", 'system.yaml:4: moddel: unknown key; did you mean "model"?'),
        (GOOD + "    fps: fast\n", "system.yaml:4: cameras[0].fps: found 'fast'; expected a number"),
        (GOOD + "    fps: 0\n", "system.yaml:4: cameras[0].fps: found 0; expected a value above 0"),
        ("cameras:\n  - id: a\n", 'system.yaml:2: cameras[0].source: missing; "source" is required'),
        ("cameras:\n  - id: a\n    sorce: a.mp4\n", 'cameras[0].sorce: unknown key; did you mean "source"?'),
        ("cameras:\n  - id: a\n    szurze: a.mp4\n", 'cameras[0].szurze: unknown key; did you mean "source"?'),
        (
            "model: {path: nanodet_g_416, input: 800.5}\ncameras: [{id: c, source: a.mp4}]\n",
            "system.yaml:1: model.input: found 800.5; expected auto, exported, or a multiple of 32 up to 4,096",
        ),
        (
            "model: {path: nanodet_g_416, input: 830}\ncameras: [{id: c, source: a.mp4}]\n",
            "system.yaml:1: model.input: found 830; expected auto, exported, or a multiple of 32",
        ),
        ("cameras: []\n", "system.yaml:1: cameras: found []; expected at least 1 items, found 0"),
        (GOOD + "sinks:\n  - kind: kafak\n    bootstrap: [a:9092]\n", 'did you mean "kafka"?'),
        (GOOD + "sinks:\n  - kind: kafka\n    bootstrap: [nowhere]\n", "system.yaml:6: sinks[0].bootstrap[0]: found"),
        (
            GOOD + "tracking:\n  appearance: colour\n",
            'system.yaml:5: tracking.appearance: found "colour"; expected none',
        ),
        (GOOD + "    scene: none.yaml\n", "system.yaml:4: cameras[0].scene: no such file"),
        (
            "cameras:\n  - id: a\n    source: rtsp://u:secret@host/1\n",
            "system.yaml:3: cameras[0].source: a password stands in the address",
        ),
        (GOOD + "  - id: a\n    source: other.mp4\n", 'the camera id "a" is already used in line 2'),
        ("cameras:\n  - id: a\n    id: b\n    source: x\n", "system.yaml:3: cameras[0].id: this key stands twice"),
    ],
)
def test_each_mistake_names_its_line_and_field(tmp_path: Path, content: str, said: str) -> None:
    (one,) = problems(tmp_path, content)
    assert said in one


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "modle: x\ncameras:\n  - id: a b\n    source: x\n    fps: -1\n")) == 3


def test_what_is_misspelt_hides_no_other_mistake_of_the_file_or_of_its_scenes(tmp_path: Path) -> None:
    (tmp_path / "scene.yaml").write_text(
        "id: yard\nreference_size: [320, 180]\n"
        "zones:\n  - {id: yard, poligon: [[0, 0], [9, 0], [9, 9]]}\n"
        "rules:\n"
        "  - {kind: security.intrusoin, zone: yrad, clases: [person]}\n"
        "  - {kind: no.such.rule, zone: yard}\n"
        "  - {kind: security.loitering, zone: yard, for_s: long}\n"
        "  - {kind: security.loitering, zone: gate, for_s: -1, id: l}\n"
        "  - {kind: security.line_crossing, zone: yard}\n"
        "  - {kind: security.crowding, zone: yard, count: 3, id: l}\n",
        encoding="utf-8",
    )
    found = problems(
        tmp_path,
        "stroe: {}\nbatch: {size: many}\nsinks: [{kind: carrier_pigeon}]\n"
        "cameras:\n  - {id: a, fps: fast}\n  - {id: b, source: x, scen: scene.yaml}\n"
        "  - {id: b, source: x, scene: none.yaml}\n",
    )
    assert [" ".join(one.split(": ")[:2]) for one in found] == [
        "system.yaml:1 stroe",
        "system.yaml:2 batch.size",
        "system.yaml:3 sinks[0]",
        "system.yaml:5 cameras[0].source",
        "system.yaml:5 cameras[0].fps",
        "system.yaml:6 cameras[1].scen",
        "system.yaml:7 cameras[2].id",
        "system.yaml:7 cameras[2].scene",
        "scene.yaml:4 zones[0].poligon",
        "scene.yaml:6 rules[0]",
        "scene.yaml:6 rules[0].clases",
        "scene.yaml:6 rules[0].zone",
        "scene.yaml:7 rules[1]",
        "scene.yaml:8 rules[2].for_s",
        "scene.yaml:9 rules[3].for_s",
        "scene.yaml:9 rules[3].zone",
        "scene.yaml:10 rules[4].line",
        "scene.yaml:10 rules[4].zone",
        "scene.yaml:11 rules[5]",
    ], "\n".join(found)


def test_a_password_is_never_repeated(tmp_path: Path) -> None:
    (one,) = problems(tmp_path, "cameras:\n  - id: a\n    source: rtsp://u:hunter2@host/1\n")
    assert "hunter2" not in one


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00video", "not a UTF-8 text file"),
        (b"- a\n- b\n", 'expected "key: value" lines'),
        (b"", 'expected "key: value" lines'),
        (b"cameras: [\n  - id: a\n", "not valid YAML"),
        (b"x" * 5_000_000, "larger than"),
    ],
)
def test_what_is_no_configuration_is_told_so(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_document(written(tmp_path, content))


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        read_document(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_document(tmp_path)


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_no_text_is_answered_with_anything_but_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = written(tmp_path_factory.mktemp("fuzz"), text)
    try:
        parse(read_document(path), SystemSpec)
    except ConfigError as error:
        assert str(path) in str(error)


def test_field_names_read_as_in_the_file() -> None:
    assert field_name(("cameras", 2, "scene")) == "cameras[2].scene"


def test_the_nearest_word() -> None:
    assert nearest("treshold", ["threshold", "threads"]) == "threshold"
    assert nearest("banana", ["threshold", "threads"]) is None
