"""Simulate a scene with a seed, in SUMO's own environment, and keep the recording."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.environments import Environment, Progress, find_uv
from benchmarks.events.traffic.arterial import arterial
from benchmarks.events.traffic.fleet import GHOSTS, TYPES, WORKS_SIZE
from benchmarks.events.traffic.incidents import plan
from benchmarks.events.traffic.junction import junction
from benchmarks.events.traffic.motorway import motorway, trunk
from benchmarks.events.traffic.recording import Recording
from benchmarks.events.traffic.scene import WARM_UP_S, Scene
from core.cache import cache_folder
from core.taxonomy import ObjectClass

SUMO: Final = ("eclipse-sumo==1.28.0", "libsumo==1.28.0", "numpy>=2")
STEP_S: Final = 0.1
FPS: Final = 10.0
FORMAT: Final = 2
"""Raised when what is recorded changes: older recordings are then made anew."""
SCENES: Final[Mapping[str, Callable[[], Scene]]] = {
    "junction": junction,
    "motorway": motorway,
    "trunk": trunk,
    "arterial": arterial,
}


def simulate(
    name: str, seed: int, seconds: float, out: Path | None = None, progress: Progress = lambda _line: None
) -> Recording:
    """The recording of a scene: made now, or read again where a whole one lies there already.

    Args:
        name: of `SCENES`.
        out: its folder; None: one in the user's cache, named by scene, version, seed and seconds.

    Raises:
        EnvironmentFailure: uv or SUMO cannot be had, or it failed.
    """
    scene = SCENES[name]()
    folder = out or cache_folder("traffic") / f"{name}-{FORMAT}.{scene.version}-{seed}-{seconds:g}"
    if not (folder / "traffic.json").exists():
        with tempfile.TemporaryDirectory() as work:
            path = Path(work) / "job.json"
            path.write_text(json.dumps(job(scene, seed, seconds, Path(work), folder.resolve())), encoding="utf-8")
            Environment(find_uv(), SUMO).run("run_sumo.py", path, progress)
    return Recording.load(folder)


def job(scene: Scene, seed: int, seconds: float, work: Path, out: Path) -> dict[str, Any]:
    """What `run_sumo.py` plays; the scene's files are written into `work`."""
    network = scene.network
    lateral = {"lateral-resolution": f"{scene.lateral_m}"} if scene.lateral_m > 0 else {}
    sizes = {t.type_id: [int(t.class_id), t.length_m, t.width_m, t.height_m] for t in TYPES}
    return {
        "net": network.write(work),
        "routes": str(scene.write_demand(work, seed, seconds)),
        "stops": str(network.write_stops(work)),
        "options": lateral | dict(scene.options),
        "lanes": [
            {
                "id": lane.lane_id,
                "group": lane.group,
                "parts": [network.sumo_lane(*part) for part in lane.parts],
                "stop_line": lane.stop_line,
            }
            for lane in network.lanes
        ],
        "bus_stops": [
            {"id": s.stop_id, "lane": network.sumo_lane(s.edge, 0), "start_m": s.start_m, "end_m": s.end_m}
            for s in network.stops
        ],
        "sizes": sizes
        | {name: [int(c), *size] for name, (c, *size) in GHOSTS.items()}
        | {"walker": [int(ObjectClass.PERSON), 0.4, 0.5, 1.65], "works": WORKS_SIZE},
        "step_s": STEP_S,
        "fps": FPS,
        "warm_up_s": WARM_UP_S,
        "seconds": seconds,
        "seed": seed,
        "radius_m": scene.radius_m,
        "incidents": plan(scene, seed, seconds),
        "about": {
            "name": scene.name,
            "version": scene.version,
            "format": FORMAT,
            "fps": FPS,
            "seed": seed,
            "seconds": seconds,
            "free_flow_mps": scene.free_flow_mps(),
            "marks": dict(scene.marks),
        },
        "work": str(work),
        "out": str(out),
    }
