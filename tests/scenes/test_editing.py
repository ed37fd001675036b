"""Programs change scene files without taking away what people wrote."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from scenes.editing import flow, ground_section, items_section, with_sections, write_atomically
from tests.support.scenes import SCENE


def test_a_changed_section_leaves_all_the_rest_as_it_was() -> None:
    data = yaml.safe_load(SCENE)
    items = [data["zones"][0], {"id": "new", "polygon": [[0, 0], [9, 0], [9, 9]]}]
    changed = with_sections(SCENE, {"zones": items_section(SCENE, "zones", items)})
    assert yaml.safe_load(changed) == data | {"zones": items}
    kept = [line for line in SCENE.splitlines() if "gate" not in line and "[500, 300]" not in line]
    assert [line for line in kept if line not in changed.splitlines()] == []
    for comment in ("Surveyed in May", "closed after ten", "to the wall", "where we count", "guards read this"):
        assert changed.count(comment) == 1


def test_a_section_can_be_taken_out_and_put_in() -> None:
    without = with_sections(SCENE, {"lanes": None})
    assert "lanes" not in yaml.safe_load(without)
    assert "# where we count" in without
    lanes = yaml.safe_load(SCENE)["lanes"]
    again = with_sections(without, {"lanes": items_section(without, "lanes", lanes)})
    assert yaml.safe_load(again) == yaml.safe_load(SCENE)


def test_items_written_without_indentation_are_kept_too() -> None:
    text = "id: a\nzones:\n# first\n- id: z\n  polygon: [[0, 0], [1, 0], [1, 1]]\nreference_size: [9, 9]\n"
    items = [*yaml.safe_load(text)["zones"], {"id": "y", "polygon": [[0, 0], [2, 0], [1, 1]]}]
    changed = with_sections(text, {"zones": items_section(text, "zones", items)})
    assert yaml.safe_load(changed)["zones"] == items
    assert "# first" in changed


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)


@given(NAMES, NAMES, st.lists(st.tuples(st.floats(-9e5, 9e5), st.integers(-9, 9)), min_size=1, max_size=4))
def test_whatever_is_written_is_read_as_the_same(en: str, vi: str, points: list[tuple[float, int]]) -> None:
    item = {"id": "z", "name": {"en": en, "vi": vi}, "polygon": [list(point) for point in points]}
    changed = with_sections(SCENE, {"zones": items_section(SCENE, "zones", [item])})
    assert yaml.safe_load(changed)["zones"] == [item]


def test_a_ground_is_written_to_eight_digits_with_its_comment() -> None:
    matrix = np.array([[1e-3, 2e-5, -4.0], [3e-6, -0.02, 7.123456789], [0.0, 4e-4, 1.0]])
    text = with_sections(SCENE, {"ground": ground_section(matrix, 0.123, "first\nsecond")})
    ground = yaml.safe_load(text)["ground"]
    found = np.array(ground["homography"])
    assert np.allclose(found / found[2, 2], matrix, rtol=1e-6)
    assert ground["error_m"] == 0.12
    assert "  # first\n  # second\n" in text


def test_numbers_are_short_where_they_can_be() -> None:
    assert flow([0.5, 3, 1.25]) == "[0.5, 3, 1.25]"
    assert flow(50.0) == "50"
    assert flow(True) == "true"


def test_a_file_is_replaced_at_once_and_its_backup_is_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    assert write_atomically(path, "one\n") is None
    path.chmod(0o640)
    backup = write_atomically(path, "two\n")
    assert (path.read_text(), backup and backup.read_text()) == ("two\n", "one\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s.yaml", "s.yaml.bak"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("one\n")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ConfigError, match=r"s\.yaml"):
            write_atomically(path, "two\n")
    finally:
        tmp_path.chmod(0o700)
    assert path.read_text() == "one\n"


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="none"):
        write_atomically(tmp_path / "none" / "s.yaml", "two\n")
