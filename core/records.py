"""What leaves the system: events and incidents, measurements by the minute, tracks, the health of cameras.

Values of the enumeration are stored and sent: added to, never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from core.events import SCHEMA_VERSION, Event
from core.incidents import Incident


class CameraState(StrEnum):
    """What a camera's thread is doing."""

    CONNECTING = "connecting"
    RUNNING = "running"
    WAITING = "waiting"
    """Lost, and pausing before it connects again."""
    ENDED = "ended"
    """Its file is at the end, or it was stopped."""
    FAILED = "failed"
    """For good; the error tells why."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """Traffic in one zone, over one line, on one lane, or from one line to another, in one interval.

    Attributes:
        place: id of the zone, line or lane; of a turning movement the line of entry.
        direction: `forward` or `backward` over a line or on a lane; empty for a zone; of a turning movement the line
            of exit.
        start_ns, end_ns: UTC; the interval is half open. `end_ns` is earlier than a full minute in a last, cut one.
        counts: tracks by class label; over a line each crossing counts once for its direction.
        mean_speed_mps: over a line the time-mean speed of those counted; in a zone or on a lane the space-mean speed
            (distance travelled over time spent, Edie). None uncalibrated or when nothing moved there.
        occupancy: mean number of tracks inside at once; None for a line.
        estimate: of a turning movement, those counted and a share of those whose way was lost in between; None where
            not all ways in and out are watched.
        flow_vph, flow_pcuph: vehicles, and passenger car units, an hour.
        time_mean_speed_mps: on a lane, mean of the speeds at the place of counting.
        density_vpkm, density_pcupkm: vehicles, and passenger car units, by kilometre of the lane (Edie).
        headway_s: mean time from one vehicle to the next at the place of counting.
        queue_m: the longest queue on the lane; `queue_vehicles`: the vehicles in it.
        free_flow_mps: the speed of undisturbed traffic that was used.
        level_of_service: A to F, empty when unknown; `los_scheme`: `density` (motorways, HCM) or `speed` (streets, by
            share of free-flow speed).
        unit: what speeds and lengths rest on: `metres`, or `pixels` where the scene is not calibrated (they are then
            None).
        view: the preset of a turning camera in which the place lies; empty for a fixed camera.
        green_starts: on a lane with a signal, queues that discharged at green and could be measured.
        start_up_lost_s: mean of theirs; `saturation_headway_s`: mean time from one vehicle to the next after the fourth
            (HCM).
    """

    camera_id: str
    place: str
    direction: str
    start_ns: int
    end_ns: int
    counts: Mapping[str, int] = field(default_factory=dict)
    mean_speed_mps: float | None = None
    occupancy: float | None = None
    estimate: float | None = None
    flow_vph: float | None = None
    flow_pcuph: float | None = None
    time_mean_speed_mps: float | None = None
    density_vpkm: float | None = None
    density_pcupkm: float | None = None
    headway_s: float | None = None
    queue_m: float | None = None
    queue_vehicles: int | None = None
    free_flow_mps: float | None = None
    level_of_service: str = ""
    los_scheme: str = ""
    unit: str = "metres"
    view: str = ""
    green_starts: int | None = None
    start_up_lost_s: float | None = None
    saturation_headway_s: float | None = None
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class TrackSummary:
    """One track, after it ended.

    Attributes:
        class_id: by majority over its life.
        started_ns, ended_ns: UTC of the first and last frame in which it was observed.
        path: foot points (x, y) in the scene's reference pixels, simplified, first to last.
        observed: number of frames in which it was seen (not coasting).
        mean_speed_mps: path length on the ground, in chords of one second, over time; None uncalibrated.
        view: the preset of a turning camera in which the path lies; empty for a fixed camera.
    """

    camera_id: str
    epoch: int
    track_id: int
    class_id: int
    started_ns: int
    ended_ns: int
    path: tuple[tuple[float, float], ...]
    observed: int
    mean_speed_mps: float | None = None
    view: str = ""
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """A camera at one moment: sent when its state changes, and once a minute.

    Attributes:
        at_ns: UTC.
        epoch: of its frames, now or next.
        fps: frames analysed a second since the record before.
        dropped: frames lost on the way to the detector since the start.
        reconnects: times it was connected again since the start.
        last_frame_ns: UTC at which the last frame came, None before the first.
        error: what last went wrong, empty while all is well.
        faults: kinds of the camera's own events that are open, such as `camera.covered`.
    """

    camera_id: str
    at_ns: int
    state: CameraState
    epoch: int
    fps: float
    dropped: int
    reconnects: int
    last_frame_ns: int | None = None
    error: str = ""
    schema_version: int = SCHEMA_VERSION
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameObject:
    """A track that was seen in a frame.

    Attributes:
        box: left, top, right, bottom in source pixels.
        speed_mps, direction, ground: metres a second, unit vector and metres, east and north of the scene's origin;
            None where the scene has no metres.
        position: longitude, latitude, None when unknown.
    """

    track_id: int
    class_id: int
    confidence: float
    box: tuple[float, float, float, float]
    speed_mps: float | None = None
    direction: tuple[float, float] | None = None
    ground: tuple[float, float] | None = None
    position: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class FrameTracks:
    """All tracks seen in one frame: many records, off by default.

    Attributes:
        at_ns: UTC of the frame.
        seq: the frame's number in its epoch.
    """

    camera_id: str
    epoch: int
    seq: int
    at_ns: int
    objects: tuple[FrameObject, ...] = ()
    schema_version: int = SCHEMA_VERSION


Record: TypeAlias = Event | Incident | Measurement | TrackSummary | CameraHealth | FrameTracks
