"""What every tracker promises (`core.protocols.Tracker`), and the fake with them."""

from __future__ import annotations

import copy
import gc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.arrays import F32, AnyArray
from core.detections import DetectionBatch
from core.frames import ClockSource, FrameMeta
from core.geometry import iou
from core.protocols import Tracker
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch, TrackState
from trackers.fake import FakeTracker
from trackers.online import OnlineTracker

Make = Callable[[], Tracker]
MAKERS: list[Make] = [OnlineTracker, FakeTracker]
make_trackers = pytest.mark.parametrize("make", MAKERS)
PERIOD_NS = 40_000_000


def meta(camera_id: str, seq: int, epoch: int = 0) -> FrameMeta:
    time_ns = seq * PERIOD_NS
    return FrameMeta(camera_id, epoch, seq, time_ns, ClockSource.FILE, 0, time_ns, 640, 480)


def batch(*frames: tuple[FrameMeta, AnyArray], score: float = 0.9, kind: int = ObjectClass.PERSON) -> DetectionBatch:
    """Detections with boxes (n, 4), or rows of box and score (n, 5), for each frame."""
    boxes = [
        np.asarray(b, np.float32).reshape(len(b), -1) if len(b) else np.zeros((0, 4), np.float32) for _, b in frames
    ]
    scores = [b[:, 4] if b.shape[1] == 5 else np.full(len(b), score, np.float32) for b in boxes]
    offsets = np.cumsum([0, *(len(b) for b in boxes)]).astype(np.int32)
    xyxy = np.concatenate([b[:, :4] for b in boxes])
    return DetectionBatch(
        tuple(f for f, _ in frames), offsets, xyxy, np.concatenate(scores), np.full(len(xyxy), kind, np.int16)
    )


def walkers(seq: int, count: int = 3) -> F32:
    """`count` people side by side, each 3 px further right at every frame."""
    x = np.arange(count, dtype=np.float32)[:, None] * 120 + 20 + 3 * seq
    return np.concatenate((x, np.full_like(x, 100), x + 40, np.full_like(x, 200)), axis=1)


def same(a: TrackBatch, b: TrackBatch) -> bool:
    names = ("offsets", "xyxy", "score", "class_id", "track_id", "state", "ended_offsets", "ended_id")
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names)


def rows_of(result: TrackBatch, frame: int) -> list[AnyArray]:
    rows = result.rows(frame)
    columns = (result.xyxy, result.score, result.class_id, result.track_id, result.state)
    return [column[rows] for column in columns] + [result.ended(frame)]


@make_trackers
def test_detections_are_not_changed_and_tracks_are_read_only(make: Make) -> None:
    tracker = make()
    boxes, score, kind = walkers(0), np.full(3, 0.9, np.float32), np.zeros(3, np.int16)
    kept = copy.deepcopy((boxes, score, kind))
    for seq in range(4):
        found = tracker.update(DetectionBatch((meta("a", seq),), np.array([0, 3], np.int32), boxes, score, kind))
    for now, before in zip((boxes, score, kind), kept, strict=True):
        np.testing.assert_array_equal(now, before)
    arrays = [getattr(found, name) for name in found.__dataclass_fields__ if name != "frames"]
    assert all(not array.flags.writeable for array in arrays)


@make_trackers
def test_what_was_given_out_does_not_change_later(make: Make) -> None:
    tracker = make()
    given_out = [tracker.update(batch((meta("a", seq), walkers(seq)))) for seq in range(3)]
    kept = copy.deepcopy(given_out)
    for seq in range(3, 8):
        tracker.update(batch((meta("a", seq), walkers(seq))))
    assert all(same(a, b) for a, b in zip(given_out, kept, strict=True))


@make_trackers
def test_a_steady_walker_keeps_one_id(make: Make) -> None:
    tracker = make()
    found = [tracker.update(batch((meta("a", seq), walkers(seq)))) for seq in range(20)]
    assert {tuple(f.track_id) for f in found} == {tuple(found[0].track_id)}
    assert len(set(found[0].track_id.tolist())) == 3
    assert set(found[-1].state) == {TrackState.CONFIRMED}


@make_trackers
@settings(max_examples=25)
@given(data=st.data())
def test_ids_are_positive_unique_and_never_come_back(make: Make, data: st.DataObject) -> None:
    tracker = make()
    ended: set[int] = set()
    epoch = 0
    for seq in range(60):
        if data.draw(st.integers(0, 19), "reconnect") == 0:
            epoch += 1
        here = np.flatnonzero(data.draw(st.lists(st.booleans(), min_size=4, max_size=4), "seen"))
        found = tracker.update(batch((meta("a", seq * 5, epoch), walkers(seq, 4)[here])))
        ids, gone = found.track_id.tolist(), found.ended_id.tolist()
        assert all(i > 0 for i in ids)
        assert len(set(ids)) == len(ids)
        assert len(set(gone)) == len(gone)
        assert not ended & set(gone), "ended twice"
        ended |= set(gone)
        assert not ended & set(ids), "an ended id is in use"


