"""Video files: whole, broken, cut, and what only looks like one."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from core.arrays import U8
from core.errors import SourceError
from core.frames import ClockSource, FrameMeta, Surface
from pipeline.sources.av_source import AvSource
from tests.support.media import ffmpeg, make_video, scene

START_NS = 1_767_600_000_000_000_000


def metas(source: AvSource, epoch: int = 0) -> list[FrameMeta]:
    """All frames' metas; what the error of the end hides is left to the caller."""
    found: list[FrameMeta] = []
    collect(source, found, epoch)
    return found


def collect(source: AvSource, found: list[FrameMeta], epoch: int = 0) -> None:
    stream = source.open(epoch)
    try:
        for meta, surface in stream:
            found.append(meta)
            surface.release()
    finally:
        stream.close()


def refusal(path: Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        metas(AvSource(str(path)))
    assert str(path) in str(caught.value)
    assert not caught.value.retryable
    return caught.value


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "libx264"), ("a.mkv", "libx265"), ("a.avi", "mpeg4"), ("a.ts", "libx264"), ("a.mov", "mjpeg")],
)
def test_every_frame_with_its_time(tmp_path: Path, name: str, codec: str) -> None:
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    file = make_video(tmp_path / name, frames=20, fps=10, codec=codec, pix_fmt=pix_fmt)
    found = metas(AvSource(str(file), start_ns=START_NS), epoch=4)
    assert [m.seq for m in found] == list(range(20))
    np.testing.assert_allclose([m.media_ns for m in found], np.arange(20) * 1e8, atol=1.1e6)
    assert found[7].captured_ns == START_NS + found[7].media_ns
    assert {m.clock_source for m in found} == {ClockSource.FILE}
    assert {(m.camera_id, m.epoch, m.width, m.height, m.dropped, m.clock_error_ns) for m in found} == {
        ("a", 4, 160, 120, 0, 0)
    }


def test_frames_that_are_reordered_come_in_time_order(tmp_path: Path) -> None:
    file = tmp_path / "b.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=1", "-c:v", "libx264", "-bf", "3", file)
    found = metas(AvSource(str(file)))
    assert len(found) == 25
    assert [m.media_ns for m in found] == [i * 40_000_000 for i in range(25)]


def test_a_raw_stream_without_times_gets_its_rate(tmp_path: Path) -> None:
    file = tmp_path / "raw.264"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=1", "-c:v", "libx264", file)
    found = metas(AvSource(str(file)))
    assert [m.media_ns for m in found] == [i * 40_000_000 for i in range(25)]


def test_times_that_go_back_or_stand_still_are_dropped_and_counted(tmp_path: Path) -> None:
    # MPEG-TS keeps what it is given; decreasing stamps within a second are frames out of order.
    good, extra = make_video(tmp_path / "g.ts", frames=10), make_video(tmp_path / "e.ts", frames=3)
    file = tmp_path / "joined.ts"
    file.write_bytes(good.read_bytes() + extra.read_bytes())
    found = metas(AvSource(str(file)))
    times = [m.media_ns for m in found]
    assert times == sorted(set(times))
    assert found[-1].seq == sum(m.dropped for m in found) + len(found) - 1


def test_a_recording_joined_of_two_goes_on_after_its_clock_restarts(tmp_path: Path) -> None:
    one = make_video(tmp_path / "one.ts", frames=40)
    file = tmp_path / "joined.ts"
    file.write_bytes(one.read_bytes() * 2)
    found = metas(AvSource(str(file)))
    times = [m.media_ns for m in found]
    assert len(found) + sum(m.dropped for m in found) == 80
    assert len(found) >= 78
    assert times == sorted(set(times))
    assert times[-1] == pytest.approx(79 * 1e8, abs=2.1e8)


def test_a_picture_that_changes_size_goes_on(tmp_path: Path) -> None:
    small = make_video(tmp_path / "s.ts", frames=10, size=(160, 120))
    large = make_video(tmp_path / "l.ts", frames=10, size=(320, 240), pts=range(1000, 2000, 100))
    file = tmp_path / "joined.ts"
    file.write_bytes(small.read_bytes() + large.read_bytes())
    stream = AvSource(str(file)).open(0)
    seen = [(meta.width, meta.height, surface.to_host().shape) for meta, surface in stream]
    stream.close()
    assert seen.count((160, 120, (120, 160, 3))) == 10
    assert seen.count((320, 240, (240, 320, 3))) == 10


@pytest.mark.parametrize("name", ["a.avi", "a.mp4"])
def test_corrupt_data_in_the_middle_costs_only_its_frames(tmp_path: Path, name: str) -> None:
    codec = "mpeg4" if name == "a.avi" else "libx264"
    file = make_video(
        tmp_path / name, frames=60, codec=codec, options={"g": "6"}, pictures=lambda i: noisy(scene(i, 320, 240), i),
        size=(320, 240),
    )  # fmt: skip
    data = bytearray(file.read_bytes())
    rng = np.random.default_rng(3)
    for share in (0.3, 0.45, 0.6):
        at = int(len(data) * share)
        data[at : at + 400] = rng.integers(0, 256, 400, np.uint8).tobytes()
    file.write_bytes(data)
    found = metas(AvSource(str(file)))
    lost = sum(m.dropped for m in found)
    assert lost >= 1
    assert len(found) + lost == 60
    assert found[-1].seq == 59
    assert all(m.seq - before.seq - 1 == m.dropped for before, m in pairwise(found))


def noisy(picture: U8, seed: int) -> U8:
    """Detail that makes frames large, so that damage hits their pictures and not their headers."""
    noise = np.random.default_rng(seed).integers(-20, 20, picture.shape)
    return np.asarray(np.clip(picture.astype(int) + noise, 0, 255), np.uint8)


