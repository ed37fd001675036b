"""The state machine of a signal: what looks at lamps amount to, whatever order they come in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.signals import SignalState
from models.observers.signal_state import HOLD_NS, SignalMachine

RED, AMBER, GREEN, BOTH = SignalState.RED, SignalState.AMBER, SignalState.GREEN, SignalState.RED_AMBER
DARK, FLASHING = SignalState.UNKNOWN, SignalState.FLASHING_AMBER
SECOND = 1_000_000_000
CYCLE_S = ((GREEN, 20.0), (AMBER, 3.0), (RED, 25.0))


def cycle(t: float) -> SignalState:
    """What a signal shows that keeps to its cycle."""
    rest = t % sum(length for _, length in CYCLE_S)
    for state, length in CYCLE_S:
        if rest < length:
            return state
        rest -= length
    return RED


def watch(
    shown: Callable[[float], SignalState], until_s: float, *, fps: float = 10.0, sure: float = 0.9
) -> list[tuple[float, SignalState, float]]:
    """Second, state and second of the last change, at each look."""
    machine, seen = SignalMachine(), []
    for number in range(round(until_s * fps)):
        t = number / fps
        machine.update(round(t * SECOND), shown(t), sure)
        seen.append((t, machine.state, machine.changed_ns / SECOND))
    return seen


def wrong(seen: list[tuple[float, SignalState, float]], truth: Callable[[float], SignalState], after_s: float) -> float:
    """Share of looks at which the state is not the true one."""
    late = [state is not truth(t) for t, state, _ in seen if t >= after_s]
    return sum(late) / len(late)


@pytest.mark.parametrize("fps", [10.0, 5.0, 2.0, 1.0])
def test_a_cycle_is_followed_without_delay(fps: float) -> None:
    seen = watch(cycle, 200, fps=fps)
    assert wrong(seen, cycle, 2.0) == 0
    assert {since % 48.0 for t, state, since in seen if state is RED and t > 30} == {23.0}


def test_an_unsure_look_waits_for_a_second_one() -> None:
    seen = watch(cycle, 100, sure=0.3)
    assert 0 < wrong(seen, cycle, 2.0) < 0.01


def test_leds_that_are_dark_in_single_frames_change_nothing() -> None:
    seen = watch(lambda t: DARK if round(t * 10) % 3 == 0 else cycle(t), 200)
    assert wrong(seen, cycle, 2.0) < 0.005


def test_steady_amber_that_flickers_does_not_flash() -> None:
    seen = watch(lambda t: DARK if round(t * 10) % 5 in (1, 2) else cycle(t), 200)
    assert FLASHING not in {state for _, state, _ in seen}


def test_a_glance_of_another_colour_changes_nothing() -> None:
    seen = watch(lambda t: RED if round(t * 10) in (50, 51, 120) else GREEN, 20)
    assert {state for t, state, _ in seen if t > 1} == {GREEN}


def test_what_does_not_follow_the_cycle_has_to_last() -> None:
    seen = watch(lambda t: GREEN if t < 10 else RED, 20)
    first = next(t for t, state, _ in seen if state is RED)
    assert 10.2 <= first <= 10.6 and seen[-1][2] == 10.0, "told late, and since when it was so"


@pytest.mark.parametrize("fps", [10.0, 1.0])
def test_dark_lamps_are_unknown_after_a_while(fps: float) -> None:
    seen = watch(lambda t: RED if t < 10 else DARK, 20, fps=fps)
    states = {t: state for t, state, _ in seen}
    assert states[11.0] is RED and states[14.0] is DARK


def test_who_hides_it_for_seconds_hides_no_change_and_the_time_of_red_stays() -> None:
    seen = watch(lambda t: DARK if 10 <= t < 14 else RED, 20)
    assert {state for t, state, _ in seen if 12.3 < t < 13.9} == {DARK}
    assert seen[-1][1:] == (RED, 0.0), "no cycle goes by in four seconds"


def test_a_change_behind_a_bus_is_unknown_and_then_known() -> None:
    seen = watch(lambda t: DARK if 10 <= t < 18 else GREEN if t < 15 else RED, 25)
    assert {state for t, state, _ in seen if 12.3 < t < 17.9} == {DARK}
    assert seen[-1][1] is RED and seen[-1][2] == pytest.approx(18.0)


@pytest.mark.parametrize("hertz", [1.0, 1.5, 2.0])
def test_flashing_amber_is_a_state_of_its_own_and_unknown_before_it_is_sure(hertz: float) -> None:
    seen = watch(lambda t: AMBER if (t * hertz) % 1 < 0.5 else DARK, 30)
    assert {state for t, state, _ in seen if t > 2.2} == {FLASHING}
    assert {state for t, state, _ in seen} == {DARK, FLASHING}, "never amber, which would be of a cycle"


def test_amber_of_a_signal_that_was_green_is_told_at_once_also_from_behind_a_bus() -> None:
    seen = watch(lambda t: GREEN if t < 10 else DARK if t < 14 else AMBER if t < 16 else RED, 20)
    assert next(t for t, state, _ in seen if state is AMBER) == pytest.approx(14.1)
    first = watch(lambda t: AMBER if t < 3 else RED, 6)
    assert next(t for t, state, _ in first if state is AMBER) == pytest.approx(1.2) and first[-1][1] is RED


def test_flashing_amber_at_one_frame_a_second_is_amber_for_too_long() -> None:
    seen = watch(lambda t: AMBER if round(t) % 3 else DARK, 40, fps=1.0)
    assert {state for t, state, _ in seen if t > 12} == {FLASHING}


def test_steady_amber_does_not_flash_and_flashing_ends_when_it_works_again() -> None:
    assert FLASHING not in {state for _, state, _ in watch(lambda t: AMBER, 20)}

    def shown(t: float) -> SignalState:
        return (AMBER if t % 1 < 0.5 else DARK) if t < 20 else GREEN

    assert watch(shown, 30)[-1][1:] == (GREEN, 20.0)
    assert watch(lambda t: AMBER if t % 1 < 0.5 or t > 20 else DARK, 30)[-1][1] is AMBER


def test_flashing_green_is_green_and_flashing_red_is_red() -> None:
    for colour in (GREEN, RED):
        seen = watch(lambda t, colour=colour: colour if t % 1 < 0.5 else DARK, 20)  # type: ignore[misc]
        assert {state for t, state, _ in seen if t > 2} == {colour}


def test_red_and_amber_before_green() -> None:
    seen = watch(lambda t: RED if t < 10 else BOTH if t < 12 else GREEN, 20)
    assert [state for t, state, _ in seen if t in (5.0, 11.0, 13.0)] == [RED, BOTH, GREEN]


def test_nothing_is_known_after_a_gap_and_when_time_goes_back() -> None:
    machine = SignalMachine()
    for second in (0, 1, 2, 60):
        machine.update(second * SECOND, RED, 0.9)
    assert machine.state is DARK and machine.confidence == 0
    machine.update(61 * SECOND, RED, 0.9)
    assert machine.state is RED
    machine.update(5 * SECOND, RED, 0.9)
    assert machine.state is DARK


LOOKS = st.lists(
    st.tuples(st.integers(0, 3 * SECOND), st.sampled_from([RED, AMBER, GREEN, BOTH, DARK]), st.floats(0, 1)),
    max_size=60,
)


@settings(max_examples=120, deadline=None)
@given(LOOKS)
def test_whatever_is_seen_it_holds(looks: list[tuple[int, SignalState, float]]) -> None:
    """Never a state that was not seen lately, never a change in the future, never sure of nothing; the same again."""
    first, again = SignalMachine(), SignalMachine()
    now, seen, changed = 0, dict[SignalState, int](), 0
    for step, lit, sure in looks:
        now += step
        seen[lit] = now
        was = first.state
        for machine in (first, again):
            machine.update(now, lit, sure)
        assert 0 <= first.changed_ns <= now and 0 <= first.confidence <= 1
        assert (first.state, first.changed_ns, first.confidence) == (again.state, again.changed_ns, again.confidence)
        if first.state is DARK:
            assert first.confidence == 0
        else:
            shows = AMBER if first.state is FLASHING else first.state
            assert now - seen[shows] <= max(HOLD_NS, step)
        if first.state is not was:
            changed += 1
    assert changed <= len(looks)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([RED, AMBER, GREEN]), st.integers(1, 20), st.sampled_from([2.0, 5.0, 10.0]))
def test_what_is_shown_for_long_is_believed(colour: SignalState, before: int, fps: float) -> None:
    others = (RED, DARK, GREEN, AMBER, BOTH)
    seen = watch(lambda t: others[int(t * fps * 7) % 5] if t < before else colour, before + 6, fps=fps)
    assert seen[-1][1] in ({AMBER, FLASHING} if colour is AMBER else {colour})
