"""What controllers tell: in any order, of any signal, at any time asked for."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.signals import SignalState, Told
from core.times import time_text
from pipeline.signals.board import CHANGES, SIGNALS, NotToldError, SignalBoard

SECOND = 1_000_000_000
T0 = 1_767_600_000 * SECOND
RED, GREEN, AMBER = SignalState.RED, SignalState.GREEN, SignalState.AMBER


def record(state: str, second: float, name: str = "J1") -> dict[str, str]:
    return {"signal": name, "state": state, "time": time_text(T0 + round(second * SECOND))}


def test_a_state_holds_from_its_time_on_and_is_remembered() -> None:
    board = SignalBoard()
    told = [record("green", 0), record("amber", 20), record("red", 23.25), record("red", 40)]
    assert board.read(json.dumps(told).encode()) == 4 == board.told
    assert board.at("J1", T0 - 1) is None and board.at("J2", T0) is None
    assert board.at("J1", T0 + 5 * SECOND) == Told(GREEN, T0, T0 + 20 * SECOND)
    assert board.at("J1", T0 + 23 * SECOND) == Told(AMBER, T0 + 20 * SECOND, T0 + 93 * SECOND // 4)
    assert board.at("J1", T0 + 30 * SECOND) == Told(RED, T0 + 93 * SECOND // 4, T0 + 40 * SECOND), "told again since"


def test_up_to_when_a_signal_was_told_is_known_of_each_by_itself() -> None:
    board = SignalBoard()
    assert board.heard_ns("J1") is None
    for second in (10, 5, 30):
        board.read(json.dumps(record("red", second)).encode())
    assert board.heard_ns("J1") == T0 + 30 * SECOND and board.heard_ns("J2") is None


def test_one_record_a_list_and_lines_are_read() -> None:
    board = SignalBoard()
    assert board.read(json.dumps(record("red", 0)).encode()) == 1
    assert board.read(b"\n".join(json.dumps(record("green", n + 1)).encode() for n in range(3)) + b"\n") == 3
    assert board.read(b"[]") == 0


def test_what_is_older_than_the_last_changes_nothing() -> None:
    board = SignalBoard()
    for state, second in (("green", 10), ("red", 5), ("red", 20), ("green", 10)):
        board.read(json.dumps(record(state, second)).encode())
    found = board.at("J1", T0 + 100 * SECOND)
    assert found is not None and (found.state, found.since_ns) == (RED, T0 + 20 * SECOND)
    assert board.counts() == {"received": 4, "refused": 0, "stale": 2, "turned_away": {}}


WRONG = (
    *(b"", b"\xff", b"{", b"3", b'"red"', b"null", b"[1]", b"[" * 100_000, b'{"signal": "a"}'),
    json.dumps(record("blue", 0)).encode(),
    json.dumps(record("red", 0) | {"time": "yesterday"}).encode(),
    json.dumps(record("red", 0) | {"time": 5}).encode(),
    json.dumps(record("red", 0) | {"signal": ""}).encode(),
    json.dumps(record("red", 0) | {"signal": 7}).encode(),
    json.dumps(record("red", 0, "x" * 200)).encode(),
    json.dumps({"signal": "J1", "state": "red", "time": "2100-01-01T00:00:00Z"}).encode(),
)


@pytest.mark.parametrize("body", WRONG, ids=range(len(WRONG)))
def test_what_is_no_record_is_refused_and_counted(body: bytes) -> None:
    board = SignalBoard()
    with pytest.raises(NotToldError):
        board.read(body)
    assert (board.told, board.refused) == (0, 1) and board.at("J1", T0) is None


def test_it_keeps_a_bounded_number_of_signals_and_changes() -> None:
    board = SignalBoard()
    for n in range(3 * CHANGES):
        board.tell("J1", (RED, GREEN)[n % 2], T0 + n * SECOND)
    assert board.at("J1", T0 + SECOND) is None and board.at("J1", T0 + 3 * CHANGES * SECOND) is not None
    for n in range(SIGNALS):
        board.tell(f"S{n}", RED, T0)
    assert board.at("J1", T0 + 3 * CHANGES * SECOND) is None and board.at("S0", T0) is not None


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100), st.sampled_from(list(SignalState))), max_size=30), st.integers(0, 100))
def test_whatever_is_told_the_answer_is_of_then(told: list[tuple[int, SignalState]], asked: int) -> None:
    board, last, kept = SignalBoard(), -1, list[tuple[int, SignalState]]()
    for second, state in told:
        board.tell("J1", state, T0 + second * SECOND)
        if second >= last:
            last = second
            kept.append((second, state))
    found = board.at("J1", T0 + asked * SECOND)
    before = [(second, state) for second, state in kept if second <= asked]
    if not before:
        assert found is None
        return
    assert found is not None and found.state is before[-1][1]
    assert found.since_ns <= T0 + asked * SECOND and found.since_ns <= found.heard_ns
