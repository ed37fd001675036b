"""Recorded traffic: where road users were on the ground, at even steps of time, in one small file.

A `.npz` file without pickles. Of its arrays, `users` tells of U road users, `rows` of N places, those of one road user
after another, each in order of time and without a gap:

    about     bytes: JSON, the `About` below
    users     (U, 6) int32: class, length, width, height in decimetres, number of the first step, number of steps
    x, y      (N) int16: decimetres east and north of the middle of the footprint, as differences from the row before
              (of a road user's first row, from 0): differences are small, and small numbers take little room
    heading   (N) uint8: 256th parts of a turn, counter-clockwise from east, as differences in the same way (mod 256)
    signals   (T, K) int8: 0 none, 1 red, 2 amber, 3 green at the end of each lane
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.arrays import F32, I16, I64, AnyArray
from core.errors import SourceError
from core.taxonomy import ObjectClass

SUFFIX: Final = ".traffic"
"""Of a recording's name."""
MOST_BYTES: Final = 64 << 20
"""A larger array is refused unread: it is no recording of some minutes."""
MOST_STEPS: Final = 1_000_000
DECIMETRE: Final = 0.1
TURN: Final = 256
_USER: Final = 6
_ARRAYS: Final = {
    "about": np.uint8,
    "users": np.int32,
    "x": np.int16,
    "y": np.int16,
    "heading": np.uint8,
    "signals": np.int8,
}

Metres = tuple[float, float]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LaneAbout(_Part):
    """A lane as it is drawn; metres."""

    id: str
    group: str
    centreline: Annotated[tuple[Metres, ...], Field(min_length=2)]
    width_m: Annotated[float, Field(gt=0)]
    stop_line: bool = False
    speed_limit_kmh: Annotated[float, Field(gt=0)] = 50.0


class AreaAbout(_Part):
    """A part of the ground that is drawn, or a house on it; metres, corners counter-clockwise from above."""

    kind: Literal["crossing", "bus_stop", "house"]
    polygon: Annotated[tuple[Metres, ...], Field(min_length=3)]
    height_m: Annotated[float, Field(ge=0)] = 0.0


class CameraAbout(_Part):
    """The pinhole camera through which the traffic is seen.

    It stands `height_m` above `position`, is turned `heading_deg` from north, clockwise, and looks `down_deg` below the
    horizon; its picture is `size` (width, height), `wide_deg` degrees wide.
    """

    position: Metres
    height_m: Annotated[float, Field(gt=0)]
    heading_deg: float
    down_deg: Annotated[float, Field(gt=0, lt=90)]
    wide_deg: Annotated[float, Field(gt=0, lt=170)]
    size: tuple[Annotated[int, Field(ge=16, le=4096)], Annotated[int, Field(ge=16, le=4096)]]


class About(_Part):
    """What a recording tells besides places."""

    format: Literal[1]
    origin: str = Field(description="Where the traffic comes from, with versions")
    step_s: Annotated[float, Field(gt=0, le=10)]
    camera: CameraAbout
    lanes: tuple[LaneAbout, ...] = ()
    areas: tuple[AreaAbout, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Who is where at one time.

    Attributes:
        user: (M) numbers of the recording's road users.
        xy: (M, 2) metres east and north, the middle of each footprint.
        heading: (M) radians, counter-clockwise from east.
        signals: (K) int8, by lane.
    """

    user: I64
    xy: F32
    heading: F32
    signals: AnyArray


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Recorded traffic, to be asked for any time.

    Attributes:
        class_id: (U) int16 of each road user.
        size: (U, 3) float32, length, width and height in metres.
        steps: T, at 0, `about.step_s`, …
    """

    about: About
    class_id: I16
    size: F32
    steps: int
    signals: AnyArray
    _offsets: I64
    _user: I64
    _xy: F32
    _velocity: F32
    _turn: F32
    _next: I64

    @property
    def duration_s(self) -> float:
        """From the first step to the last."""
        return (self.steps - 1) * self.about.step_s

    def at(self, time_s: float) -> Moment:
        """Who is where; between two steps on a smooth way (cubic Hermite), and only who is there at both."""
        place = min(max(time_s / self.about.step_s, 0.0), self.steps - 1.0)
        step = min(int(place), max(self.steps - 2, 0))
        share = np.float32(place - step)
        rows = np.arange(self._offsets[step], self._offsets[step + 1])
        after = self._next[rows]
        rows, after = rows[after >= 0], after[after >= 0]
        s2, s3 = share * share, share * share * share
        xy = (
            (2 * s3 - 3 * s2 + 1) * self._xy[rows]
            + (3 * s2 - 2 * s3) * self._xy[after]
            + (s3 - 2 * s2 + share) * self._velocity[rows]
            + (s3 - s2) * self._velocity[after]
        )
        turn = (self._turn[after] - self._turn[rows] + TURN / 2) % TURN - TURN / 2
        heading = (self._turn[rows] + share * turn) * np.float32(2 * np.pi / TURN)
        return Moment(self._user[rows], np.asarray(xy, np.float32), heading, self.signals[step + round(float(share))])


def read_recording(path: Path) -> Recording:
    """Read a recording and check it.

    Raises:
        SourceError: it cannot be read or is no recording; the message names the file and what is wrong.
    """
    arrays = _arrays(path)
    about = _about(path, arrays["about"])
    users, signals = arrays["users"], arrays["signals"]
    _check(path, arrays, len(about.lanes))
    counts = users[:, 5].astype(np.int64)
    steps, rows = len(signals), int(counts.sum())
    starts = np.concatenate(([0], np.cumsum(counts)))
    user = np.repeat(np.arange(len(users)), counts)
    step = users[user, 4] + np.arange(rows) - starts[user]
    xy = np.stack([_summed(arrays[name].astype(np.int64), starts, user) for name in ("x", "y")], axis=1) * DECIMETRE
    turn = _summed(arrays["heading"].astype(np.int64), starts, user) % TURN
    order = np.argsort(step, kind="stable")
    place = np.empty(rows, np.int64)
    place[order] = np.arange(rows)
    last = np.arange(rows) + 1 == starts[user + 1]
    following = np.where(last, -1, place[np.minimum(np.arange(rows) + 1, max(rows - 1, 0))])
    return Recording(
        about,
        users[:, 0].astype(np.int16),
        (users[:, 1:4] * DECIMETRE).astype(np.float32),
        steps,
        signals,
        np.searchsorted(step[order], np.arange(steps + 1)).astype(np.int64),
        user[order],
        xy[order].astype(np.float32),
        _velocity(xy, starts, user)[order],
        turn[order].astype(np.float32),
        following[order],
    )


def write_recording(path: Path, about: About, users: AnyArray, rows: AnyArray, signals: AnyArray) -> None:
    """Write a recording.

    Args:
        users: (U, 6) as the format says; U of at least one step each.
        rows: (N, 3), x and y in metres and heading in radians, those of one road user after another.
        signals: (T, K).

    Raises:
        ValueError: a place lies farther than 3.2 km from the origin, or moves farther in a step.
    """
    starts = np.concatenate(([0], np.cumsum(users[:, 5])))[:-1]
    whole = np.rint(np.column_stack((rows[:, :2] / DECIMETRE, rows[:, 2] * (TURN / (2 * np.pi))))).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=0)
    steps[starts] = whole[starts]
    if len(steps) and np.abs(steps[:, :2]).max() > np.iinfo(np.int16).max:
        raise ValueError("a place lies too far from the origin")
    text = np.frombuffer(about.model_dump_json().encode(), np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            about=text,
            users=users.astype(np.int32),
            x=steps[:, 0].astype(np.int16),
            y=steps[:, 1].astype(np.int16),
            heading=(steps[:, 2] % TURN).astype(np.uint8),
            signals=signals.astype(np.int8),
        )


