"""Which source reads an address: one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from core.errors import SourceError
from core.protocols import Source
from pipeline.sources.av_source import VIDEO_SUFFIXES, AvSource
from pipeline.sources.folder import FolderSource, natural_key, pictures_in
from pipeline.sources.traffic.recording import SUFFIX
from pipeline.sources.traffic.source import RATE, Play, TrafficSource
from pipeline.sources.urls import Credentials, redact, slug
from scenes.camera_specs import Decode

__all__ = ["SCHEMES", "Credentials", "redact", "sources_for"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for besides the address; `sources_for` explains each."""

    camera_id: str | None
    start_ns: int | None
    credentials: Credentials | None
    image_fps: float
    loop: bool
    realtime: bool
    fps: float | None
    decode: Decode
    device: str


def _address(uri: str, wish: Wish) -> list[Source]:
    return [
        AvSource(
            uri,
            wish.camera_id,
            start_ns=wish.start_ns,
            credentials=wish.credentials,
            loop=wish.loop,
            realtime=wish.realtime,
            fps=wish.fps,
            decode=wish.decode,
            device=wish.device,
        )
    ]


def _path(uri: str, wish: Wish) -> list[Source]:
    path = Path(unquote(urlsplit(uri).path)) if uri.startswith("file://") else Path(uri).expanduser()
    if path.suffix.lower() == SUFFIX and not path.is_dir():
        play = Play(wish.fps or RATE, wish.start_ns, realtime=wish.realtime, loop=wish.loop)
        return [TrafficSource(path, wish.camera_id, play)]
    return _folder(path, wish) if path.is_dir() else _address(str(path), wish)


def _folder(folder: Path, wish: Wish) -> list[Source]:
    try:
        pictures = pictures_in(folder)
        videos = sorted(
            (f for f in folder.iterdir() if f.suffix.lower() in VIDEO_SUFFIXES and not f.name.startswith(".")),
            key=natural_key,
        )
    except OSError:
        raise SourceError("error-source-denied", retryable=False, where=str(folder)) from None
    if pictures and videos:
        raise SourceError(
            "error-source-folder-mixed",
            retryable=False,
            where=str(folder),
            pictures=len(pictures),
            videos=len(videos),
        )
    if videos:
        return _each(videos, wish)
    if not pictures:
        raise SourceError("error-source-folder-empty", retryable=False, where=str(folder))
    return [
        FolderSource(
            folder,
            wish.camera_id,
            fps=wish.image_fps,
            start_ns=wish.start_ns,
            loop=wish.loop,
            realtime=wish.realtime,
        )
    ]


def _each(videos: list[Path], wish: Wish) -> list[Source]:
    """A camera for each file, named by its stem, after `camera_id` when one is given; a second one alike gets `-2`."""
    if wish.camera_id is not None and len(videos) == 1:
        return _address(str(videos[0]), wish)
    taken: set[str] = set()
    found: list[Source] = []
    for video in videos:
        stem = slug(video.stem) if wish.camera_id is None else f"{wish.camera_id}-{slug(video.stem)}"
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        found.append(
            AvSource(
                str(video),
                name,
                start_ns=wish.start_ns,
                loop=wish.loop,
                realtime=wish.realtime,
                fps=wish.fps,
                decode=wish.decode,
                device=wish.device,
            )
        )
    return found


SCHEMES: Final[dict[str, Callable[[str, Wish], list[Source]]]] = {
    "": _path,
    "file": _path,
    "rtsp": _address,
    "rtsps": _address,
    "http": _address,
    "https": _address,
}
"""Scheme of an address (none: a path) → what reads it."""


def sources_for(
    uri: str,
    *,
    camera_id: str | None = None,
    start_ns: int | None = None,
    credentials: Credentials | None = None,
    image_fps: float = 10,
    loop: bool = False,
    realtime: bool = False,
    fps: float | None = None,
    decode: Decode = "auto",
    device: str = "cpu",
) -> list[Source]:
    """The cameras behind a path or an address. Nothing is opened, apart from listing a folder.

    A video file is one camera, and so is recorded traffic (`.traffic`); a folder of pictures one; a folder of videos
    one for each file, in natural order of their names; an address one: `rtsp://`, `rtsps://`, `http(s)://` (MJPEG, HLS
    where it ends in `.m3u8`, or a video file).

    Args:
        camera_id: None: the file's stem, or the address's host and path.
        start_ns: wall clock of a file's first frame, UTC; None: from the file's dates, with an error of a day.
        credentials: the login of a camera, instead of one in the address.
        image_fps: frames a second of a folder of pictures.
        loop: a file or folder starts over at its end, with times that go on rising.
        realtime: a file or folder is played at its own pace, as a live camera.
        fps: so many frames a second are needed at the most; a video's others may be left out undecoded.
        decode: where videos are decoded; `auto`: on `device`, where that is possible.
        device: where the detector runs: `cpu`, or `cuda:` with a number.

    Raises:
        SourceError: an unknown scheme, or a folder that is empty or holds pictures and videos.
    """
    scheme = uri.partition("://")[0].lower() if "://" in uri else ""
    if scheme not in SCHEMES:
        known = ", ".join(f"{name}://" for name in SCHEMES if name)
        raise SourceError("error-source-scheme", retryable=False, where=redact(uri), scheme=scheme, known=known)
    return SCHEMES[scheme](uri, Wish(camera_id, start_ns, credentials, image_fps, loop, realtime, fps, decode, device))