@make_trackers
def test_every_track_that_was_seen_ends_once(make: Make) -> None:
    tracker = make()
    found = [tracker.update(batch((meta("a", seq), walkers(seq)))) for seq in range(5)]
    found += [tracker.update(batch((meta("a", seq), np.zeros((0, 4))))) for seq in range(5, 600, 5)]
    seen = {i for f in found for i in f.track_id.tolist()}
    ended = [i for f in found for i in f.ended_id.tolist()]
    assert sorted(ended) == sorted(seen)


@make_trackers
def test_a_new_epoch_ends_the_tracks_of_the_old_one_at_its_first_frame(make: Make) -> None:
    tracker = make()
    old = [tracker.update(batch((meta("a", seq), walkers(seq)))) for seq in range(5)][-1]
    first = tracker.update(batch((meta("a", 0, epoch=1), walkers(5))))
    assert sorted(first.ended_id) == sorted(old.track_id)
    assert not set(first.track_id.tolist()) & set(old.track_id.tolist())
    assert not len(tracker.update(batch((meta("a", 1, epoch=1), walkers(6)))).ended_id)


@make_trackers
def test_another_view_ends_the_tracks_of_the_one_before_at_its_first_frame(make: Make) -> None:
    """A camera turned: what is at the same place in the picture is somebody else."""
    tracker = make()
    old = [tracker.update(batch((meta("a", seq), walkers(seq)))) for seq in range(5)][-1]
    first = tracker.update(batch((replace(meta("a", 5), view="north"), walkers(5))))
    assert sorted(first.ended_id) == sorted(old.track_id)
    assert not set(first.track_id.tolist()) & set(old.track_id.tolist())
    assert not len(tracker.update(batch((replace(meta("a", 6), view="north"), walkers(6)))).ended_id)


@make_trackers
def test_det_index_is_the_row_of_the_detection(make: Make) -> None:
    tracker = make()
    for seq in range(0, 12, 2):
        other = walkers(0, 2) + np.float32(200)
        given_in = batch(
            (meta("b", seq), other), (meta("a", seq), walkers(seq)), (meta("a", seq + 1), walkers(seq + 1)[::-1])
        )
        found = tracker.update(given_in)
        for frame in range(3):
            rows, inputs = found.rows(frame), given_in.rows(frame)
            for box, kind, row, state in zip(
                found.xyxy[rows], found.class_id[rows], found.det_index[rows], found.state[rows], strict=True
            ):
                if state == TrackState.COASTING:
                    assert row == -1
                    continue
                assert inputs.start <= row < inputs.stop
                assert given_in.class_id[row] == kind
                assert iou(box[None], given_in.xyxy[row : row + 1])[0, 0] > 0.7
            used = found.det_index[rows][found.det_index[rows] >= 0]
            assert len(set(used.tolist())) == len(used)


@make_trackers
def test_nothing_coasts_as_observed(make: Make) -> None:
    tracker = make()
    for seq in range(5):
        tracker.update(batch((meta("a", seq), walkers(seq))))
    unseen = tracker.update(batch((meta("a", 5), walkers(5)[:1])))
    assert set(unseen.state[unseen.det_index < 0].tolist()) <= {TrackState.COASTING}
    assert int((unseen.det_index >= 0).sum()) == 1
    late = [tracker.update(batch((meta("a", seq), np.zeros((0, 4))))) for seq in range(6, 40)]
    last_coasting = max((f.frames[0].media_ns for f in late if len(f)), default=0)
    assert last_coasting <= 5 * PERIOD_NS + 500_000_000


BOX = st.builds(
    lambda x, y, w, h, s: (x, y, x + w, y + h, s),
    *(st.integers(0, 300), st.integers(0, 200), st.integers(10, 80), st.integers(10, 120), st.integers(5, 100)),
).map(lambda b: (*b[:4], b[4] / 100))
FRAME = st.lists(BOX, max_size=6, unique=True).map(lambda rows: np.array(rows, np.float32).reshape(-1, 5))
CLIP = st.lists(FRAME, min_size=1, max_size=8)


