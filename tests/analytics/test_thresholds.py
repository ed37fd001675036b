"""Thresholds are proposed from verdicts, with what they would have changed, and only higher."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.thresholds import FIGURES, Share, propose
from core.events import Event, EventKind, Phase, Says
from core.kinds import MEASURES_OF
from core.measures import (
    CollisionMeasures,
    CrowdingMeasures,
    LaneMeasures,
    Measures,
    SpeedingMeasures,
    StoppedVehicleMeasures,
)
from scenes.rules import SPECS, CrowdingSpec
from tests.support.records import an_event

TRUE, FALSE = Says.CONFIRMED, Says.REJECTED


def stopped(seconds: float, says: Says, camera: str = "cam-1") -> tuple[Event, Says]:
    event = an_event(1, camera=camera, kind=EventKind.STOPPED_VEHICLE)
    return replace(event, phase=Phase.ENDED, measures=StoppedVehicleMeasures(seconds, "m/s")), says


def test_the_least_value_that_takes_the_false_alerts_and_no_true_one() -> None:
    false = [stopped(seconds, FALSE) for seconds in (10.2, 11.0, 12.4, 13.1, 40.0, 12.0)]
    true = [stopped(seconds, TRUE) for seconds in (18.0, 25.0, 30.0, 60.0, 14.0)]
    (one,) = propose([*false, *true])
    assert (one.parameter, one.value, one.few) == ("for_s", 13.2, False)
    assert (one.gone.found, one.gone.of, one.lost.found, one.lost.of) == (5, 6, 0, 5)
    assert one.gone.low < 5 / 6 < one.gone.high
    assert one.lost.low == 0 and one.lost.high == pytest.approx(0.434, abs=0.001)


def test_what_true_alerts_may_be_lost_is_the_asker_s_choice() -> None:
    judged = [stopped(20.0, FALSE), stopped(30.0, FALSE), stopped(25.0, TRUE), stopped(50.0, TRUE)]
    assert propose(judged)[0].gone.found == 1
    (one,) = propose(judged, most_lost=0.5)
    assert (one.gone.found, one.lost.found, one.few) == (2, 1, True)


def test_each_camera_and_rule_has_its_own_and_where_nothing_helps_it_says_so() -> None:
    judged = [stopped(20.0, FALSE, "a"), stopped(30.0, TRUE, "a"), stopped(40.0, FALSE, "b"), stopped(30.0, TRUE, "b")]
    here, there = propose(judged)
    assert (here.camera_id, here.value) == ("a", 20.1)
    assert (there.camera_id, there.value, there.gone.found, there.lost.of) == ("b", None, 0, 1)


def test_only_persons_judge_and_without_a_false_alert_there_is_nothing_to_propose() -> None:
    assert propose([stopped(20.0, TRUE)]) == []
    assert propose([stopped(20.0, Says.UNSURE), stopped(20.0, Says.UNVERIFIED)]) == []


def test_a_kind_whose_rule_has_no_such_parameter_proposes_none() -> None:
    event = an_event(1, kind=EventKind.LOITERING)
    crossing = replace(event, kind=EventKind.LINE_CROSSING, phase=Phase.ENDED)
    assert propose([(crossing, FALSE)])[0].value is None


def test_speeding_is_proposed_as_its_rule_is_written() -> None:
    event = replace(an_event(1), kind=EventKind.SPEEDING, phase=Phase.ENDED)
    judged = [
        (replace(event, measures=SpeedingMeasures(speed, 10.0, 30.0)), says)
        for speed, says in ((11.2, FALSE), (11.5, FALSE), (13.0, TRUE))
    ]
    (one,) = propose(judged)
    assert (one.parameter, one.value, one.gone.found) == ("tolerance", 0.16, 2)


@pytest.mark.parametrize("kind", FIGURES)
def test_every_parameter_that_may_be_proposed_is_one_of_the_rule(kind: EventKind) -> None:
    assert FIGURES[kind].keys() <= SPECS[kind].model_fields.keys()
    assert MEASURES_OF[kind]


@given(st.lists(st.tuples(st.floats(0, 200), st.booleans()), min_size=1, max_size=30))
def test_what_is_promised_is_what_the_judged_alerts_would_have_shown(values: list[tuple[float, bool]]) -> None:
    judged = [stopped(value, TRUE if is_true else FALSE) for value, is_true in values]
    for one in propose(judged):
        if one.value is None:
            continue
        assert one.gone.found == sum(value < one.value and not is_true for value, is_true in values) > 0
        assert one.lost.found == sum(value < one.value and is_true for value, is_true in values) == 0
        assert 0 <= one.gone.low <= one.gone.found / one.gone.of <= one.gone.high <= 1


def test_a_share_of_nothing_says_nothing() -> None:
    assert Share.count(0, 0) == Share(0, 0, 0.0, 1.0)


def ended(kind: EventKind, measures: Measures, says: Says) -> tuple[Event, Says]:
    return replace(an_event(1, kind=kind), phase=Phase.ENDED, measures=measures), says


def test_what_is_still_open_has_not_shown_how_long_it_lasts() -> None:
    event, says = stopped(15.0, FALSE)
    assert propose([(replace(event, phase=Phase.UPDATED), says), stopped(40.0, TRUE)]) == []


def test_a_number_of_people_is_a_whole_one_and_above_the_default() -> None:
    def crowd(count: int, says: Says) -> tuple[Event, Says]:
        return ended(EventKind.CROWDING, CrowdingMeasures(count, 30.0), says)

    (one,) = propose([crowd(10, FALSE), crowd(12, FALSE), crowd(20, TRUE)])
    assert (one.parameter, one.value) == ("count", 13)
    CrowdingSpec.model_validate({"zone": "z", one.parameter: one.value})
    (one,) = propose([crowd(5, FALSE), crowd(6, FALSE), crowd(9, TRUE)])
    assert one.value is None


@pytest.mark.parametrize(
    ("kind", "false", "true"),
    [
        (
            EventKind.COLLISION,
            CollisionMeasures(30.0, 10.0, 9.5, 1),
            CollisionMeasures(30.0, 10.0, 20.0, 1),
        ),
        (EventKind.LANE, LaneMeasures("forbidden_turn", 3.0), LaneMeasures("forbidden_turn", 9.0)),
    ],
)
def test_what_does_not_decide_is_not_proposed(kind: EventKind, false: Measures, true: Measures) -> None:
    assert propose([ended(kind, false, FALSE), ended(kind, true, TRUE)])[0].value is None
