"""The loop: cameras of every kind together, what fails touches nothing else, what is removed is freed."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest

from core.detections import DetectionBatch
from core.errors import MatphoError
from core.events import Event, EventKind, Phase
from core.frames import FrameBatch, FrameMeta
from core.protocols import Ticket
from core.records import CameraState, Record
from models.fake import FakeDetector, Seen
from models.tickets import Done
from pipeline.cameras import CameraPlan
from pipeline.runner import Pipeline
from pipeline.sources.synthetic import Script, SyntheticSource
from scenes.rules import AnyRuleSpec, CameraDownSpec
from scenes.scene_file import empty_scene
from trackers.online import OnlineTracker


def walker(frame: FrameMeta) -> list[Seen]:
    x = 10.0 + 2.0 * frame.seq
    return [Seen((x, 50.0, x + 30.0, 130.0))]


def plan(name: str, script: Script, rules: tuple[AnyRuleSpec, ...] = ()) -> CameraPlan:
    return CameraPlan(SyntheticSource(name, script), empty_scene(name, 320, 240), rules)


def pipeline(plans: list[CameraPlan], records: list[Record] | None = None, **given: object) -> Pipeline:
    publish = (lambda new: None) if records is None else records.extend
    return Pipeline(FakeDetector(walker), OnlineTracker(), plans, publish=publish, **given)  # type: ignore[arg-type]


def frames_by_camera(watched: Pipeline) -> dict[str, int]:
    seen: dict[str, int] = {}
    for step in watched.steps():
        for frame in step.frames.frames:
            seen[frame.camera_id] = seen.get(frame.camera_id, 0) + 1
    return seen


def test_every_frame_of_every_file_is_seen_once_and_then_it_ends() -> None:
    records: list[Record] = []
    watched = pipeline([plan("a", Script(frames=50)), plan("b", Script(frames=30, size=(640, 360)))], records)
    assert frames_by_camera(watched) == {"a": 50, "b": 30}
    assert {status.state for status in watched.status()} == {CameraState.ENDED}
    assert {(r.camera_id, r.track_id) for r in records if hasattr(r, "track_id")} == {("a", 1), ("b", 1)}


def test_a_file_that_breaks_touches_no_other_camera() -> None:
    watched = pipeline([plan("good", Script(frames=60)), plan("bad", Script(frames=60, fail_after=5))])
    seen = frames_by_camera(watched)
    assert seen["good"] == 60
    assert seen["bad"] == 5
    states = {status.camera_id: status for status in watched.status()}
    assert states["good"].state is CameraState.ENDED
    assert states["bad"].state is CameraState.FAILED
    assert states["bad"].error


def test_pixels_are_given_back_after_each_step() -> None:
    watched = pipeline([plan("a", Script(frames=5))])
    steps = list(watched.steps())
    for step in steps:
        for surface in step.frames.surfaces:
            with pytest.raises(Exception):  # noqa: B017 what a released surface does is its own
                surface.to_host()


class Failing:
    """A detector that fails on chosen calls."""

    def __init__(self, fails: Sequence[int] | None) -> None:
        self._real, self._fails, self.calls = FakeDetector(walker, batch_size=1), fails, 0
        self.input_spec, self.batch_size = self._real.input_spec, 1

    def submit(self, frames: FrameBatch) -> Ticket:
        return Done(self.detect(frames))

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        self.calls += 1
        if self._fails is None or self.calls in self._fails:
            raise RuntimeError("CUDA out of memory")
        return self._real.detect(frames)


def test_a_batch_that_the_detector_fails_on_is_counted_and_the_rest_goes_on() -> None:
    watched = Pipeline(Failing([3, 4]), OnlineTracker(), [plan("a", Script(frames=20))])
    assert frames_by_camera(watched) == {"a": 18}
    assert watched.lost_frames == 2


def test_a_detector_that_keeps_failing_stops_the_system_with_its_reason() -> None:
    watched = Pipeline(Failing(None), OnlineTracker(), [plan("a", Script(frames=50))])
    with pytest.raises(MatphoError, match="CUDA out of memory"):
        frames_by_camera(watched)


class Device:
    """A detector that answers later, as a device does, and says in which order it was used."""

    def __init__(self, fails: Sequence[int] = ()) -> None:
        self._real, self._fails = FakeDetector(walker, batch_size=1), fails
        self.input_spec, self.batch_size = self._real.input_spec, 1
        self.said: list[str] = []

    def submit(self, frames: FrameBatch) -> Ticket:
        number = sum(said.startswith("submit") for said in self.said)
        self.said.append(f"submit {number}")
        detections = self._real.detect(frames)
        said, fails = self.said, number in self._fails

        class Later:
            ready = False

            def collect(self) -> DetectionBatch:
                for surface in frames.surfaces:
                    surface.to_host()  # still there while the device may read it
                said.append(f"collect {number}")
                if fails:
                    raise RuntimeError("device lost")
                return detections

        return Later()

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        return self.submit(frames).collect()


def test_a_device_computes_a_batch_while_the_one_before_is_tracked() -> None:
    device = Device()
    watched = Pipeline(device, OnlineTracker(), [plan("a", Script(frames=20))], window_s=0)
    ahead = 0
    seen = []
    for step in watched.steps():
        seen += [frame.seq for frame in step.frames.frames]
        submitted = sum(said.startswith("submit") for said in device.said)
        ahead += submitted > len(seen)
        time.sleep(0.01)  # the reader is ahead too
    assert seen == list(range(20))
    assert ahead > 10
    assert [said for said in device.said if said.startswith("collect")] == [f"collect {i}" for i in range(20)]


def test_a_batch_that_a_device_loses_is_counted_and_its_pixels_are_given_back() -> None:
    watched = Pipeline(Device(fails=[2]), OnlineTracker(), [plan("a", Script(frames=6))])
    assert frames_by_camera(watched) == {"a": 5}
    assert watched.lost_frames == 1


def test_who_walks_away_leaves_no_batch_with_the_device() -> None:
    device = Device()
    steps = Pipeline(device, OnlineTracker(), [plan("a", Script(frames=50))]).steps()
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    submitted = sum(said.startswith("submit") for said in device.said)
    assert submitted == sum(said.startswith("collect") for said in device.said)


def test_a_camera_removed_while_a_device_computes_leaves_no_track_behind() -> None:
    records: list[Record] = []
    plans = [plan("a", Script(frames=None, live=True, paced=True, fps=50)), plan("b", Script(frames=60))]
    watched = Pipeline(Device(), OnlineTracker(), plans, publish=records.extend)
    removed = False
    late = []
    for count, step in enumerate(watched.steps(most_s=20)):
        if count == 10:
            watched.remove("a")
        removed = removed or all(status.camera_id != "a" for status in watched.status())
        late += [frame for frame in step.frames.frames if removed and frame.camera_id == "a"]
    assert removed
    assert not late


def test_stop_ends_an_endless_camera() -> None:
    watched = pipeline([plan("live", Script(frames=None, live=True, paced=True, fps=50))])
    for _ in watched.steps():
        watched.stop()
    assert watched.status()[0].state is CameraState.ENDED


@pytest.mark.parametrize("batch_size", [1, 8])
def test_a_number_of_frames_is_kept_to_whatever_the_batches(batch_size: int) -> None:
    watched = pipeline([plan("a", Script(frames=50)), plan("b", Script(frames=50))], batch_size=batch_size)
    assert sum(len(step.frames) for step in watched.steps(most_frames=21)) == 21
    device = Device()
    watched = Pipeline(device, OnlineTracker(), [plan("a", Script(frames=50))])
    assert sum(len(step.frames) for step in watched.steps(most_frames=7)) == 7
    assert sum(said.startswith("submit") for said in device.said) == 7, "none is begun that is not wanted"


def test_a_time_limit_holds_though_no_frame_ever_comes() -> None:
    watched = pipeline([plan("dead", Script(frames=None, live=True, refusals=1_000))])
    assert list(watched.steps(most_s=0.5)) == []
    assert watched.status()[0].frames == 0


def test_cameras_are_added_and_removed_while_it_runs() -> None:
    watched = pipeline([plan("first", Script(frames=None, live=True, paced=True, fps=50))])
    seen: list[str] = []
    changes = iter(
        [
            lambda: watched.add(plan("second", Script(frames=None, live=True, paced=True, fps=50))),
            lambda: watched.remove("first"),
            watched.stop,
        ]
    )
    due = iter([("first", 5), ("second", 5), ("second", 25), ("nobody", 1)])
    who, many = next(due)
    for step in watched.steps():
        seen += [frame.camera_id for frame in step.frames.frames]
        # At least: a step that a busy machine took long for has more than one frame of a camera.
        if seen.count(who) >= many:
            next(changes)()
            who, many = next(due)
    assert [status.camera_id for status in watched.status()] == ["second"]
    assert "first" not in seen[-10:]


def test_a_name_may_be_watched_only_once() -> None:
    with pytest.raises(MatphoError, match='"a"'):
        pipeline([plan("a", Script()), plan("a", Script())])


def test_a_camera_that_never_comes_is_reported_down_while_the_other_is_watched() -> None:
    records: list[Record] = []
    down = CameraDownSpec(after_s=0.5)
    live = Script(frames=None, live=True, paced=True, fps=20)
    dead = Script(frames=None, live=True, refusals=1_000)
    watched = pipeline([plan("good", live, (down,)), plan("dead", dead, (down,))], records)
    timer = threading.Timer(20, watched.stop)
    timer.start()
    for _ in watched.steps():
        if any(isinstance(r, Event) for r in records):
            watched.stop()
    timer.cancel()
    events = [r for r in records if isinstance(r, Event)]
    assert [(e.kind, e.phase, e.camera_id) for e in events] == [(EventKind.CAMERA_DOWN, Phase.STARTED, "dead")]
