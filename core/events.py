"""What the system finds: events over their life, and measurements by the minute.

An event is minted once (`event_id`) and revised (1, 2, …) as it goes started → updated … → ended. Consumers
de-duplicate by (event_id, revision). Values of the enumerations are stored and sent: added to, never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

SCHEMA_VERSION: Final = 1


class EventKind(StrEnum):
    """Every kind of event that a rule here can find; each has a page under docs/events/. All kinds: `core.kinds`."""

    LINE_CROSSING = "security.line_crossing"
    INTRUSION = "security.intrusion"
    LOITERING = "security.loitering"
    CROWDING = "security.crowding"
    CONGESTION = "traffic.congestion"
    QUEUE = "traffic.queue"
    SPILLBACK = "traffic.spillback"
    STOPPED_VEHICLE = "incident.stopped_vehicle"
    CAMERA_DOWN = "camera.down"
    RUNNING = "security.running"
    WRONG_WAY = "incident.wrong_way"
    PEDESTRIAN = "incident.pedestrian_on_carriageway"
    COLLISION = "incident.collision"
    SLOW_VEHICLE = "incident.slow_vehicle"
    ILLEGAL_PARKING = "violation.illegal_parking"
    SPEEDING = "violation.speeding"
    LANE = "violation.lane"
    NO_CROSSING = "violation.no_crossing"
    CAMERA_FROZEN = "camera.frozen"
    CAMERA_DARK = "camera.dark"
    CAMERA_BLURRED = "camera.blurred"
    CAMERA_COVERED = "camera.covered"
    CAMERA_MOVED = "camera.moved"
    CAMERA_CLOCK = "camera.clock"
    RED_LIGHT = "violation.red_light"
    DEBRIS = "incident.debris"
    ABANDONED_OBJECT = "security.abandoned_object"
    LITTERING = "environment.littering"
    ENCROACHMENT = "environment.encroachment"
    SMOKE_FIRE = "incident.smoke_fire"
    FLOODING = "environment.flooding"


class Phase(StrEnum):
    """Where in its life an event is."""

    STARTED = "started"
    UPDATED = "updated"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why an event ended."""

    CLEARED = "cleared"
    """Its cause was seen to go."""
    UNSEEN = "unseen"
    """Its cause could not be found again, though the camera looked."""
    CAMERA_LOST = "camera_lost"
    """The camera was away for too long to know."""
    LOOKED_AWAY = "looked_away"
    """A turning camera looked elsewhere for too long to know."""
    CAMERA_REMOVED = "camera_removed"
    RULE_REMOVED = "rule_removed"
    MUTED = "muted"
    """A person muted it; its cause may still be there."""


