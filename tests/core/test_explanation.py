from __future__ import annotations

from core.explanation import Amount, Reason, reason
from core.scene import Label


def test_numbers_stand_in_the_reader_s_language_with_their_unit() -> None:
    stands = reason("stands", True, value=Amount(1.94, "km-h"), limit=Amount(5.0, "km-h"))
    assert stands.said("en") == "stands: 1.9 km/h < 5 km/h"
    assert stands.said("vi") == "đứng yên: 1,9 km/h < 5 km/h"


def test_a_condition_that_fails_says_so() -> None:
    assert "does not stand: 7.2 km/h" in reason("stands", False, value=Amount(7.2, "km-h"), limit="5").said("en")


def test_a_number_that_changed_is_a_span_and_a_time_that_goes_by_its_last() -> None:
    inside = reason("in-zone", True, place=Label("gate", "cổng"), value=Amount(12.0, "px"))
    assert inside.said("en", {"value": (3.0, 12.4)}) == "in gate, 3–12 px from its border"
    assert inside.said("vi", {"value": (3.0, 12.4)}) == "ở trong cổng, cách mép 3–12 px"
    passed = reason("waited", False, of="track", value=Amount(12.0, "s", grows=True), limit=Amount(30.0, "s"))
    assert passed.said("en", {"value": (0.0, 12.0)}) == "has lasted for 12 s of 30 s wanted"


def test_a_reason_inside_a_reason_is_told_in_the_same_language() -> None:
    said = reason("class", False, **{"class": Reason("class-person")})
    assert (said.said("en"), said.said("vi")) == (
        "person: not a class that is looked at",
        "người: không thuộc loại được xét",
    )


def test_reasons_are_of_one_kind_when_only_numbers_differ() -> None:
    def at(distance: float, side: str) -> tuple[object, ...]:
        return reason("line-side", False, line=Label("a", "a"), side=side, value=Amount(distance, "px")).kind

    assert at(3.0, "left") == at(90.0, "left") != at(3.0, "right")


def test_what_is_missing_is_the_distance_from_the_limit() -> None:
    assert reason("stands", False, value=Amount(7.5, "km-h"), limit=Amount(3.0, "km-h")).missing == 4.5
    assert reason("in-zone", False, value=Amount(20.0, "px")).missing == 20
    assert reason("class", False).missing == float("inf")
