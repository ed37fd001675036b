"""Decoding one container: packets to frames with their times, losses counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

import av
import av.error
import structlog

from core.errors import SourceError
from core.frames import ClockSource, FrameMeta, Surface
from pipeline.sources.av_errors import BROKEN_CONNECTION, network_error, reason_of
from pipeline.sources.av_open import Progress, Recipe, file_start, frame_distance_ns, open_container
from pipeline.sources.clocks import RESTART_NS, SECOND_NS, LiveClock, MediaClock, Pace
from pipeline.sources.skipping import Skipping
from pipeline.sources.surfaces import Scaler, VideoSurface

log = structlog.get_logger()

Stamp: TypeAlias = Literal["pts", "dts", "arrival"]
"""What a frame's time is taken from."""


class AvReader:
    """One opening of a recipe. `open`, then `frames`, then `close`, all in one thread; `stop` from any.

    Args:
        recipe: what to read.
        epoch: for the frames' `FrameMeta`.
    """

    def __init__(self, recipe: Recipe, epoch: int) -> None:
        self._recipe, self._epoch = recipe, epoch
        self._pace = Pace()
        self._scaler = Scaler()
        self._frames = 0

    def open(self) -> None:
        """Connect and find the video.

        Raises:
            SourceError: it cannot be opened, or has no video that can be decoded.
        """
        self._connect()
        self._media = MediaClock(self._frame_ns)
        self._wall = LiveClock(self._recipe.transport.error_ns)
        if not self._recipe.transport.live:
            self._start_ns, self._start_error_ns = file_start(self._recipe, self._container)

    def _connect(self) -> None:
        self._container = open_container(self._recipe)
        self._stream = self._container.streams.video[0]
        untimed = self._recipe.transport.untimed
        # AVI stores no presentation times, and those that FFmpeg makes up are wrong where frames are reordered.
        self._stamp: Stamp = "arrival" if untimed else "dts" if self._container.format.name == "avi" else "pts"
        self._frame_ns = frame_distance_ns(self._stream)
        self._progress = Progress(self._frame_ns)
        self._skipping = Skipping(self._stream.codec_context, self._recipe.fps, live=self._recipe.live)

    def frames(self) -> Iterator[tuple[FrameMeta, Surface]]:
        """Frames in order, until the end.

        Raises:
            SourceError: the stream broke, was cut short, or set its clock back (live).
        """
        lost = seq = 0
        for frame in self._decoded():
            pts_ns = None if frame is None else _time_ns(frame, self._stamp)
            self._skipping.frame(pts_ns)
            media_ns = None if frame is None else self._media_ns(pts_ns)
            if frame is None or media_ns is None:
                # Before its first key frame a live stream has nothing that could be called lost.
                lost += 0 if self._recipe.transport.live and seq == 0 else 1
                continue
            seq += lost
            surface = self._surface(frame)
            meta = self._meta(surface, seq, lost, media_ns, pts_ns)
            if (self._recipe.realtime or self._recipe.transport.paced) and not self._pace.wait(media_ns):
                return
            yield meta, surface
            seq, lost = seq + 1, 0
            self._frames += 1
        if lost:
            log.warning("frames_lost_at_end", camera=self._recipe.camera_id, lost=lost)
        if self._frames == 0 and not self._pace.closed:
            raise SourceError("error-source-no-frame", retryable=False, where=self._recipe.where)

    def stop(self) -> None:
        """End `frames` soon, also while it keeps pace."""
        self._pace.close()

    def close(self) -> None:
        """Free the container."""
        self._pace.close()
        if hasattr(self, "_container"):
            self._container.close()

    def _surface(self, frame: av.VideoFrame) -> Any:
        """The surface of a decoded frame; it has a width and a height."""
        return VideoSurface(frame, self._scaler)

    def _meta(self, surface: Any, seq: int, lost: int, media_ns: int, pts_ns: int | None) -> FrameMeta:
        ahead_ns = None
        if self._recipe.transport.live:
            captured, source, error = self._wall.captured(media_ns if pts_ns is None else pts_ns, time.time_ns())
            ahead_ns = self._wall.ahead_ns
        else:
            captured, source, error = self._start_ns + media_ns, ClockSource.FILE, self._start_error_ns
        return FrameMeta(
            camera_id=self._recipe.camera_id,
            epoch=self._epoch,
            seq=seq,
            captured_ns=captured,
            clock_source=source,
            clock_error_ns=error,
            media_ns=media_ns,
            width=surface.width,
            height=surface.height,
            dropped=lost,
            clock_ahead_ns=ahead_ns,
        )

    def _media_ns(self, pts_ns: int | None) -> int | None:
        live = self._recipe.transport.live
        if pts_ns is None and live:
            return None  # RTSP gives its first pictures no time
        if self._media.behind_ns(pts_ns) > RESTART_NS:
            if live:
                raise SourceError(
                    "error-source-clock", retryable=True, where=self._recipe.where, camera=self._recipe.camera_id
                )
            self._media.restart()
        return self._media.step(pts_ns)

    def _decoded(self) -> Iterator[av.VideoFrame | None]:
        """Frames, and None for each one lost."""
        while not self._pace.closed:
            for packet in self._demuxed():
                if self._pace.closed:
                    return
                yield from self._decode(packet)
            self._check_end()
            if not self._recipe.loop or self._frames == 0:
                return
            self._rewind()

    def _demuxed(self) -> Iterator[av.Packet[av.VideoStream]]:
        failure: Exception | None = None
        try:
            for packet in self._container.demux(self._stream):
                time_ns = _time_ns(packet, self._stamp)
                self._progress.note(time_ns, packet.size)
                self._skipping.packet(packet, time_ns)
                if self._recipe.transport.live and packet.has_sidedata("prft"):
                    self._note_reference_time(packet)
                yield packet
        except av.error.FFmpegError as error:
            failure = error
        if failure is not None:
            raise _explain(failure, self._recipe, self._frames)

    def _decode(self, packet: av.Packet[av.VideoStream]) -> Iterator[av.VideoFrame | None]:
        try:
            decoded = packet.decode()
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            yield None
            return
        for frame in decoded:
            if isinstance(frame, av.VideoFrame):
                yield None if frame.is_corrupt else frame

    def _note_reference_time(self, packet: av.Packet[av.VideoStream]) -> None:
        """FFmpeg hands on RTCP sender reports as AVProducerReferenceTime: int64 µs since 1970, then flags."""
        pts_ns = _time_ns(packet, "pts")
        if pts_ns is not None:
            wall_us = int.from_bytes(bytes(packet.get_sidedata("prft"))[:8], "little", signed=True)
            self._wall.report(pts_ns, wall_us * 1000)

    def _rewind(self) -> None:
        # Opened anew rather than sought: raw streams have no index to seek by.
        self._container.close()
        self._connect()
        self._media.restart()

    def _check_end(self) -> None:
        """An end is no end when a camera's stream stops, or when a file has less than it announced."""
        recipe, stream = self._recipe, self._stream
        if self._pace.closed:
            return
        if recipe.transport.live:
            if self._container.duration is None:
                raise SourceError("error-source-lost", retryable=True, where=recipe.where, camera=recipe.camera_id)
            return
        if self._progress.cut_short(self._container, stream):
            raise SourceError(
                "error-source-truncated",
                retryable=False,
                where=recipe.where,
                frames=self._frames,
                announced=stream.frames or round((self._container.duration or 0) * 1000 / self._frame_ns),
            )


def _time_ns(timed: av.VideoFrame | av.Packet[av.VideoStream], stamp: Stamp) -> int | None:
    if stamp == "arrival":
        return time.monotonic_ns()
    ticks = timed.pts if stamp == "pts" else timed.dts
    if ticks is None or timed.time_base is None:
        return None
    return round(ticks * timed.time_base * SECOND_NS)


def _explain(error: Exception, recipe: Recipe, frames: int) -> SourceError:
    """The error of a stream that was open; `frames` were read of it."""
    if recipe.transport.local:
        return SourceError(
            "error-source-broken", retryable=False, where=recipe.where, frames=frames, reason=reason_of(error)
        )
    if recipe.transport.live and frames and isinstance(error, BROKEN_CONNECTION):
        return SourceError("error-source-lost", retryable=True, where=recipe.where, camera=recipe.camera_id)
    return network_error(error, where=recipe.where, camera_id=recipe.camera_id, seconds=recipe.stall_s)
