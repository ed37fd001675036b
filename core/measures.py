"""What events have measured: one small class for each kind, or for several. `core.kinds.MEASURES_OF` says which."""

from __future__ import annotations

from typing import TypeAlias

from core.immutable import immutable


@immutable
class LineCrossingMeasures:
    """`direction`: forward (left to right of start → end) or backward; `speed_mps`: None uncalibrated."""

    direction: str
    speed_mps: float | None = None


@immutable
class IntrusionMeasures:
    """`count`: most tracks inside at once; `duration_s`: since the first entered."""

    count: int
    duration_s: float


@immutable
class LoiteringMeasures:
    """`dwell_s`: the track's time in the zone so far."""

    dwell_s: float


@immutable
class CrowdingMeasures:
    """`count`: most people inside at once; `density_per_m2`: None uncalibrated; `duration_s`: above the limit."""

    count: int
    duration_s: float
    density_per_m2: float | None = None


@immutable
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


@immutable
class QueueMeasures:
    """`length` now and `longest` so far, in `unit`: `m` or `car lengths`; `vehicles`: most of all lanes at once;
    `duration_s`: so far.
    """

    length: float
    longest: float
    vehicles: int
    duration_s: float
    unit: str


@immutable
class SpillbackMeasures:
    """`length` now of the longest queue that reaches the line, in `unit`: `m` or `car lengths`; `vehicles` in all;
    `duration_s`: so far.
    """

    length: float
    vehicles: int
    duration_s: float
    unit: str


@immutable
class StoppedVehicleMeasures:
    """`stopped_s`: time at rest so far; `unit`: what the stop speed was measured in, `m/s` or `box lengths/s`."""

    stopped_s: float
    unit: str


@immutable
class WrongWayMeasures:
    """`duration_s`: so far; `way_m`: driven against the direction so far, `speed_mps` now; both None uncalibrated."""

    duration_s: float
    way_m: float | None = None
    speed_mps: float | None = None


@immutable
class PedestrianMeasures:
    """`count`: most people on the carriageway at once; `duration_s`: since the first came."""

    count: int
    duration_s: float


@immutable
class CollisionMeasures:
    """`stopped_s`: at rest so far; `speed_mps` before, `deceleration_mps2` at most; `others`: who met with it."""

    stopped_s: float
    speed_mps: float
    deceleration_mps2: float
    others: int


@immutable
class SlowVehicleMeasures:
    """`duration_s`: so slow so far; `share`: of the usual speed; `speed_mps` now and `usual_mps`: None uncalibrated."""

    duration_s: float
    share: float
    speed_mps: float | None = None
    usual_mps: float | None = None


@immutable
class SpeedingMeasures:
    """`speed_mps`: mean over `way_m` of way above the limit; `limit_mps`. An indication, not for fines."""

    speed_mps: float
    limit_mps: float
    way_m: float


@immutable
class LaneMeasures:
    """`what`: `closed_lane` or `forbidden_turn`; `duration_s`: on the lane, or from entry to exit."""

    what: str
    duration_s: float


@immutable
class RunningMeasures:
    """`duration_s`: so far; `speed_mps` now, None uncalibrated."""

    duration_s: float
    speed_mps: float | None = None


@immutable
class FightMeasures:
    """`count`: most at once so far; `duration_s`: so far; `approach_mps`: how fast two of them closed in at most, by
    their boxes uncalibrated.
    """

    count: int
    duration_s: float
    approach_mps: float


@immutable
class CameraDownMeasures:
    """`silent_s`: time without a frame so far; `reason`: what the source last said, empty when it only stopped; `code`:
    the same for machines, such as `login`, `timeout`, `lost`.
    """

    silent_s: float
    reason: str = ""
    code: str = ""


@immutable
class CameraFrozenMeasures:
    """`duration_s`: without a change so far."""

    duration_s: float


@immutable
class CameraDarkMeasures:
    """`duration_s`: so far; `light`: brightness (0..255) that 1 % of the picture exceeds."""

    duration_s: float
    light: float


@immutable
class CameraBlurredMeasures:
    """`duration_s`: so far; `sharpness`: of edges, as a share of the usual."""

    duration_s: float
    sharpness: float


@immutable
class CameraCoveredMeasures:
    """`duration_s`: so far; `hidden`: share of what the picture usually shows."""

    duration_s: float
    hidden: float


@immutable
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


@immutable
class CameraClockMeasures:
    """`ahead_s`: how far the camera's clock is ahead of ours, negative: behind; `duration_s`: so far."""

    duration_s: float
    ahead_s: float


@immutable
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


@immutable
class DebrisMeasures:
    """`duration_s`: it has been there so far; `size`: its longer side, in `unit`: `m`, or uncalibrated `px`."""

    duration_s: float
    size: float
    unit: str


@immutable
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


@immutable
class LitteringMeasures:
    """`duration_s`: who left it has been away so far; `size`: its longer side, in `unit`: `m`, or uncalibrated `px`;
    `owner`: the track of who left it, within the camera's epoch.
    """

    duration_s: float
    size: float
    unit: str
    owner: int


@immutable
class EncroachmentMeasures:
    """`duration_s`: it has been there so far; `what`: `goods` or `vehicle`; `size`: its longer side, in `unit`: `m`, or
    uncalibrated `px`.
    """

    duration_s: float
    what: str
    size: float
    unit: str


@immutable
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
    | FightMeasures
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
