"""A draft changes shapes and the ground of one file, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from core.errors import ConfigError
from scenes.documents import ProblemsError
from scenes.draft import Draft, point_pairs
from scenes.scene_file import load_scene
from tests.support.scenes import SCENE, SIGNALS


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    path = tmp_path / "market.yaml"
    path.write_text(SCENE, encoding="utf-8")
    return Draft.read(path)


def moved(draft: Draft) -> dict[str, Any]:
    zones = draft.data["zones"]
    zones[1]["polygon"][0] = [510, 310]
    return {"zones": zones, "lines": draft.data["lines"]}


def test_saving_writes_what_changed_raises_the_version_and_keeps_a_backup(draft: Draft) -> None:
    saved = draft.save(moved(draft))
    data = yaml.safe_load(draft.path.read_text())
    assert data["zones"][1]["polygon"][0] == [510, 310]
    assert data["version"] == 5
    assert data["rules"] == draft.data["rules"]
    assert "# Surveyed in May." in saved.text
    assert draft.path.with_name("market.yaml.bak").read_text() == SCENE
    assert Draft.read(draft.path).mark == saved.mark != draft.mark


def test_saving_what_is_there_changes_nothing(draft: Draft) -> None:
    draft.save({key: draft.data.get(key) for key in ("zones", "lines", "lanes", "ground")})
    assert draft.path.read_text() == SCENE
    assert not draft.path.with_name("market.yaml.bak").exists()


def test_a_moved_lamp_is_written_with_its_signal_and_the_other_keeps_its_text(tmp_path: Path) -> None:
    path = tmp_path / "market.yaml"
    path.write_text(SCENE + SIGNALS, encoding="utf-8")
    draft = Draft.read(path)
    signals = draft.data["signals"]
    signals[0]["lamps"][0]["circle"] = [425.5, 62, 9]
    signals[0]["lamps"].insert(1, {"colour": "amber", "circle": [425.5, 83, 9]})
    text = draft.save({"signals": signals}).text
    assert yaml.safe_load(text) == yaml.safe_load(SCENE + SIGNALS) | {"version": 5, "signals": signals}
    assert "      - {colour: red, circle: [425.5, 62, 9]}\n      - {colour: amber," in text, "a line for each lamp"
    assert text.endswith(SIGNALS[SIGNALS.index("  # at the kerb") :])
    assert load_scene(path).scene.signals["south"].lamps[0].polygon[:, 0].max() == 434.5


def test_a_lamp_outside_the_picture_and_a_signal_without_green_are_told_where_they_stand(draft: Draft) -> None:
    lamps = [{"colour": "red", "circle": [639, 20, 5]}, {"colour": "green", "circle": [600, 20, 5]}]
    signal = {"id": "south", "lanes": ["north-1"], "lamps": lamps}
    for wrong, field in ((signal, "signals[0].lamps[0]"), (signal | {"lamps": lamps[:1]}, "signals[0]")):
        with pytest.raises(ProblemsError) as told:
            draft.scene({"signals": [wrong]})
        assert [problem.field for problem in told.value.problems] == [field]


def test_a_scene_without_a_version_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("id: s\nreference_size: [640, 480]\n")
    Draft.read(path).save({"zones": [{"id": "z", "polygon": [[0, 0], [9, 0], [9, 9]]}]})
    assert load_scene(path).scene.version == 2


def test_mistakes_are_those_of_check_and_nothing_is_written(draft: Draft) -> None:
    sections = {"zones": [{"id": "yard", "polygon": [[0, 0], [9, 9], [9, 0], [0, 9]]}]}
    with pytest.raises(ProblemsError, match="crosses itself"):
        draft.save(sections)
    with pytest.raises(ProblemsError, match='no "yard"'):
        draft.save({"zones": []})
    assert draft.path.read_text() == SCENE


def test_a_file_that_somebody_else_changed_is_not_overwritten(draft: Draft) -> None:
    other = SCENE.replace("version: 4", "version: 9")
    draft.path.write_text(other)
    with pytest.raises(ConfigError, match="changed by somebody else"):
        draft.save(moved(draft))
    assert draft.path.read_text() == other


@pytest.mark.parametrize("sections", [{"rules": []}, {"zones": {"id": "z"}}, {"lines": ["x"]}, {"ground": [1]}])
def test_only_shapes_and_ground_can_be_changed(draft: Draft, sections: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="no part of a scene"):
        draft.changed(sections)


def test_point_pairs_say_what_the_ground_says(draft: Draft) -> None:
    scene = load_scene(draft.path)
    pairs = point_pairs(scene)
    assert len(pairs) == 4
    again = draft.scene({"ground": {"points": pairs}}).scene.ground
    assert again is not None
    assert scene.scene.ground is not None
    places = np.array([[320.0, 470.0], [250.0, 300.0], [400.0, 240.0]])
    assert np.abs(again.to_ground(places)[0] - scene.scene.ground.to_ground(places)[0]).max() < 0.15


def test_what_is_no_yaml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("- 1\n")
    with pytest.raises(ConfigError, match=r"s\.yaml"):
        Draft.read(path)
    with pytest.raises(ConfigError, match="no such file"):
        Draft.read(tmp_path / "none.yaml")
