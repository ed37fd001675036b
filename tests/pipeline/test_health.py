"""The health of cameras is told at each change and once a minute."""

from __future__ import annotations

from dataclasses import replace

from core.records import CameraHealth, CameraState
from pipeline.camera import CameraStatus
from pipeline.health import HealthLog

SECOND = 1_000_000_000
UP = CameraStatus("a", CameraState.RUNNING, 0, 100, 100, 0, 0, 0, 5, None, 0)


def test_a_change_is_told_at_once_and_the_rest_each_minute() -> None:
    log = HealthLog()
    told: list[CameraHealth] = []
    for second in range(181):
        state = CameraState.WAITING if 70 <= second < 75 else CameraState.RUNNING
        error = "no answer" if state is CameraState.WAITING else None
        told += log.update([replace(UP, state=state, error=error, analysed=second * 25)], second * SECOND)
    assert [(health.at_ns // SECOND, health.state.value) for health in told] == [
        (0, "running"), (60, "running"), (70, "waiting"), (75, "running"), (135, "running"),
    ]  # fmt: skip
    assert [health.fps for health in told] == [0.0, 25.0, 25.0, 25.0, 25.0]
    assert told[2].error == "no answer"


def test_a_camera_that_was_removed_is_forgotten_and_new_when_it_returns() -> None:
    log, other = HealthLog(), replace(UP, camera_id="b")
    assert len(log.update([UP, other], 0)) == 2
    assert log.update([UP], SECOND) == ()
    (back,) = log.update([UP, other], 2 * SECOND)
    assert (back.camera_id, back.fps) == ("b", 0.0)


def test_a_fault_of_the_picture_is_told_at_once_and_so_is_its_end() -> None:
    log = HealthLog()
    told: list[CameraHealth] = []
    for second in range(50):
        faults = ("camera.covered",) if 10 <= second < 30 else ()
        told += log.update([UP], second * SECOND, lambda _, now=faults: now)  # type: ignore[misc]
    assert [(health.at_ns // SECOND, health.faults) for health in told] == [
        (0, ()), (10, ("camera.covered",)), (30, ()),
    ]  # fmt: skip
