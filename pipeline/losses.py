"""A step whose failures lose a batch, and not the system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog

from core.errors import MatphoError
from core.frames import FrameBatch
from pipeline.step import Begun, Step, StepResult

log = structlog.get_logger()

MOST_LOST_BATCHES: Final = 5
"""Batches that the detector may fail on in a row before the system gives up, to be started again by its supervisor."""


class LossyStep:
    """Takes batches the way of a step; one that a model's runtime fails on is counted and let go.

    Args:
        before: called with each batch first; what it raises loses the batch too.

    Attributes:
        lost_frames: that the detector failed on.
    """

    def __init__(self, step: Step, before: Callable[[FrameBatch], None]) -> None:
        self._step, self._before = step, before
        self.lost_frames = 0
        self._lost_in_a_row = 0

    def begin(self, batch: FrameBatch) -> Begun | None:
        """Hand a batch to the detector; None: it is lost, and its pixels are given back.

        Raises:
            MatphoError: too many are lost in a row.
        """
        begun = None
        try:
            self._before(batch)
            begun = self._step.begin(batch)
        except MatphoError:
            raise
        except Exception as error:  # noqa: BLE001 a model's runtime raises errors of its own
            self._lose(batch, error)
        finally:
            if begun is None:
                batch.release()
        return begun

    def finish(self, begun: Begun) -> StepResult | None:
        """Take a batch the rest of its way; None: it is lost. Its pixels stay.

        Raises:
            MatphoError: too many are lost in a row.
        """
        try:
            result = self._step.finish(begun)
        except MatphoError:
            raise
        except Exception as error:  # noqa: BLE001 as above
            self._lose(begun.frames, error)
            return None
        self._lost_in_a_row = 0
        return result

    def abandon(self, begun: Begun) -> None:
        """Wait until the device reads a batch no more, and give its pixels back: nobody asks for its result."""
        try:
            begun.ticket.collect()
        except Exception as error:  # noqa: BLE001 as above
            self._lose(begun.frames, error)
        finally:
            begun.frames.release()

    def _lose(self, batch: FrameBatch, error: Exception) -> None:
        self.lost_frames += len(batch)
        self._lost_in_a_row += 1
        cameras = sorted({frame.camera_id for frame in batch.frames})
        log.error("batch_lost", cameras=cameras, frames=len(batch), error=str(error), exc_info=error)
        if self._lost_in_a_row >= MOST_LOST_BATCHES:
            reason = f"{type(error).__name__}: {error}"
            raise MatphoError("error-detector-failing", count=self._lost_in_a_row, reason=reason) from error
