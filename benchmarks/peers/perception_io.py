"""What the scripts of whole chains share. They run in a peer's own environment, with OpenCV.

A script is called `run_perception_NAME.py JOB.json` and stays until its standard input ends. The job names the video,
the model, its input's side `imgsz`, the most frames of a round, the one core to keep to (null: any), the distributions
whose versions are wanted, and what the script itself needs. It answers in lines of JSON on standard output: once
`versions` and `python` when it is warm, then `frames`, `seconds`, `cpu_seconds` and `boxes` for each line `round` that
it is given. A round opens the video, reads every frame by `cv2.VideoCapture` and takes it the whole way. What a package
prints goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import cv2

WARM_FRAMES = 5


class Player(NamedTuple):
    """One chain: `step` takes a picture (height, width, 3) BGR and says how many boxes were tracked in it; `reset`
    forgets all tracks.
    """

    step: Callable[[Any], int]
    reset: Callable[[], object]


def main(make: Callable[[dict[str, Any]], Player]) -> None:
    """Play rounds of the job named on the command line."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
        cv2.setNumThreads(1)
        player = make(job)
        play(player, job | {"frames": WARM_FRAMES})
        versions = {name: version(name) for name in job["distributions"]}
        print(json.dumps({"versions": versions, "python": sys.version.split()[0]}), file=answers, flush=True)
        for line in sys.stdin:
            if line.strip() == "round":
                print(json.dumps(play(player, job)), file=answers, flush=True)


def play(player: Player, job: dict[str, Any]) -> dict[str, Any]:
    """One round."""
    player.reset()
    keep_to(job["core"])
    frames = boxes = 0
    began, cpu = time.perf_counter(), time.process_time()
    for picture in pictures(job["video"], job["frames"]):
        boxes += player.step(picture)
        frames += 1
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    return {"frames": frames, "seconds": seconds, "cpu_seconds": cpu_seconds, "boxes": boxes}


def pictures(video: str, most: int) -> Iterator[Any]:
    """The first frames of a video, BGR."""
    capture = cv2.VideoCapture(video)
    if not capture.isOpened():
        raise SystemExit(f"OpenCV cannot open {video}")
    try:
        for _ in range(most):
            read, picture = capture.read()
            if not read:
                return
            yield picture
    finally:
        capture.release()


def keep_to(core: int | None) -> None:
    """Bind every thread to one core: runtimes place threads of their own elsewhere."""
    if core is None or not hasattr(os, "sched_setaffinity"):
        return
    for task in Path("/proc/self/task").iterdir():
        try:
            os.sched_setaffinity(int(task.name), {core})
        except ProcessLookupError:
            continue


def one_thread(options: Any) -> Any:
    """ONNX Runtime's options, changed to compute in the calling thread."""
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return options
