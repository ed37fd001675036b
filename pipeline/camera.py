"""One camera: a thread that keeps its source connected and its frames flowing."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, replace

import structlog

from core.errors import SourceError
from core.frames import FrameMeta, Surface
from core.protocols import FrameStream, Source
from core.records import CameraState
from locales import text
from pipeline.batcher import Inlet
from pipeline.motion_gate import MotionGate
from pipeline.observing import Observing
from pipeline.viewpoint import ViewMarker

log = structlog.get_logger()

SECOND_NS = 1_000_000_000
THIN_TOLERANCE_NS = 2_000_000
"""Containers round times to 1 ms at the coarsest: a frame so much too early is not skipped for that."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses between attempts to connect: `first_s`, times `factor` after each failure, at most `most_s`.

    The pauses vary at random by ± `jitter` (a share), so that cameras lost together do not return together. A stream
    that held for `stable_s` starts the row anew.
    """

    first_s: float = 1.0
    factor: float = 2.0
    most_s: float = 60.0
    jitter: float = 0.2
    stable_s: float = 30.0

    def pause_s(self, failures: int, chance: float) -> float:
        """The pause after so many failures in a row (1, 2, ...); `chance` in 0..1 places it within the jitter."""
        # The power is bounded, or a camera that is away for months overflows it.
        plain = min(self.most_s, self.first_s * self.factor ** min(failures - 1, 64))
        return plain * (1 + self.jitter * (2 * chance - 1))


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """A camera at one moment.

    Attributes:
        epoch: of its frames, now or next.
        frames: put into the inlet.
        analysed: of those, taken from there by the detector.
        thinned: left out to keep to the wanted rate; not a loss.
        still: left out because nothing moved; not a loss.
        dropped: lost before they came here (corrupt, not taken in time); the inlet counts its own.
        last_frame_ns: wall clock (UTC) at which the last frame came, None before the first.
        error: what last went wrong, in the reader's language; None while all is well.
        code: the same for machines, such as `timeout`; empty while all is well.
        reconnects: times it was connected again.
        view: what a turning camera shows (`FrameMeta.view`); empty for a fixed one, and before the first frame.
    """

    camera_id: str
    state: CameraState
    epoch: int
    frames: int
    analysed: int
    thinned: int
    still: int
    dropped: int
    last_frame_ns: int | None
    error: str | None
    reconnects: int
    view: str = ""
    code: str = ""


def _english(error: SourceError) -> str:
    return text(error.message_id, "en", **error.arguments)


class Thinner:
    """Leaves frames out by media time so that at most `fps` a second pass, evenly."""

    def __init__(self, fps: float | None) -> None:
        self._interval_ns = None if fps is None else round(SECOND_NS / fps)
        self._due_ns: int | None = None

    def passes(self, media_ns: int) -> bool:
        """Whether this frame is due."""
        if self._interval_ns is None:
            return True
        if self._due_ns is None:
            self._due_ns = media_ns
        if media_ns + THIN_TOLERANCE_NS < self._due_ns:
            return False
        # Due times lie on a grid, so that 25 fps gives 10 and not 8.3; after a gap the grid starts anew.
        self._due_ns += self._interval_ns
        if self._due_ns <= media_ns:
            self._due_ns = media_ns + self._interval_ns
        return True


class Camera:
    """Runs a source in a thread of its own, until it ends, fails for good, or is stopped.

    A retryable error of a live source makes it connect again, after pauses as `backoff` says and the error demands;
    the epoch rises with each new connection that follows one with frames. Whatever happens here stays here: the inlet
    is closed at the end in all cases.

    Args:
        fps: at most so many frames a second, by media time; None: all.
        still_fps: so many of them while nothing moves in the picture; None: all.
        marker: says where a turning camera looks; None for a fixed one.
        observing: who looks at frames that go on to the detector; None: nobody.
        epoch: the first.
    """

    def __init__(
        self,
        source: Source,
        inlet: Inlet,
        *,
        fps: float | None = None,
        still_fps: float | None = None,
        marker: ViewMarker | None = None,
        observing: Observing | None = None,
        backoff: Backoff | None = None,
        epoch: int = 0,
    ) -> None:
        if fps is not None and not fps > 0:
            raise ValueError(f"fps must be above 0, not {fps}")
        self.camera_id = source.camera_id
        self._source, self._inlet = source, inlet
        self._fps, self._still_fps, self._backoff = fps, still_fps, backoff or Backoff()
        self._marker, self._observing = marker, observing
        self._stopping = threading.Event()
        self._lock = threading.Lock()  # guards _stream against stop
        self._stream: FrameStream | None = None
        self._thread = threading.Thread(target=self._run, name=f"camera {source.camera_id}", daemon=True)
        self._state, self._error = CameraState.CONNECTING, None
        self._epoch = epoch
        self._frames = self._thinned = self._still = self._dropped = self._connections = 0
        self._last_frame_ns: int | None = None
        self._log = log.bind(camera=source.camera_id)

    _error: Exception | None

    def start(self) -> None:
        """Start the thread; once."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end, out of a blocked read, a full inlet or a pause; returns at once."""
        self._stopping.set()
        with self._lock:
            stream = self._stream
        if stream is not None:
            stream.close()
        self._inlet.close()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end of the thread, at most `timeout` seconds; whether it ended.

        A connection attempt cannot be cut short: it ends by itself after the source's own limit.
        """
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def status(self) -> CameraStatus:
        """How it is, now."""
        error = self._error
        return CameraStatus(
            camera_id=self.camera_id,
            state=self._state,
            epoch=self._epoch,
            frames=self._frames,
            analysed=self._inlet.counters.delivered,
            thinned=self._thinned,
            still=self._still,
            dropped=self._dropped,
            last_frame_ns=self._last_frame_ns,
            error=None if error is None else str(error),
            reconnects=max(0, self._connections - 1),
            view="" if self._marker is None else self._marker.view,
            code=error.message_id.split("-", 2)[-1] if isinstance(error, SourceError) else "",
        )

    def _run(self) -> None:
        try:
            self._keep_connected()
        except Exception as error:  # noqa: BLE001 - one camera's fault must not reach the others
            self._log.exception("camera_failed_unexpectedly")
            self._error = SourceError(
                "error-source-unexpected", retryable=False, camera=self.camera_id, kind=type(error).__name__
            )
            self._state = CameraState.FAILED
        finally:
            self._inlet.close()
            if self._marker is not None:
                self._marker.close()
            if self._observing is not None:
                self._observing.close()

    def _keep_connected(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began, before = time.monotonic(), self._seen
            error = self._attempt()
            if error is None or self._stopping.is_set():
                break
            self._error = error
            if not (self._source.live and error.retryable):
                self._state = CameraState.FAILED
                self._log.error("camera_failed", error=_english(error))
                return
            had_frames = self._seen > before
            if had_frames:
                self._epoch += 1
            stable = had_frames and time.monotonic() - began >= self._backoff.stable_s
            failures = 1 if stable else failures + 1
            self._pause(failures, error)
        self._state = CameraState.ENDED
        self._log.info("camera_ended", frames=self._frames, stopped=self._stopping.is_set())

    def _pause(self, failures: int, error: SourceError) -> None:
        chance = random.random()  # noqa: S311 - spreads load, guards nothing
        pause_s = max(self._backoff.pause_s(failures, chance), error.retry_after_s)
        self._state = CameraState.WAITING
        self._log.warning(
            "camera_lost", error=_english(error), failures=failures, pause_s=round(pause_s, 1), next_epoch=self._epoch
        )
        if not self._stopping.wait(pause_s):
            self._log.info("camera_reconnecting", epoch=self._epoch)

    def _attempt(self) -> SourceError | None:
        """Connect once and read to the end; None at a proper end."""
        self._state = CameraState.CONNECTING
        try:
            stream = self._source.open(self._epoch)
        except SourceError as error:
            return error
        with self._lock:
            self._stream = stream
        try:
            if not self._stopping.is_set():  # else stop came during open, and did not see the stream
                self._connections += 1
                self._log.info("camera_connected", epoch=self._epoch)
                self._read(stream)
        except SourceError as error:
            return error
        finally:
            with self._lock:
                self._stream = None
            stream.close()
        return None

    def _read(self, stream: FrameStream) -> None:
        thinner, carried = Thinner(self._fps), 0
        gate = None if self._still_fps is None else MotionGate(self._still_fps)
        for meta, surface in stream:
            if self._stopping.is_set():
                surface.release()
                return
            self._note(meta)
            carried += meta.dropped
            if not thinner.passes(meta.media_ns):
                self._thinned += 1
                surface.release()
                continue
            if gate is not None and not gate.passes(meta.media_ns, surface):
                self._still += 1
                surface.release()
                continue
            if self._marker is not None:
                meta = self._marker.mark(meta, surface)
            if self._observing is not None:
                meta = self._observing.look(meta, surface)
            self._hand_over(meta if meta.dropped == carried else replace(meta, dropped=carried), surface)
            carried = 0

    def _note(self, meta: FrameMeta) -> None:
        self._state, self._error = CameraState.RUNNING, None
        self._last_frame_ns = time.time_ns()
        self._dropped += meta.dropped

    def _hand_over(self, meta: FrameMeta, surface: Surface) -> None:
        self._frames += 1
        self._inlet.put(meta, surface)

    @property
    def _seen(self) -> int:
        return self._frames + self._thinned + self._still
