"""All kinds of events that the city asks for: what each is in DATEX II, who may see it, where its definition is from.

Those with a rule are members of `core.events.EventKind`; the others are known by name until one raises them. Names and
definitions in words are in the catalogue: `kind-…` and `definition-…`.

DATEX II: records and elements of the Situation model, version 3 (https://docs.datex2.eu/v3.5/, schema
`DATEXII_3_Situation.xsd`, namespace http://datex2.eu/schema/3/situation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from core.events import EventKind
from core.measures import (
    AbandonedObjectMeasures,
    CameraBlurredMeasures,
    CameraClockMeasures,
    CameraCoveredMeasures,
    CameraDarkMeasures,
    CameraDownMeasures,
    CameraFrozenMeasures,
    CameraMovedMeasures,
    CollisionMeasures,
    CongestionMeasures,
    CrowdingMeasures,
    DebrisMeasures,
    EncroachmentMeasures,
    FightMeasures,
    IntrusionMeasures,
    LaneMeasures,
    LineCrossingMeasures,
    LitteringMeasures,
    LoiteringMeasures,
    Measures,
    PedestrianMeasures,
    QueueMeasures,
    RedLightMeasures,
    RunningMeasures,
    SightingMeasures,
    SlowVehicleMeasures,
    SpeedingMeasures,
    SpillbackMeasures,
    StoppedVehicleMeasures,
    WrongWayMeasures,
)


class Sharing(StrEnum):
    """What an event tells of whom, which decides who may get it unless a policy says otherwise."""

    TRAFFIC = "traffic"
    """Of traffic as a whole, of nobody in it."""
    SAFETY = "safety"
    """Of a danger that somebody must act on at once. Its picture may show people and plates."""
    CONDUCT = "conduct"
    """Of what one person or vehicle did: personal data, for those with a legal basis."""
    OPERATION = "operation"
    """Of the equipment alone."""


@dataclass(frozen=True, slots=True)
class Datex:
    """A situation record of DATEX II, version 3.

    Attributes:
        record: the concrete type of the record.
        element: of it, that says what it is; value: of that element.
        by: the measure that decides `value`, and the value for each of its own; empty: `value` always.
        measures: further elements, each with the measure that fills it.
        fixed: further elements with their one value.
    """

    record: str
    element: str
    value: str
    by: tuple[str, Mapping[str, str]] | None = None
    measures: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KindAbout:
    """What is fixed about a kind of event.

    Attributes:
        datex: its record, or why DATEX II has none, in words.
        source: where the definition and its defaults are from.
    """

    sharing: Sharing
    datex: Datex | str
    source: str


def _vehicle(value: str) -> Datex:
    return Datex("VehicleObstruction", "vehicleObstructionType", value)


def _camera(fault: str) -> Datex:
    fixed = {"faultyEquipmentOrSystemType": "cctvCameras"}
    return Datex("EquipmentOrSystemFault", "equipmentOrSystemFaultType", fault, fixed=fixed)


_QUEUE: Final = {"queueLength": "length", "numberOfVehiclesWaiting": "vehicles"}
_NO_OFFENCES: Final = "the Situation model has no offences of single road users"
_NO_SECURITY: Final = "the Situation model is about traffic, not about the security of places"

KINDS: Final[Mapping[str, KindAbout]] = {
    "traffic.congestion": KindAbout(
        Sharing.TRAFFIC,
        Datex(
            "AbnormalTraffic",
            "abnormalTrafficType",
            "slowTraffic",
            by=("level", {level: f"{level}Traffic" for level in ("heavy", "slow", "queuing", "stationary")}),
        ),
        "DATEX II, AbnormalTrafficTypeEnum",
    ),
    "traffic.queue": KindAbout(
        Sharing.TRAFFIC,
        Datex("AbnormalTraffic", "abnormalTrafficType", "queuingTraffic", measures=_QUEUE),
        "PTV Vissim, queue counters; SUMO's queue output (5 km/h)",
    ),
    "traffic.spillback": KindAbout(
        Sharing.TRAFFIC,
        Datex("AbnormalTraffic", "abnormalTrafficType", "queuingTraffic", measures=_QUEUE),
        "traffic engineering practice",
    ),
    "incident.stopped_vehicle": KindAbout(
        Sharing.SAFETY,
        _vehicle("brokenDownVehicle"),
        "commercial incident detection; the UK specification (National Highways) asks for detection within "
        "20 s, others define 5 mph for 120 s (VSS)",
    ),
    "incident.wrong_way": KindAbout(
        Sharing.SAFETY, _vehicle("vehicleOnWrongCarriageway"), "commercial incident detection"
    ),
    "incident.pedestrian_on_carriageway": KindAbout(
        Sharing.SAFETY,
        Datex("GeneralObstruction", "obstructionType", "peopleOnRoadway"),
        "restricted areas of video surveillance systems (VSS)",
    ),
    "incident.collision": KindAbout(
        Sharing.SAFETY,
        Datex("Accident", "accidentType", "collision"),
        "behaviour analytics of video surveillance systems (VSS)",
    ),
    "incident.slow_vehicle": KindAbout(Sharing.SAFETY, _vehicle("slowVehicle"), "commercial incident detection"),
    "incident.debris": KindAbout(
        Sharing.SAFETY,
        Datex("GeneralObstruction", "obstructionType", "objectOnTheRoad"),
        "commercial incident detection",
    ),
    "incident.smoke_fire": KindAbout(
        Sharing.SAFETY, Datex("PoorEnvironmentConditions", "poorEnvironmentType", "smokeHazard"), "Axxon"
    ),
    "violation.red_light": KindAbout(Sharing.CONDUCT, _NO_OFFENCES, "guidance on traffic law"),
    "violation.illegal_parking": KindAbout(
        Sharing.CONDUCT, _vehicle("other"), "i-LIDS, parked vehicles (60 s); no type of its own in DATEX II"
    ),
    "violation.speeding": KindAbout(Sharing.CONDUCT, _NO_OFFENCES, "practice of section control"),
    "violation.lane": KindAbout(Sharing.CONDUCT, _NO_OFFENCES, "traffic law"),
    "violation.no_crossing": KindAbout(Sharing.CONDUCT, _NO_OFFENCES, "traffic law"),
    "security.intrusion": KindAbout(
        Sharing.SAFETY, _NO_SECURITY, "restricted areas of video surveillance systems (VSS)"
    ),
    "security.line_crossing": KindAbout(Sharing.SAFETY, _NO_SECURITY, "the tripwire of video surveillance systems"),
    "security.loitering": KindAbout(Sharing.CONDUCT, _NO_SECURITY, "30 s (Axxon) to 60 s (metro operators)"),
    "security.crowding": KindAbout(
        Sharing.SAFETY,
        "DisturbanceActivity knows a crowd only as one that disrupts traffic, and this one may stand anywhere",
        "crowd science (G. K. Still)",
    ),
    "security.running": KindAbout(Sharing.CONDUCT, _NO_SECURITY, "behaviour analytics; people walk at 5 km/h"),
    "security.abandoned_object": KindAbout(Sharing.SAFETY, _NO_SECURITY, "i-LIDS, Axxon"),
    "security.fight_suspected": KindAbout(
        Sharing.CONDUCT, _NO_SECURITY, "behaviour analytics; two who walk close in at 10 km/h"
    ),
    "environment.encroachment": KindAbout(
        Sharing.CONDUCT, "the Situation model has no use of pavements", "the city's list of problems"
    ),
    "environment.littering": KindAbout(
        Sharing.CONDUCT, "the Situation model has no dumping of waste", "the city's list of problems"
    ),
    "environment.flooding": KindAbout(
        Sharing.SAFETY,
        Datex("EnvironmentalObstruction", "environmentalObstructionType", "flooding"),
        "the city's list of problems",
    ),
    "camera.down": KindAbout(Sharing.OPERATION, _camera("notWorking"), "users' requests"),
    "camera.frozen": KindAbout(Sharing.OPERATION, _camera("workingIncorrectly"), "users' requests"),
    "camera.dark": KindAbout(Sharing.OPERATION, _camera("workingIncorrectly"), "users' requests"),
    "camera.blurred": KindAbout(Sharing.OPERATION, _camera("workingIncorrectly"), "users' requests"),
    "camera.moved": KindAbout(Sharing.OPERATION, _camera("workingIncorrectly"), "users' requests"),
    "camera.covered": KindAbout(Sharing.OPERATION, _camera("workingIncorrectly"), "users' requests"),
    "camera.clock": KindAbout(Sharing.OPERATION, _camera("workingIncorrectly"), "users' requests"),
}
"""In the order of the documents."""

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
    EventKind.FIGHT: FightMeasures,
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
"""The measures of each kind that has a rule."""
