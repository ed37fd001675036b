"""What a camera says of where it looks, asked again and again in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from core.errors import MatphoError
from core.frames import MOVING
from core.scene import Preset
from pipeline.onvif.ptz import Position, PtzService, PtzStatus

log = structlog.get_logger()

EVERY_S: Final = 0.25
"""Between two questions. A camera that has come to stand is known to by then."""
LAG_S: Final = 1.0
"""Pictures lag behind the camera's word: by so much its answers must agree before they hold for a picture."""
STALE_S: Final = 2.0
"""An answer older than this says nothing."""
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
"""Pauses after failures double between these."""
NEAR: Final = 0.003
"""Of the camera's own units: about half a degree of pan, where -1..1 is the whole circle."""
NEAR_ZOOM: Final = 0.01
STEP: Final = 0.001
"""Between two answers, from which a camera that does not say whether it moves does."""
FRESH_S: Final = 600.0
"""After which presets are asked for again: operators move them."""


@dataclass(frozen=True, slots=True)
class _Word:
    at_s: float
    view: str


def at_preset(position: Position, presets: Mapping[str, Position]) -> str:
    """The preset at which a position lies, the nearest of several; `MOVING` where there is none."""
    found = [
        (max(abs(position[0] - pan), abs(position[1] - tilt)) / NEAR, abs(position[2] - zoom) / NEAR_ZOOM, name)
        for name, (pan, tilt, zoom) in presets.items()
    ]
    near = [(max(turn, zoom), name) for turn, zoom, name in found if max(turn, zoom) <= 1]
    return min(near)[1] if near else MOVING


class PtzWatch:
    """Asks one camera where it looks, every `EVERY_S`. Failures are logged once in a row, and asked again more rarely.

    Args:
        service: not used elsewhere.
        presets: of the scene; those with a position are where that says, the others where the camera keeps theirs.
    """

    def __init__(
        self, service: PtzService, presets: Mapping[str, Preset], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._service, self._presets, self._clock = service, presets, clock
        self._known: dict[str, Position] = {}
        self._known_s: float | None = None
        self._last: PtzStatus | None = None
        self._words: deque[_Word] = deque(maxlen=round(2 * (LAG_S + STALE_S) / EVERY_S))
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ptz", daemon=True)

    def start(self) -> None:
        """Begin to ask; once."""
        self._thread.start()

    def where(self) -> str | None:
        """The preset that the camera's pictures show now, `MOVING` where they show none; None when it is not known."""
        now_s = self._clock()
        with self._lock:
            words = list(self._words)
        if not words or now_s - words[-1].at_s > STALE_S:
            return None
        held = [word.view for word in words if word.at_s >= now_s - LAG_S] or [words[-1].view]
        before = [word for word in words if word.at_s < now_s - LAG_S]
        if held[-1] == MOVING or not before:
            return MOVING
        return held[-1] if {*held, before[-1].view} == {held[-1]} else MOVING

    def close(self) -> None:
        """Stop asking. A question on its way is not waited for."""
        self._stopping.set()

    def ask(self) -> None:
        """One question.

        Raises:
            SourceError: the camera did not answer it.
        """
        now_s = self._clock()
        if self._known_s is None or now_s - self._known_s > FRESH_S:
            self._learn()
            self._known_s = now_s
        status = self._service.status()
        word = _Word(self._clock(), self._judged(status))
        self._last = status
        with self._lock:
            self._words.append(word)

    def _learn(self) -> None:
        told = self._service.presets() if any(p.position is None for p in self._presets.values()) else {}
        known = {name: preset.position or told.get(preset.token) for name, preset in self._presets.items()}
        self._known = {name: position for name, position in known.items() if position is not None}
        missing = sorted(set(known) - set(self._known))
        if missing:
            log.warning("onvif_presets_unknown", url=self._service.client.url, presets=missing)

    def _judged(self, status: PtzStatus) -> str:
        if status.moving or status.position is None:
            return MOVING
        before = self._last.position if self._last is not None else None
        if status.moving is None and (
            before is None or max(abs(a - b) for a, b in zip(before, status.position, strict=True)) > STEP
        ):
            return MOVING
        return at_preset(status.position, self._known)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                self.ask()
                if failures:
                    log.info("onvif_answers_again", url=self._service.client.url)
                failures, pause_s = 0, EVERY_S
            except MatphoError as error:
                failures += 1
                if failures == 1:
                    log.warning("onvif_failed", url=self._service.client.url, error=str(error))
                pause_s = max(_pause_s(failures), getattr(error, "retry_after_s", 0.0))
            except Exception:
                # Its thread must not end: the camera would be taken to move for ever.
                failures += 1
                log.exception("onvif_failed", url=self._service.client.url)
                pause_s = _pause_s(failures)
            self._stopping.wait(pause_s)
        self._service.client.close()


def _pause_s(failures: int) -> float:
    return min(FIRST_PAUSE_S * 2.0 ** min(failures - 1, 16), LONGEST_PAUSE_S)
