"""The other trackers: what to install, which script plays them, and what became of each."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.environments import Environment, Progress
from benchmarks.tracking.data import Clip


@dataclass(frozen=True, slots=True)
class Peer:
    """One tracker of another package, with that package's defaults.

    Attributes:
        name: as shown; short, no spaces.
        script: in `benchmarks/peers`.
        tracker: which of the package's trackers.
        requirements: what uv installs, the package itself first.
    """

    name: str
    script: str
    tracker: str
    requirements: tuple[str, ...]

    @property
    def distributions(self) -> list[str]:
        """The names of the requirements, without versions."""
        return [re.split("[=<>~]", requirement)[0] for requirement in self.requirements]


_BOXMOT: Final = ("boxmot==25.0.0",)
_ULTRALYTICS: Final = ("ultralytics==8.4.190", "lapx==0.11.1")
_ROBOFLOW: Final = ("trackers==2.6.1",)

PEERS: Final = (
    Peer("boxmot-botsort", "run_boxmot.py", "botsort", _BOXMOT),
    Peer("ultralytics-botsort", "run_ultralytics.py", "botsort", _ULTRALYTICS),
    Peer("ultralytics-bytetrack", "run_ultralytics.py", "bytetrack", _ULTRALYTICS),
    Peer("roboflow-bytetrack", "run_roboflow.py", "bytetrack", _ROBOFLOW),
    Peer("roboflow-cbiou", "run_roboflow.py", "cbiou", _ROBOFLOW),
    Peer("roboflow-ocsort", "run_roboflow.py", "ocsort", _ROBOFLOW),
    Peer("ioutrack-rs-bytetrack", "run_ioutrack.py", "bytetrack", ("ioutrack-rs==0.4.0", "numpy>=2")),
    Peer("norfair", "run_norfair.py", "norfair", ("norfair==2.3.0",)),
)


@dataclass(frozen=True, slots=True)
class Task:
    """One clip for a peer: where its rows go, None to keep none; how often it is played, and frames not timed."""

    name: str
    clip: Clip
    out: Path | None
    repeats: int
    warm: int = 0


@dataclass(frozen=True, slots=True)
class Played:
    """What a peer's run gave: its versions, and by task the milliseconds a frame of each repeat."""

    versions: dict[str, str]
    ms: dict[str, list[float]]


def play(peer: Peer, uv: str, tasks: list[Task], folder: Path, progress: Progress) -> Played:
    """Run a peer over tasks, in its own environment; `folder` is for the files in between.

    Raises:
        EnvironmentFailure: it cannot be installed or fails.
    """
    scenes = [_scene(task, folder / f"{number}.npz") for number, task in enumerate(tasks)]
    answer = folder / f"{peer.name}.answer.json"
    job: dict[str, Any] = {
        "tracker": peer.tracker,
        "distributions": peer.distributions,
        "scenes": scenes,
        "answer": str(answer),
    }
    path = folder / f"{peer.name}.job.json"
    path.write_text(json.dumps(job), encoding="utf-8")

    def heard(line: str) -> None:
        if line.startswith("scene "):
            progress(f"{peer.name}: {line.removeprefix('scene ')}")

    Environment(uv, peer.requirements).run(peer.script, path, heard)
    found = json.loads(answer.read_text(encoding="utf-8"))
    return Played(found["versions"] | {"python": found["python"]}, found["ms"])


def _scene(task: Task, path: Path) -> dict[str, Any]:
    clip = task.clip
    if not path.exists():
        np.savez(path, offsets=clip.offsets, xyxy=clip.xyxy, score=clip.score)
    return {
        "name": task.name,
        "npz": str(path),
        "out": None if task.out is None else str(task.out),
        "fps": clip.fps,
        "width": clip.width,
        "height": clip.height,
        "repeats": task.repeats,
        "warm": task.warm,
    }
