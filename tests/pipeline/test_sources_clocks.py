"""Media time that rises, and wall time as well as it can be known."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from core.frames import ClockSource
from pipeline.sources.clocks import SECOND_NS, LiveClock, MediaClock, Pace

MS = 1_000_000


@given(st.lists(st.none() | st.integers(-(10**12), 10**12)))
def test_media_time_rises_strictly_from_zero(stamps: list[int | None]) -> None:
    clock = MediaClock(40 * MS)
    times = [t for t in (clock.step(stamp) for stamp in stamps) if t is not None]
    assert times == sorted(set(times))
    assert not times or times[0] == 0


def test_a_frame_that_goes_back_or_stands_still_has_no_time() -> None:
    clock = MediaClock(40 * MS)
    assert [clock.step(t * MS) for t in (500, 540, 540, 520, 580)] == [0, 40 * MS, None, None, 80 * MS]


def test_after_a_restart_time_goes_on_one_frame_later() -> None:
    clock = MediaClock(40 * MS)
    clock.step(5000 * MS)
    clock.step(5040 * MS)
    assert clock.behind_ns(0) == 5040 * MS
    clock.restart()
    assert clock.step(0) == 80 * MS
    assert clock.step(40 * MS) == 120 * MS


def test_arrival_time_is_smoothed_to_the_quickest_frame() -> None:
    clock, jitter = LiveClock(error_ns=500 * MS), random.Random(1)
    began = 1_000_000 * SECOND_NS
    for frame in range(200):
        media = frame * 40 * MS
        captured, source, error = clock.captured(media, began + media + jitter.randrange(5, 300) * MS)
        if frame > 50:
            assert abs(captured - (began + media)) < 25 * MS
    assert (source, error) == (ClockSource.ARRIVAL, 500 * MS)


def test_the_anchor_follows_a_clock_that_drifts() -> None:
    clock = LiveClock(error_ns=0)
    captured = 0
    for second in range(1000):
        media = second * SECOND_NS
        captured, _, _ = clock.captured(media, media + second * MS)  # the camera runs 0.1 % slow
    assert abs(captured - (999 * SECOND_NS + 999 * MS)) <= 31 * MS


def test_sender_reports_win_over_arrival_and_state_their_error() -> None:
    clock = LiveClock(error_ns=500 * MS)
    clock.report(pts_ns=0, wall_ns=100 * SECOND_NS)
    captured, source, error = clock.captured(SECOND_NS, 101 * SECOND_NS + 200 * MS)
    assert (captured, source, error) == (101 * SECOND_NS, ClockSource.RTCP, 200 * MS)


def test_a_camera_whose_clock_was_never_set_is_not_believed() -> None:
    clock = LiveClock(error_ns=500 * MS)
    clock.report(pts_ns=0, wall_ns=0)  # 1970
    captured, source, _ = clock.captured(SECOND_NS, 10**9 * SECOND_NS)
    assert (captured, source) == (10**9 * SECOND_NS, ClockSource.ARRIVAL)


def test_pace_ends_at_once_when_closed() -> None:
    pace = Pace()
    assert pace.wait(0)
    pace.close()
    assert not pace.wait(10**15)
    assert not pace.pause(10**6)


def test_how_far_a_cameras_clock_is_ahead_is_told_also_when_it_is_not_believed() -> None:
    clock, start_ns = LiveClock(1_000_000), 1_767_600_000 * SECOND_NS
    clock.captured(0, start_ns)
    assert clock.ahead_ns is None
    for ahead_s in (2, -3, 7_200):
        clock.report(0, start_ns + ahead_s * SECOND_NS)
        _, source, _ = clock.captured(SECOND_NS, start_ns + SECOND_NS)
        assert clock.ahead_ns == ahead_s * SECOND_NS
        assert (source is ClockSource.RTCP) == (abs(ahead_s) <= 5)