def _arrays(path: Path) -> dict[str, AnyArray]:
    try:
        _refuse_large(path)
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in _ARRAYS}
    except KeyError as error:
        raise _wrong(path, "missing", name=str(error.args[0]).partition(" ")[0]) from None
    except FileNotFoundError:
        raise SourceError("error-source-missing", retryable=False, where=str(path)) from None
    except PermissionError:
        raise SourceError("error-source-denied", retryable=False, where=str(path)) from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise _wrong(path, "unreadable") from error


def _refuse_large(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.file_size > MOST_BYTES:
                raise _wrong(path, "large", name=entry.filename, most=MOST_BYTES >> 20)


def _about(path: Path, text: AnyArray) -> About:
    try:
        return About.model_validate_json(text.astype(np.uint8).tobytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = "about." + ".".join(str(part) for part in first["loc"])
        raise _wrong(path, "about", name=where.rstrip("."), reason=first["msg"]) from None


def _check(path: Path, arrays: dict[str, AnyArray], lanes: int) -> None:
    rows = arrays["x"].size
    shapes: dict[str, tuple[int | None, ...]] = {
        "users": (None, _USER), "x": (None,), "y": (rows,), "heading": (rows,), "signals": (None, lanes)
    }  # fmt: skip
    for name, shape in shapes.items():
        array = arrays[name]
        fits = array.ndim == len(shape) and all(want in (None, n) for want, n in zip(shape, array.shape, strict=True))
        if array.dtype != _ARRAYS[name] or not fits:
            want = " × ".join("n" if size is None else str(size) for size in shape)
            raise _wrong(
                path,
                "shape",
                name=name,
                found=f"{array.dtype} {array.shape}",
                expected=f"{np.dtype(_ARRAYS[name])} ({want})",
            )
    users, steps = arrays["users"].astype(np.int64), len(arrays["signals"])
    if not 2 <= steps <= MOST_STEPS:
        raise _wrong(path, "steps", count=steps, most=MOST_STEPS)
    if users[:, 5].sum() != rows:
        raise _wrong(path, "rows", announced=int(users[:, 5].sum()), count=rows)
    for number, (class_id, length, width, height, first, count) in enumerate(users.tolist()):
        if not 0 <= class_id < len(ObjectClass):
            raise _wrong(path, "user", number=number, field="class", found=class_id)
        if min(length, width, height) < 1:
            raise _wrong(path, "user", number=number, field="size", found=min(length, width, height))
        if count < 1 or first < 0 or first + count > steps:
            raise _wrong(path, "user", number=number, field="steps", found=f"{first}..{first + count}")


def _wrong(path: Path, what: str, **told: Any) -> SourceError:
    return SourceError(f"error-recording-{what}", retryable=False, where=str(path), **told)


def _summed(steps: I64, starts: I64, user: I64) -> I64:
    """Values from differences, anew for each road user."""
    total = np.concatenate(([0], np.cumsum(steps)))
    return np.asarray(total[1:] - total[starts[user]], np.int64)


def _velocity(xy: AnyArray, starts: I64, user: I64) -> F32:
    """Metres in a step at each row: half the way from the row before to the row after; at the ends, one-sided."""
    index = np.arange(len(xy))
    before = np.maximum(index - 1, starts[user])
    after = np.minimum(index + 1, starts[user + 1] - 1)
    return np.asarray((xy[after] - xy[before]) / np.maximum(after - before, 1)[:, None], np.float32)
