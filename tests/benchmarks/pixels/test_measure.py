"""The benchmark of pictures: truth that is what it says, and figures that count it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.pixels import measure, report
from benchmarks.pixels.clips import Clip, drift_of, load
from benchmarks.pixels.faults import COVERS, SHIFTS, SIGMAS, faults
from benchmarks.pixels.measure import Found, PixelsPlan, PixelsResult, Quiet
from benchmarks.pixels.second import second_cost
from benchmarks.pixels.weather import WEATHERS
from core.arrays import U8
from core.errors import ConfigError, MatphoError

PLAZA = Path(__file__).parents[3] / "matpho/demo/plaza.mp4"


def small(fixed: bool = True) -> Clip:
    rng = np.random.default_rng(1)
    return Clip("made up", tuple(rng.integers(0, 255, (72, 96, 3), np.uint8) for _ in range(3)), fixed)


def test_a_clip_is_a_frame_a_second_played_to_and_fro() -> None:
    clip = load(PLAZA)
    assert (len(clip.frames), clip.size, clip.fixed) == (20, (768, 576), True)
    order = [next(n for n, f in enumerate(small().frames) if np.array_equal(f, small().at(s))) for s in range(7)]
    assert order == [0, 1, 2, 1, 0, 1, 2]


def test_a_file_that_is_no_clip_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"nothing")
    with pytest.raises(ConfigError, match=r"a\.mp4"):
        load(tmp_path / "a.mp4")


def test_faults_are_drawn_anew_by_seed_and_the_same_again() -> None:
    clip = small()
    first, again, other = (list(faults(clip, seed)) for seed in (0, 0, 1))
    assert [f.name for f in first] == [f.name for f in other]
    assert len(first) == 3 + len(SIGMAS) + len(COVERS) + len(SHIFTS)
    same = [np.array_equal(a.change(5, clip.at(5)), b.change(5, clip.at(5))) for a, b in zip(first, again, strict=True)]
    assert all(same)
    assert any(f.shift != o.shift for f, o in zip(first, other, strict=True))
    assert not any(f.shift for f in faults(small(fixed=False), 0)), "a camera that drifts is not moved on purpose"


def test_a_shift_is_as_long_as_it_says() -> None:
    shifts = {f.name: f.shift for f in faults(small(), 3) if f.shift}
    assert {name: round(float(np.hypot(*shift))) for name, shift in shifts.items()} == {f"shift {n}": n for n in SHIFTS}


def test_weather_leaves_the_clip_as_it_was_and_says_the_same_again() -> None:
    clip = small()
    for second in (0, 700, 1300):
        for weather in WEATHERS.values():
            before = clip.at(second)
            shown = weather(second, clip.at(second))
            assert shown.shape == before.shape and shown.dtype == np.uint8
            assert np.array_equal(shown, weather(second, before)) and np.array_equal(before, clip.at(second))


def test_lamps_stand_in_the_street_and_are_seen_to_drift_with_it() -> None:
    """A lamp that stays in a picture that drifts is nowhere."""
    street = np.random.default_rng(0).integers(0, 60, (180, 320, 1), np.uint8).repeat(3, axis=2)
    ground = np.asarray(cv2.GaussianBlur(street, (0, 0), 2) * 4, np.uint8)
    moved: list[U8] = [np.roll(ground, 2 * n, axis=1) for n in range(4)]
    assert [round(x) for x, _ in drift_of(moved)] == [0, 2, 4, 6] and drift_of(moved[:1] * 3) == ()
    clip = Clip("drifts", tuple(moved), False, drift_of(moved))
    assert clip.lies(5) == clip.lies(1) and Clip("stands", tuple(moved), True).lies(3) == (0.0, 0.0)
    dark = np.zeros((180, 320, 3), np.uint8)
    for name, second in (("night", 1500), ("flare", 10)):
        first, then = (WEATHERS[name](second, dark, place)[..., 0].astype(int) for place in ((0.0, 0.0), (9.0, 0.0)))
        lamps = first[:60].max(axis=0) > 200
        assert lamps.sum() > 20 and np.mean((then[:60].max(axis=0) > 200)[9:] == lamps[:-9]) > 0.97


def test_what_was_staged_is_counted_once_and_shares_have_denominators(monkeypatch: pytest.MonkeyPatch) -> None:
    clip = load(PLAZA)
    chosen = [f for f in faults(clip, 0) if f.name in ("cap", "shift 10")]
    monkeypatch.setattr(measure, "load", lambda _: clip)
    monkeypatch.setattr(measure, "faults", lambda *_: chosen)
    told: list[str] = []
    found = measure.measure([PLAZA], PixelsPlan(1, 0.01, 1.0), told.append)
    assert list(found.by_kind()) == [("camera.covered", 1, 1), ("camera.moved", 1, 1)] and found.failed == 0
    figures = found.as_dict()
    assert figures["faults"]["shift 10"]["error_px_most"] < 1 and figures["faults"]["shift 10"]["places_right"] == 1
    assert figures["kinds"]["camera.covered"]["detection_rate"] == 1.0
    assert figures["quiet"]["rain"]["camera_hours"] == 0.01 and len(told) == 1 + len(WEATHERS)
    assert len(list(report.tables(found))) == 3 and "plaza" in "".join(report.notes(found))


def test_nothing_staged_is_no_share() -> None:
    result = PixelsResult(PixelsPlan(), [])
    result.found["cap"], result.quiet["rain"] = Found("camera.covered"), Quiet(0.0, Counter(), Counter())
    assert result.found["cap"].figures()["detection_rate"] is None
    assert result.quiet["rain"].figures()["false_per_camera_hour"] is None
    assert len(list(report.tables(result))) == 3


def test_a_second_model_that_does_not_answer_is_not_waited_for_without_end() -> None:
    with pytest.raises(MatphoError, match="no look was done within 0 s"):
        second_cost(small(), longest_s=0.0)