class Says(StrEnum):
    """What a second look, or a person, says of an event."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNSURE = "unsure"
    UNVERIFIED = "unverified"
    """A second look was to be taken, and gave no answer in time."""


class Role(StrEnum):
    """What an event is in its incident."""

    CAUSE = "cause"
    SAME = "same"
    """The cause, as another camera or rule sees it."""
    EFFECT = "effect"


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


class Severity(StrEnum):
    """How much it matters, lowest first (the levels of DATEX II's SeverityEnum)."""

    LOWEST = "lowest"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    HIGHEST = "highest"

    @property
    def rank(self) -> int:
        """0 for the lowest."""
        return RANKS[self]


RANKS: Final[Mapping[Severity, int]] = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class LineCrossingMeasures:
    """`direction`: forward (left to right of start → end) or backward; `speed_mps`: None uncalibrated."""

    direction: str
    speed_mps: float | None = None


@dataclass(frozen=True, slots=True)
class IntrusionMeasures:
    """`count`: most tracks inside at once; `duration_s`: since the first entered."""

    count: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class LoiteringMeasures:
    """`dwell_s`: the track's time in the zone so far."""

    dwell_s: float


@dataclass(frozen=True, slots=True)
class CrowdingMeasures:
    """`count`: most people inside at once; `density_per_m2`: None uncalibrated; `duration_s`: above the limit."""

    count: int
    duration_s: float
    density_per_m2: float | None = None


@dataclass(frozen=True, slots=True)
class CongestionMeasures:
    """How slow traffic is.

    Attributes:
        level: `heavy`, `slow`, `queuing` or `stationary` (DATEX II AbnormalTrafficTypeEnum).
        share: of the free-flow speed, 0..1 and above.
        vehicles: most at once so far.
        duration_s: slow so far.
        mean_speed_mps, free_flow_mps: None uncalibrated.
        unit: what speeds were measured in, `m/s` or `car lengths/s`.
    """

    level: str
    share: float
    vehicles: int
    duration_s: float
    mean_speed_mps: float | None = None
    free_flow_mps: float | None = None
    unit: str = "m/s"


@dataclass(frozen=True, slots=True)
class QueueMeasures:
    """`length` now and `longest` so far, in `unit`: `m` or `car lengths`; `vehicles`: most of all lanes at once;
    `duration_s`: so far.
    """

    length: float
    longest: float
    vehicles: int
    duration_s: float
    unit: str


@dataclass(frozen=True, slots=True)
class SpillbackMeasures:
    """`length` now of the longest queue that reaches the line, in `unit`: `m` or `car lengths`; `vehicles` in all;
    `duration_s`: so far.
    """

    length: float
    vehicles: int
    duration_s: float
    unit: str


@dataclass(frozen=True, slots=True)
class StoppedVehicleMeasures:
    """`stopped_s`: time at rest so far; `unit`: what the stop speed was measured in, `m/s` or `box lengths/s`."""

    stopped_s: float
    unit: str


@dataclass(frozen=True, slots=True)
class WrongWayMeasures:
    """`duration_s`: so far; `way_m`: driven against the direction so far, `speed_mps` now; both None uncalibrated."""

    duration_s: float
    way_m: float | None = None
    speed_mps: float | None = None


@dataclass(frozen=True, slots=True)
class PedestrianMeasures:
    """`count`: most people on the carriageway at once; `duration_s`: since the first came."""

    count: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class CollisionMeasures:
    """`stopped_s`: at rest so far; `speed_mps` before, `deceleration_mps2` at most; `others`: who met with it."""

    stopped_s: float
    speed_mps: float
    deceleration_mps2: float
    others: int


@dataclass(frozen=True, slots=True)
class SlowVehicleMeasures:
    """`duration_s`: so slow so far; `share`: of the usual speed; `speed_mps` now and `usual_mps`: None uncalibrated."""

    duration_s: float
    share: float
    speed_mps: float | None = None
    usual_mps: float | None = None


@dataclass(frozen=True, slots=True)
class SpeedingMeasures:
    """`speed_mps`: mean over `way_m` of way above the limit; `limit_mps`. An indication, not for fines."""

    speed_mps: float
    limit_mps: float
    way_m: float


@dataclass(frozen=True, slots=True)
class LaneMeasures:
    """`what`: `closed_lane` or `forbidden_turn`; `duration_s`: on the lane, or from entry to exit."""

    what: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class RunningMeasures:
    """`duration_s`: so far; `speed_mps` now, None uncalibrated."""

    duration_s: float
    speed_mps: float | None = None


@dataclass(frozen=True, slots=True)
class CameraDownMeasures:
    """`silent_s`: time without a frame so far; `reason`: what the source last said, empty when it only stopped."""

    silent_s: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CameraFrozenMeasures:
    """`duration_s`: without a change so far."""

    duration_s: float


@dataclass(frozen=True, slots=True)
class CameraDarkMeasures:
    """`duration_s`: so far; `light`: brightness (0..255) that 1 % of the picture exceeds."""

    duration_s: float
    light: float


@dataclass(frozen=True, slots=True)
class CameraBlurredMeasures:
    """`duration_s`: so far; `sharpness`: of edges, as a share of the usual."""

    duration_s: float
    sharpness: float


@dataclass(frozen=True, slots=True)
class CameraCoveredMeasures:
    """`duration_s`: so far; `hidden`: share of what the picture usually shows."""

    duration_s: float
    hidden: float


@dataclass(frozen=True, slots=True)
class CameraMovedMeasures:
    """How far a fixed camera's picture has moved.

    Attributes:
        duration_s: so far.
        corrected: the shift is taken off, and rules go on.
        right_px, down_px: None where it shows another place.
    """

    duration_s: float
    corrected: bool
    right_px: float | None = None
    down_px: float | None = None


@dataclass(frozen=True, slots=True)
class CameraClockMeasures:
    """`ahead_s`: how far the camera's clock is ahead of ours, negative: behind; `duration_s`: so far."""

    duration_s: float
    ahead_s: float


@dataclass(frozen=True, slots=True)
class RedLightMeasures:
    """Who crossed a stop line at red.

    Attributes:
        red_s: for which the signal had been red when the front of the vehicle crossed.
        signal: of the scene.
        lane: from which it came; empty when it was on none.
        speed_mps: as it crossed; None uncalibrated.
    """

    red_s: float
    signal: str
    lane: str = ""
    speed_mps: float | None = None


@dataclass(frozen=True, slots=True)
class DebrisMeasures:
    """`duration_s`: it has been there so far; `size`: its longer side, in `unit`: `m`, or uncalibrated `px`."""

    duration_s: float
    size: float
    unit: str


@dataclass(frozen=True, slots=True)
class AbandonedObjectMeasures:
    """An object that was left.

    Attributes:
        duration_s: nobody has been by it so far.
        size: its longer side, in `unit`: `m`, or uncalibrated `px`.
        owner: track of who left it, within the camera's epoch; None: nobody was seen to.
    """

    duration_s: float
    size: float
    unit: str
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class LitteringMeasures:
    """`duration_s`: who left it has been away so far; `size`: its longer side, in `unit`: `m`, or uncalibrated `px`;
    `owner`: the track of who left it, within the camera's epoch.
    """

    duration_s: float
    size: float
    unit: str
    owner: int


@dataclass(frozen=True, slots=True)
class EncroachmentMeasures:
    """`duration_s`: it has been there so far; `what`: `goods` or `vehicle`; `size`: its longer side, in `unit`: `m`, or
    uncalibrated `px`.
    """

    duration_s: float
    what: str
    size: float
    unit: str


@dataclass(frozen=True, slots=True)
class SightingMeasures:
    """What a second model saw in its looks.

    Attributes:
        duration_s: so far.
        looks: of any `of_looks` of its looks in a row, the most so far that saw it.
        score: the best so far, 0..1.
        area_share: the largest so far of the zone, or of the picture, 0..1; None of a model that tells no place.
        model: its name.
    """

    duration_s: float
    looks: int
    of_looks: int
    score: float
    area_share: float | None = None
    model: str = ""


Measures: TypeAlias = (
    LineCrossingMeasures
    | IntrusionMeasures
    | LoiteringMeasures
    | CrowdingMeasures
    | CongestionMeasures
    | QueueMeasures
    | SpillbackMeasures
    | StoppedVehicleMeasures
    | CameraDownMeasures
    | WrongWayMeasures
    | PedestrianMeasures
    | CollisionMeasures
    | SlowVehicleMeasures
    | SpeedingMeasures
    | LaneMeasures
    | RunningMeasures
    | CameraFrozenMeasures
    | CameraDarkMeasures
    | CameraBlurredMeasures
    | CameraCoveredMeasures
    | CameraMovedMeasures
    | CameraClockMeasures
    | RedLightMeasures
    | DebrisMeasures
    | AbandonedObjectMeasures
    | LitteringMeasures
    | EncroachmentMeasures
    | SightingMeasures
)

MEASURES_OF: Final[Mapping[EventKind, type[Measures]]] = {
    EventKind.LINE_CROSSING: LineCrossingMeasures,
    EventKind.INTRUSION: IntrusionMeasures,
    EventKind.LOITERING: LoiteringMeasures,
    EventKind.CROWDING: CrowdingMeasures,
    EventKind.CONGESTION: CongestionMeasures,
    EventKind.QUEUE: QueueMeasures,
    EventKind.SPILLBACK: SpillbackMeasures,
    EventKind.STOPPED_VEHICLE: StoppedVehicleMeasures,
    EventKind.CAMERA_DOWN: CameraDownMeasures,
    EventKind.RUNNING: RunningMeasures,
    EventKind.WRONG_WAY: WrongWayMeasures,
    EventKind.PEDESTRIAN: PedestrianMeasures,
    EventKind.COLLISION: CollisionMeasures,
    EventKind.SLOW_VEHICLE: SlowVehicleMeasures,
    EventKind.ILLEGAL_PARKING: StoppedVehicleMeasures,
    EventKind.SPEEDING: SpeedingMeasures,
    EventKind.LANE: LaneMeasures,
    EventKind.NO_CROSSING: LineCrossingMeasures,
    EventKind.CAMERA_FROZEN: CameraFrozenMeasures,
    EventKind.CAMERA_DARK: CameraDarkMeasures,
    EventKind.CAMERA_BLURRED: CameraBlurredMeasures,
    EventKind.CAMERA_COVERED: CameraCoveredMeasures,
    EventKind.CAMERA_MOVED: CameraMovedMeasures,
    EventKind.CAMERA_CLOCK: CameraClockMeasures,
    EventKind.RED_LIGHT: RedLightMeasures,
    EventKind.DEBRIS: DebrisMeasures,
    EventKind.ABANDONED_OBJECT: AbandonedObjectMeasures,
    EventKind.LITTERING: LitteringMeasures,
    EventKind.ENCROACHMENT: EncroachmentMeasures,
    EventKind.SMOKE_FIRE: SightingMeasures,
    EventKind.FLOODING: SightingMeasures,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that proves an event: `path` relative to the evidence folder; `captured_ns`, UTC, of its frame."""

    path: str
    captured_ns: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a second look, or a person, says of an event.

    Attributes:
        says: of a person confirmed (a true alert) or rejected (a false one).
        by: `model:NAME`, `http:HOST` or `person:NAME`.
        at_ns: UTC.
        reason: in their words.
    """

    says: Says
    by: str
    at_ns: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One revision of an event.

    Attributes:
        event_id: minted once; found again after restart or reconnect by camera, rule, zone and place.
        revision: 1, 2, …
        rule_id: the rule of the scene that found it.
        confidence: 0..1.
        started_ns: UTC, when its definition began to hold.
        at_ns: UTC of this revision.
        zone: the zone, line, lane or group of lanes of the scene, empty for the whole camera.
        track_ids: tracks involved, within the camera's epoch.
        class_ids: their classes (`core.taxonomy`).
        box: left, top, right, bottom of the place in the scene's reference pixels, None when it has none.
        position: longitude, latitude, None when unknown.
        pictures: the evidence, oldest first.
        end_reason: None until it has ended.
        view: the preset of a turning camera in which `zone` and `box` lie; empty for a fixed camera.
        verdict: of a second look or a person, None while nobody has looked.
    """

    event_id: str
    revision: int
    kind: EventKind
    phase: Phase
    severity: Severity
    confidence: float
    started_ns: int
    at_ns: int
    camera_id: str
    rule_id: str
    zone: str
    measures: Measures
    track_ids: tuple[int, ...] = ()
    class_ids: tuple[int, ...] = ()
    box: tuple[float, float, float, float] | None = None
    position: tuple[float, float] | None = None
    pictures: tuple[Picture, ...] = ()
    end_reason: EndReason | None = None
    view: str = ""
    verdict: Verdict | None = None
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class Member:
    """An event in an incident, by its latest revision that is known."""

    event_id: str
    revision: int
    kind: EventKind
    role: Role
    phase: Phase
    camera_id: str
    zone: str
    started_ns: int
    at_ns: int
    view: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """Events of one cause: what an operator sees as one row.

    What it says depends on the events alone: the same ones give the same incident with the same revision, whatever
    their order.

    Attributes:
        incident_id: from the event in it that started first.
        revision: the sum of its events' revisions: it rises with each change, and leaves numbers out.
        phase: ended when all its events are; a late effect opens it again.
        kind: of its cause.
        cause: the event that explains the others.
        severity: the highest of its events.
        started_ns: UTC, when its first event began.
        at_ns: UTC of the newest revision among its events.
        camera_id: that of the cause, as are `zone`, `view` and `position` (longitude, latitude).
        cameras: that see something of it.
        members: its events, the cause first, then by their start.
        more: further events, of more than `members` holds.
        merged_into: the incident that took over, where two turned out to be one; empty for the others.
        verdict: that of the cause.
    """

    incident_id: str
    revision: int
    phase: Phase
    kind: EventKind
    cause: str
    severity: Severity
    started_ns: int
    at_ns: int
    camera_id: str
    zone: str
    cameras: tuple[str, ...]
    members: tuple[Member, ...]
    position: tuple[float, float] | None = None
    view: str = ""
    more: int = 0
    merged_into: str = ""
    verdict: Verdict | None = None
    schema_version: int = SCHEMA_VERSION


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
