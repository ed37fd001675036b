"""Simulates the demo's junction with its incidents, and cuts out the stretch that the demo's drawn camera shows.

python tools/demo_traffic.py OUT.traffic [--folder RECORDING]

With a folder the recording is kept there, and cut again when it lies there already.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.environments import Environment, find_uv
from benchmarks.events.traffic.junction import junction
from benchmarks.events.traffic.simulate import SUMO, job
from core.taxonomy import ObjectClass
from pipeline.sources.traffic.canvas import band
from pipeline.sources.traffic.recording import About, AreaAbout, CameraAbout, LaneAbout, write_recording
from pipeline.sources.traffic.view import View

SEED = 1
DEMAND_S, FROM_S, TO_S = 900.0, 330.0, 770.0
"""One round of demand, from free flow to jam and back, and what is shown of it."""
INCIDENTS = [
    {
        "act": "breakdown",
        "kind": "incident.stopped_vehicle",
        "group": "e_in",
        "at_s": 372.0,
        "start_m": 221.0,
        "end_m": 236.0,
        "classes": [int(ObjectClass.CAR), int(ObjectClass.TRUCK)],
        "duration_s": 90.0,
    },
    {
        "act": "ghost",
        "kind": "incident.wrong_way",
        "group": "w_out",
        "at_s": 480.0,
        "path": "against",
        "type": "ghost_motorcycle",
        "kerb_m": 0.7,
        "start_m": 12.0,
        "end_m": 76.0,
        "speed_mps": 6.5,
    },
    {
        "act": "ghost",
        "kind": "incident.pedestrian_on_carriageway",
        "group": "w_in",
        "at_s": 545.0,
        "path": "across",
        "type": "ghost_person",
        "other_group": "w_out",
        "start_m": 238.0,
        "end_m": 250.0,
        "speed_mps": 1.3,
    },
]
"""As `benchmarks.events.traffic.incidents.plan` draws them; placed by hand, where the camera sees them well."""
STEP_S = 0.5
AROUND_M = 200.0
FREE_FLOW_KMH = 44.0
CAMERA = CameraAbout(
    position=(-10.0, -116.0), height_m=65.0, heading_deg=4.0, down_deg=28.5, wide_deg=59.0, size=(1280, 720)
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--folder", type=Path)
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as other:
        write(wish.folder or Path(other), wish.out)


def write(folder: Path, out: Path) -> None:
    """Simulate into a folder where nothing lies there yet, and cut."""
    if not (folder / "traffic.json").exists():
        simulate(folder)
    told = json.loads((folder / "traffic.json").read_text())
    with np.load(folder / "traffic.npz") as file:
        users, rows, signals = cut({name: file[name] for name in file.files}, FROM_S, TO_S)
    versions = ", ".join(f"{name} {value}" for name, value in told["versions"].items())
    about = About(
        format=1,
        origin=f"simulated traffic: {told['name']}, seed {told['seed']}, {versions}",
        step_s=STEP_S,
        camera=CAMERA,
        lanes=tuple(lane_about(lane) for lane in told["lanes"]),
        areas=(*(AreaAbout(kind=area["kind"], polygon=area["polygon"]) for area in told["areas"]), *houses()),
    )
    write_recording(out, about, users, rows, signals)
    out.with_suffix(".places.yaml").write_text(places(about))
    print(f"{out}: {len(users)} road users, {len(rows)} places, {out.stat().st_size / 1000:.0f} kB")
    for one in told["incidents"]:
        print(one["kind"], f"{one['start_s'] - FROM_S:.0f} to {one['end_s'] - FROM_S:.0f} s at", one["x"], one["y"])


def simulate(folder: Path) -> None:
    """The junction as the benchmark has it, seen further, with these incidents and no others."""
    scene = replace(junction(), radius_m=AROUND_M)
    with tempfile.TemporaryDirectory() as work:
        made = job(scene, SEED, DEMAND_S, Path(work), folder.resolve())
        made |= {"incidents": INCIDENTS, "seconds": TO_S + 5}
        path = Path(work) / "job.json"
        path.write_text(json.dumps(made), encoding="utf-8")
        Environment(find_uv(), SUMO).run("run_sumo.py", path, print)


def lane_about(lane: dict[str, Any]) -> LaneAbout:
    """A lane as the recording tells it."""
    limit = round(lane["speed_limit_mps"] * 3.6)
    return LaneAbout(**{key: lane.get(key, limit) for key in LaneAbout.model_fields})


def cut(traffic: dict[str, Any], start_s: float, end_s: float) -> tuple[Any, Any, Any]:
    """Road users, places and signals of the stretch, each stay inside the surroundings a road user of its own."""
    time, offsets = traffic["time_s"], traffic["offsets"]
    frames = np.searchsorted(time, np.arange(start_s, end_s + 1e-6, STEP_S) - 1e-6)
    index = np.concatenate([np.arange(offsets[frame], offsets[frame + 1]) for frame in frames])
    step = np.repeat(np.arange(len(frames)), offsets[frames + 1] - offsets[frames])
    near = (np.abs(traffic["x"][index]) < AROUND_M) & (np.abs(traffic["y"][index]) < AROUND_M)
    index, step = index[near], step[near]
    order = np.lexsort((step, traffic["user"][index]))
    index, step = index[order], step[order]
    user = traffic["user"][index]
    new = np.concatenate(([True], (np.diff(user) != 0) | (np.diff(step) != 1)))
    first = np.flatnonzero(new)
    count = np.diff(np.append(first, len(index)))
    size = np.rint([10 * traffic[name][index[first]] for name in ("length", "width", "height")]).astype(int)
    users = np.column_stack((traffic["cls"][index[first]], *size, step[first], count))
    rows = np.column_stack([traffic[name][index] for name in ("x", "y", "heading")]).astype(float)
    return users, rows, traffic["signal"][frames]


WORDS = {"n": ("north", "bắc"), "e": ("east", "đông"), "s": ("south", "nam"), "w": ("west", "tây")}
MARGIN_PX = 14.0
GATE = (62.0, 0.0, 10.5)
"""Where a queue from the east is told to reach: metres east, and from south to north."""
NEARER_M = 0.45
WAIT_M = 35.0


def places(about: About) -> str:
    """Ground, lanes and lines of a scene as YAML: lanes as far as the picture shows them."""
    view = View(about.camera)
    said = ["ground:", "  homography:"]
    said += ["    - [" + ", ".join(f"{value:.8e}" for value in row) + "]" for row in view.ground.tolist()]
    said += ["", "zones:"]
    crossings = (area for area in about.areas if area.kind == "crossing")
    for number, area in enumerate(crossings, 1):
        name = f"{{en: 'crossing {number}', vi: 'lối sang đường {number}'}}"
        said += [f"  - id: crossing_{number}", f"    name: {name}", f"    polygon: {widened(view, area.polygon)}"]
    stops = (area for area in about.areas if area.kind == "bus_stop" and all(inside(view, p) for p in area.polygon))
    for number, area in enumerate(stops, 1):
        name = f"{{en: 'bus stop {number}', vi: 'trạm xe buýt {number}'}}"
        said += [f"  - id: bus_stop_{number}", f"    name: {name}", f"    polygon: {widened(view, area.polygon)}"]
    for group in dict.fromkeys(lane.group for lane in about.lanes if lane.stop_line):
        en, vi = WORDS[group[0]]
        name = f"{{en: '{en} stop line', vi: 'vạch dừng nhánh {vi}'}}"
        corners = waiting(view, [lane for lane in about.lanes if lane.group == group])
        said += [f"  - id: {group}_wait", f"    name: {name}", f"    polygon: {corners}"]
    said += ["", "lane_groups:"]
    inbound_first = sorted(about.lanes, key=lambda lane: not lane.group.endswith("_in"))
    for group in dict.fromkeys(lane.group for lane in inbound_first):
        said.append(f"  - id: {group}\n    name: {named(group)}")
    said += ["", "lanes:"]
    lines = ["", "lines:"]
    ends: dict[str, list[Any]] = {}
    for lane in inbound_first:
        start, end = (np.array(lane.centreline[index]) for index in (0, -1))
        seen = [share for share in np.linspace(0, 1, 2001) if inside(view, start + share * (end - start))]
        first, last = start + seen[0] * (end - start), start + seen[-1] * (end - start)
        # The foot of a box is the near side of what it holds: across the view, lanes lie as much nearer.
        nearer = np.array((0.0, -NEARER_M if abs((end - start)[0]) > abs((end - start)[1]) else 0.0))
        corners = pixels(view, band(first + nearer, last + nearer, lane.width_m))
        number = int(lane.id.rsplit("_", 1)[1]) + 1
        said += [
            f"  - id: {lane.id}",
            f"    name: {named(lane.group, number)}",
            f"    group: {lane.group}",
            f"    polygon: {corners}",
            f"    centreline: {pixels(view, np.array([first, last]) + nearer)}",
            f"    speed_limit_kmh: {lane.speed_limit_kmh:g}",
            f"    free_flow_kmh: {FREE_FLOW_KMH:g}",
        ]
        side = np.array(((end - start)[1], -(end - start)[0])) / np.hypot(*(end - start)) * lane.width_m / 2
        at = last - 3.0 * (end - start) / np.hypot(*(end - start)) if lane.group.endswith("_in") else first
        ends.setdefault(lane.group, []).extend((at + side, at - side))
        print(lane.id, "seen for", round(float(np.hypot(*(last - first))), 1), "m")
    for group, points in ends.items():
        along = np.ptp(np.array(points), axis=0)
        order = sorted(points, key=lambda point: float(point[int(along[1] > along[0])]))
        two = [order[0], order[-1]]
        drive = np.subtract(*(next(lane.centreline[i] for lane in about.lanes if lane.group == group) for i in (-1, 0)))
        # Forward is from left to right of a walker from start to end; on the ground, seen from above, to the right.
        if np.dot((two[1] - two[0])[::-1] * (1, -1), drive) < 0:
            two.reverse()
        start, end = json.loads(pixels(view, np.array(two)))
        lines += [f"  - id: {group}_line", f"    name: {named(group[0])}", f"    start: {start}", f"    end: {end}"]
    x, low, high = GATE
    start, end = json.loads(pixels(view, np.array([(x, high), (x, low)])))
    name = "{en: 'petrol station exit', vi: 'lối ra cây xăng'}"
    lines += ["  - id: petrol_station", f"    name: {name}", f"    start: {start}", f"    end: {end}"]
    return "\n".join((*said, *lines, ""))


def named(group: str, lane: int | None = None) -> str:
    """A name in both languages."""
    (en, vi), way = WORDS[group[0]], group[2:]
    if way:
        en, vi = (f"{en} approach", f"nhánh {vi}") if way == "in" else (f"{en} exit", f"nhánh {vi}, chiều ra")
    if lane is not None:
        en, vi = f"{en}, lane {lane}", f"{vi}, làn {lane}"
    return f"{{en: '{en}', vi: '{vi}'}}"


def inside(view: View, point: Any) -> bool:
    """Whether a point of the ground lies well within the picture."""
    (x, y), before = (one[0] for one in view.project(np.array([[*point, 0.0]])))
    return bool(before and MARGIN_PX < x < view.size[0] - MARGIN_PX and MARGIN_PX < y < view.size[1] - MARGIN_PX)


def waiting(view: View, lanes: list[LaneAbout]) -> str:
    """The last metres of an approach: who stands there may wait for his green."""
    found = []
    for lane in lanes:
        start, end = (np.array(lane.centreline[index]) for index in (0, -1))
        back = (start - end) / np.hypot(*(start - end))
        found.append(band(end + WAIT_M * back, end - back, lane.width_m + 1.0))
    first, last = found[0], found[-1]
    # A band's corners: left and right of its start, right and left of its end. Lanes are counted from the right.
    return pixels(view, np.array((last[0], first[1], first[2], last[3])) - np.array((0.0, NEARER_M)))


def widened(view: View, corners: Any) -> str:
    """An area and a metre around it: who crosses beside the stripes still crosses."""
    places = np.array(corners)
    middle = (places.min(axis=0) + places.max(axis=0)) / 2
    return pixels(view, places + np.sign(places - middle))


def pixels(view: View, points: Any) -> str:
    """Points of the ground (K, 2) as a list of pixels."""
    found, _ = view.project(np.column_stack((points, np.zeros(len(points)))))
    return str([[round(float(x), 1), round(float(y), 1)] for x, y in found])


def houses() -> list[AreaAbout]:
    """Narrow houses along the streets, so placed and so low that none hides a carriageway from the camera."""
    turn, found = np.random.default_rng(3), list[AreaAbout]()

    def house(x: float, y: float, wide: float, deep: float, height: float) -> None:
        corners = ((x, y), (x + wide, y), (x + wide, y + deep), (x, y + deep))
        found.append(AreaAbout(kind="house", polygon=corners, height_m=round(height, 1)))

    for side in (-1, 1):
        for low, deep, least, most in ((20.0, 13.0, 7.0, 13.0), (40.0, 13.0, 7.0, 14.0), (-40.0, 13.0, 3.5, 6.0)):
            x = 18.0
            while x < AROUND_M:
                wide = round(float(turn.uniform(4.5, 8.0)), 1)
                if turn.random() < 0.9:
                    house(x if side > 0 else -x - wide, low, wide, deep - turn.uniform(0, 3), turn.uniform(least, most))
                x += wide
        y = 60.0
        while y < 260.0:
            deep = round(float(turn.uniform(5.0, 9.0)), 1)
            for x in (18.0, 38.0, 58.0):
                house(x if side > 0 else -x - 14, y, 14 - turn.uniform(0, 3), deep, turn.uniform(6, 13))
            y += deep + (4 if turn.random() < 0.15 else 0)
    return found


if __name__ == "__main__":
    main()
