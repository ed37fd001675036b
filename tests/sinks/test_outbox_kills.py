"""A process killed at any step of the outbox loses nothing that was logged, and overtakes nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from core.events import Event
from sinks.record_log import RecordLog

ROOT = Path(__file__).resolve().parents[2]
COUNT = 300
STEPS = ("taken", "inserted", "committed", "seen", "delivered", "acknowledged")


def start(folder: Path, *kill: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.support.outbox_process", str(folder / "0.db"), str(folder / "received")]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([*command, str(COUNT), *kill], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)


def logged(folder: Path) -> list[str]:
    log = RecordLog.open(folder / "0.db")
    found = [e.record.event_id for e in log.read(0, 10**6) if isinstance(e.record, Event)]
    log.close()
    return found


def judge(folder: Path, at_kill: list[str]) -> None:
    """Everything is there, once after de-duplication, each camera's in order; a torn line spoils none."""
    got = []
    for line in (folder / "received").read_bytes().splitlines():
        try:
            got.append(json.loads(line))
        except ValueError:
            continue
    firsts = list(dict.fromkeys(e["event_id"] for e in got))
    assert set(at_kill) <= set(firsts)
    assert sorted(firsts) == [f"event-{k:06d}" for k in range(COUNT)]
    for camera in range(3):
        mine = [e for e in firsts if int(e.removeprefix("event-")) % 3 == camera]
        assert mine == sorted(mine)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step(tmp_path: Path, step: str) -> None:
    assert start(tmp_path, step, "4").wait(60) == -signal.SIGKILL
    at_kill = logged(tmp_path)
    assert 0 < len(at_kill) < COUNT
    assert start(tmp_path).wait(60) == 0
    judge(tmp_path, at_kill)


def test_killed_again_and_again_at_moments_drawn_by_lot(tmp_path: Path) -> None:
    chance, kills = Random(11), 0
    for _ in range(5):
        process = start(tmp_path, chance.choice(STEPS), str(chance.randint(1, 12)))
        time.sleep(chance.uniform(0.3, 1.2))
        process.kill()
        kills += process.wait(60) == -signal.SIGKILL
    assert kills
    at_kill = logged(tmp_path) if (tmp_path / "0.db").exists() else []
    assert start(tmp_path).wait(60) == 0
    judge(tmp_path, at_kill)
