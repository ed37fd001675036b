"""Rows of a recording as they come, and the files that they become. Runs in SUMO's environment; needs numpy alone."""

from __future__ import annotations

import json
from array import array
from pathlib import Path
from typing import Any

import numpy as np

PERSON = 0
"""`core.taxonomy.ObjectClass.PERSON`."""


class Rows:
    """Collects one row for each road user and step; users are numbered as they appear."""

    def __init__(self, sizes: dict[str, list[float]]) -> None:
        self._sizes = sizes
        self._users: dict[str, int] = {}
        self._shapes: list[list[float]] = []
        self._times = array("d")
        self._ends = array("q", [0])
        self._user, self._lane = array("i"), array("h")
        self._x, self._y, self._heading, self._speed = (array("d") for _ in range(4))
        self._signals: list[bytes] = []

    def number(self, name: str, kind: str) -> int:
        """The user's number; a new one is made for a name not heard before. `kind` is its type."""
        number = self._users.get(name)
        if number is None:
            number = self._users[name] = len(self._shapes)
            self._shapes.append(self._sizes[base(kind)])
        return number

    def add(self, user: int, front: tuple[float, float], angle: float, speed: float, lane: int) -> None:
        """A row as SUMO tells it: `front` the middle of the front, `angle` clockwise from north in degrees."""
        self._user.append(user)
        self._x.append(front[0])
        self._y.append(front[1])
        self._heading.append(angle)
        self._speed.append(speed)
        self._lane.append(lane)

    def end_step(self, time_s: float, signals: bytes) -> None:
        """Close the step: what was added since the last one happened at `time_s`; a byte of signal for each lane."""
        self._times.append(time_s)
        self._ends.append(len(self._user))
        self._signals.append(signals)

    def arrays(self, radius_m: float, lanes: int) -> dict[str, Any]:
        """The recording's arrays; users further than `radius_m` from (0, 0) are left out."""
        user = np.frombuffer(self._user, np.int32) if self._user else np.empty(0, np.int32)
        shape = np.array(self._shapes or np.empty((0, 4)))[user]
        heading = np.radians(90.0 - np.array(self._heading))
        back = np.where(shape[:, 0] == PERSON, 0.0, shape[:, 1] / 2)
        x = np.array(self._x) - back * np.cos(heading)
        y = np.array(self._y) - back * np.sin(heading)
        kept = np.hypot(x, y) <= radius_m
        offsets = np.r_[0, np.cumsum(kept)][np.array(self._ends)]
        return {
            "time_s": np.array(self._times),
            "offsets": offsets.astype(np.int64),
            "user": user[kept],
            "cls": shape[kept, 0].astype(np.int16),
            "x": x[kept].round(3).astype(np.float32),
            "y": y[kept].round(3).astype(np.float32),
            "heading": ((heading[kept] + np.pi) % (2 * np.pi) - np.pi).round(4).astype(np.float32),
            "speed": np.array(self._speed)[kept].round(3).astype(np.float32),
            "length": shape[kept, 1].astype(np.float32),
            "width": shape[kept, 2].astype(np.float32),
            "height": shape[kept, 3].astype(np.float32),
            "lane": np.array(self._lane, np.int16)[kept],
            "signal": np.frombuffer(b"".join(self._signals), np.int8).reshape(len(self._times), lanes),
        }


def base(kind: str) -> str:
    """A type's own name: SUMO gives a vehicle whose speed was set a copy of its type, `TYPE@VEHICLE`."""
    return kind.partition("@")[0]


def write(folder: Path, arrays: dict[str, Any], about: dict[str, Any]) -> None:
    """Both files; the JSON comes last: a folder that has it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "traffic.part").open("wb") as file:
        np.savez_compressed(file, **arrays)
    (folder / "traffic.part").replace(folder / "traffic.npz")
    (folder / "json.part").write_text(json.dumps(about, indent=1), encoding="utf-8")
    (folder / "json.part").replace(folder / "traffic.json")


def points(line: Any) -> list[list[float]]:
    """A polyline as JSON takes it."""
    return [[round(float(x), 3), round(float(y), 3)] for x, y in line]
