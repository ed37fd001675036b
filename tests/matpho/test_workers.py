"""Several processes share the cameras: nothing is lost or doubled, and what dies is started again."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events import Event, EventKind
from core.machine import core_limit, usable_cores
from matpho.defaults import CLIP, SCENE
from matpho.plan import Plan
from matpho.request import RunRequest
from matpho.workers.messages import Job
from matpho.workers.share import cores_of, share_of, worker_count
from matpho.workers.supervisor import Supervisor, Worker, WorkerState
from pipeline.camera import Backoff
from pipeline.cameras import CameraPlan
from pipeline.sources.synthetic import Script, SyntheticSource
from scenes.model_specs import ModelSpec
from scenes.scene_file import empty_scene
from store.event_store import EventStore
from store.records import EventQuery
from tests.support.command import PROCESS, environment, matpho
from tests.support.graphs import METADATA, constant_graph
from tests.support.waiting import eventually


def plan_of(cameras: int, workers: object = "auto", device: str = "cpu") -> Plan:
    names = [f"c{i}" for i in range(cameras)]
    made = [CameraPlan(SyntheticSource(name, Script(frames=1)), empty_scene(name, 32, 24)) for name in names]
    return Plan(ModelSpec(device=device), tuple(made), workers=workers)  # type: ignore[arg-type]


@given(st.integers(1, 60), st.integers(1, 12))
def test_shares_are_even_whole_and_stable(cameras: int, of: int) -> None:
    plan = plan_of(cameras)
    shares = [[camera.camera_id for camera in share_of(plan, k, of).cameras] for k in range(of)]
    assert Counter(name for share in shares for name in share) == Counter(c.camera_id for c in plan.cameras)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    more = plan_of(cameras + 1)
    for number, share in enumerate(shares):
        assert [c.camera_id for c in share_of(more, number, of).cameras][: len(share)] == share


@pytest.mark.parametrize(
    ("wish", "cameras", "device", "count"),
    [("auto", 10, "cpu", 4), ("auto", 3, "cpu", 3), ("auto", 10, "cuda:0", 1), (6, 10, "cpu", 6), (6, 2, "cpu", 2)],
)
def test_how_many_workers(wish: object, cameras: int, device: str, count: int) -> None:
    assert worker_count(plan_of(cameras, wish, device), cores=4) == count


def test_each_worker_has_cores_of_its_own_as_far_as_there_are_enough() -> None:
    assert [cores_of(k, 2, (0, 1, 2, 3, 4)) for k in range(2)] == [(0, 2, 4), (1, 3)]
    assert [cores_of(k, 3, (4, 6)) for k in range(3)] == [(4,), (6,), (4,)]


@pytest.mark.parametrize(
    ("said", "most"), [("100000 100000", 1), ("max 100000", None), ("50000 100000", 1), ("?", None)]
)
def test_a_control_group_s_quota_counts(tmp_path: Path, said: str, most: int | None) -> None:
    (tmp_path / "cpu.max").write_text(said)
    assert core_limit(tmp_path / "missing") == len(usable_cores())
    assert core_limit(tmp_path / "cpu.max") == (len(usable_cores()) if most is None else most)


def clips(folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / name).symlink_to(CLIP)
    return [str(folder / name) for name in names]


@pytest.mark.slow
def test_two_workers_find_and_store_what_one_finds(tmp_path: Path) -> None:
    sources = clips(tmp_path, "one.mp4", "two.mp4", "three.mp4")
    options = ["--scene", SCENE, "--start", "2026-01-05T08:00:00Z", "--store", "e.db", "--json"]
    done = matpho("run", *sources, *options, "--workers", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    store = EventStore.open(tmp_path / "e.db")
    events = store.events.find(EventQuery(limit=1000))
    by_camera = {
        name: sorted((e.kind.value, e.started_ns) for e in events if e.camera_id == name)
        for name in ("one", "two", "three")
    }
    run = store.runs.last()
    store.close()
    assert by_camera["one"] == by_camera["two"] == by_camera["three"]
    assert Counter(kind for kind, _ in by_camera["one"])[EventKind.LINE_CROSSING.value] >= 5
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert {event["event_id"] for event in printed} == {event.event_id for event in events}
    assert run is not None
    assert run.summary["frames"] == 3 * 140
    assert [worker["restarts"] for worker in run.summary["workers"]] == [0, 0]


def test_what_cannot_begin_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    done = matpho("run", *clips(tmp_path, "a.mp4", "b.mp4"), "--model", "broken.onnx", "--workers", "2", cwd=tmp_path)
    assert done.returncode == 1
    assert "broken.onnx" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--workers", "0"], "auto"), (["--workers", "2", "--frames", "5"], "--frames"), (["--workers", "many"], "many")],
)
def test_bad_wishes_are_told(tmp_path: Path, options: list[str], said: str) -> None:
    done = matpho("run", *clips(tmp_path, "a.mp4", "b.mp4"), *options, cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr


def crowd(path: Path) -> Path:
    """A model that costs nothing, and sees four people at the shipped scene's meeting point in any picture."""
    seen = np.zeros((1, 7, 21), np.float32)
    for place, (x, y) in enumerate(((380, 290), (430, 295), (480, 290), (540, 280))):
        # 768 × 576 pixels on a canvas of 32 × 32: the picture's top is at 4.
        seen[0, :5, place] = x / 24, 4 + (y - 36) / 24, 28 / 24, 72 / 24, 0.9
    return constant_graph(path, [seen], METADATA)


