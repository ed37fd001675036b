"""A suggestion becomes part of a scene file."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from locales import set_language
from scenes.documents import document_of
from scenes.scene_file import SceneFile, scene_of
from scenes.suggestion.suggest import suggest
from scenes.suggestion.writing import with_suggestion
from tests.scenes.suggestion.test_suggest import GROUND, SIZE, together, top_down

BEFORE = f"""\
# of the market
id: market
reference_size: {list(SIZE)}
zones:
  - id: people-1   # the square
    polygon: [[10, 10], [90, 10], [90, 90]]
lines:
  - id: right-entry
    start: [10, 10]
    end: [10, 90]
lanes:
  - id: old
    polygon: [[0, 0], [9, 0], [9, 9]]
    centreline: [[1, 1], [8, 8]]
    group: old
rules:
  - kind: security.intrusion
    zone: people-1
  - kind: security.line_crossing
    line: right-entry
"""


def read(text: str) -> SceneFile:
    return scene_of(document_of(Path("scene.yaml"), text))


@pytest.fixture(scope="module")
def written() -> str:
    from core.taxonomy import ObjectClass

    tables = top_down([2.0, 5.5], wait_at=10.0), top_down([-2.0], degrees=180, first=200)
    people = top_down([25.0], per_lane=8, first=400, kind=ObjectClass.PERSON)
    set_language("en")
    try:
        return with_suggestion(BEFORE, read(BEFORE), suggest(together(*tables, people), GROUND))
    finally:
        set_language(None)


def test_it_is_a_scene_with_groups_lanes_lines_and_areas(written: str) -> None:
    scene = read(written).scene
    assert "old" not in scene.lanes
    groups = {lane.group for lane in scene.lanes.values()}
    assert groups == {"rightx", "left"}
    assert set(scene.lanes) == {"rightx-1", "rightx-2", "left-1"}
    assert {"rightx-entry", "rightx-stop", "rightx-exit", "left-entry", "left-exit"} <= set(scene.lines)
    assert "people-1x" in scene.zones
    assert scene.lanes["rightx-1"].label.vi != scene.lanes["rightx-1"].label.en


def test_the_kerb_lane_is_number_one(written: str) -> None:
    """Where people drive on the right, that is the rightmost: lowest in this picture for who drives to the right."""
    lanes = read(written).scene.lanes
    assert lanes["rightx-1"].centreline[0, 1] > lanes["rightx-2"].centreline[0, 1]


def test_what_was_there_and_is_in_use_stays_with_its_comments(written: str) -> None:
    data = yaml.safe_load(written)
    before = yaml.safe_load(BEFORE)
    assert data["rules"] == before["rules"]
    assert data["zones"][0] == before["zones"][0] and data["lines"][0] == before["lines"][0]
    assert "# of the market" in written and "# the square" in written


def test_each_proposal_says_what_it_rests_on(written: str) -> None:
    assert "14 of 28 tracks of this direction; vehicles keep to it" in written
    assert "14 tracks waited before it" in written
    assert "8 people were seen here" in written


def test_lines_count_those_who_were_proposed_to_cross_them(written: str) -> None:
    """The proposal's own tracks, replayed on it: every one of the 28 comes in and goes out, forward."""
    from analytics.measure import MeasureRule
    from scenes.rules import MeasureSpec
    from tests.support.tracks import Actor, film, play, walk

    scene = read(written).scene
    table = top_down([2.0, 5.5], wait_at=10.0)
    actors = []
    for rows in table.tracks():
        at = zip(table.time_s[rows] - 8 * int(table.track_id[rows.start]), *table.foot[rows].T, strict=True)
        actors.append(Actor(int(table.track_id[rows.start]), walk([tuple(map(float, p)) for p in at])))  # type: ignore[misc]
    specs = [MeasureSpec(line=f"rightx-{name}") for name in ("entry", "stop", "exit")]
    counts = []
    for spec in specs:
        total = 0
        for actor in actors:
            rule = MeasureRule([spec], scene, "cam")
            found = play(rule, film([actor], 40, scene=scene, fps=5, start_s=-10)) + rule.close(0)
            total += sum(sum(m.counts.values()) for m in found.measurements if m.direction == "forward")
        counts.append(total)
    assert counts == [28, 28, 28]
