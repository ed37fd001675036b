"""The health of cameras as records: at each change of state, and once a minute."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from core.records import CameraHealth
from pipeline.camera import CameraStatus

EVERY_NS: Final = 60_000_000_000


class HealthLog:
    """Remembers what was last told of each camera; frees it when a camera is gone."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[CameraHealth, int]] = {}

    def update(
        self,
        statuses: Sequence[CameraStatus],
        now_ns: int,
        faults: Callable[[str], tuple[str, ...]] = lambda _camera_id: (),
    ) -> tuple[CameraHealth, ...]:
        """What is to be told now (UTC) of these cameras, which are all that there are; `faults`: of one of them."""
        found = []
        for status in statuses:
            before = self._told.get(status.camera_id)
            wrong = faults(status.camera_id)
            same = before is not None and (before[0].state, before[0].faults) == (status.state, wrong)
            if before is None or not same or now_ns - before[0].at_ns >= EVERY_NS:
                health = _health(status, before, now_ns, wrong)
                self._told[status.camera_id] = health, status.analysed
                found.append(health)
        if len(self._told) > len(statuses):
            known = {status.camera_id for status in statuses}
            self._told = {name: told for name, told in self._told.items() if name in known}
        return tuple(found)


def _health(
    status: CameraStatus, before: tuple[CameraHealth, int] | None, now_ns: int, faults: tuple[str, ...]
) -> CameraHealth:
    fps = 0.0
    if before is not None and now_ns > before[0].at_ns:
        fps = (status.analysed - before[1]) * 1e9 / (now_ns - before[0].at_ns)
    return CameraHealth(
        status.camera_id,
        now_ns,
        status.state,
        status.epoch,
        max(0.0, fps),
        status.dropped,
        status.reconnects,
        status.last_frame_ns,
        status.error or "",
        faults=faults,
    )
