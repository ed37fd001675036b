"""What stands behind a path or an address."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SourceError
from pipeline.sources.av_source import AvSource
from pipeline.sources.folder import FolderSource
from pipeline.sources.table import SCHEMES, Credentials, redact, sources_for
from pipeline.sources.urls import take_credentials, with_credentials
from tests.pipeline.test_sources_made import write
from tests.support.media import make_video


def test_a_file_is_one_camera(tmp_path: Path) -> None:
    file = make_video(tmp_path / "Ngã tư Sở.mp4")
    for uri in (str(file), file.as_uri()):
        (source,) = sources_for(uri)
        assert (source.camera_id, source.live) == ("Ngã-tư-Sở", False)
        stream = source.open(0)
        assert next(iter(stream))[0].width == 160
        stream.close()
    (named,) = sources_for(str(file), camera_id="nts-01", realtime=True)
    assert (named.camera_id, named.live) == ("nts-01", True)


def test_a_folder_of_videos_is_a_camera_each(tmp_path: Path) -> None:
    for name in ("cam10.mp4", "cam2.mp4", "cam2.avi"):
        make_video(tmp_path / name, frames=2, codec="mpeg4")
    (tmp_path / "notes.txt").write_text("x")
    assert [s.camera_id for s in sources_for(str(tmp_path))] == ["cam2", "cam2-2", "cam10"]
    (tmp_path / "cam10.mp4").unlink()
    (tmp_path / "cam2.avi").unlink()
    assert [s.camera_id for s in sources_for(str(tmp_path), camera_id="gate")] == ["gate"]


def test_a_folder_of_pictures_is_one_camera(tmp_path: Path) -> None:
    (source,) = sources_for(str(write(tmp_path, "1.jpg", "2.jpg")), image_fps=5)
    assert isinstance(source, FolderSource)
    assert [m.media_ns for m, _ in source.open(0)] == [0, 200_000_000]


def test_mixed_and_empty_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as empty:
        sources_for(str(tmp_path))
    write(tmp_path, "1.jpg")
    make_video(tmp_path / "a.mp4", frames=2)
    with pytest.raises(SourceError) as mixed:
        sources_for(str(tmp_path))
    assert (empty.value.message_id, mixed.value.message_id) == (
        "error-source-folder-empty",
        "error-source-folder-mixed",
    )


@pytest.mark.parametrize(
    ("uri", "camera_id", "live"),
    [
        ("rtsp://10.0.0.7/stream1", "10.0.0.7-stream1", True),
        ("rtsp://admin:secret@10.0.0.7:8554/ch?channel=2&password=secret", "10.0.0.7-8554-ch-channel-2-password", True),
        ("http://10.0.0.7/axis-cgi/mjpg/video.cgi", "10.0.0.7-axis-cgi-mjpg-video.cgi", True),
        ("http://10.0.0.7/video.mjpg", "10.0.0.7-video.mjpg", True),
        ("https://vms.example/live/7.m3u8", "vms.example-live-7.m3u8", True),
        ("https://vms.example/clip.mp4", "vms.example-clip.mp4", False),
    ],
)
def test_addresses(uri: str, camera_id: str, live: bool) -> None:
    (source,) = sources_for(uri)
    assert (source.camera_id, source.live) == (camera_id, live)
    assert "secret" not in repr(source) + source.camera_id


def test_an_unknown_scheme_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(SourceError) as caught:
        sources_for("gopher://u:secret@host/x")
    assert "rtsp://" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert set(SCHEMES) == {"", "file", "rtsp", "rtsps", "http", "https"}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://user:p@ss@host:554/a", "rtsp://host:554/a"),
        ("rtsp://host/user=admin&password=x1&channel=3", "rtsp://host/user=***&password=***&channel=3"),
        ("http://host/v?pwd=x1&token=y2#f", "http://host/v?pwd=***&token=***#f"),
        ("rtsp://[fe80::1", "***"),
        ("/a/plain/path=1", "/a/plain/path=1"),
    ],
)
def test_what_is_shown_of_an_address(url: str, shown: str) -> None:
    assert redact(url) == shown


def test_a_login_survives_its_way_through_an_address() -> None:
    login = Credentials("ad min", "p@:/?#ss")
    url = with_credentials("rtsp://host/a", login)
    assert take_credentials(url) == ("rtsp://host/a", login)
    assert "p@" not in repr(login)
    assert "ad min" not in repr(login)


def test_given_credentials_win_over_those_in_the_address() -> None:
    source = AvSource("rtsp://old:old@host/a", credentials=Credentials("new", "new"))
    assert source._recipe.address == "rtsp://new:new@host/a"
    assert "new:new" not in repr(source._recipe)
