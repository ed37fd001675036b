"""Recorded traffic: what was written comes back, between steps too, and every damaged file is refused in words."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SourceError
from core.taxonomy import ObjectClass
from matpho.defaults import JUNCTION
from pipeline.sources.traffic.recording import read_recording, write_recording
from tests.support.recording import ABOUT, two_cars, write_two_cars


@st.composite
def ways(draw: st.DrawFn) -> list[tuple[int, int, list[tuple[float, float, float]]]]:
    """Road users: class, first step, and a place (x, y, heading) for each step that they are there."""
    place = st.tuples(*[st.floats(-900, 900)] * 2, st.floats(-3.1, 3.1))
    user = st.tuples(st.integers(0, 5), st.integers(0, 6), st.lists(place, min_size=1, max_size=6))
    return draw(st.lists(user, min_size=1, max_size=5))


@given(ways())
def test_what_was_written_comes_back_at_its_step(
    tmp_path_factory: pytest.TempPathFactory, users: list[tuple[int, int, list[tuple[float, float, float]]]]
) -> None:
    path = tmp_path_factory.mktemp("r") / "a.traffic"
    heads = np.array([[class_id, 10, 20, 30, first, len(way)] for class_id, first, way in users])
    rows = np.array([place for _, _, way in users for place in way])
    write_recording(path, ABOUT, heads, rows, np.zeros((13, 1), np.int8))
    recording = read_recording(path)
    assert recording.size.tolist() == [[1.0, 2.0, 3.0]] * len(users)
    for step in range(12):
        moment = recording.at(step * ABOUT.step_s)
        there = {
            n: way[step - first] for n, (_, first, way) in enumerate(users) if first <= step < first + len(way) - 1
        }
        assert sorted(moment.user.tolist()) == sorted(there), "who is there now and at the next step"
        for number, xy, heading in zip(moment.user.tolist(), moment.xy, moment.heading, strict=True):
            assert xy == pytest.approx(there[number][:2], abs=0.06)
            assert np.cos(heading - there[number][2]) > 0.999


def test_between_steps_a_road_user_goes_on_smoothly(tmp_path: Path) -> None:
    recording = two_cars(tmp_path / "a.traffic")
    times = np.arange(0.0, 9.9, 0.1)
    east = np.array([recording.at(float(time)).xy[0, 0] for time in times])
    assert np.diff(east) == pytest.approx(0.4, abs=0.03), "4 m/s, ten times a second"
    turned = recording.at(3.3).heading
    assert turned == pytest.approx([0, np.pi / 2], abs=0.02)
    assert recording.at(99.0).xy[0, 0] == pytest.approx(20.0, abs=0.06), "after the end it is the end"


def test_headings_turn_the_short_way(tmp_path: Path) -> None:
    rows = np.array([(0.0, 0.0, 3.0), (0.0, 0.0, -3.0)])
    write_recording(tmp_path / "a.traffic", ABOUT, np.array([[3, 45, 18, 15, 0, 2]]), rows, np.zeros((2, 1), np.int8))
    assert np.cos(read_recording(tmp_path / "a.traffic").at(0.25).heading) == pytest.approx(-1.0, abs=0.01)


def test_what_lies_too_far_away_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too far"):
        write_recording(
            tmp_path / "a.traffic", ABOUT, np.array([[3, 45, 18, 15, 0, 1]]), np.array([(4e3, 0, 0)]), np.zeros((2, 1))
        )


def damaged(path: Path, **changed: Any) -> Path:
    """A good recording with arrays changed, or left out (None)."""
    with np.load(write_two_cars(path)) as file:
        arrays = {name: file[name] for name in file.files} | changed
    with path.open("wb") as out:
        np.savez_compressed(out, **{name: array for name, array in arrays.items() if array is not None})
    return path


def about(**changed: Any) -> np.ndarray[Any, Any]:
    text = ABOUT.model_copy(update=changed).model_dump_json(warnings=False)
    return np.frombuffer(text.encode(), np.uint8)


USERS = np.array([[3, 45, 18, 15, 0, 21], [3, 45, 18, 15, 0, 21]], np.int32)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"heading": None}, '"heading" is missing'),
        ({"about": np.frombuffer(b"{}", np.uint8)}, "about.format"),
        ({"about": np.frombuffer(b"\xff\x00", np.uint8)}, "about"),
        ({"about": about(step_s=0.0)}, "about.step_s"),
        ({"about": about(format=2)}, "about.format"),
        ({"x": np.zeros(42, np.int32)}, '"x" is int32 (42,), where int16 (n) is expected'),
        ({"users": USERS[:, :5]}, "(2, 5)"),
        ({"signals": np.zeros((21, 2), np.int8)}, '"signals" is int8 (21, 2)'),
        ({"signals": np.zeros((1, 1), np.int8)}, "1 steps of time"),
        ({"y": np.zeros(41, np.int16)}, '"y" is int16 (41,), where int16 (42) is expected'),
        ({"users": USERS - (0, 0, 0, 0, 0, 1)}, "announce 40 places, but there are 42"),
        ({"users": USERS * (1, 1, 1, 1, 0, 0) + (0, 0, 0, 0, 1, 21)}, "road user 0: steps is 1..22"),
        ({"users": USERS + np.array((9, 0, 0, 0, 0, 0))}, "road user 0: class is 12"),
        ({"users": USERS * (1, 1, 0, 1, 1, 1)}, "road user 0: size is 0"),
    ],
)
def test_a_damaged_file_is_refused_with_what_is_wrong_in_it(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    changed = {name: value.astype(np.int32) if name == "users" else value for name, value in changed.items()}
    path = damaged(tmp_path / "bad.traffic", **changed)
    with pytest.raises(SourceError) as error:
        read_recording(path)
    assert str(path) in str(error.value)
    assert said in str(error.value)
    assert not error.value.retryable


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", b"\x93NUMPY", b"time_s,x\n0,1\n"])
def test_what_is_no_recording_at_all_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.traffic"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"a\.traffic: not a recording"):
        read_recording(path)
    with pytest.raises(SourceError, match="no such file"):
        read_recording(tmp_path / "b.traffic")


def test_half_a_file_is_refused(tmp_path: Path) -> None:
    path = write_two_cars(tmp_path / "a.traffic")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(SourceError, match="not a recording"):
        read_recording(path)


def test_pickles_are_never_read(tmp_path: Path) -> None:
    path = damaged(tmp_path / "a.traffic", x=np.array([print], dtype=object))
    with pytest.raises(SourceError, match="not a recording"):
        read_recording(path)


def test_a_file_that_unpacks_to_too_much_is_refused_unread(tmp_path: Path) -> None:
    path = write_two_cars(tmp_path / "a.traffic")
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<i2", "fortran_order": False, "shape": (1 << 26,)})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("more.npy", "w") as entry:
        entry.write(header.getvalue())
        for _ in range(129):
            entry.write(bytes(1 << 20))
    with pytest.raises(SourceError, match="more than 64 MB"):
        read_recording(path)


def test_the_shipped_junction_is_small_and_holds_a_jam_that_clears() -> None:
    assert JUNCTION.stat().st_size <= 700_000
    recording = read_recording(JUNCTION)
    there = [len(recording.at(time).user) for time in (0.0, 200.0, recording.duration_s - 1)]
    assert there[1] > 1.8 * there[0] > 3 * there[2]
    two_wheelers = np.isin(recording.class_id, (ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE))
    assert two_wheelers.mean() > 0.6, "as in Hanoi's streets"
