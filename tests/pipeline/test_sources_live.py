"""Cameras over HTTP: MJPEG and HLS, and servers that stop, hang, refuse."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from core.errors import SourceError
from core.frames import ClockSource, FrameMeta
from core.records import CameraState
from pipeline.batcher import Batcher, DropPolicy
from pipeline.camera import Backoff, Camera
from pipeline.sources.av_source import AvSource
from pipeline.sources.table import Credentials, sources_for
from tests.support.media import ffmpeg, make_video
from tests.support.rtsp import free_port
from tests.support.web import WebServer, mjpeg, page

SECRET = "s3cr%t:@/"


def first(source: AvSource, count: int) -> list[FrameMeta]:
    stream = source.open(0)
    try:
        return [meta for meta, _ in islice(stream, count)]
    finally:
        stream.close()


def failure(source: AvSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        first(source, 10**6)
    return caught.value


def test_mjpeg_frames_carry_their_arrival() -> None:
    before = time.time_ns()
    with WebServer({"/live": mjpeg()}) as server:
        source = AvSource(server.url("/live"))
        found = first(source, 10)
    assert source.live
    assert [m.seq for m in found] == list(range(10))
    times = [m.media_ns for m in found]
    assert times == sorted(set(times))
    assert all(before <= m.captured_ns <= time.time_ns() for m in found)
    assert {m.clock_source for m in found} == {ClockSource.ARRIVAL}
    assert found[0].clock_error_ns > 0


def test_a_camera_that_ends_its_stream_is_lost_not_ended() -> None:
    with WebServer({"/live": mjpeg(15)}) as server:
        error = failure(AvSource(server.url("/live")))
    assert (error.message_id, error.retryable) == ("error-source-lost", True)


def test_a_camera_that_falls_silent_is_noticed() -> None:
    done = threading.Event()
    with WebServer({"/live": mjpeg(15, then_hang=done)}) as server:
        error = failure(AvSource(server.url("/live"), stall_s=0.5))
        done.set()
    assert error.message_id in ("error-source-stalled", "error-source-timeout")
    assert error.retryable


def test_closing_ends_a_read_that_waits_for_the_network() -> None:
    done = threading.Event()
    with WebServer({"/live": mjpeg(3, then_hang=done)}) as server:
        stream = AvSource(server.url("/live"), stall_s=60).open(0)
        frames = iter(stream)
        for _ in range(2):
            next(frames)
        closer = threading.Timer(0.1, stream.close)
        closer.start()
        assert len(list(frames)) <= 1  # ends long before the stall time
        closer.join()
        done.set()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that accepts and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_a_server_that_never_answers_is_given_up(silent_port: int, scheme: str) -> None:
    error = failure(AvSource(f"{scheme}://127.0.0.1:{silent_port}/a", stall_s=0.5))
    assert (error.message_id, error.retryable) == ("error-source-timeout", True)


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_a_refused_connection(scheme: str) -> None:
    error = failure(AvSource(f"{scheme}://127.0.0.1:{free_port()}/a"))
    assert (error.message_id, error.retryable) == ("error-source-refused", True)


def test_a_host_that_does_not_exist() -> None:
    error = failure(AvSource("rtsp://u:s3cr3t@no-such-host.invalid/a"))
    assert (error.message_id, error.retryable) == ("error-source-unreachable", True)
    assert "s3cr3t" not in str(error)


def test_a_wrong_path_and_a_page_that_is_no_video() -> None:
    with WebServer({"/page": page}) as server:
        missing, no_video = failure(AvSource(server.url("/none"))), failure(AvSource(server.url("/page")))
    assert (missing.message_id, missing.retryable) == ("error-source-not-served", True)
    assert (no_video.message_id, no_video.retryable) == ("error-source-not-stream", True)


def test_a_login_is_used_and_never_shown(capfd: pytest.CaptureFixture[str]) -> None:
    with WebServer({"/live": mjpeg()}, login=("admin", SECRET)) as server:
        (source,) = sources_for(server.url("/live"), credentials=Credentials("admin", SECRET))
        assert isinstance(source, AvSource)
        assert len(first(source, 3)) == 3
        wrong = AvSource(server.url("/live", "admin:wr0ng@"))
        error = failure(wrong)
        asked = len(server.requests)
    assert (error.message_id, error.retryable, error.retry_after_s) == ("error-source-login", True, 300.0)
    assert asked <= 4, "a wrong login is tried once"
    shown = capfd.readouterr()
    seen = [str(error), repr(error), repr(wrong), repr(source), shown.out, shown.err, repr(error.__context__)]
    assert not any("wr0ng" in text or SECRET in text for text in seen)


def test_a_camera_waits_long_after_a_refused_login(capfd: pytest.CaptureFixture[str]) -> None:
    with WebServer({"/live": mjpeg()}, login=("admin", SECRET)) as server:
        source = AvSource(server.url("/live", "admin:wr0ng@"), "gate")
        quick = Backoff(first_s=0.01, most_s=0.02)
        camera = Camera(source, Batcher(1).inlet("gate", DropPolicy.NEWEST), backoff=quick)
        camera.start()
        while camera.status().state is CameraState.CONNECTING:
            time.sleep(0.01)
        asked = len(server.requests)
        time.sleep(0.3)
        assert len(server.requests) == asked
        assert "5" in (camera.status().error or "")
        camera.stop()
        assert camera.join(20)
    shown = capfd.readouterr()
    assert "camera_lost" in shown.out + shown.err
    assert "wr0ng" not in shown.out + shown.err


def test_hls_is_read_at_its_own_pace(tmp_path: Path) -> None:
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=2", "-c:v", "libx264", "-g", "12", "-f", "hls",
        "-hls_time", "0.5", "-hls_list_size", "0", tmp_path / "live.m3u8",
    )  # fmt: skip
    with WebServer(folder=tmp_path) as server:
        source = AvSource(server.url("/live.m3u8"))
        began = time.monotonic()
        found = first(source, 10**6)
        took = time.monotonic() - began
    assert source.live
    assert len(found) + sum(m.dropped for m in found) >= 49
    assert took >= 1.9, "a burst would lose most frames to the newest-wins queue"


def test_a_playlist_cannot_reach_for_local_files(tmp_path: Path) -> None:
    secret = make_video(tmp_path / "secret.ts")
    (tmp_path / "evil.m3u8").write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{secret}\n#EXT-X-ENDLIST\n"
    )
    with WebServer(folder=tmp_path) as server:
        failure(AvSource(server.url("/evil.m3u8"), stall_s=3))


def test_a_video_file_over_http_is_read_whole(tmp_path: Path) -> None:
    make_video(tmp_path / "clip.mp4", frames=30, faststart=True)
    with WebServer(folder=tmp_path) as server:
        source = AvSource(server.url("/clip.mp4"), start_ns=7)
        found = first(source, 10**6)
    assert not source.live
    assert [m.seq for m in found] == list(range(30))
    assert found[0].captured_ns == 7
