"""`matpho replay --explain`: why something fired or did not, for one track of a recording."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.command import Done, matpho

SCENE = """\
id: road
reference_size: [1000, 1000]
ground:
  points:
    - {pixel: [0, 1000], metres: [0, 0]}
    - {pixel: [1000, 1000], metres: [100, 0]}
    - {pixel: [1000, 0], metres: [100, 100]}
    - {pixel: [0, 0], metres: [0, 100]}
zones:
  - {id: road, name: {en: carriageway, vi: lòng đường}, polygon: [[200, 300], [800, 300], [800, 600], [200, 600]]}
lines:
  - {id: kerb, name: {en: kerb, vi: mép đường}, start: [500, 600], end: [500, 300]}
rules:
  - {kind: incident.stopped_vehicle, zone: road}
  - {kind: security.intrusion, zone: road, for_s: 5}
  - {kind: camera.down}
  - {kind: measure, line: kerb}
"""
WAYS = {
    1: [(0, 50, 400), (10, 600, 400), (17, 600, 400), (30, 950, 400)],
    7: [(0, 300, 700), (30, 900, 700)],
    12: [(0, 50, 400), (5, 100, 400)],
}
"""Track 1 stands for 7 s; track 7 passes below the zone and the line; track 12 ends, and comes back at the end."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explain")
    rows = ["time_s,camera_id,track_id,class,x1,y1,x2,y2,score"]
    for frame in range(301):
        now = frame / 10
        for track, way in {**WAYS, 12: WAYS[12] if now < 10 else [(25, 600, 500), (30, 700, 500)]}.items():
            t, x, y = zip(*way, strict=True)
            if t[0] <= now <= t[-1]:
                u, v = np.interp(now, t, x), np.interp(now, t, y)
                rows.append(f"{now},cam,{track},car,{u - 22:.1f},{v - 30:.1f},{u + 22:.1f},{v:.1f},0.9")
    (path / "tracks.csv").write_text("\n".join(rows) + "\n")
    (path / "scene.yaml").write_text(SCENE)
    return path


def explain(folder: Path, track: int, *more: str, lang: str = "en") -> Done:
    asked = ["replay", "tracks.csv", "--scene", "scene.yaml", "--explain", str(track), *more]
    return matpho("--lang", lang, *asked, cwd=folder, env={"COLUMNS": "200"})


def rule(folder: Path, track: int, rule_id: str) -> dict[str, Any]:
    done = explain(folder, track, "--json")
    assert done.returncode == 0, done.stderr
    return next(item for item in json.loads(done.stdout)["rules"] if item["rule_id"] == rule_id)


def test_a_stop_that_was_too_short_is_told_with_its_numbers(folder: Path) -> None:
    done = explain(folder, 1)
    assert done.returncode == 0, done.stderr
    assert "00:00:00.0 – 00:00:30.0: car, camera cam" in done.stdout
    stopped = done.stdout.split("Stopped vehicle")[1].split("Intrusion")[0]
    assert "in carriageway" in stopped and re.search(r"✓  stands: 0–2\.\d km/h < 3 km/h", stopped)
    assert "s of 10 s. For longer than the 1 s allowed: does not stand" in stopped
    assert "Did not fire" in stopped and "missing: has lasted for" in stopped
    assert "Not judged in a recording: it has rows only where" in done.stdout.split("Camera down")[1]


def test_numbers_for_programs(folder: Path) -> None:
    stopped = rule(folder, 1, "incident.stopped_vehicle:road")
    (first, *_) = stopped["nearest"]["missing"]
    assert first["reason"] == "waited"
    assert first["values"]["limit"] == {"last": 10.0, "unit": "s"}
    assert 5 < first["values"]["value"]["last"] < 10
    stands = max(
        (s for s in stopped["steps"] if s["reason"] == "stands" and s["holds"]), key=lambda s: s["to_s"] - s["from_s"]
    )
    assert 10 < stands["from_s"] < 13 and 16.5 < stands["to_s"] < 19
    assert stands["values"]["value"]["low"] < stands["values"]["value"]["high"] < 3.0
    assert stands["from"].startswith("1970-01-01T00:00:1")


def test_what_fired_names_its_event_and_when(folder: Path) -> None:
    intrusion = rule(folder, 1, "security.intrusion:road")
    (event,) = intrusion["events"]
    assert event["names_track"] and event["event_id"] in intrusion["outcome"][0]
    assert event["fired"] > event["started"]
    done = explain(folder, 1, lang="vi")
    assert "Đã báo lúc" in done.stdout and "lòng đường" in done.stdout


def test_an_event_of_others_is_told_apart(folder: Path) -> None:
    intrusion = rule(folder, 7, "security.intrusion:road")
    assert [event["names_track"] for event in intrusion["events"]] == [False]
    assert "for others" in intrusion["outcome"][0]
    assert intrusion["nearest"]["missing"][0]["reason"] == "in-zone"
    assert intrusion["nearest"]["missing"][0]["values"]["value"]["last"] == pytest.approx(
        85, abs=1
    )  # its middle; its lower edge is 100 away


def test_a_count_and_a_way_around_the_end(folder: Path) -> None:
    assert len(rule(folder, 1, "measure:kerb")["counted"]) == 1
    passes = rule(folder, 7, "measure:kerb")
    assert passes["counted"] == []
    assert passes["nearest"]["missing"][0]["reason"] == "line-beside"


def test_a_track_that_comes_back_is_asked_about_again(folder: Path) -> None:
    done = explain(folder, 12, "--json")
    seen = json.loads(done.stdout)["seen"]
    assert [(item["from_s"], item["to_s"]) for item in seen] == [(0.0, 5.0), (25.0, 30.0)]
    assert seen[0]["track_id"] == 12 != seen[1]["track_id"]


def test_a_wrong_id_names_the_nearest_and_how_many_there_are(folder: Path) -> None:
    done = explain(folder, 9)
    assert done.returncode == 1
    assert "no track 9. It has 3 tracks; nearest: 7, 12, 1" in done.stderr


@pytest.mark.parametrize("wrong", [("--json",), ("--explain", "1", "--out", "e.jsonl")])
def test_options_that_do_not_go_together(folder: Path, wrong: tuple[str, ...]) -> None:
    done = matpho("replay", "tracks.csv", "--scene", "scene.yaml", *wrong, cwd=folder)
    assert done.returncode == 2
    assert "--explain" in done.stderr and not (folder / "e.jsonl").exists()


def test_a_recording_without_tracks(tmp_path: Path) -> None:
    (tmp_path / "tracks.csv").write_text("time_s,camera_id,track_id,class,x1,y1,x2,y2,score\n")
    (tmp_path / "scene.yaml").write_text(SCENE)
    done = explain(tmp_path, 1)
    assert done.returncode == 1 and "tracks.csv: there are no tracks in it" in done.stderr
