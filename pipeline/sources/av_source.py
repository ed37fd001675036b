"""Video files, RTSP cameras, MJPEG and HLS over HTTP, decoded by FFmpeg."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

import structlog

from core.errors import SourceError
from core.frames import FrameMeta, Surface
from core.protocols import FrameStream
from pipeline.sources.av_open import Recipe, Transport
from pipeline.sources.av_reader import AvReader
from pipeline.sources.clocks import SECOND_NS
from pipeline.sources.fed import FedStream
from pipeline.sources.nvdec import reader_for
from pipeline.sources.urls import Credentials, camera_name, redact, slug, take_credentials, with_credentials
from scenes.camera_specs import Decode

log = structlog.get_logger()

STALL_S: Final = 10.0
"""Without a frame for this long a camera is taken for dead: above the longest key frame distance in use."""
HANDOFF: Final = 4
"""Decoded frames of a live camera that may wait for its thread; that thread only hands them on, so it seldom fills."""
OPEN_GRACE_S: Final = 5.0
"""What opening may take beyond the stall time: looking up the host's name cannot be interrupted."""
VIDEO_SUFFIXES: Final = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".flv", ".wmv", ".3gp"}
    | {".asf", ".264", ".h264", ".265", ".h265", ".hevc", ".mjpeg", ".mjpg", ".ogv", ".mxf", ".dav"}
)
"""What counts as a video file in a folder."""
MJPEG_SUFFIXES: Final = frozenset({".mjpeg", ".mjpg"})
"""Over HTTP these are live, as in `/video.mjpg`."""

_HTTP = {"protocol_whitelist": "http,https,tcp,tls,crypto"}
TRANSPORTS: Final = {
    "file": Transport(live=False, local=True),
    "rtsp": Transport(
        live=True,
        # fpsprobesize: the rate of a live stream is not needed, and counting it costs seconds at 10 fps.
        options={"rtsp_transport": "tcp", "allowed_media_types": "video", "fpsprobesize": "0"},
    ),
    "rtsps": Transport(live=True, options={"allowed_media_types": "video", "fpsprobesize": "0"}),
    "mjpeg": Transport(live=True, untimed=True, options=_HTTP | {"fpsprobesize": "0"}),
    # The list is written when a segment is complete, and read three segments back.
    "hls": Transport(live=True, paced=True, error_ns=30 * SECOND_NS, options=_HTTP),
    "http-file": Transport(live=False, options=_HTTP),
}
"""Every kind of address, and how FFmpeg reads it."""


def kind_of(uri: str) -> str:
    """Which row of `TRANSPORTS` an address or path is read by.

    Raises:
        KeyError: a scheme that none reads.
    """
    parts = urlsplit(uri)
    if "://" not in uri or parts.scheme == "file":
        return "file"
    if parts.scheme in ("http", "https"):
        suffix = PurePosixPath(parts.path).suffix.lower()
        return "hls" if suffix == ".m3u8" else "http-file" if suffix in VIDEO_SUFFIXES - MJPEG_SUFFIXES else "mjpeg"
    if parts.scheme in TRANSPORTS:
        return parts.scheme
    raise KeyError(parts.scheme)


