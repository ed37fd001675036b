"""Recorded traffic: who was where, when, in metres, and what was made to happen."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.arrays import F32, F64, I16, I32, I64, AnyArray, check_offsets, frozen
from core.cache import write_whole

COLUMNS: Final[dict[str, type[np.generic]]] = {
    "user": np.int32,
    "cls": np.int16,
    "x": np.float32,
    "y": np.float32,
    "heading": np.float32,
    "speed": np.float32,
    "length": np.float32,
    "width": np.float32,
    "height": np.float32,
    "lane": np.int16,
}


@dataclass(frozen=True, slots=True, eq=False)
class RecordedLane:
    """One lane: `centreline` (P, 2) float64 metres in driving direction, to the stop line where there is one."""

    lane_id: str
    group: str
    centreline: F64
    width_m: float
    speed_limit_mps: float
    stop_line: bool


@dataclass(frozen=True, slots=True)
class Incident:
    """What was made to happen: from `start_s` until `end_s` its cause was there.

    Attributes:
        kind: of docs/events.md, or `traffic.lane_closure`, a cause without a kind of its own.
        users: those that it consists of.
        x, y: metres, where it began; `lane`: index, -1 none; `group`: lane group, empty for none.
    """

    kind: str
    start_s: float
    end_s: float
    users: tuple[int, ...]
    x: float
    y: float
    lane: int = -1
    group: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """A place with a meaning, such as `crossing` or `bus_stop`: `polygon` (K, 2) float64 metres."""

    kind: str
    area_id: str
    polygon: F64


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """T steps of traffic; one row for each road user at each step, rows of step i are `offsets[i]:offsets[i + 1]`.

    Attributes:
        time_s: (T) float64 from the start.
        offsets: (T + 1) int64.
        user: (N) int32; cls: (N) int16 of core.taxonomy.
        x, y: (N) float32 metres, the middle of the footprint; heading: (N) float32 radians, 0 east, counter-clockwise.
        speed: (N) float32 m/s; length, width, height: (N) float32 m.
        lane: (N) int16, index into `lanes`, -1 none.
        signal: (T, L) int8 for each lane's end: 0 none, 1 red, 2 amber, 3 green.
        decoys: what looks like an incident and is none.
        about: the rest of traffic.json: seed, fps, versions, free-flow speeds.
    """

    name: str
    time_s: F64
    offsets: I64
    user: I32
    cls: I16
    x: F32
    y: F32
    heading: F32
    speed: F32
    length: F32
    width: F32
    height: F32
    lane: I16
    signal: AnyArray
    lanes: tuple[RecordedLane, ...]
    incidents: tuple[Incident, ...]
    decoys: tuple[Incident, ...]
    areas: tuple[Area, ...]
    about: dict[str, Any]

    def __post_init__(self) -> None:
        rows = len(self.user)
        for name, kind in COLUMNS.items():
            object.__setattr__(self, name, frozen(getattr(self, name), kind, (rows,), name))
        object.__setattr__(self, "time_s", frozen(self.time_s, np.float64, (None,), "time_s"))
        object.__setattr__(self, "offsets", frozen(self.offsets, np.int64, (self.steps + 1,), "offsets"))
        object.__setattr__(self, "signal", frozen(self.signal, np.int8, (self.steps, len(self.lanes)), "signal"))
        check_offsets(self.offsets.astype(np.int32), self.steps, rows)

    @property
    def steps(self) -> int:
        """How many."""
        return len(self.time_s)

    @property
    def fps(self) -> float:
        """Steps a second."""
        return float(self.about["fps"])

    @property
    def free_flow_mps(self) -> dict[str, float]:
        """Speed of undisturbed traffic by lane group."""
        return dict(self.about.get("free_flow_mps", {}))

    def users_at(self, step: int) -> slice:
        """The rows of one step."""
        return slice(int(self.offsets[step]), int(self.offsets[step + 1]))

    def part(self, first: int, last: int) -> Recording:
        """Steps `first` to `last` (not included), with all else as it is."""
        rows = slice(int(self.offsets[first]), int(self.offsets[last]))
        return replace(
            self,
            time_s=self.time_s[first:last],
            offsets=self.offsets[first : last + 1] - self.offsets[first],
            signal=self.signal[first:last],
            **{name: getattr(self, name)[rows] for name in COLUMNS},
        )

    def rows_of(self, incident: Incident) -> I64:
        """The rows of those in it, while it lasts."""
        first, last = np.searchsorted(self.time_s, (incident.start_s, incident.end_s))
        rows = np.arange(int(self.offsets[first]), int(self.offsets[last]))
        return rows[np.isin(self.user[rows], incident.users)]

    def steps_of(self, rows: AnyArray | int) -> AnyArray:
        """The step of each of these rows (K)."""
        return np.searchsorted(self.offsets, rows, side="right") - 1

    def step_of_rows(self) -> I32:
        """(N) int32, the step of each row."""
        return np.repeat(np.arange(self.steps, dtype=np.int32), np.diff(self.offsets))

    @classmethod
    def load(cls, folder: Path) -> Recording:
        """Read `traffic.npz` and `traffic.json` of a folder.

        Raises:
            OSError: one cannot be read.
            ValueError: they do not fit together.
        """
        about = json.loads((folder / "traffic.json").read_text(encoding="utf-8"))
        with np.load(folder / "traffic.npz") as arrays:
            columns = {name: arrays[name] for name in ("time_s", "offsets", "signal", *COLUMNS)}
        return cls(
            name=about.pop("name"),
            lanes=tuple(_lane(lane) for lane in about.pop("lanes")),
            incidents=tuple(_incident(i) for i in about.pop("incidents")),
            decoys=tuple(_incident(i) for i in about.pop("decoys")),
            areas=tuple(Area(a["kind"], a["id"], np.array(a["polygon"])) for a in about.pop("areas")),
            about=about,
            **columns,
        )


def _lane(lane: dict[str, Any]) -> RecordedLane:
    line = frozen(np.array(lane["centreline"]), np.float64, (None, 2), "centreline")
    return RecordedLane(lane["id"], lane["group"], line, lane["width_m"], lane["speed_limit_mps"], lane["stop_line"])


def _incident(found: dict[str, Any]) -> Incident:
    return Incident(**{**found, "users": tuple(found["users"])})


def write(recording: Recording, folder: Path) -> None:
    """Both files of a recording; the JSON comes last: a folder that has it is whole.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "traffic.part").open("wb") as file:
        names = ("time_s", "offsets", "signal", *COLUMNS)
        np.savez_compressed(file, **{name: getattr(recording, name) for name in names})
    (folder / "traffic.part").replace(folder / "traffic.npz")
    about = recording.about | {
        "name": recording.name,
        "lanes": [_lane_as_json(lane) for lane in recording.lanes],
        "incidents": [asdict(incident) for incident in recording.incidents],
        "decoys": [asdict(decoy) for decoy in recording.decoys],
        "areas": [{"kind": a.kind, "id": a.area_id, "polygon": a.polygon.tolist()} for a in recording.areas],
    }
    write_whole(folder / "traffic.json", json.dumps(about).encode())


def _lane_as_json(lane: RecordedLane) -> dict[str, Any]:
    return {
        "id": lane.lane_id,
        "group": lane.group,
        "centreline": lane.centreline.tolist(),
        "width_m": lane.width_m,
        "speed_limit_mps": lane.speed_limit_mps,
        "stop_line": lane.stop_line,
    }