@make_trackers
@settings(max_examples=40)
@given(clip=CLIP, other=CLIP, data=st.data())
def test_a_camera_does_not_depend_on_the_others_in_its_batch(
    make: Make, clip: list[F32], other: list[F32], data: st.DataObject
) -> None:
    alone, together = make(), make()
    expected = [alone.update(batch((meta("a", seq), boxes))) for seq, boxes in enumerate(clip)]
    todo = list(enumerate(clip))
    rest = list(enumerate(other))
    got: list[list[AnyArray]] = []
    while todo:
        mine = data.draw(st.integers(1, 3), "frames of a")
        theirs = data.draw(st.integers(0, 2), "frames of b")
        frames = [(meta("b", seq), boxes) for seq, boxes in rest[:theirs]]
        frames += [(meta("a", seq), boxes) for seq, boxes in todo[:mine]]
        found = together.update(batch(*frames))
        got += [rows_of(found, i) for i, (frame, _) in enumerate(frames) if frame.camera_id == "a"]
        todo, rest = todo[mine:], rest[theirs:]
    for a, b in zip(expected, got, strict=True):
        for left, right in zip(rows_of(a, 0), b, strict=True):
            np.testing.assert_array_equal(left, right)


@make_trackers
@settings(max_examples=40)
@given(clip=CLIP, data=st.data())
def test_the_order_of_detections_means_nothing(make: Make, clip: list[F32], data: st.DataObject) -> None:
    straight, shuffled = make(), make()
    for seq, boxes in enumerate(clip):
        order = data.draw(st.permutations(range(len(boxes))), "order")
        a = straight.update(batch((meta("a", seq), boxes)))
        b = shuffled.update(batch((meta("a", seq), boxes[order])))
        assert same(a, b)
        observed = a.det_index >= 0
        np.testing.assert_array_equal(boxes[a.det_index[observed]], boxes[order][b.det_index[observed]])


@make_trackers
def test_instances_share_nothing(make: Make) -> None:
    first, second = make(), make()
    for seq in range(5):
        first.update(batch((meta("a", seq), walkers(seq, 5))))
    fresh = [second.update(batch((meta("a", seq), walkers(seq)))) for seq in range(3)]
    again = make()
    for seq, expected in enumerate(fresh):
        assert same(again.update(batch((meta("a", seq), walkers(seq)))), expected)


@make_trackers
def test_empty_batches_and_frames_are_taken(make: Make) -> None:
    tracker = make()
    assert len(tracker.update(DetectionBatch.empty(()))) == 0
    found = tracker.update(DetectionBatch.empty((meta("a", 0), meta("b", 0))))
    assert (len(found.frames), len(found), found.xyxy.shape) == (2, 0, (0, 4))


@make_trackers
def test_degenerate_boxes_give_no_nonsense(make: Make) -> None:
    nan, inf, huge = float("nan"), float("inf"), 3e38
    bad = [(10, 10, 10, 50), (10, 50, 50, 10), (nan, 0, 1, 1), (0, 0, inf, 9), (-huge, -huge, huge, huge), (5, 5, 5, 5)]
    tracker = make()
    for seq in range(8):
        boxes = np.concatenate((np.array(bad, np.float32), walkers(seq), np.array([[0, 0, 1e-3, 1e-3]], np.float32)))
        found = tracker.update(batch((meta("a", seq), boxes)))
        assert np.isfinite(found.xyxy).all()
        assert (found.xyxy[:, 2:] > found.xyxy[:, :2]).all()
        observed = found.det_index[found.det_index >= 0]
        assert set(observed.tolist()) <= {6, 7, 8, 9}
        assert {6, 7, 8} <= set(observed.tolist())


@make_trackers
def test_a_forgotten_camera_leaves_nothing_behind(make: Make) -> None:
    tracker = make()
    first = tracker.update(batch((meta("a", 0), walkers(0))))
    kept = tracker.update(batch((meta("b", 0), walkers(0))))
    tracker.forget("a")
    tracker.forget("never seen")
    again = tracker.update(batch((meta("a", 0), walkers(0))))
    assert same(again, first), "a camera that comes back starts anew"
    follow = tracker.update(batch((meta("b", 1), walkers(1))))
    np.testing.assert_array_equal(follow.track_id, kept.track_id)


@make_trackers
def test_memory_stays_flat_while_cameras_come_and_go(make: Make) -> None:
    tracker = make()
    sizes = []
    for camera in range(60):
        for seq in range(4):
            tracker.update(batch((meta(f"camera-{camera}", seq), walkers(seq))))
        tracker.forget(f"camera-{camera}")
        if camera in (0, 59):
            gc.collect()
            sizes.append(reachable(tracker))
    assert sizes[1] == sizes[0]


def reachable(root: object) -> int:
    """How many lists, dicts, arrays and objects of ours hang on `root`."""
    seen: set[int] = set()
    todo = [root]
    while todo:
        item = todo.pop()
        if id(item) in seen or isinstance(item, type):
            continue
        seen.add(id(item))
        todo += [child for child in gc.get_referents(item) if not callable(child)]
    return len(seen)
