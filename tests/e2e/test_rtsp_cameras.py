"""Two real RTSP cameras together; one is killed and brought back while the other is watched."""

from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path

import pytest

from core.events import Event, EventKind, Phase
from matpho.plan import Plan
from matpho.planning import plan_sources
from matpho.session import Session
from scenes.model_specs import ModelSpec
from scenes.rules import CameraDownSpec, IntrusionSpec
from scenes.scene_file import SceneSpec, build_scene
from sinks.memory import MemorySink
from tests.support.rtsp import RtspServer

pytestmark = [pytest.mark.rtsp, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
EVERYWHERE = {"id": "all", "polygon": [[0, 0], [768, 0], [768, 576], [0, 576]]}
SCENE = build_scene(SceneSpec.model_validate({"id": "s", "reference_size": [768, 576], "zones": [EVERYWHERE]}))


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds of the shipped clip at its own rate: people in view all the time."""
    path = tmp_path_factory.mktemp("street") / "street.mp4"
    command = ["ffmpeg", "-v", "error", "-i", str(ROOT / "matpho/demo/plaza.mp4"), "-t", "5", "-c", "copy", str(path)]
    subprocess.run(command, check=True)
    return path


def watch(
    servers: list[RtspServer], folder: Path, *, cut: bool, seconds: float = 24
) -> tuple[list[Event], dict[str, int], dict[str, int]]:
    """Watch two cameras; with `cut` the second is dead for 5 s from a third of the time on."""
    cameras = plan_sources([server.url("/cam") for server in servers])
    rules = (IntrusionSpec(zone="all", still_s=0, hold_s=20.0, clear_s=20.0), CameraDownSpec(after_s=2.0, clear_s=0.5))
    names = [camera.camera_id for camera in cameras]
    cameras = tuple(type(c)(c.source, SCENE, rules, 5.0) for c in cameras)
    sink = MemorySink()
    plan = Plan(ModelSpec(), cameras, store=folder / "e.db", evidence=folder / "evidence")
    epochs: dict[str, int] = {}
    dropped: dict[str, int] = dict.fromkeys(names, 0)

    def outage() -> None:
        time.sleep(seconds / 3)
        servers[1].kill()
        time.sleep(5)
        servers[1].start()

    breaker = threading.Thread(target=outage)
    with Session(plan, extra_sinks=[sink]) as session:
        if cut:
            breaker.start()
        for step in session.steps(most_s=seconds):
            for frame in step.frames.frames:
                epochs[frame.camera_id] = max(epochs.get(frame.camera_id, 0), frame.epoch)
                dropped[frame.camera_id] += frame.dropped
        if cut:
            breaker.join()
    events = [record for record in sink.records if isinstance(record, Event)]
    first, second = names
    return events, {"first": epochs[first], "second": epochs[second]}, {"first": dropped[first]}


def test_a_killed_camera_comes_back_as_the_same_story_and_the_other_does_not_notice(
    street: Path, tmp_path: Path
) -> None:
    with RtspServer({"/cam": street}) as one, RtspServer({"/cam": street}) as two:
        (tmp_path / "calm").mkdir()
        (tmp_path / "cut").mkdir()
        _, calm_epochs, calm_dropped = watch([one, two], tmp_path / "calm", cut=False)
        events, epochs, dropped = watch([one, two], tmp_path / "cut", cut=True)
    assert calm_epochs == {"first": 0, "second": 0}
    assert epochs["first"] == 0
    assert epochs["second"] >= 1
    # A busy machine loses frames in both runs; one that waited for the dead camera would lose those of 5 s, 25.
    assert dropped["first"] <= calm_dropped["first"] + 12
    intrusions = {e.event_id for e in events if e.kind is EventKind.INTRUSION}
    assert len(intrusions) == 2, "one open event for each camera, the same before and after the outage"
    down = [e for e in events if e.kind is EventKind.CAMERA_DOWN]
    assert [e.phase for e in down if e.phase is not Phase.UPDATED] == [Phase.STARTED, Phase.ENDED]
    assert len({e.event_id for e in down}) == 1
