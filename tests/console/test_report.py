"""The report holds all that it shows in one file, says what it leaves out, and is written whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from console import report
from console.report import write_report
from core.errors import ConsoleError
from core.times import SECOND_NS
from store.event_store import EventStore
from store.records import RunRecord
from tests.support.console import crossing, intrusion, measurement, pictured, put_scene, tracks

NOON = 1_767_600_000 * SECOND_NS


def fill(store: EventStore, evidence: Path) -> None:
    put_scene(store, evidence)
    store.append([pictured(crossing(f"c{n}", NOON + n * 10 * SECOND_NS), evidence) for n in range(3)])
    store.append([pictured(intrusion("i1", 1, NOON + 60 * SECOND_NS), evidence)])
    store.append([*tracks(started_ns=NOON), measurement(start_ns=NOON)])
    store.runs.put(RunRecord("r1", NOON, None, {"frames": 795, "media_s": 113.5, "speed": 4.87, "dropped": 2}))


def test_everything_is_in_one_file(store: EventStore, evidence: Path, tmp_path: Path) -> None:
    fill(store, evidence)
    out = write_report(store, evidence, tmp_path / "new/report.html", language="en")
    page = out.read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)=["'](?!data:)""", page)
    assert "<script" not in page
    assert page.count("<figure class=") == 4
    assert page.count("data:image/jpeg;base64,") == 5  # four alerts and the scene
    for shown in ("795", "1 min 53 s", "× 4.9", "back yard", "main gate", "Intrusion", "person 5"):
        assert shown in page, shown
    assert page.count("<polyline") == 4
    assert "2.0 m/s (7 km/h)" in page, "median of the people's 1 and 3 m/s"
    assert "3.0 m/s (11 km/h)" in page, "median of the cars' 2 and 4 m/s"


def test_it_speaks_vietnamese(store: EventStore, evidence: Path, tmp_path: Path) -> None:
    fill(store, evidence)
    page = write_report(store, evidence, tmp_path / "report.html", language="vi", title="Tuần 1").read_text("utf-8")
    assert '<html lang="vi">' in page
    assert "<h1>Tuần 1<" in page
    for shown in ("Xâm nhập", "sân sau", "cổng chính", "Tốc độ", "× 4,9"):
        assert shown in page, shown


def test_rules_that_were_off_are_named(store: EventStore, evidence: Path, tmp_path: Path) -> None:
    fill(store, evidence)
    off = {"camera_id": "north", "rule_id": "f", "kind": "environment.flooding", "classes": ["water"], "broken": []}
    store.runs.put(RunRecord("r2", NOON + 1, None, {"off": [off]}))
    page = write_report(store, evidence, tmp_path / "r.html", language="vi").read_text("utf-8")
    assert "Ngập nước, camera north: tắt: không có mô hình nào nhận ra nước" in page


def test_only_the_asked_time_is_shown(store: EventStore, evidence: Path, tmp_path: Path) -> None:
    fill(store, evidence)
    page = write_report(
        store, evidence, tmp_path / "r.html", language="en", since_ns=NOON + 55 * SECOND_NS, until_ns=None
    ).read_text("utf-8")
    assert page.count("<figure class=") == 1


def test_an_empty_store_makes_a_report_too(store: EventStore, evidence: Path, tmp_path: Path) -> None:
    page = write_report(store, evidence, tmp_path / "report.html", language="en").read_text("utf-8")
    for said in ("No alert", "No track", "not known", "Nothing stored"):
        assert said in page


def test_what_is_left_out_is_said(
    store: EventStore, evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, evidence)
    monkeypatch.setattr(report, "MOST_EVENTS", 3)
    monkeypatch.setattr(report, "MOST_PATHS", 2)
    page = write_report(store, evidence, tmp_path / "report.html", language="en").read_text("utf-8")
    assert "1 older alerts are not shown" in page
    assert "The newest 2 of the tracks are drawn" in page
    assert page.count("<polyline") == 2


def test_pictures_are_bounded(evidence: Path) -> None:
    for name in ("a", "b", "c"):
        (evidence / f"{name}.jpg").write_bytes(b"x" * 100)
    pictures = report._Pictures(evidence, room=250)
    found = [pictures.embedded(f"{name}.jpg") for name in ("a", "a", "b", "c", "../out", "missing.jpg")]
    assert [one is not None for one in found] == [True, True, True, False, False, False]
    assert pictures.left_out == 1


def test_hostile_names_are_text(store: EventStore, evidence: Path, tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>"
    store.append([crossing("c1", NOON, camera_id=name, zone=name), *tracks(name, 1, NOON), measurement(name, NOON)])
    page = write_report(store, evidence, tmp_path / "report.html", title=name).read_text("utf-8")
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_a_report_that_cannot_be_written_leaves_the_old_one(store: EventStore, evidence: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ConsoleError, match=r"report\.html"):
        write_report(store, evidence, tmp_path / "file/report.html")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(ConsoleError):
        write_report(store, evidence, tmp_path / "folder.html")
    assert not list(tmp_path.glob(".*.tmp"))
