"""What to read, and opening it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import av
import av.error
import structlog
from av.codec import Codec
from av.codec.hwaccel import HWAccel
from av.container import InputContainer

from core.errors import SourceError
from locales import text
from pipeline.sources.av_errors import check_file, file_error, network_error, reason_of
from pipeline.sources.clocks import SECOND_NS

log = structlog.get_logger()

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
        untimed: frames carry no times; their arrival is their clock.
        options: of FFmpeg.
    """

    live: bool
    local: bool = False
    paced: bool = False
    error_ns: int = SECOND_NS // 2
    untimed: bool = False
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to read and how.

    Attributes:
        address: for FFmpeg, with the login in it: shown nowhere.
        where: the same for people.
        start_ns: wall clock of a file's first frame, None when unknown.
        realtime: a file is played at its own pace, as if live.
        fps: frames a second that are needed at the most; None: all.
        cuda: the GPU that FFmpeg decodes on, where the pictures then stay; None: the CPU.
    """

    camera_id: str
    transport: Transport
    address: str = field(repr=False)
    where: str
    start_ns: int | None
    loop: bool
    realtime: bool
    stall_s: float
    fps: float | None = None
    cuda: int | None = None

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
    # PyAV's limit breaks off every wait; FFmpeg's own options would turn some of them into "invalid data".
    limit = None if transport.local else (recipe.stall_s, recipe.stall_s)
    failure: Exception
    began = time.monotonic()
    try:
        container = av.open(
            recipe.address,
            options=dict(transport.options),
            metadata_errors="replace",
            timeout=limit,
            hwaccel=None if recipe.cuda is None else _cuda(recipe),
        )
    except (av.error.FFmpegError, ValueError) as error:
        failure = error
    else:
        return _with_video(container, recipe)
    # Raised outside the handler: PyAV's error names the address with its login, and must not be chained.
    if transport.local:
        raise file_error(failure, where=recipe.where)
    raise network_error(
        failure,
        where=recipe.where,
        camera_id=recipe.camera_id,
        seconds=recipe.stall_s,
        waited_s=time.monotonic() - began,
    )


def _cuda(recipe: Recipe) -> HWAccel | None:
    """FFmpeg's decoder on the GPU; None, with a word in the log, where there is none."""
    accel = HWAccel("cuda", device=str(recipe.cuda), allow_software_fallback=True, is_hw_owned=True)
    try:
        accel.create(Codec("h264", "r"))
    except (av.error.FFmpegError, NotImplementedError) as error:
        reason = text("error-nvdec-driver", reason=reason_of(error))
        log.warning("decodes_on_cpu", camera=recipe.camera_id, reason=reason)
        return None
    return HWAccel("cuda", device=str(recipe.cuda), allow_software_fallback=True, is_hw_owned=True)


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


class Progress:
    """How much of a file's packets was read.

    Args:
        frame_ns: the usual distance of two frames.
    """

    def __init__(self, frame_ns: int) -> None:
        self.packets = 0
        self._frame_ns = frame_ns
        self._first_ns: int | None = None
        self._end_ns = 0

    def note(self, time_ns: int | None, size: int) -> None:
        """Count a packet; the one that flushes the decoder is empty."""
        self.packets += size > 0
        if time_ns is not None:
            self._first_ns = time_ns if self._first_ns is None else min(self._first_ns, time_ns)
            self._end_ns = max(self._end_ns, time_ns + self._frame_ns)

    def cut_short(self, container: InputContainer, stream: av.VideoStream) -> bool:
        """Whether a file ended before what its header announces: fewer packets, and a shorter time.

        One alone does not tell: an edit list leaves packets out, and sound may outlast the picture. Where packets are
        not announced, time must be short by 5 % (2 s at least) of a file that holds nothing but the picture.
        """
        length_s = (self._end_ns - (self._first_ns or 0)) / SECOND_NS
        announced_s = (container.duration or 0) / 1e6
        if stream.frames:
            return self.packets < stream.frames and length_s < announced_s - 2 * self._frame_ns / SECOND_NS
        return len(container.streams) == 1 and length_s < announced_s - max(2.0, 0.05 * announced_s)
