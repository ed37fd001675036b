"""The time of one camera: media time while frames come, the clock's ticks while none does."""

from __future__ import annotations

from typing import Final

from core.frames import FrameMeta

SECOND_NS: Final = 1_000_000_000
NEVER_NS: Final = -3_600 * SECOND_NS
"""Run time of what has not happened yet: long before any."""
LOST_NS: Final = 2 * SECOND_NS
"""A longer pause between two frames is a loss: what happened meanwhile is unknown (four frames at 2 a second)."""
LONGEST_TICK_NS: Final = 10 * SECOND_NS
"""Ticks come about once a second. A longer step is a clock that was set or a process that was held up: not silence."""
JUMP_NS: Final = SECOND_NS
"""Wall and media time may part by this much from one frame to the next before the wall clock is said to have jumped."""


class CameraClock:
    """Tells how long something lasts, whatever happens to the wall clock.

    Within an epoch time runs with `media_ns`; across epochs with the wall clock, bounded by the ticks heard meanwhile
    if there are ticks. It never runs backwards. Frames and ticks may use different clocks (a camera's own, ours): ticks
    only measure the silence after the last frame.

    Attributes:
        run_ns: time since the first frame or tick.
        wall_ns: UTC now, in the clock of the camera's frames; of the ticks before the first frame.
        frame_wall_ns: UTC of the last frame, None before the first.
        step_ns: from the last frame to this one; 0 after a loss, and at the first.
        silent_ns: time without a frame, as far as ticks show.
        frames: number of frames heard.
        new_epoch: this frame is the first of its epoch, and not the camera's first.
        epochs: number of such frames.
        lost: this frame follows a new epoch, a pause longer than `LOST_NS`, or one that `pause` told of.
        away: it is lost for another reason than a pause between two frames.
        jumped: this frame's wall time does not follow from the last one's.
    """

    __slots__ = (
        "_epoch",
        "_fresh",
        "_media_ns",
        "_paused",
        "_run_at_frame",
        "_tick_ns",
        "away",
        "epochs",
        "frame_wall_ns",
        "frames",
        "jumped",
        "lost",
        "new_epoch",
        "run_ns",
        "silent_ns",
        "step_ns",
        "wall_ns",
    )

    def __init__(self) -> None:
        self.run_ns = self.wall_ns = self.step_ns = self.silent_ns = self.frames = self.epochs = 0
        self.frame_wall_ns: int | None = None
        self.new_epoch = self.lost = self.away = self.jumped = False
        self._epoch = self._media_ns = self._run_at_frame = 0
        self._tick_ns: int | None = None
        self._fresh = self._paused = False

    @property
    def watched_ns(self) -> int:
        """The time that this frame speaks for, `SECOND_NS` at most: 0 where the camera was away. Where frames come so
        seldom that each step is a pause, it is not 0.
        """
        return SECOND_NS if self.lost and not self.away else min(self.step_ns, SECOND_NS)

    def pause(self) -> None:
        """What happens until the next frame is not seen, however soon that comes: a camera turned away."""
        self._paused = True

    def frame(self, meta: FrameMeta) -> None:
        """A frame has come."""
        if self.frame_wall_ns is None:
            self._run_at_frame = self.run_ns
            self.new_epoch = self.lost = self.away = self.jumped = False
        else:
            self._advance(meta, meta.captured_ns - self.frame_wall_ns)
        self._epoch, self._media_ns = meta.epoch, meta.media_ns
        self.frame_wall_ns = self.wall_ns = meta.captured_ns
        self.frames += 1
        self._paused = False
        self.silent_ns = 0
        self._fresh = True

    def _advance(self, meta: FrameMeta, wall_step: int) -> None:
        self.new_epoch = meta.epoch != self._epoch
        self.epochs += self.new_epoch
        if self.new_epoch:
            # Two clock sources may be far apart: what the ticks counted, give or take two of them, holds.
            most = wall_step if self._tick_ns is None else self.silent_ns + 2 * SECOND_NS
            step = max(self.silent_ns, min(wall_step, most), 0)
        else:
            step = max(meta.media_ns - self._media_ns, 0)
        self.jumped = abs(wall_step - step) > JUMP_NS
        self.run_ns = max(self.run_ns, self._run_at_frame + step)
        self.away = self.new_epoch or self._paused
        self.lost = self.away or step > LOST_NS
        self.step_ns = 0 if self.lost else step
        self._run_at_frame = self.run_ns

    def tick(self, now_ns: int) -> int:
        """The clock says `now_ns` (UTC). The answer is the time since the last tick, bounded."""
        step = 0 if self._tick_ns is None else min(max(now_ns - self._tick_ns, 0), LONGEST_TICK_NS)
        self._tick_ns = now_ns
        # When the last frame came between two ticks is unknown; the silence is counted from the tick after it.
        self.silent_ns = 0 if self._fresh else self.silent_ns + step
        self._fresh = False
        self.run_ns = max(self.run_ns, self._run_at_frame + self.silent_ns)
        self.wall_ns = now_ns if self.frame_wall_ns is None else self.frame_wall_ns + self.silent_ns
        return step

    def wall_of(self, run_ns: int) -> int:
        """UTC at a moment of `run_ns`."""
        return self.wall_ns - (self.run_ns - run_ns)
