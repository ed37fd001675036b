"""What to read, and opening it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import av
import av.error
from av.container import InputContainer

from core.errors import SourceError
from pipeline.sources.av_errors import check_file, file_error, network_error
from pipeline.sources.clocks import SECOND_NS

DEFAULT_FRAME_NS = SECOND_NS // 25
"""Where a stream states no rate."""
UNKNOWN_START_ERROR_NS = 86_400 * SECOND_NS
"""A file's own dates change when it is copied: when nobody says when it was recorded, a day is the honest error."""


@dataclass(frozen=True, slots=True)
class Transport:
    """How one kind of address is read.

    Attributes:
        live: the camera goes on whether its frames are read or not.
        local: a file on this machine: never blocks, read in the caller's thread.
        paced: frames come in bursts (HLS segments) and are held back until their time.
        error_ns: what is unknown of the delay between exposure and arrival, live.
        options: of FFmpeg.
        timeout_option: FFmpeg's name for the longest wait for the network, in µs.
    """

    live: bool
    local: bool = False
    paced: bool = False
    error_ns: int = SECOND_NS // 2
    options: Mapping[str, str] = field(default_factory=dict)
    timeout_option: str | None = "timeout"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to read and how.

    Attributes:
        address: for FFmpeg, with the login in it: shown nowhere.
        where: the same for people.
        start_ns: wall clock of a file's first frame, None when unknown.
        realtime: a file is played at its own pace, as if live.
    """

    camera_id: str
    transport: Transport
    address: str = field(repr=False)
    where: str
    start_ns: int | None
    loop: bool
    realtime: bool
    stall_s: float

    @property
    def live(self) -> bool:
        """Whether frames that are not taken in time are lost."""
        return self.transport.live or self.realtime


def open_container(recipe: Recipe) -> InputContainer:
    """Connect or open, and see that there is video that can be decoded.

    Raises:
        SourceError: there is not.
    """
    transport = recipe.transport
    if transport.local:
        check_file(recipe.address)
    options = dict(transport.options)
    if transport.timeout_option is not None:
        options[transport.timeout_option] = str(round(recipe.stall_s * 1e6))
    limit = None if transport.local else (recipe.stall_s, recipe.stall_s)
    failure: Exception
    try:
        container = av.open(recipe.address, options=options, metadata_errors="replace", timeout=limit)
    except (av.error.FFmpegError, ValueError) as error:
        failure = error
    else:
        return _with_video(container, recipe)
    # Raised outside the handler: PyAV's error names the address with its login, and must not be chained.
    if transport.local:
        raise file_error(failure, where=recipe.where)
    raise network_error(failure, where=recipe.where, camera_id=recipe.camera_id, seconds=recipe.stall_s)


def _with_video(container: InputContainer, recipe: Recipe) -> InputContainer:
    video = container.streams.video
    if video and video[0].codec_context is not None:
        video[0].codec_context.thread_count = 1  # the cameras are the parallelism
        return container
    problem = "error-source-codec" if video else "error-source-no-video"
    container.close()
    raise SourceError(problem, retryable=False, where=recipe.where, camera=recipe.camera_id)


def frame_distance_ns(stream: av.VideoStream) -> int:
    """The usual distance of two frames."""
    rate = stream.average_rate or stream.guessed_rate
    return round(SECOND_NS / rate) if rate else DEFAULT_FRAME_NS


def file_start(recipe: Recipe, container: InputContainer) -> tuple[int, int]:
    """Wall clock of a file's first frame, and how wrong it may be (ns)."""
    if recipe.start_ns is not None:
        return recipe.start_ns, 0
    if recipe.realtime:
        return time.time_ns(), 0
    try:
        created = datetime.fromisoformat(container.metadata.get("creation_time", ""))
        return round(created.timestamp() * 1e9), UNKNOWN_START_ERROR_NS
    except ValueError:  # most files do not say
        changed = Path(recipe.address).stat().st_mtime_ns if recipe.transport.local else time.time_ns()
        return changed - (container.duration or 0) * 1000, UNKNOWN_START_ERROR_NS


def cut_short(container: InputContainer, stream: av.VideoStream, packets: int) -> bool:
    """Whether a file ended before what its header announces, by packets and by time alike.

    One alone does not tell: an edit list leaves packets out, and sound may outlast the picture.
    """
    frame_ns = frame_distance_ns(stream)
    seconds = packets * frame_ns / SECOND_NS
    announced_s = (container.duration or 0) / 1e6
    if stream.frames:
        return packets < stream.frames and seconds < announced_s - 2 * frame_ns / SECOND_NS
    return len(container.streams) == 1 and seconds < announced_s - max(1.0, 0.02 * announced_s)
