"""What was published waits to be numbered, no more of it than the bound allows."""

from __future__ import annotations

from core.records import Record
from sinks.intake import Intake
from tests.support.records import a_measurement, a_track, an_event, an_incident


def test_it_gives_out_all_that_waits_once_in_order_with_its_time() -> None:
    intake = Intake(10)
    records: list[Record] = [an_event(1), a_track(2), a_measurement(3)]
    assert intake.add(records[:2], 5) == intake.add(records[2:], 6) == []
    assert len(intake) == 3
    assert intake.take() == [(5, records[0]), (5, records[1]), (6, records[2])]
    assert intake.take() == []


def test_beyond_the_bound_the_oldest_measurements_go_before_the_oldest_events() -> None:
    intake = Intake(3)
    records: list[Record] = [an_event(1), a_measurement(2), an_incident(), a_track(4), an_event(5)]
    assert [record for _, record in intake.add(records, 5)] == [a_measurement(2), a_track(4)]
    assert [record for _, record in intake.add([an_event(6)], 6)] == [an_event(1)]
    assert [record for _, record in intake.take()] == [an_incident(), an_event(5), an_event(6)]