@pytest.mark.parametrize("name", ["a.avi", "a.mp4", "a.mkv"])
def test_a_file_cut_short_gives_its_frames_and_then_says_so(tmp_path: Path, name: str) -> None:
    codec = "mpeg4" if name == "a.avi" else "libx264"
    file = make_video(tmp_path / name, frames=100, codec=codec, faststart=name == "a.mp4")
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * 0.6)])
    found: list[FrameMeta] = []
    with pytest.raises(SourceError) as caught:
        collect(AvSource(str(file)), found)
    assert 20 < len(found) < 80
    assert not caught.value.retryable
    assert f" {len(found)} " in str(caught.value)
    assert str(file) in str(caught.value)


def test_sound_longer_than_the_picture_is_no_cut(tmp_path: Path) -> None:
    file = tmp_path / "sound.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:r=10:d=1", "-f", "lavfi", "-i", "sine=d=5", file)
    assert len(metas(AvSource(str(file)))) == 10


def test_a_recording_of_uneven_rate_is_no_cut(tmp_path: Path) -> None:
    file = make_video(tmp_path / "uneven.mkv", pts=[*range(0, 400, 40), *range(1000, 9000, 1000)])
    found = metas(AvSource(str(file)))
    assert [m.media_ns for m in found[-2:]] == [7_000_000_000, 8_000_000_000]
    assert len(found) == 18


def test_a_cut_made_by_an_edit_list_is_no_damage(tmp_path: Path) -> None:
    whole, trimmed = tmp_path / "whole.mp4", tmp_path / "trimmed.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:r=10:d=6", "-c:v", "libx264", "-g", "50", whole)
    ffmpeg("-ss", "2.5", "-i", whole, "-c", "copy", trimmed)
    assert len(metas(AvSource(str(trimmed)))) >= 30


def test_what_is_no_video_is_refused_by_its_name(tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("not a video\n" * 50)
    empty = tmp_path / "empty.mp4"
    empty.touch()
    sound = tmp_path / "sound.mp4"
    ffmpeg("-f", "lavfi", "-i", "sine=d=0.3", sound)
    unfinished = make_video(tmp_path / "unfinished.mp4")
    unfinished.write_bytes(unfinished.read_bytes()[:-400])
    refused = {f: refusal(f).message_id for f in (text, empty, sound, unfinished, tmp_path, tmp_path / "none.mp4")}
    assert list(refused.values()) == [
        "error-source-not-video",
        "error-source-empty",
        "error-source-no-video",
        "error-source-not-video",
        "error-source-is-folder",
        "error-source-missing",
    ]


def test_an_unknown_codec_is_named(tmp_path: Path) -> None:
    file = make_video(tmp_path / "a.avi", codec="mpeg4")
    file.write_bytes(file.read_bytes().replace(b"FMP4", b"QQQQ"))
    assert refusal(file).message_id == "error-source-codec"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    file = make_video(tmp_path / "a.mp4")
    file.chmod(0)
    assert refusal(file).message_id == "error-source-denied"


def test_without_a_start_the_files_own_date_counts_with_a_wide_error(tmp_path: Path) -> None:
    file = make_video(tmp_path / "a.avi", frames=20, fps=10, codec="mpeg4")
    os.utime(file, ns=(START_NS, START_NS))
    found = metas(AvSource(str(file)))
    assert found[0].captured_ns == START_NS - 2_000_000_000
    assert found[0].clock_error_ns >= 3_600_000_000_000


def test_a_loop_goes_on_with_rising_times(tmp_path: Path) -> None:
    file = make_video(tmp_path / "a.mp4", frames=5, fps=10)
    stream = AvSource(str(file), loop=True).open(0)
    found = [meta for meta, _ in islice(stream, 13)]
    stream.close()
    assert [m.seq for m in found] == list(range(13))
    np.testing.assert_allclose([m.media_ns for m in found], np.arange(13) * 1e8, atol=1e6)


def test_real_time_is_live_and_keeps_pace(tmp_path: Path) -> None:
    file = make_video(tmp_path / "a.mp4", frames=5, fps=20)
    source = AvSource(str(file), realtime=True)
    began = time.monotonic()
    found = metas(source)
    assert time.monotonic() - began >= 0.2  # 5 frames are 4 distances of 50 ms, however busy the machine
    assert source.live
    assert abs(found[0].captured_ns - time.time_ns()) < 60_000_000_000


def test_close_from_another_thread_ends_a_paced_read(tmp_path: Path) -> None:
    file = make_video(tmp_path / "slow.mkv", pts=[0, 3_600_000])
    stream = AvSource(str(file), realtime=True).open(0)
    frames: Iterator[tuple[FrameMeta, Surface]] = iter(stream)
    next(frames)
    closer = threading.Timer(0.1, stream.close)
    closer.start()
    assert next(frames, None) is None
    closer.join()
    stream.close()


def test_a_stream_closed_after_one_frame_gives_no_more(tmp_path: Path) -> None:
    stream = AvSource(str(make_video(tmp_path / "a.mp4"))).open(0)
    frames = iter(stream)
    next(frames)
    stream.close()
    assert next(frames, None) is None


def test_the_shared_recordings_are_read_whole(shared: Path) -> None:
    video = shared / "video"
    counts = {"pets09_s2l1.avi": 795, "car_detection.mp4": 377, "topdown_traffic.mp4": 480, "highway.avi": 1699}
    for name, count in counts.items():
        found = metas(AvSource(str(video / name)))
        assert (name, len(found), sum(m.dropped for m in found)) == (name, count, 0)
