"""Folders of pictures, pushed frames, and the synthetic camera."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.errors import SourceError
from core.frames import ClockSource, FrameMeta
from pipeline.sources.folder import FolderSource
from pipeline.sources.push import PushSource
from pipeline.sources.synthetic import Script, SyntheticSource
from tests.support.media import scene


def write(folder: Path, *names: str) -> Path:
    for index, name in enumerate(names):
        cv2.imwrite(str(folder / name), scene(index))
    return folder


def metas(source: FolderSource) -> list[FrameMeta]:
    return [meta for meta, _ in source.open(0)]


def test_pictures_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    write(tmp_path, "2.jpg", "10.png", "1.jpg")
    (tmp_path / "seqinfo.ini").write_text("[Sequence]")
    (tmp_path / ".hidden.jpg").write_bytes(b"")
    stream = FolderSource(tmp_path, "lane", fps=20, start_ns=1000).open(3)
    found = list(stream)
    assert [m.media_ns for m, _ in found] == [0, 50_000_000, 100_000_000]
    assert [m.captured_ns for m, _ in found] == [1000, 50_001_000, 100_001_000]
    assert {(m.camera_id, m.epoch, m.clock_source) for m, _ in found} == {("lane", 3, ClockSource.FILE)}
    written_third = np.abs(found[0][1].to_host().astype(int) - scene(2)).mean()
    assert written_third < 2


def test_a_broken_picture_keeps_its_place(tmp_path: Path) -> None:
    write(tmp_path, "1.jpg", "2.jpg", "3.jpg", "4.jpg")
    (tmp_path / "2.jpg").write_bytes(b"not a picture")
    (tmp_path / "3.jpg").write_bytes(b"")
    found = metas(FolderSource(tmp_path))
    assert [(m.seq, m.dropped) for m in found] == [(0, 0), (3, 2)]
    assert found[1].media_ns == 300_000_000


@pytest.mark.parametrize("loop", [False, True])
def test_a_folder_of_broken_pictures_is_refused(tmp_path: Path, loop: bool) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(b"no")
    with pytest.raises(SourceError) as caught:
        metas(FolderSource(tmp_path, loop=loop))
    assert caught.value.message_id == "error-source-no-frame"


def test_a_folder_loops(tmp_path: Path) -> None:
    found = [m for m, _ in islice(FolderSource(write(tmp_path, "a.jpg", "b.jpg"), loop=True).open(0), 5)]
    assert [m.seq for m in found] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("missing", [True, False])
def test_an_empty_or_missing_folder_is_refused(tmp_path: Path, missing: bool) -> None:
    with pytest.raises(SourceError) as caught:
        FolderSource(tmp_path / "none" if missing else tmp_path).open(0)
    assert caught.value.message_id == ("error-source-missing" if missing else "error-source-folder-empty")


def test_pushed_frames_come_out_with_their_times() -> None:
    source = PushSource("vms-7")
    assert not source.push(scene(0))  # nobody reads yet
    stream = source.open(2)
    picture = scene(1)
    assert source.push(picture, captured_ns=5_000, media_ns=100)
    picture[:] = 0  # the SDK uses its buffer again
    assert not source.push(scene(2), captured_ns=6_000, media_ns=100)
    assert source.push(scene(3), captured_ns=7_000, media_ns=200)
    source.close()
    assert not source.push(scene(4))
    found = list(stream)
    assert [(m.seq, m.media_ns, m.captured_ns, m.dropped) for m, _ in found] == [(0, 100, 5000, 0), (2, 200, 7000, 1)]
    assert (found[0][0].epoch, found[0][0].width, found[0][0].height) == (2, 160, 120)
    assert found[0][1].to_host().mean() > 50
    with pytest.raises(SourceError):
        source.open(3)


def test_pushing_faster_than_reading_drops_the_oldest_and_counts() -> None:
    source = PushSource("vms-7", capacity=2)
    stream = source.open(0)
    assert all(source.push(scene(i), media_ns=i) for i in range(10))
    source.close()
    found = [meta for meta, _ in stream]
    assert [m.seq for m in found] == [8, 9]
    assert found[0].dropped == 8


def test_a_frame_without_times_gets_those_of_its_arrival() -> None:
    source = PushSource("vms-7")
    stream = source.open(0)
    source.push(scene(0))
    source.push(scene(1))
    source.close()
    found = [meta for meta, _ in stream]
    assert found[0].media_ns < found[1].media_ns
    assert found[0].clock_source is ClockSource.ARRIVAL


@pytest.mark.parametrize("shape", [(10, 10), (10, 10, 4), (0, 10, 3)])
def test_what_is_no_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="BGR"):
        PushSource("vms-7").push(np.zeros(shape, np.uint8))


def test_synthetic_boxes_are_where_the_colours_are() -> None:
    source = SyntheticSource("s", Script(size=(200, 100), objects=2, frames=30))
    for meta, surface in source.open(0):
        picture = surface.to_host()
        for box, colour in zip(source.boxes(meta.seq), ((40, 40, 220), (40, 220, 40)), strict=True):
            left, top, right, bottom = box.astype(int)
            found = np.argwhere((picture == colour).all(axis=2))
            assert found.min(axis=0).tolist() == [top, left]
            assert (found.max(axis=0) + 1).tolist() == [bottom, right]


def test_the_same_script_shows_the_same() -> None:
    first, second = (SyntheticSource("s", Script(frames=4)) for _ in range(2))
    for (meta, surface), (same_meta, same_surface) in zip(first.open(0), second.open(0), strict=True):
        assert meta == same_meta
        assert (surface.to_host() == same_surface.to_host()).all()


def test_a_synthetic_camera_changes_size() -> None:
    source = SyntheticSource("s", Script(frames=4, resize=(2, (64, 32))))
    assert [(m.width, s.to_host().shape[1]) for m, s in source.open(0)] == [(320, 320)] * 2 + [(64, 64)] * 2
