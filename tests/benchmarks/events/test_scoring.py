"""Alerts beside truth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchmarks.events.event_truth import Cause, TrueEvent
from benchmarks.events.intervals import mean_interval, poisson, wilson
from benchmarks.events.kinds import SWEEP
from benchmarks.events.scoring import LEAST_INCIDENTS, Alert, Score, default, score

STOP = "incident.stopped_vehicle"
WALK = "incident.pedestrian_on_carriageway"


def _truth(
    at: float = 100.0, *, cause: Cause = "incident", kind: str = STOP, user: int = 1, zone: str = "z"
) -> TrueEvent:
    track = tuple((at + t, 10.0, 0.0) for t in range(60))
    return TrueEvent(kind, cause, user, at, at + 10.0, at + 60.0, zone, 4.0, track, user)


def _alert(at: float, x: float = 10.0, *, kind: str = STOP, zone: str = "z", until: float = 1e9) -> Alert:
    return Alert(kind, f"{kind}:{zone}", zone, at, until, x, 0.0)


def test_the_first_alert_near_the_user_detects_and_the_second_is_a_duplicate() -> None:
    found = score(STOP, [_alert(112.0), _alert(130.0)], [_truth()], 3600.0, "r")
    assert found.delays_s == (2.0,)
    assert found.verdicts == {"right": 1, "duplicate": 1}
    assert found.false == 1


@pytest.mark.parametrize(("at", "x"), [(90.0, 10.0), (180.0, 10.0), (112.0, 40.0)])
def test_an_alert_too_early_too_late_or_elsewhere_is_false_and_the_incident_missed(at: float, x: float) -> None:
    found = score(STOP, [_alert(at, x)], [_truth()], 3600.0, "r")
    assert not found.delays_s
    assert found.verdicts == {"phantom": 1}


@pytest.mark.parametrize(
    ("cause", "verdict"), [("decoy", "decoy"), ("among", "queue"), ("alone", "neutral"), ("incident", "right")]
)
def test_what_was_there_decides_what_an_alert_is(cause: Cause, verdict: str) -> None:
    found = score(STOP, [_alert(112.0)], [_truth(cause=cause)], 3600.0, "r")
    assert found.verdicts == {verdict: 1}
    assert found.incidents == (cause == "incident")


def test_while_an_alert_on_a_zone_lasts_others_who_walk_there_are_detected_with_it() -> None:
    first, second = _truth(kind=WALK, user=1), _truth(120.0, kind=WALK, user=2)
    alert = _alert(111.0, kind=WALK)
    both = score(WALK, [alert], [first, second], 3600.0, "r")
    assert (both.incidents, len(both.delays_s), both.alerts) == (2, 2, 1)
    short = _alert(111.0, kind=WALK, until=115.0)
    assert len(score(WALK, [short], [first, second], 3600.0, "r").delays_s) == 1


def test_whom_the_definition_nearly_holds_for_excuses_one_alert_near_him() -> None:
    nearly = _truth(cause="nearly")
    found = score(STOP, [_alert(112.0), _alert(130.0)], [nearly], 3600.0, "r")
    assert found.verdicts == {"neutral": 1, "duplicate": 1}
    away = score(WALK, [_alert(112.0, 40.0, kind=WALK)], [_truth(cause="nearly", kind=WALK)], 3600.0, "r")
    assert away.false == 1


def test_who_stands_beside_an_incident_excuses_one_alert() -> None:
    """After a collision both vehicles stand, and the camera sees too little of one for it to count."""
    both = [_truth(), _truth(user=2, cause="alone")]
    assert score(STOP, [_alert(112.0), _alert(113.0)], both, 3600.0, "r").verdicts == {"right": 1, "neutral": 1}
    found = score(STOP, [_alert(112.0), _alert(113.0), _alert(130.0)], both, 3600.0, "r")
    assert found.verdicts == {"right": 1, "neutral": 1, "duplicate": 1}


def test_an_alert_on_a_zone_that_somebody_at_its_edge_began_detects_who_comes_in() -> None:
    edge, comes = _truth(kind=WALK, cause="nearly"), _truth(120.0, kind=WALK, user=2)
    found = score(WALK, [_alert(111.0, kind=WALK)], [edge, comes], 3600.0, "r")
    assert (found.delays_s, found.verdicts) == ((0.0,), {"neutral": 1})


def test_what_was_told_of_a_place_while_it_nearly_held_is_told_when_it_holds() -> None:
    place = "traffic.spillback"
    nearly = _truth(cause="alone", kind=place, user=-1)
    holds = _truth(150.0, kind=place, user=-1)
    open_then, over = _alert(112.0, kind=place), _alert(112.0, kind=place, until=140.0)
    found = score(place, [open_then], [nearly, holds], 3600.0, "r")
    assert (found.delays_s, found.verdicts) == ((0.0,), {"neutral": 1})
    assert not score(place, [over], [nearly, holds], 3600.0, "r").delays_s


def test_who_drives_fast_is_between_the_places_that_are_kept_of_him() -> None:
    fast = TrueEvent(STOP, "incident", 1, 100, 102, 104, "z", 4.0, tuple((100.0 + t, 22.0 * t, 0.0) for t in range(5)))
    assert fast.away_m(102.5, 55.0, 0.0) == pytest.approx(0.0)
    assert fast.away_m(104.5, 88.0, 3.0) == pytest.approx(3.0)


def test_only_the_rule_as_it_is_by_default_counts() -> None:
    copy = Alert(STOP, f"{SWEEP}:for_s:3:z", "z", 112.0, 1e9, 10.0, 0.0)
    assert default([copy, _alert(112.0), _alert(112.0, kind="traffic.queue")], STOP) == [_alert(112.0)]


def test_one_incident_at_two_cameras_is_two_chances_and_one_incident() -> None:
    one = score(STOP, [_alert(112.0)], [_truth()], 3600.0, "r")
    both = one + score(STOP, [], [_truth()], 3600.0, "r")
    figures = both.figures()
    assert (figures["incidents"], figures["distinct_incidents"], figures["detection_rate"]) == (2, 1, 0.5)
    assert figures["false_per_camera_day"] == 0.0


def test_a_figure_counts_only_with_enough_incidents_and_days() -> None:
    assert not Score(incidents=LEAST_INCIDENTS, camera_s=29 * 86_400.0).enough
    assert not Score(incidents=LEAST_INCIDENTS - 1, camera_s=31 * 86_400.0).enough
    assert Score(incidents=LEAST_INCIDENTS, camera_s=31 * 86_400.0).enough


def test_without_a_denominator_there_is_no_figure() -> None:
    figures = Score().figures()
    assert figures["detection_rate"] is figures["false_share"] is figures["false_per_camera_day"] is None


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_shares_have_the_interval_of_wilson(case: tuple[int, int]) -> None:
    found, of = case
    expected = stats.binomtest(found, of).proportion_ci(method="wilson")
    assert wilson(found, of) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(st.integers(0, 300), st.floats(0.1, 50.0))
def test_rates_have_the_exact_interval(count: int, days: float) -> None:
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    high = stats.chi2.ppf(0.975, 2 * count + 2) / 2
    assert poisson(count, days) == pytest.approx((low / days, high / days), rel=1e-5, abs=1e-6)


def test_a_mean_of_one_value_has_no_interval() -> None:
    assert mean_interval([3.0]) is None
    assert mean_interval([1.0, 1.0]) == (1.0, 1.0)
