"""Signals in scene files: what they mean, and each way to write one wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigError
from core.geometry import signed_distance
from core.lanes import stop_lines
from core.scene import Signal
from core.signals import LampColour
from scenes.scene_file import SceneFile, load_scene
from tests.support.tracks import make_scene, with_lanes

HEAD = "id: junction\nreference_size: [640, 480]\n"
LANE = "lanes: [{id: a, polygon: [[0, 0], [600, 0], [600, 90], [0, 90]], centreline: [[0, 45], [600, 45]]}]\n"
LINE = "lines: [{id: stop, start: [600, 0], end: [600, 90]}]\n"
LAMPS = "{colour: red, box: [10, 100, 20, 110]}, {colour: green, circle: [15, 130, 5]}"


def load(folder: Path, content: str) -> SceneFile:
    path = folder / "scene.yaml"
    path.write_text(content, encoding="utf-8")
    return load_scene(path)


def signal(*fields: str) -> str:
    return HEAD + LANE + LINE + "signals:\n  - {id: s, " + ", ".join(fields) + "}\n"


def test_lamps_are_shapes_of_a_colour(tmp_path: Path) -> None:
    arrow = "{colour: green, arrow: right, polygon: [[30, 125], [40, 130], [30, 135]], releases: [a, stop]}"
    text = signal("name: {en: north, vi: bắc}", "lanes: [a]", "line: stop", f"lamps: [{LAMPS}, {arrow}]")
    file = load(tmp_path, text + "rules: [{kind: violation.red_light, signal: s, except_lanes: [a]}]\n")
    found = file.scene.signals["s"]
    assert [lamp.colour for lamp in found.lamps] == [LampColour.RED, LampColour.GREEN, LampColour.GREEN]
    assert [len(lamp.polygon) for lamp in found.lamps] == [4, 16, 3]
    assert found.lamps[1].polygon.mean(axis=0) == pytest.approx((15, 130))
    assert (found.lamps[2].arrow, found.lamps[2].releases) == ("right", ("a", "stop"))
    assert (found.lanes, found.line, found.feed) == (("a",), "stop", "")
    label = file.scene.label("s")
    assert label is not None and label.vi == "bắc"
    assert file.rules[0].place == "s"


def test_a_controller_may_tell_instead(tmp_path: Path) -> None:
    found = load(tmp_path, signal("lanes: [a]", "feed: J12/north")).scene.signals["s"]
    assert (found.feed, found.lamps) == ("J12/north", ())


WRONG = {
    "lanes: [a]": "lamps",
    f"lanes: [a], feed: x, lamps: [{LAMPS}]": "feed",
    f"lamps: [{LAMPS}]": "lanes",
    "lanes: [a], lamps: [{colour: red, box: [1, 1, 9, 9]}]": "green",
    f"lanes: [a], lamps: [{LAMPS}, {{colour: red, box: [1, 1, 9, 9]}}]": "red",
    f"lanes: [b], lamps: [{LAMPS}]": "'b'|\"b\"|b",
    f"line: gate, lamps: [{LAMPS}]": "gate",
    f"lanes: [a], lamps: [{LAMPS}, {{colour: amber, box: [630, 10, 650, 30]}}]": "amber",
    f"lanes: [a], lamps: [{LAMPS}, {{colour: amber, box: [30, 10, 20, 30]}}]": "left",
    f"lanes: [a], lamps: [{LAMPS}, {{colour: amber}}]": "circle",
    f"lanes: [a], lamps: [{LAMPS}, {{colour: red, arrow: left, box: [1, 1, 9, 9]}}]": "green",
    f"lanes: [a], lamps: [{LAMPS}, {{colour: amber, releases: [a], box: [1, 1, 9, 9]}}]": "arrow",
    f"lanes: [a], lamps: [{LAMPS}, {{colour: green, arrow: x, releases: [z], box: [1, 1, 9, 9]}}]": "z",
    f"lanes: [a], lamps: [{LAMPS}, {{colour: blue, box: [1, 1, 9, 9]}}]": "blue",
}


@pytest.mark.parametrize("fields", WRONG)
def test_each_mistake_is_told_with_its_line_and_field(tmp_path: Path, fields: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, signal(fields))
    said = str(raised.value)
    assert said.startswith(f"{tmp_path}/scene.yaml:6: signals[0]")
    assert any(word in said for word in WRONG[fields].split("|"))


def test_a_rule_that_names_a_signal_which_does_not_exist_is_told_so(tmp_path: Path) -> None:
    rule = "rules: [{kind: violation.red_light, signal: south}]\n"
    with pytest.raises(ConfigError, match=r"scene\.yaml:7: rules\[0\]\.signal.*south.*s"):
        load(tmp_path, signal("lanes: [a]", f"lamps: [{LAMPS}]") + rule)
    twice = signal("lanes: [a]", f"lamps: [{LAMPS}]") + f"  - {{id: s, lanes: [a], lamps: [{LAMPS}]}}\n"
    with pytest.raises(ConfigError, match="signals"):
        load(tmp_path, twice)


def test_presets_have_signals_of_their_own(tmp_path: Path) -> None:
    lanes = "lanes: [{id: a, polygon: [[0, 0], [9, 0], [9, 9]], centreline: [[0, 4], [9, 4]]}]"
    signals = f"signals: [{{id: s, lanes: [a], lamps: [{LAMPS}]}}]"
    file = load(tmp_path, HEAD + f"presets:\n  - {{id: n, {lanes}, {signals}}}\n  - {{id: m}}\n")
    assert list(file.scene.at("n").signals) == ["s"] and not file.scene.at("m").signals and not file.scene.signals
    with pytest.raises(ConfigError, match="signals"):
        load(tmp_path, HEAD + LANE + f"signals: [{{id: s, lanes: [a], lamps: [{LAMPS}]}}]\npresets: [{{id: n}}]\n")


@pytest.mark.parametrize("metres_per_pixel", [None, 0.05])
@pytest.mark.parametrize("way", ["right", "left"])
def test_a_stop_line_lies_across_the_end_of_its_lane_and_is_crossed_forward(
    metres_per_pixel: float | None, way: str
) -> None:
    scene = with_lanes(make_scene(metres_per_pixel), rows=(400.0,))
    lane = scene.lanes["a"]
    centreline = lane.centreline if way == "right" else lane.centreline[::-1].copy()
    scene = replace(scene, lanes={"a": replace(lane, centreline=centreline)})
    (line,) = stop_lines(scene, Signal("s", lane.label, lanes=("a",)))
    end = centreline[-1]
    assert sorted([line.start[1], line.end[1]]) == pytest.approx([360, 440], abs=0.1)
    assert line.start[0] == pytest.approx(end[0]) and line.end[0] == pytest.approx(end[0])
    ahead = np.array([end + (end - centreline[-2]) * 0.1])
    assert signed_distance(ahead, line.start, line.end)[0] > 0
