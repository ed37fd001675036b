"""The process is killed in the middle: what was stored is there, and the next start goes on with the same event."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from core.events import EventKind, Phase
from store.event_store import EventStore
from store.records import EventQuery

ROOT = Path(__file__).resolve().parents[2]
SCENE = """
id: everywhere
reference_size: [768, 576]
zones:
  - {id: all, polygon: [[0, 0], [768, 0], [768, 576], [0, 576]]}
rules:
  - {kind: security.intrusion, zone: all, still_s: 0}
"""


def start(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    clip = str(ROOT / "matpho/demo/plaza.mp4")
    command = [sys.executable, "-m", "matpho", "run", clip, "--scene", "scene.yaml", "--loop", "--realtime", *more]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL)


def test_an_event_that_was_open_when_the_process_was_killed_is_the_same_after_the_restart(tmp_path: Path) -> None:
    (tmp_path / "scene.yaml").write_text(SCENE)
    store = EventStore.open(tmp_path / "watch.db")
    process = start(tmp_path, "--store", "watch.db")
    try:
        until = time.monotonic() + 60
        while not store.events.count() and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    (before,) = store.events.find(EventQuery())
    assert before.phase is not Phase.ENDED
    assert start(tmp_path, "--store", "watch.db", "--for", "12s").wait(timeout=60) == 0
    events = [e for e in store.events.find(EventQuery()) if e.kind is EventKind.INTRUSION]
    assert [e.event_id for e in events] == [before.event_id]
    assert events[0].revision > before.revision
    store.close()
