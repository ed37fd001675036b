"""Real RTSP cameras."""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path

import pytest

from core.errors import SourceError
from core.frames import ClockSource, FrameMeta
from core.records import CameraState
from pipeline.batcher import Batcher, DropPolicy
from pipeline.camera import Backoff, Camera
from pipeline.sources.av_source import AvSource
from pipeline.sources.table import Credentials
from tests.support.media import make_video
from tests.support.rtsp import RtspServer

pytestmark = pytest.mark.rtsp
LONG = 60.0


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_video(tmp_path / "clip.mp4", frames=50, fps=25)


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_frames_arrive_with_the_cameras_clock(clip: Path, codec: str) -> None:
    with RtspServer({"/gate": clip}, codec=codec) as server:
        stream = AvSource(server.url("/gate")).open(5)
        found: list[FrameMeta] = []
        began = time.monotonic()
        for meta, surface in stream:
            found.append(meta)
            assert surface.to_host().shape == (120, 160, 3)
            surface.release()
            # Sender reports come every few seconds.
            if meta.clock_source is ClockSource.RTCP or time.monotonic() - began > LONG:
                break
        stream.close()
    assert found[0].clock_source is ClockSource.ARRIVAL
    assert found[-1].clock_source is ClockSource.RTCP
    assert abs(found[-1].captured_ns - time.time_ns()) < 5_000_000_000
    times = [m.media_ns for m in found]
    assert times == sorted(set(times))
    assert {(m.epoch, m.camera_id, m.width, m.height) for m in found} == {
        (5, f"127.0.0.1-{server.port}-gate", 160, 120)
    }


def test_the_right_login_and_the_wrong_one(clip: Path) -> None:
    with RtspServer({"/gate": clip}, login=("admin", "p@:/ss")) as server:
        stream = AvSource(server.url("/gate"), credentials=Credentials("admin", "p@:/ss")).open(0)
        assert len(list(islice(stream, 3))) == 3
        stream.close()
        with pytest.raises(SourceError) as caught:
            AvSource(server.url("/gate", "admin:wr0ng@")).open(0)
        with pytest.raises(SourceError) as missing:
            AvSource(server.url("/none"), credentials=Credentials("admin", "p@:/ss")).open(0)
    assert (caught.value.message_id, caught.value.retry_after_s) == ("error-source-login", 300.0)
    assert "wr0ng" not in str(caught.value)
    assert (missing.value.message_id, missing.value.retryable) == ("error-source-not-served", True)


def test_a_camera_comes_back_and_its_neighbour_does_not_notice(clip: Path) -> None:
    with RtspServer({"/gate": clip}) as dying, RtspServer({"/lane": clip}) as sound:
        batcher = Batcher(4)
        backoff = Backoff(first_s=0.2, most_s=0.5)
        gate = Camera(
            AvSource(dying.url("/gate"), "gate"), batcher.inlet("gate", DropPolicy.NEWEST), fps=10, backoff=backoff
        )
        lane = Camera(AvSource(sound.url("/lane"), "lane"), batcher.inlet("lane", DropPolicy.NEWEST), backoff=backoff)
        gate.start()
        lane.start()
        seen: dict[str, list[FrameMeta]] = {"gate": [], "lane": []}

        def watch(enough: int, epoch: int) -> None:
            end = time.monotonic() + LONG
            while sum(m.epoch == epoch for m in seen["gate"]) < enough:
                assert time.monotonic() < end, (gate.status(), lane.status())
                batch = batcher.next(0.2)
                if batch is not None:
                    for meta in batch.frames:
                        seen[meta.camera_id].append(meta)
                    batch.release()

        watch(10, epoch=0)
        dying.kill()
        while gate.status().state is not CameraState.WAITING:
            batcher.next(0.1)
        assert gate.status().error
        dying.start()
        watch(10, epoch=1)
        assert gate.status().state is CameraState.RUNNING
        assert gate.status().reconnects == 1
        assert lane.status().epoch == 0
        assert lane.status().state is CameraState.RUNNING
        for camera in (gate, lane):
            camera.stop()
            assert camera.join(LONG)
    assert [m.epoch for m in seen["gate"]] == sorted(m.epoch for m in seen["gate"])
