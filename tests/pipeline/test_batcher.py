"""Frames of many cameras gathered into batches."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.arrays import F32, I64, U8
from core.frames import Affine, ClockSource, FrameBatch, FrameMeta, InputSpec
from pipeline.batcher import Batcher, DropPolicy, Inlet


class Token:
    """A surface without pixels that knows whether it was released."""

    def __init__(self) -> None:
        self.released = 0

    def write_into(self, slot: F32, spec: InputSpec) -> Affine:
        raise NotImplementedError

    def crop(self, xyxy: tuple[float, float, float, float]) -> U8:
        raise NotImplementedError

    def sample(self, x: I64, y: I64) -> U8:
        raise NotImplementedError

    def grey(self, width: int, height: int) -> U8:
        raise NotImplementedError

    def to_host(self) -> U8:
        raise NotImplementedError

    def release(self) -> None:
        self.released += 1


def meta(camera_id: str, seq: int, dropped: int = 0) -> FrameMeta:
    return FrameMeta(camera_id, 0, seq, seq, ClockSource.FILE, 0, seq, 64, 48, dropped)


def put(inlet: Inlet, *seqs: int) -> list[Token]:
    tokens = [Token() for _ in seqs]
    for seq, token in zip(seqs, tokens, strict=True):
        inlet.put(meta(inlet.camera_id, seq), token)
    return tokens


def feed(inlet: Inlet, count: int) -> None:
    put(inlet, *range(count))
    inlet.close()


def names(batch: FrameBatch | None) -> list[tuple[str, int]]:
    assert batch is not None
    return [(m.camera_id, m.seq) for m in batch.frames]


def test_the_newest_frame_wins_and_the_loss_is_told() -> None:
    batcher = Batcher(4)
    inlet = batcher.inlet("gate", DropPolicy.NEWEST, capacity=1)
    tokens = put(inlet, 0, 1, 2)
    batch = batcher.next(1)
    assert names(batch) == [("gate", 2)]
    assert batch is not None
    assert batch.frames[0].dropped == 2
    assert [t.released for t in tokens] == [1, 1, 0]
    assert batcher.counters["gate"].displaced == 2
    put(inlet, 3)
    after = batcher.next(1)
    assert after is not None
    assert after.frames[0].dropped == 0


def test_what_a_displaced_frame_had_lost_is_not_forgotten() -> None:
    batcher = Batcher(4)
    inlet = batcher.inlet("gate", DropPolicy.NEWEST, capacity=1)
    inlet.put(meta("gate", 5, dropped=3), Token())
    inlet.put(meta("gate", 7, dropped=1), Token())
    batch = batcher.next(1)
    assert batch is not None
    assert batch.frames[0].dropped == 5


def test_a_file_waits_for_room_and_loses_nothing() -> None:
    batcher = Batcher(3)
    inlet = batcher.inlet("file", DropPolicy.WAIT, capacity=2)
    feeder = threading.Thread(target=feed, args=(inlet, 50))
    feeder.start()
    seen: list[int] = []
    while not batcher.finished:
        batch = batcher.next(5)
        if batch is not None:
            seen += [m.seq for m in batch.frames]
            assert all(m.dropped == 0 for m in batch.frames)
    feeder.join(5)
    assert seen == list(range(50))


def test_closing_frees_a_feeder_that_waits() -> None:
    batcher = Batcher(3)
    inlet = batcher.inlet("file", DropPolicy.WAIT, capacity=1)
    (kept,) = put(inlet, 0)
    refused = Token()
    feeder = threading.Thread(target=inlet.put, args=(meta("file", 1), refused))
    feeder.start()
    inlet.close()
    feeder.join(5)
    assert not feeder.is_alive()
    assert (kept.released, refused.released) == (0, 1)
    assert names(batcher.next(1)) == [("file", 0)]
    assert batcher.counters["file"].refused == 1
    assert batcher.finished


def test_cameras_take_turns() -> None:
    batcher = Batcher(4)
    fast = batcher.inlet("fast", DropPolicy.WAIT, capacity=100)
    slow = batcher.inlet("slow", DropPolicy.WAIT, capacity=100)
    put(fast, *range(20))
    put(slow, 0, 1, 2)
    assert Counter(n for n, _ in names(batcher.next(1))) == {"fast": 2, "slow": 2}
    assert names(batcher.next(1)) == [("fast", 2), ("slow", 2), ("fast", 3), ("fast", 4)]


def test_under_overload_rates_fall_in_the_ratio_of_weights_and_the_modest_keep_theirs() -> None:
    batcher = Batcher(5, window_s=0)
    weights = {"high": 3.0, "one": 1.0, "two": 1.0, "modest": 1.0}
    inlets = {name: batcher.inlet(name, DropPolicy.NEWEST, weight=weight) for name, weight in weights.items()}
    seen: Counter[str] = Counter()
    for round_ in range(300):
        for name in ("high", "one", "two"):
            for frame in range(4):
                put(inlets[name], 4 * round_ + frame)
        if round_ % 10 == 0:
            put(inlets["modest"], round_)
        seen.update(name for name, _ in names(batcher.next(1)))
    assert seen["modest"] == 30
    # Of 1,470 places left; the queue of a live camera holds two frames, so no camera gets more than two a batch.
    assert seen["high"] == pytest.approx(600, abs=10)
    assert seen["one"] == pytest.approx(435, abs=10)
    assert seen["two"] == pytest.approx(435, abs=10)
    counters = batcher.counters
    assert all(c.received == c.delivered + c.displaced + inlets[name].waiting for name, c in counters.items())


def test_turns_go_by_weight_where_enough_waits() -> None:
    batcher = Batcher(4, window_s=0)
    for name, weight in (("high", 3.0), ("low", 1.0)):
        put(batcher.inlet(name, DropPolicy.WAIT, capacity=100, weight=weight), *range(40))
    seen = Counter(name for _ in range(10) for name, _ in names(batcher.next(1)))
    assert seen == {"high": 30, "low": 10}
    with pytest.raises(ValueError, match="weight"):
        batcher.inlet("none", DropPolicy.WAIT, weight=0)


def test_a_camera_that_was_silent_cannot_claim_the_past() -> None:
    batcher = Batcher(1, window_s=0)
    busy = batcher.inlet("busy", DropPolicy.WAIT, capacity=1000)
    back = batcher.inlet("back", DropPolicy.WAIT, capacity=1000)
    put(busy, *range(200))
    for _ in range(100):
        batcher.next(1)
    put(back, *range(50))
    seen = Counter(name for _ in range(20) for name, _ in names(batcher.next(1)))
    assert abs(seen["busy"] - seen["back"]) <= 1


def test_no_camera_starves_when_there_are_more_than_places() -> None:
    batcher = Batcher(2, window_s=0)
    inlets = [batcher.inlet(f"c{i}", DropPolicy.WAIT, capacity=100) for i in range(5)]
    for inlet in inlets:
        put(inlet, *range(10))
    seen = Counter(name for _ in range(5) for name, _ in names(batcher.next(1)))
    assert seen == {f"c{i}": 2 for i in range(5)}


def test_the_first_frame_waits_for_others_only_within_the_window() -> None:
    batcher = Batcher(2, window_s=30)
    one, two = (batcher.inlet(name, DropPolicy.NEWEST) for name in ("one", "two"))
    put(one, 0)
    late = threading.Timer(0.05, put, args=(two, 0))
    late.start()
    assert sorted(names(batcher.next(1))) == [("one", 0), ("two", 0)]
    late.join()
    brief = Batcher(2, window_s=0.01)
    put(brief.inlet("one", DropPolicy.NEWEST), 0)
    brief.inlet("two", DropPolicy.NEWEST)
    assert names(brief.next(5)) == [("one", 0)]


def test_nobody_is_waited_for_when_nothing_more_can_come() -> None:
    batcher = Batcher(8, window_s=3600)
    file, ended = (batcher.inlet(name, DropPolicy.WAIT, capacity=2) for name in ("file", "ended"))
    put(file, 0, 1)
    put(ended, 0)
    ended.close()
    assert len(names(batcher.next(5))) == 3


def test_old_live_frames_expire_and_old_file_frames_do_not() -> None:
    batcher = Batcher(4, max_age_s=0.02)
    live = batcher.inlet("live", DropPolicy.NEWEST, capacity=3)
    file = batcher.inlet("file", DropPolicy.WAIT, capacity=3)
    expired = put(live, 0, 1)
    put(file, 0)
    time.sleep(0.05)
    put(live, 2)
    batch = batcher.next(1)
    assert sorted(names(batch)) == [("file", 0), ("live", 2)]
    assert batch is not None
    assert {m.camera_id: m.dropped for m in batch.frames} == {"file": 0, "live": 2}
    assert [t.released for t in expired] == [1, 1]
    assert batcher.counters["live"].expired == 2


def test_nothing_comes_in_time() -> None:
    batcher = Batcher(4)
    batcher.inlet("gate", DropPolicy.NEWEST)
    assert batcher.next(0.01) is None
    assert not batcher.finished


def test_the_end_wakes_the_consumer() -> None:
    batcher = Batcher(4)
    inlet = batcher.inlet("gate", DropPolicy.NEWEST)
    closer = threading.Timer(0.05, inlet.close)
    closer.start()
    assert batcher.next(3600) is None
    assert batcher.finished
    closer.join()


def test_a_camera_that_is_there_cannot_come_twice_but_can_come_again() -> None:
    batcher = Batcher(4)
    first = batcher.inlet("gate", DropPolicy.WAIT)
    with pytest.raises(ValueError, match="gate"):
        batcher.inlet("gate", DropPolicy.WAIT)
    put(first, 0)
    first.close()
    batcher.next(1)
    put(batcher.inlet("gate", DropPolicy.WAIT), 7)
    assert names(batcher.next(1)) == [("gate", 7)]


def test_adding_and_removing_leaves_nothing_behind() -> None:
    batcher = Batcher(4, window_s=0)
    for number in range(200):
        inlet = batcher.inlet(f"c{number}", DropPolicy.NEWEST)
        (token,) = put(inlet, 0)
        if number % 2:
            batcher.next(1)
        batcher.remove(f"c{number}")
        assert token.released == (0 if number % 2 else 1)
        inlet.put(meta(f"c{number}", 1), Token())  # a thread that has not heard yet
    assert batcher.counters == {}
    assert batcher.finished
    batcher.remove("never there")


def test_a_consumer_that_stops_frees_everyone() -> None:
    batcher = Batcher(2)
    inlet = batcher.inlet("file", DropPolicy.WAIT, capacity=1)
    (waiting,) = put(inlet, 0)
    feeder = threading.Thread(target=inlet.put, args=(meta("file", 1), Token()))
    feeder.start()
    batcher.close()
    feeder.join(5)
    assert not feeder.is_alive()
    assert waiting.released == 1
    assert batcher.next(1) is None


@given(
    plan=st.lists(
        st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(list(DropPolicy)), st.integers(0, 30)),
        min_size=1,
        max_size=3,
        unique_by=lambda item: item[0],
    ),
    most=st.integers(1, 5),
    capacity=st.integers(1, 4),
)
@settings(max_examples=40)
def test_every_frame_is_handed_on_or_counted(plan: list[tuple[str, DropPolicy, int]], most: int, capacity: int) -> None:
    batcher = Batcher(most, window_s=0.0005)
    policies = {name: policy for name, policy, _ in plan}
    inlets = {name: batcher.inlet(name, policy, capacity) for name, policy, _ in plan}
    feeders = [threading.Thread(target=feed, args=(inlets[name], count)) for name, _, count in plan]
    for feeder in feeders:
        feeder.start()
    seen: dict[str, list[FrameMeta]] = {name: [] for name in inlets}
    while not batcher.finished:
        batch = batcher.next(1)
        if batch is not None:
            assert 1 <= len(batch) <= most
            for frame in batch.frames:
                seen[frame.camera_id].append(frame)
    for feeder in feeders:
        feeder.join(5)
    for name, _, count in plan:
        seqs = [frame.seq for frame in seen[name]]
        counters = batcher.counters[name]
        assert seqs == sorted(set(seqs))
        assert counters.received == count == counters.delivered + counters.dropped
        assert count == len(seqs) + sum(frame.dropped for frame in seen[name])
        if policies[name] is DropPolicy.WAIT:
            assert seqs == list(range(count))
