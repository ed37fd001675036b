"""What is fixed about kinds of events: records of DATEX II that exist, filled from measures that exist."""

from __future__ import annotations

import pytest

from core.events import EventKind
from core.kinds import KINDS, MEASURES_OF, Datex

PUBLISHED = {
    ("AbnormalTraffic", "abnormalTrafficType"): {"stationaryTraffic", "queuingTraffic", "slowTraffic", "heavyTraffic"},
    ("VehicleObstruction", "vehicleObstructionType"): {
        *("abandonedVehicle", "brokenDownVehicle", "damagedVehicle", "slowVehicle", "vehicleOnFire", "other"),
        *("vehicleOnWrongCarriageway", "vehicleStuck", "prohibitedVehicleOnTheRoad", "recklessDriver"),
    },
    ("GeneralObstruction", "obstructionType"): {"objectOnTheRoad", "obstructionOnTheRoad", "peopleOnRoadway", "debris"},
    ("Accident", "accidentType"): {"accident", "collision", "multipleVehicleAccident", "other"},
    ("PoorEnvironmentConditions", "poorEnvironmentType"): {"smokeHazard", "nearbyFire", "nearbyFlooding"},
    ("EnvironmentalObstruction", "environmentalObstructionType"): {"flashFloods", "flooding", "smokeOrFumes"},
    ("EquipmentOrSystemFault", "equipmentOrSystemFaultType"): {"notWorking", "workingIncorrectly", "outOfService"},
}
"""Of each record of `DATEXII_3_Situation.xsd` the values that concern us."""
MEASURED = {
    ("AbnormalTraffic", "queueLength"),
    ("AbnormalTraffic", "numberOfVehiclesWaiting"),
}


@pytest.mark.parametrize(("kind", "datex"), [(k, a.datex) for k, a in KINDS.items() if isinstance(a.datex, Datex)])
def test_its_record_is_one_that_is_published(kind: str, datex: Datex) -> None:
    values = {datex.value, *(datex.by[1].values() if datex.by else ())}
    assert values <= PUBLISHED[datex.record, datex.element]
    assert {(datex.record, element) for element in datex.measures} <= MEASURED
    assert set(datex.fixed.values()) <= {"cctvCameras"}
    if kind in set(EventKind):
        known = MEASURES_OF[EventKind(kind)].__dataclass_fields__.keys()
        assert {*datex.measures.values(), *([datex.by[0]] if datex.by else ())} <= known


def test_the_lack_of_a_record_is_stated_with_its_reason() -> None:
    lacks = [about.datex for about in KINDS.values() if isinstance(about.datex, str)]
    assert lacks and all(len(reason) > 20 for reason in lacks)
    assert all(about.source for about in KINDS.values())
