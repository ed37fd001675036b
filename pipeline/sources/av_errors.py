"""What FFmpeg's errors mean for whoever runs the cameras."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import av
import av.error

from core.errors import SourceError

LOCKOUT_PAUSE_S = 300.0
"""Cameras lock an account after five failed logins in 30 s (decision 724/QĐ-BTTTT): a refused login waits this long."""


@dataclass(frozen=True, slots=True)
class Cause:
    """An FFmpeg error class, the message it becomes, and when to try again."""

    kind: type[Exception]
    message_id: str
    retryable: bool = True
    retry_after_s: float = 0.0


NETWORK_CAUSES = (
    Cause(av.error.HTTPUnauthorizedError, "error-source-login", retry_after_s=LOCKOUT_PAUSE_S),
    Cause(av.error.HTTPForbiddenError, "error-source-login", retry_after_s=LOCKOUT_PAUSE_S),
    Cause(av.error.HTTPNotFoundError, "error-source-not-served"),
    Cause(av.error.ConnectionRefusedError, "error-source-refused"),
    Cause(av.error.TimeoutError, "error-source-timeout"),
    Cause(av.error.ExitError, "error-source-timeout"),
    Cause(av.error.InvalidDataError, "error-source-not-stream"),
    Cause(av.error.ProtocolNotFoundError, "error-source-protocol", retryable=False),
    Cause(av.error.DemuxerNotFoundError, "error-source-not-stream", retryable=False),
    Cause(av.error.EOFError, "error-source-lost"),
)
FILE_CAUSES = (
    Cause(av.error.PermissionError, "error-source-denied", retryable=False),
    Cause(av.error.FileNotFoundError, "error-source-missing", retryable=False),
    Cause(av.error.InvalidDataError, "error-source-not-video", retryable=False),
    Cause(av.error.DemuxerNotFoundError, "error-source-not-video", retryable=False),
    Cause(av.error.EOFError, "error-source-not-video", retryable=False),
)
BROKEN_CONNECTION = (
    av.error.OSError,
    av.error.EOFError,
    av.error.InvalidDataError,
    av.error.ConnectionResetError,
    av.error.BrokenPipeError,
)
"""What a stream that was good before ends with when the camera goes."""


def network_error(
    error: Exception, *, where: str, camera_id: str, seconds: float, waited_s: float = 0.0
) -> SourceError:
    """The error of an address that cannot be opened or read.

    Args:
        where: the address without login.
        seconds: the longest wait; FFmpeg calls an RTSP answer that did not come within it invalid data.
        waited_s: how long this one took.
    """
    if waited_s >= seconds and isinstance(error, av.error.InvalidDataError):
        return SourceError("error-source-timeout", retryable=True, where=where, camera=camera_id, seconds=seconds)
    for cause in NETWORK_CAUSES:
        if isinstance(error, cause.kind):
            return SourceError(
                cause.message_id,
                retryable=cause.retryable,
                retry_after_s=cause.retry_after_s,
                where=where,
                camera=camera_id,
                seconds=seconds,
                minutes=round(cause.retry_after_s / 60),
            )
    return SourceError(
        "error-source-unreachable", retryable=True, where=where, camera=camera_id, reason=reason_of(error)
    )


def file_error(error: Exception, *, where: str) -> SourceError:
    """The error of a file that cannot be opened."""
    for cause in FILE_CAUSES:
        if isinstance(error, cause.kind):
            return SourceError(cause.message_id, retryable=cause.retryable, where=where)
    return SourceError("error-source-broken", retryable=False, where=where, frames=0, reason=reason_of(error))


def check_file(path: str) -> None:
    """Say what is wrong with a path before FFmpeg says it less well.

    Raises:
        SourceError: it is missing, a folder, or empty.
    """
    problem, file = None, Path(path)
    if not file.exists():
        problem = "error-source-missing"
    elif file.is_dir():
        problem = "error-source-is-folder"
    elif not os.access(path, os.R_OK):
        problem = "error-source-denied"
    elif file.is_file() and file.stat().st_size == 0:
        problem = "error-source-empty"
    if problem is not None:
        raise SourceError(problem, retryable=False, where=path)


def reason_of(error: Exception) -> str:
    """FFmpeg's words for an error, without the address that PyAV adds: it holds the login."""
    return str(getattr(error, "strerror", None) or type(error).__name__)
