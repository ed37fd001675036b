from __future__ import annotations

from analytics.stories import Story
from core.explanation import Amount, Reason, Reasons, reason

SECOND = 1_000_000_000


def stands(speed: float) -> Reason:
    return reason("stands", speed < 3, value=Amount(speed, "km-h"), limit=Amount(3.0, "km-h"))


def waited(seconds: float) -> Reason:
    times = {"value": Amount(seconds, "s", grows=True), "limit": Amount(10.0, "s"), "gap": Amount(1.0, "s")}
    return reason("waited", seconds >= 10, of="track", **times)


def told(*frames: Reasons) -> Story:
    """A story of frames one second apart."""
    story = Story()
    for second, said in enumerate(frames):
        story.add(said, second * SECOND, SECOND)
    return story


def test_what_stays_the_same_is_one_period_with_the_span_of_its_numbers() -> None:
    story = told((stands(9.0),), (stands(4.0),), (stands(2.0),), (stands(1.0),), (stands(6.0),))
    times = [(p.from_ns // SECOND, p.to_ns // SECOND, p.last.holds) for p in story.periods]
    assert times == [(0, 1, False), (2, 3, True), (4, 4, False)]
    assert [(p.low["value"], p.high["value"]) for p in story.periods] == [(4, 9), (1, 2), (6, 6)]
    assert story.periods[0].said("en") == "does not stand: 4–9 km/h, wanted < 3 km/h"


def test_lost_waiting_says_how_much_and_why() -> None:
    story = told((stands(2.0), waited(0.0)), (stands(2.0), waited(4.0)), (stands(7.0), waited(5.0)), (stands(8.0),))
    (reset,) = [p for p in story.periods if p.last.message == "explain-reset"]
    assert reset.from_ns == 3 * SECOND
    said = reset.said("en")
    assert "after 5 s of 10 s" in said and "the 1 s allowed: does not stand: 8 km/h" in said


def test_waiting_that_begins_anew_at_once_is_lost_too_and_another_period() -> None:
    story = told((stands(2.0), waited(4.0)), (stands(7.0), waited(5.0)), (stands(2.0), waited(0.0)))
    assert [p.last.message for p in story.periods].count("explain-waited") == 2
    (reset,) = [p for p in story.periods if p.last.message == "explain-reset"]
    assert "does not stand: 7 km/h" in reset.said("en")


def test_waiting_lost_though_all_held_blames_the_missing_frames() -> None:
    story = Story()
    story.add((stands(1.0), waited(6.0)), 0, SECOND)
    story.add((stands(1.0), waited(0.0)), 5 * SECOND, 5 * SECOND)
    (reset,) = [p for p in story.periods if p.last.message == "explain-reset"]
    assert "no frame for 5 s" in reset.said("en")


def test_waiting_that_ends_in_an_event_is_not_lost() -> None:
    story = told((stands(1.0), waited(9.0)), (stands(1.0), reason("open", True, event="e")))
    assert [p.last.message for p in story.periods] == ["explain-stands", "explain-waited", "explain-open"]
    assert [p.last.holds for p in story.periods] == [True, False, True]


def test_nearest_is_where_most_conditions_held_in_order_and_least_was_missing() -> None:
    inside, outside = (
        reason("in-zone", True, value=Amount(9.0, "px")),
        reason("in-zone", False, value=Amount(1.0, "px")),
    )
    story = told((outside, stands(0.0)), (inside, stands(9.0)), (inside, stands(4.0)), (inside, stands(5.0)))
    assert story.nearest is not None
    assert story.nearest.at_ns == 2 * SECOND
    assert [item.message for item in story.nearest.missing] == ["explain-stands"]
    assert told((inside, stands(1.0))).nearest is None


def test_a_track_that_comes_back_begins_new_periods_and_loses_no_waiting() -> None:
    story = Story()
    story.add((stands(1.0), waited(5.0)), 0, SECOND)
    story.part()
    story.add((stands(1.0), waited(0.0)), SECOND, SECOND)
    assert [p.last.message for p in story.periods] == ["explain-stands", "explain-waited"] * 2
