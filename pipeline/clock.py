"""What time brings, whether frames come or not: rules hear the clock, and the health of cameras is told."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from analytics.engine import RuleEngine
from pipeline.camera import CameraStatus
from pipeline.cameras import Cameras
from pipeline.hand_on import HandOn
from pipeline.health import HealthLog

TICK_S: Final = 1.0
"""How often rules hear the clock."""


class Clock:
    """Of the loop's thread."""

    def __init__(self, cameras: Cameras, rules: RuleEngine, hand_on: HandOn) -> None:
        self._cameras, self._rules, self._hand_on = cameras, rules, hand_on
        self._health = HealthLog()
        self._next = time.monotonic() + TICK_S

    def start(self) -> None:
        """From now on."""
        self._next = time.monotonic() + TICK_S

    def tick_when_due(self) -> None:
        """Tell the rules the time, and what the sources say of themselves."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + TICK_S
        statuses = self._cameras.status()
        for status in statuses:
            if status.error:
                self._rules.source_said(status.camera_id, status.error, status.code)
        self._hand_on.findings(self._rules.tick(time.time_ns()))
        self._tell_health(statuses)

    def close(self) -> None:
        """No more frames come: the rules end, and how the cameras ended is told."""
        self._hand_on.findings(self._rules.close(time.time_ns()))
        self._tell_health(self._cameras.status())

    def _tell_health(self, statuses: Sequence[CameraStatus]) -> None:
        told = self._health.update(statuses, time.time_ns(), self._rules.faults)
        if told:
            self._hand_on.publish(told)
