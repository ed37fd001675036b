"""Cases are told one by one, but of held seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.events import block, cases, kept_tracks


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (block, kept_tracks):
        monkeypatch.setattr(module, "cache_folder", lambda _name: tmp_path)


def run(capsys: pytest.CaptureFixture[str], *more: str) -> list[str]:
    cases.main(["incident.stopped_vehicle", "traffic.spillback", "--quick", "--workers", "1", *more])
    return capsys.readouterr().out.splitlines()


def test_sums_at_cameras_that_look_at_what_is_staged(capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys)
    assert said[-2].startswith("incident.stopped_vehicle: 2 of 2 found after ")
    assert "0 of 2 false" in said[-2]


def test_who_is_missed_is_named_with_camera_time_and_place(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "default", lambda _alerts, _kind: [])
    missed = run(capsys)[0]
    assert missed.startswith("incident.stopped_vehicle missed: made-up-1-staged-00-0 user ")
    assert "from 39.8 s, holds 49.8 s, ends 80.2 s at (59.9, " in missed


def test_what_is_false_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "FALSE", ("right",))
    assert any("incident.stopped_vehicle false (right): made-up-1-staged-00-0 at 5" in line for line in run(capsys))


def test_no_case_of_a_held_seed_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "FALSE", ("right",))
    monkeypatch.setattr(cases, "is_held", lambda _seed: True)
    assert [line.partition(":")[0] for line in run(capsys)] == ["incident.stopped_vehicle", "traffic.spillback"]


def test_what_cannot_be_asked_is_told_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cases.main(["incident.collision", "--seeds", "x"])
    assert "x: not a list of seeds. Write 1000-1004" in capsys.readouterr().err
