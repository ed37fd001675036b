"""Tables of tracks: rows found, added and forgotten, whatever the order of the ids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.clock import CameraClock
from analytics.track_table import EXPIRE_NS, LEAST_ROOM, LOOK_NS, TrackTable
from core.arrays import I64
from core.findings import StepView
from tests.support.tracks import SECOND, film

FRAMES = [shot.view for shot in film([], 3, fps=1)]
Ids = st.lists(st.integers(1, 40), max_size=12, unique=True)


def ids(*numbers: int) -> I64:
    return np.array(numbers, np.int64)


def at(second: int, ended: I64, epoch: int = 0) -> StepView:
    frame = replace(FRAMES[0].frame, media_ns=second * SECOND, captured_ns=second * SECOND, epoch=epoch)
    return replace(FRAMES[0], frame=frame, ended_id=ended)


def hear(table: TrackTable, clock: CameraClock, view: StepView) -> None:
    clock.frame(view.frame)
    table.let_go(view, clock)


@given(st.lists(st.tuples(Ids, Ids), max_size=8))
def test_it_holds_what_a_dictionary_would(steps: list[tuple[list[int], list[int]]]) -> None:
    table, expected = TrackTable([("value", np.int64)], wide=np.int64, width=2), dict[int, int]()
    for number, (seen, gone) in enumerate(steps, 1):
        rows, fresh = table.locate(ids(*seen), number)
        assert table.rows["id"][rows].tolist() == seen
        assert fresh.tolist() == [track not in expected for track in seen]
        assert not table.rows["value"][rows[fresh]].any() and not table.wide[rows[fresh]].any()
        table.rows["value"][rows] += number
        table.wide[rows, 1] += number
        expected |= {track: expected.get(track, 0) + number for track in seen}
        taken = table.take(ids(*gone))
        assert taken["id"].tolist() == sorted(set(gone) & set(expected))
        expected = {track: value for track, value in expected.items() if track not in gone}
        known = sorted(expected)
        assert table.rows["id"].tolist() == known and len(table) == len(known)
        assert table.rows["value"].tolist() == table.wide[:, 1].tolist() == [expected[track] for track in known]
        assert [table.row(track) for track in known] == list(range(len(known)))


def test_more_tracks_than_there_is_room_for_keep_their_numbers() -> None:
    table = TrackTable([("value", np.int64)])
    table.locate(ids(1, 2), 0)
    table.rows["value"] = 7, 8
    rows, fresh = table.locate(np.arange(2, 3 * LEAST_ROOM), 1)
    assert rows.tolist() == list(range(1, 3 * LEAST_ROOM - 1)) and fresh.tolist() == [False] + [True] * (len(rows) - 1)
    assert table.rows["value"][:3].tolist() == [7, 8, 0] and table.find(2) == table.rows[1]


def test_who_has_ended_is_forgotten_within_a_second() -> None:
    table, clock = TrackTable([]), CameraClock()
    hear(table, clock, at(1, ids()))
    table.locate(ids(1, 2, 3), clock.run_ns)
    hear(table, clock, at(2, ids(2, 9)))
    hear(table, clock, at(2 + LOOK_NS // SECOND, ids(3)))
    assert table.rows["id"].tolist() == [1] and table.find(2) is None


def test_who_is_not_heard_of_again_is_forgotten_too() -> None:
    table, clock, expire_s = TrackTable([]), CameraClock(), EXPIRE_NS // SECOND
    hear(table, clock, at(0, ids()))
    table.locate(ids(1, 2), clock.run_ns)
    hear(table, clock, at(1, ids()))
    table.locate(ids(2), clock.run_ns)
    hear(table, clock, at(expire_s + 1, ids()))
    assert table.rows["id"].tolist() == [2]


def test_an_epoch_that_is_over_leaves_nobody_though_nobody_asked_at_the_first_frame_of_the_next() -> None:
    table, clock = TrackTable([]), CameraClock()
    hear(table, clock, at(0, ids()))
    table.locate(ids(1, 2), clock.run_ns)
    clock.frame(at(1, ids(), epoch=1).frame)
    hear(table, clock, at(2, ids(), epoch=1))
    assert len(table) == 0


def test_an_epoch_that_is_over_leaves_nobody() -> None:
    table, clock = TrackTable([]), CameraClock()
    hear(table, clock, at(0, ids()))
    table.locate(ids(1, 2), clock.run_ns)
    hear(table, clock, at(1, ids(1), epoch=1))
    assert not len(table)
    table.locate(ids(1), clock.run_ns)
    hear(table, clock, at(3, ids(), epoch=1))
    assert table.rows["id"].tolist() == [1], "the number is of another in the new epoch"
