"""Eclipse SUMO in process: one scene of traffic, its incidents, and the recording of both.

`run_sumo.py JOB.json`: `net` (netconvert's options), `routes` and `stops` (files), `options` (SUMO's), `lanes` (id,
group, parts, stop_line), `bus_stops` (id, lane, start_m, end_m), `sizes` (type → class, length, width, height),
`step_s`, `fps`, `warm_up_s`, `seconds`, `seed`, `radius_m`, `incidents`, `about` (goes into `traffic.json` as it is),
`work` (a folder for files in between) and `out` (receives `traffic.npz` and `traffic.json`). Progress is a line
`simulated SECONDS` on standard output every minute of the simulation.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import libsumo  # type: ignore[import-not-found]
import sumo  # type: ignore[import-not-found]
from sumo_incidents import Director  # type: ignore[import-not-found]
from sumo_net import Net  # type: ignore[import-not-found]
from sumo_rows import Rows, points, write  # type: ignore[import-not-found]

FIRST_WALKER = "person:"
OPTIONS = {
    "no-step-log": "true",
    "no-warnings": "true",
    "xml-validation": "never",
    "time-to-teleport": "-1",
    "collision.action": "none",
    "intermodal-collision.action": "none",
    "ignore-route-errors": "true",
}
"""Nobody is lifted out of a jam, and touching users stay where they are: what is recorded has no jumps."""
COLOURS = {"r": 1, "u": 2, "y": 2, "Y": 2, "g": 3, "G": 3, "s": 3}


def main() -> None:
    """Play the job named on the command line."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    work = Path(job["work"])
    network = work / "net.xml"
    _netconvert(job["net"] | {"output-file": str(network)})
    net = Net(network, job["lanes"])
    libsumo.start(_command(job, network))
    try:
        rows, director = _play(job, net)
    finally:
        libsumo.close()
    arrays = rows.arrays(job["radius_m"], len(net.recorded))
    write(Path(job["out"]), arrays, _about(job, net, director))


def _netconvert(options: dict[str, str]) -> None:
    command = [str(Path(sumo.SUMO_HOME) / "bin/netconvert"), *(f"--{name}={value}" for name, value in options.items())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"netconvert: {done.stderr.strip()}")


def _command(job: dict[str, Any], network: Path) -> list[str]:
    options = OPTIONS | job["options"]
    options |= {
        "net-file": str(network),
        "route-files": job["routes"],
        "additional-files": job["stops"],
        "seed": str(job["seed"]),
        "step-length": str(job["step_s"]),
    }
    return ["sumo", *(f"--{name}={value}" for name, value in options.items())]


def _play(job: dict[str, Any], net: Net) -> tuple[Rows, Director]:
    rows = Rows(job["sizes"])
    director = Director(job, net, rows)
    every = round(1 / (job["fps"] * job["step_s"]))
    warm_up = round(job["warm_up_s"] / job["step_s"])
    steps = round(job["seconds"] / job["step_s"])
    signals = sorted({light for lane in net.recorded for light, _index in lane.signals})
    for step in range(-warm_up, steps):
        libsumo.simulationStep()
        time_s = step * job["step_s"]
        recorded = step >= 0 and step % every == 0
        director.step(time_s)
        if recorded:
            _record(rows, net)
            director.record(rows)
            rows.end_step(time_s, _signal(net, {s: libsumo.trafficlight.getRedYellowGreenState(s) for s in signals}))
        if step > 0 and step % round(60 / job["step_s"]) == 0:
            print(f"simulated {time_s:.0f}", flush=True)
    director.close(job["seconds"])
    return rows, director


def _record(rows: Rows, net: Net) -> None:
    # One getter after the other: in process this takes a fifth of the time of a context subscription, whose answers
    # become dictionaries, and needs no file in between as SUMO's own trajectory output does.
    vehicle, person, index = libsumo.vehicle, libsumo.person, net.index
    for name in vehicle.getIDList():
        if name.startswith("ghost"):
            continue
        user = rows.number(name, vehicle.getTypeID(name))
        lane = index.get(vehicle.getLaneID(name), -1)
        rows.add(user, vehicle.getPosition(name), vehicle.getAngle(name), vehicle.getSpeed(name), lane)
    for name in person.getIDList():
        user = rows.number(FIRST_WALKER + name, person.getTypeID(name))
        rows.add(user, person.getPosition(name), person.getAngle(name), person.getSpeed(name), -1)


def _signal(net: Net, states: dict[str, str]) -> bytes:
    # A lane is green where any of its links is, red where all are.
    colours = [[COLOURS.get(states[light][index], 0) for light, index in lane.signals] for lane in net.recorded]
    return bytes(max(lane, default=0) for lane in colours)


def _about(job: dict[str, Any], net: Net, director: Director) -> dict[str, Any]:
    lanes = [
        {
            "id": lane.lane_id,
            "group": lane.group,
            "centreline": points(lane.line),
            "width_m": lane.width_m,
            "speed_limit_mps": round(lane.speed_mps, 3),
            "stop_line": lane.stop_line,
        }
        for lane in net.recorded
    ]
    crossings = [{"kind": "crossing", "id": name, "polygon": points(area)} for name, area in net.crossings]
    stops = [
        {
            "kind": "bus_stop",
            "id": stop["id"],
            "polygon": points(net.band(stop["lane"], stop["start_m"], stop["end_m"])),
        }
        for stop in job["bus_stops"]
    ]
    about: dict[str, Any] = job["about"]
    return about | {
        "lanes": lanes,
        "areas": crossings + stops,
        "incidents": director.incidents,
        "decoys": director.decoys,
        "missed": director.missed,
        "versions": {name: version(name) for name in ("eclipse-sumo", "libsumo", "numpy")},
    }


if __name__ == "__main__":
    main()