def supervised(folder: Path, *, quick: bool = False) -> Supervisor:
    """Two cameras that never end, each in a worker of its own."""
    request = RunRequest(
        model=str(crowd(folder / "crowd.onnx")),
        sources=tuple(clips(folder, "left.mp4", "right.mp4")),
        scene=SCENE,
        store=folder / "e.db",
        evidence=folder / "evidence",
        loop=True,
        realtime=True,
    )
    jobs = [Job(request=request, number=k, of=2, cores=(), language="en", verbose=0) for k in range(2)]
    backoff = Backoff(first_s=0.05, most_s=0.1) if quick else Backoff(first_s=0.2)
    return Supervisor([Worker(job, (name,), True) for job, name in zip(jobs, ("left", "right"), strict=True)], backoff)


def kill(worker: Worker) -> None:
    assert worker.process is not None
    os.kill(worker.process.pid, signal.SIGKILL)


@pytest.mark.slow
def test_a_worker_that_is_killed_comes_back_and_the_other_does_not_notice(tmp_path: Path) -> None:
    supervisor = supervised(tmp_path)
    left, right = supervisor.workers
    told: list[Event] = []
    killed = False
    until = time.monotonic() + 200
    for events in supervisor.run():
        told += events
        if not killed and left.now.frames > 60 and any(event.camera_id == "left" for event in told):
            kill(left)
            killed = True
        if killed and left.restarts and left.now.frames > 60:
            supervisor.stop()
        assert time.monotonic() < until
    assert killed
    assert left.restarts == 1
    assert "SIGKILL" in left.reason
    assert right.restarts == 0
    assert left.before.frames > 120, "frames of both lives count"
    (status,) = right.statuses
    assert status.epoch == 0
    assert status.reconnects == 0
    assert {worker.state for worker in supervisor.workers} == {WorkerState.ENDED}
    store = EventStore.open(tmp_path / "e.db")
    stored = store.events.find(EventQuery(limit=1000))
    store.close()
    assert {event.event_id for event in told} <= {event.event_id for event in stored}
    for camera in ("left", "right"):
        for kind in (EventKind.INTRUSION, EventKind.CROWDING):
            spans = sorted((e.started_ns, e.at_ns) for e in stored if (e.camera_id, e.kind) == (camera, kind))
            assert all(b[0] >= a[1] for a, b in itertools.pairwise(spans)), "no event twice at a time"


@pytest.mark.slow
def test_a_worker_that_keeps_dying_is_left_down_and_the_other_goes_on(tmp_path: Path) -> None:
    supervisor = supervised(tmp_path, quick=True)
    left, right = supervisor.workers
    until = time.monotonic() + 200
    frames_then = 0
    killed: set[int] = set()
    for _ in supervisor.run():
        began = bool(killed) or (left.heard and right.heard)  # later lives need not be waited for
        if began and left.process is not None and left.process.pid not in killed:
            killed.add(left.process.pid)
            kill(left)
        if left.state is WorkerState.DOWN and not frames_then:
            frames_then = right.now.frames
        if frames_then and right.now.frames > frames_then + 20:
            supervisor.stop()
        assert time.monotonic() < until
    assert left.state is WorkerState.DOWN
    assert left.restarts == 4
    (status,) = [status for status in supervisor.status() if status.camera_id == "left"]
    assert status.state == "failed"
    assert "SIGKILL" in (status.error or "")
    assert right.state is WorkerState.ENDED


@pytest.mark.slow
def test_a_worker_that_somebody_else_ends_or_stops_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matpho.workers.supervisor.HUNG_S", 6.0)
    supervisor = supervised(tmp_path, quick=True)
    left, right = supervisor.workers
    until = time.monotonic() + 200
    done: set[str] = set()
    for _ in supervisor.run():
        for worker, name, number in ((left, "left", signal.SIGTERM), (right, "right", signal.SIGSTOP)):
            if name not in done and worker.now.frames > 10 and worker.process is not None:
                os.kill(worker.process.pid, number)
                done.add(name)
        if len(done) == 2 and all(w.restarts == 1 and w.now.frames > 10 for w in (left, right)):
            supervisor.stop()
        assert time.monotonic() < until
    assert "143" in left.reason
    assert "SIGKILL" in right.reason
    assert {worker.state for worker in supervisor.workers} == {WorkerState.ENDED}


@pytest.mark.slow
def test_a_restart_takes_what_is_left_of_the_time(tmp_path: Path) -> None:
    supervisor = supervised(tmp_path, quick=True)
    for worker in supervisor.workers:
        worker.job = worker.job.model_copy(update={"most_s": 200.0})
    first = supervisor.workers[0]
    given: list[float | None] = []
    began, killed = time.monotonic(), 0.0
    for _ in supervisor.run():
        if first.process is not None and len(given) == first.restarts:
            given.append(first.process.job.most_s)
        if not killed and first.heard:
            killed = time.monotonic() - began
            kill(first)
        if len(given) == 2:
            supervisor.stop()
    assert given[0] == 200.0
    assert given[1] is not None and 0 < given[1] <= 200.0 - killed


def children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_its_supervisor(tmp_path: Path, number: signal.Signals) -> None:
    sources = clips(tmp_path, "left.mp4", "right.mp4")
    model = str(crowd(tmp_path / "crowd.onnx"))
    options = ["--scene", str(SCENE), "--model", model, "--store", "e.db", "--workers", "2", "--loop"]
    command = [*PROCESS, "run", *sources, *options, "--realtime", "--json"]
    env, pipe, none = environment(), subprocess.PIPE, subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=pipe, stderr=none)
    try:
        eventually(lambda: len(children(process.pid)) == 2)
        workers = children(process.pid)
        assert process.stdout is not None
        assert process.stdout.readline(), "an event: the workers are at work"
        process.send_signal(number)
        process.communicate(timeout=120)
        assert process.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 0)
        eventually(lambda: not any(map(alive, workers)))
    finally:
        process.kill()