class AvSource:
    """A `Source` read by FFmpeg.

    Live sources decode in a thread of their own, so that `close` and a stall never wait for the network; FFmpeg itself
    gives up a dead connection after `stall_s`, and that thread with it.

    Args:
        uri: path of a file, or an address; a login in it is taken out.
        camera_id: None: the file's stem, or host and path.
        start_ns: wall clock of a file's first frame. None: when it was created, or else last changed, less its
            length, with an error of a day; at real time, now.
        credentials: the login, before any in `uri`.
        loop: start over at the end of a file, with times that go on rising.
        realtime: play a file at its own pace, as a live camera.
        stall_s: seconds without a frame after which a camera is taken for dead.
        fps: so many frames a second are needed at the most; others may be left out undecoded. None: all come.
        decode: where; `auto`: on `device`, where that is possible.
        device: where the detector runs: `cpu`, or `cuda:` with a number.

    Raises:
        KeyError: a scheme that none reads.
    """

    def __init__(
        self,
        uri: str,
        camera_id: str | None = None,
        *,
        start_ns: int | None = None,
        credentials: Credentials | None = None,
        loop: bool = False,
        realtime: bool = False,
        stall_s: float = STALL_S,
        fps: float | None = None,
        decode: Decode = "auto",
        device: str = "cpu",
    ) -> None:
        transport = TRANSPORTS[kind_of(uri)]
        if transport.local:
            where = address = uri.removeprefix("file://")
            name = slug(PurePosixPath(where).stem)
        else:
            bare, found = take_credentials(uri)
            where, address, name = redact(bare), with_credentials(bare, credentials or found), camera_name(bare)
        self._decode, self._device = decode, device
        on_demand = not transport.live
        self._recipe = Recipe(
            camera_id=name if camera_id is None else camera_id,
            transport=transport,
            address=address,
            where=where,
            start_ns=start_ns,
            loop=loop and on_demand,
            realtime=realtime and on_demand,
            stall_s=stall_s,
            fps=fps,
        )

    def __repr__(self) -> str:
        return f"AvSource({self._recipe.where!r}, camera_id={self.camera_id!r})"

    @property
    def camera_id(self) -> str:
        """As in the frames' `FrameMeta`."""
        return self._recipe.camera_id

    @property
    def live(self) -> bool:
        """A camera, or a file at its own pace."""
        return self._recipe.live

    def open(self, epoch: int) -> FrameStream:
        """Connect; `Source.open`."""
        reader = reader_for(self._recipe, epoch, self._decode, self._device)
        return FileStream(reader) if self._recipe.transport.local else _open_remote(reader, self._recipe)


class FileStream:
    """Decodes in the thread that reads."""

    def __init__(self, reader: AvReader) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        try:
            reader.open()
        except BaseException:
            reader.close()
            raise
        self._frames = reader.frames()

    def __iter__(self) -> Iterator[tuple[FrameMeta, Surface]]:
        return self

    def __next__(self) -> tuple[FrameMeta, Surface]:
        with self._lock:
            return next(self._frames)

    def close(self) -> None:
        """Stop; the frame being decoded is finished first."""
        self._reader.stop()
        with self._lock:
            self._frames = iter(())
            self._reader.close()


def _open_remote(reader: AvReader, recipe: Recipe) -> FrameStream:
    def stalled() -> SourceError:
        return SourceError(
            "error-source-stalled",
            retryable=True,
            where=recipe.where,
            camera=recipe.camera_id,
            seconds=recipe.stall_s,
        )

    stream = RemoteStream(reader, recipe, stalled)
    threading.Thread(target=stream.pump, name=f"decode {recipe.camera_id}", daemon=True).start()
    try:
        stream.opened.result(recipe.stall_s + OPEN_GRACE_S)
    except FutureTimeout:
        stream.close()
        raise stalled() from None
    return stream


class RemoteStream(FedStream):
    """Decodes in a thread of its own."""

    def __init__(self, reader: AvReader, recipe: Recipe, stalled: Callable[[], SourceError]) -> None:
        super().__init__(capacity=HANDOFF, wait=not recipe.live, stall_s=recipe.stall_s, stalled=stalled)
        self._reader = reader
        self.opened: Future[None] = Future()

    def pump(self) -> None:
        """Open, decode and hand on until the end; every error goes to the thread that reads."""
        try:
            self._reader.open()
            self.opened.set_result(None)
            for meta, surface in self._reader.frames():
                if not self.put(meta, surface):
                    break
            self.finish()
        except Exception as error:  # noqa: BLE001 - handed on, whatever it is
            self._fail(error)
        finally:
            self._reader.close()

    def close(self) -> None:
        """Stop at once; the decoding thread ends when FFmpeg comes back, at the latest after the stall time."""
        self._reader.stop()
        super().close()

    def _fail(self, error: Exception) -> None:
        if self.opened.done():
            self.finish(error)
        else:
            self.opened.set_exception(error)
