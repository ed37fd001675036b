"""Scene files: what they mean in arrays, and each way to write one wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from scenes.scene_file import SceneFile, load_scene

HEAD = "id: junction\nreference_size: [640, 480]\n"
SQUARE = "zones:\n  - id: box\n    polygon: [[10, 10], [100, 10], [100, 100], [10, 100]]\n"
LANE = (
    "lanes:\n  - id: kerb\n    polygon: [[0, 0], [600, 0], [600, 90], [0, 90]]\n    centreline: [[0, 45], [600, 45]]\n"
)
MEASURE_LANES = "rules:\n  - kind: measure\n    lanes: all\n"
RULE = "rules:\n  - kind: security.intrusion\n    zone: box\n"

ROAD = """
lanes: [{id: left, group: west, polygon: [[0, 0], [90, 0], [90, 40], [0, 40]], centreline: [[90, 20], [0, 20]]}]
lines: [{id: kerb, start: [0, 45], end: [90, 45]}, {id: stop, start: [5, 0], end: [5, 40]}]
"""


def load(folder: Path, content: str) -> SceneFile:
    path = folder / "scene.yaml"
    path.write_text(content, encoding="utf-8")
    return load_scene(path)


def test_zones_lines_names_and_rules(tmp_path: Path) -> None:
    line = "lines:\n  - id: gate\n    name: {en: gate, vi: cổng}\n    start: [0, 0]\n    end: [5, 5]\n"
    file = load(tmp_path, HEAD + SQUARE + line + RULE)
    assert file.scene.reference_size == (640, 480)
    assert file.scene.zones["box"].polygon.shape == (4, 2)
    assert file.scene.zones["box"].label.vi == "box"
    assert file.scene.lines["gate"].label.vi == "cổng"
    assert file.rules[0].kind == "security.intrusion"
    assert file.scene.ground is None


def test_beyond_the_horizon_there_are_no_metres_whatever_sign_the_matrix_has(tmp_path: Path) -> None:
    for sign in (1, -1):
        rows = [[0.02 * sign, 0, -6 * sign], [0, 0.05 * sign, 0], [0, 0.01 * sign, -1 * sign]]
        scene = load(tmp_path, HEAD + f"ground: {{homography: {rows}}}\n").scene
        assert scene.ground is not None
        _, valid = scene.ground.to_ground(np.array([[320.0, 400.0], [320.0, 50.0]]))
        assert valid.tolist() == [True, False]


def test_rules_name_lanes_groups_and_lines_over_lanes(tmp_path: Path) -> None:
    rules = "rules: [{kind: traffic.spillback, line: stop, group: west}, {kind: traffic.queue, lane: left}]\n"
    file = load(tmp_path, HEAD + ROAD + rules)
    assert [rule.rule_id for rule in file.rules] == ["traffic.spillback:stop", "traffic.queue:left"]


def test_groups_of_lanes_have_names_and_every_place_tells_its_own(tmp_path: Path) -> None:
    named = "lane_groups: [{id: west, name: {en: westbound, vi: hướng tây}}]\nsimulated: true\n"
    scene = load(tmp_path, HEAD + ROAD + named).scene
    west, left = scene.label("west"), scene.label("left")
    assert west is not None
    assert left is not None
    assert (west.en, west.vi, left.en) == ("westbound", "hướng tây", "left")
    assert scene.label("nowhere") is None
    assert scene.simulated
    assert load(tmp_path, HEAD + ROAD).scene.label("west") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEAD + ROAD + "lane_groups: [{id: wets, name: x}]\n", 'has no "wets"; did you mean "west"?'),
        (HEAD + ROAD + "lane_groups: [{id: west, name: x}, {id: west, name: y}]\n", 'the id "west" is already used'),
        (HEAD + "zones:\n  - id: z\n    polygon: [[0, 0], [5, 5]]\n", "a polygon needs at least 3 points, found 2"),
        (HEAD + "zones:\n  - id: z\n    polygon: [[0, 0], [9, 9], [9, 0], [0, 9]]\n", "crosses itself near (4.5 4.5)"),
        (HEAD + "zones:\n  - id: z\n    polygon: [[0, 0], [5, 5], [9, 9]]\n", "polygon"),
        (HEAD + "zones:\n  - id: z\n    polygon: [[900, 900], [950, 900], [950, 950]]\n", "outside the picture"),
        (HEAD + SQUARE + "lines:\n  - id: box\n    start: [0, 0]\n    end: [1, 1]\n", 'the id "box" is already used'),
        (HEAD + SQUARE + "lines:\n  - id: l\n    start: [1, 1]\n    end: [1, 1]\n", "starts where it ends"),
        (HEAD + SQUARE + RULE.replace("box", "bax"), 'the scene has no "bax"; did you mean "box"?'),
        (HEAD + SQUARE + RULE + "    classes: [peron]\n", '"peron" is no class'),
        (HEAD + SQUARE + RULE + RULE.removeprefix("rules:\n"), "is already used above"),
        (HEAD + SQUARE + "rules:\n  - kind: security.intruson\n    zone: box\n", 'did you mean "security.intrusion"?'),
        (HEAD + SQUARE + RULE + "    fors: 3\n", 'unknown key; did you mean "for_s"?'),
        (
            HEAD + LANE + "rules:\n  - kind: measure\n    lanes: [kreb]\n",
            'the scene has no "kreb"; did you mean "kerb"?',
        ),
        (HEAD + LANE + "rules:\n  - kind: measure\n    lanes: [kerb, kerb]\n", '"kerb" stands here twice'),
        (HEAD + LANE + "rules:\n  - kind: measure\n    lanes: kerb\n", "all"),
        (HEAD + LANE + MEASURE_LANES + "    pcu: {vehicle: 2}\n", '"vehicle" is a group'),
        (HEAD + LANE + MEASURE_LANES + "    zone: kerb\n", 'give one of "zone", "line", "lane", "lanes"'),
        (HEAD + SQUARE + MEASURE_LANES, "the scene has no lanes to measure"),
        (
            HEAD + LANE + MEASURE_LANES + "  - kind: measure\n    id: b\n    lanes: [kerb]\n",
            '"kerb" is measured by the rule',
        ),
        (HEAD + "rules:\n  - kind: measure\n    entries: [a]\n", 'need both "entries" and "exits"'),
        (HEAD + "rules:\n  - kind: measure\n    entries: [a]\n    exits: [b]\n", 'the scene has no "b"'),
        ("id: x\nreference_size: [0, 480]\n", "a value above 0"),
        (HEAD + ROAD + "rules: [{kind: traffic.congestion, group: wets}]\n", 'has no "wets"; did you mean "west"?'),
        (HEAD + ROAD + "rules: [{kind: traffic.queue, lane: west}]\n", 'has no "west"; it has: left'),
        (HEAD + ROAD + "rules: [{kind: traffic.queue}]\n", 'either "lane" or "group"'),
        (
            HEAD + ROAD + "rules: [{kind: traffic.spillback, line: kerb}]\n",
            'no lane\'s centreline crosses the line "kerb"',
        ),
    ],
)
def test_each_mistake_is_told(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, content)
    assert said in str(caught.value)
    assert "scene.yaml:" in str(caught.value)


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 400)), max_size=6))
def test_any_polygon_is_either_a_zone_with_area_or_refused(
    tmp_path_factory: pytest.TempPathFactory, points: list[tuple[int, int]]
) -> None:
    content = HEAD + f"zones:\n  - id: z\n    polygon: {[list(p) for p in points]}\n"
    try:
        zone = load(tmp_path_factory.mktemp("zone"), content).scene.zones["z"]
    except ConfigError:
        return
    x, y = zone.polygon.T
    assert abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) > 0
