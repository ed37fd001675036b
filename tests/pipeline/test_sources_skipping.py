"""What need not be decoded is not, and what is wanted comes all the same."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from core.frames import FrameMeta
from pipeline.camera import Thinner
from pipeline.sources.av_source import AvSource
from tests.support.media import ffmpeg

GROUP_S = 1.0


def video(path: Path, *, codec: str, b_frames: int, seconds: int = 8, group: int = 25) -> Path:
    """25 frames a second, a key frame every `group`."""
    quiet = ["-x265-params", f"log-level=error:keyint={group}:min-keyint={group}"] if codec == "libx265" else []
    picture = ["-f", "lavfi", "-i", f"testsrc2=s=160x120:r=25:d={seconds}"]
    ffmpeg(*picture, "-c:v", codec, "-bf", str(b_frames), "-g", str(group), "-sc_threshold", "0", *quiet, path)
    return path


def read(path: Path, fps: float | None, *, loop: int = 0) -> list[FrameMeta]:
    stream = AvSource(str(path), fps=fps, loop=bool(loop)).open(0)
    found = []
    for meta, surface in stream:
        found.append(meta)
        surface.release()
        if loop and len(found) >= loop:
            break
    stream.close()
    return found


def analysed(metas: list[FrameMeta], fps: float) -> list[int]:
    thinner = Thinner(fps)
    return [meta.media_ns for meta in metas if thinner.passes(meta.media_ns)]


@pytest.fixture(scope="module", params=[(codec, b) for codec in ("libx264", "libx265") for b in (0, 3)], ids=str)
def filmed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, int, list[FrameMeta]]:
    """A video, how many B-frames may stand in a row in it, and all its frames."""
    codec, b_frames = request.param
    file = video(tmp_path_factory.mktemp("filmed") / "a.mp4", codec=codec, b_frames=b_frames)
    return file, b_frames, read(file, None)


@pytest.mark.parametrize("fps", [12.0, 5.0, 1.0, 0.4])
def test_the_wanted_rate_is_kept_with_fewer_frames_decoded(
    filmed: tuple[Path, int, list[FrameMeta]], fps: float
) -> None:
    file, b_frames, every = filmed
    some = read(file, fps)
    assert len(every) == 200
    assert len(analysed(some, fps)) >= len(analysed(every, fps)) - 1
    gaps = [b.media_ns - a.media_ns for a, b in pairwise(some)]
    assert max(gaps) <= 1e9 / fps + 2e6
    assert all(meta.dropped == 0 for meta in some), "what is left out on purpose is not lost"
    times = {meta.media_ns for meta in every}
    assert all(meta.media_ns in times for meta in some)
    if fps <= 1 / GROUP_S:
        assert len(some) < 110, "key frames alone, after four groups"
    elif b_frames:
        assert len(some) < 130, "no B-frames, after one group"
    else:
        assert len(some) == 200, "nothing can be left out"


def test_two_key_frames_in_a_row_prove_nothing(shared: Path) -> None:
    """highway.avi begins so; its next key frame comes 5 s later."""
    some, every = (read(shared / "video" / "highway.avi", fps) for fps in (1.0, None))
    assert len(analysed(some, 1.0)) >= len(analysed(every, 1.0)) - 1
    assert max(b.media_ns - a.media_ns for a, b in pairwise(some)) <= 1.002e9


def test_a_rate_that_needs_the_b_frames_gets_them_back(tmp_path: Path) -> None:
    file = video(tmp_path / "a.mp4", codec="libx264", b_frames=3)
    found = read(file, 20.0)
    late = [meta for meta in found if meta.media_ns >= 3e9]
    assert len(late) == 125, "one group was tried without"


def test_a_camera_that_sends_key_frames_less_often_is_decoded_in_full_again(tmp_path: Path) -> None:
    often = video(tmp_path / "often.ts", codec="libx264", b_frames=0)
    seldom = video(tmp_path / "seldom.ts", codec="libx264", b_frames=0, seconds=20, group=100)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(often.read_bytes() + seldom.read_bytes())
    found = read(joined, 1.0)
    gaps = [b.media_ns - a.media_ns for a, b in pairwise(found)]
    assert max(gaps) == pytest.approx(4e9, abs=1e8), "one long group is seen by its key frame alone"
    assert sum(gap > 1.01e9 for gap in gaps) == 1
    assert found[-1].media_ns > 26e9


def test_key_frames_alone_of_a_file_that_starts_over(tmp_path: Path) -> None:
    file = video(tmp_path / "a.mp4", codec="libx264", b_frames=0)
    found = read(file, 1.0, loop=150)
    assert len(found) == 150
    times = [meta.media_ns for meta in found]
    assert times == sorted(set(times))
    assert max(b - a for a, b in pairwise(times)) <= 1.002e9
