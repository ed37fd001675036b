"""What a user of the tracker would miss: identities through gaps, crossings, uneven time, and on real people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.arrays import F32, AnyArray
from core.detections import DetectionBatch
from core.frames import ClockSource, FrameMeta
from core.geometry import iou
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch, TrackState
from trackers.online import OnlineTracker

SECOND = 1_000_000_000
PERSON, CAR, TRUCK, MOTORCYCLE = (
    ObjectClass.PERSON,
    ObjectClass.CAR,
    ObjectClass.TRUCK,
    ObjectClass.MOTORCYCLE,
)


def feed(
    tracker: OnlineTracker,
    time_s: float,
    boxes: AnyArray,
    score: float | AnyArray = 0.9,
    kind: int | AnyArray = PERSON,
    size: tuple[int, int] = (1920, 1080),
) -> TrackBatch:
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    time_ns, n = round(time_s * SECOND), len(boxes)
    frame = FrameMeta("a", 0, 0, time_ns, ClockSource.FILE, 0, time_ns, *size)
    return tracker.update(
        DetectionBatch(
            (frame,),
            np.array([0, n], np.int32),
            boxes,
            np.broadcast_to(np.asarray(score, np.float32), n),
            np.broadcast_to(np.asarray(kind, np.int16), n),
        )
    )


def car(x: float, y: float = 300.0) -> F32:
    return np.array([[x, y, x + 120, y + 80]], np.float32)


def test_a_track_is_tentative_until_seen_twice() -> None:
    tracker = OnlineTracker()
    assert feed(tracker, 0.0, car(0)).state.tolist() == [TrackState.TENTATIVE]
    assert feed(tracker, 0.04, car(4)).state.tolist() == [TrackState.CONFIRMED]


def test_traffic_that_braked_together_is_no_pan_that_hides_who_walks() -> None:
    """Eight cars slow down as one, from 240 to 40 pixels a second; then somebody of 26 × 80 pixels walks past them."""
    tracker, x, speed = OnlineTracker(), np.arange(4) * 260.0, 24.0
    found = set[int]()
    for k in range(60):
        speed -= 2.5 if 20 <= k < 28 else 0.0
        x += speed
        boxes, kinds = [car(at, y)[0] for at in x for y in (100.0, 700.0)], [CAR] * 8
        if k >= 40:
            walks = 300.0 + 6 * (k - 40)
            boxes, kinds = [*boxes, np.array([walks, 450, walks + 26, 530])], [*kinds, PERSON]
        tracks = feed(tracker, k / 10, np.array(boxes), kind=np.array(kinds))
        found |= set(tracks.track_id[tracks.class_id == PERSON].tolist())
    assert len(found) == 1


def test_one_flicker_of_the_detector_is_never_confirmed() -> None:
    tracker = OnlineTracker()
    once = feed(tracker, 0.0, car(0))
    assert not len(feed(tracker, 0.04, np.zeros((0, 4))))
    gone = feed(tracker, 0.4, np.zeros((0, 4)))
    assert gone.ended_id.tolist() == once.track_id.tolist()


def test_a_gap_of_a_second_keeps_the_id_and_gives_out_nothing() -> None:
    tracker = OnlineTracker()
    for k in range(25):
        before = feed(tracker, k * 0.04, car(200 + 8 * k))
    gap = [feed(tracker, k * 0.04, np.zeros((0, 4))) for k in range(25, 50)]
    after = feed(tracker, 2.0, car(200 + 8 * 50))
    assert after.track_id.tolist() == before.track_id.tolist()
    assert after.state.tolist() == [TrackState.CONFIRMED]
    assert not any(len(f) for f in gap)


def test_who_walks_behind_a_nearer_one_coasts_for_a_third_of_a_second() -> None:
    """Behind the near car's box, which stands lower, the far one is predicted; it comes out as itself."""
    tracker, near = OnlineTracker(), np.array([[300, 260, 600, 460]], np.float32)
    ids, coasted = set(), False
    for k in range(60):
        far = car(8 * k)
        hidden = 290 <= 8 * k <= 490
        found = feed(tracker, k * 0.04, near if hidden else np.concatenate((near, far)))
        if hidden:
            coasting = found.state == TrackState.COASTING
            assert found.det_index[coasting].tolist() == [-1] * int(coasting.sum())
            for box in found.xyxy[coasting]:
                assert iou(box[None], far)[0, 0] > 0.8, "the prediction follows the car"
                coasted = True
        elif k > 5:
            x = found.xyxy[:, 2] - found.xyxy[:, 0]
            ids.add(int(found.track_id[x.argmin()]))
    assert coasted
    assert len(ids) == 1


def test_a_track_unseen_for_too_long_ends_and_is_another_when_it_comes_back() -> None:
    tracker = OnlineTracker()
    for k in range(10):
        first = feed(tracker, k * 0.04, car(100))
    back = feed(tracker, 60.0, car(100))
    assert back.ended_id.tolist() == first.track_id.tolist()
    assert back.track_id.tolist() != first.track_id.tolist()


def test_the_same_movement_at_any_and_at_uneven_frame_rate_is_one_track() -> None:
    uneven = np.cumsum(np.random.default_rng(7).uniform(0.01, 0.25, 60))
    for times in (np.arange(0, 6, 1 / 30), np.arange(0, 6, 1 / 7), uneven):
        tracker = OnlineTracker()
        ids = {i for t in times for i in feed(tracker, float(t), car(50 + 150 * float(t))).track_id.tolist()}
        assert len(ids) == 1


def test_boxes_are_smoother_than_the_detector_s() -> None:
    noise = np.random.default_rng(3).normal(0, 4, (200, 4))
    tracker, errors = OnlineTracker(), []
    for k in range(200):
        truth = car(100 + 4 * k)
        found = feed(tracker, k * 0.04, truth + noise[k])
        errors.append(np.abs(found.xyxy - truth).mean())
    assert np.mean(errors[25:]) < 0.9 * np.abs(noise[25:]).mean()


def test_a_low_scored_detection_continues_a_track_but_starts_none() -> None:
    tracker = OnlineTracker()
    for k in range(250):
        first = feed(tracker, k * 0.04, car(100), score=0.9 - 0.004 * (k % 10))
    states = []
    for k in range(250, 258):
        found = feed(tracker, k * 0.04, np.concatenate((car(100), car(900))), score=np.array([0.3, 0.3]))
        known = found.track_id == first.track_id[0]
        assert found.state[known].tolist() == [TrackState.CONFIRMED]
        assert found.score[known].tolist() == pytest.approx([0.3])
        states += found.state[~known].tolist()
    assert set(states) == {TrackState.TENTATIVE}, "what stands still with poor scores is never sure to be there"


def test_poor_detections_that_go_their_way_are_a_track() -> None:
    """A car at half the typical score: sure when it has come half its own length."""
    tracker = OnlineTracker()
    for k in range(250):
        first = feed(tracker, k * 0.04, car(100), score=0.9)
    states, seen = [], []
    for k in range(250, 275):
        x = 300 + 10 * (k - 250)
        found = feed(tracker, k * 0.04, np.concatenate((car(100), car(x))), score=np.array([0.9, 0.45]))
        mine = found.track_id != first.track_id[0]
        states += found.state[mine].tolist()
        seen += found.track_id[mine].tolist()
    assert len(set(seen)) == 1
    sure = states.index(TrackState.CONFIRMED)
    width = float(np.ptp(car(100)[0, [0, 2]]))
    assert 10 * (sure - 2) <= 0.5 * width <= 10 * (sure + 2)
    assert set(states[sure:]) == {TrackState.CONFIRMED}


@pytest.mark.parametrize(
    ("below", "seconds", "sure"),
    [(40.0, 3.0, True), (8.0, 3.0, False), (40.0, 0.9, False)],
    ids=["half beside another", "within another", "half beside another, for a moment"],
)
def test_who_goes_with_another_is_sure_once_he_has_for_long(below: float, seconds: float, sure: bool) -> None:
    """In dense traffic boxes overlap for long; what a detector sees twice lies within the whole, or is soon gone."""
    tracker = OnlineTracker()
    for k in range(100):
        first = feed(tracker, k * 0.04, car(100), score=0.9)
    states = []
    for k in range(100, 100 + round(seconds / 0.04)):
        x = 100 + 10 * (k - 100)
        found = feed(tracker, k * 0.04, np.concatenate((car(x), car(x, 300 + below))), score=np.array([0.9, 0.45]))
        states += found.state[found.track_id != first.track_id[0]].tolist()
    assert len(states) > 0.9 * seconds / 0.04
    assert (TrackState.CONFIRMED in states) == sure
    assert TrackState.CONFIRMED not in states[: round(1.0 / 0.04)]


def test_the_class_is_what_most_frames_said() -> None:
    tracker = OnlineTracker()
    said = [CAR, CAR, CAR, TRUCK, CAR, TRUCK, TRUCK, CAR]
    found = [feed(tracker, k * 0.04, car(100), kind=kind) for k, kind in enumerate(said)]
    assert {i for f in found for i in f.track_id.tolist()} == {1}
    assert {int(c) for f in found for c in f.class_id} == {CAR}


def test_two_that_cross_do_not_exchange_ids() -> None:
    tracker = OnlineTracker()
    ids = []
    for k in range(60):
        left, right = car(100 + 10 * k, 300), car(700 - 10 * k, 340)
        ids.append(feed(tracker, k * 0.04, np.concatenate((left, right))))
    last = ids[-1]
    first_left = ids[0].track_id[ids[0].xyxy[:, 0].argmin()]
    assert last.track_id[last.xyxy[:, 0].argmax()] == first_left


def test_unusable_boxes_are_counted() -> None:
    tracker = OnlineTracker()
    feed(tracker, 0.0, np.concatenate((car(100), np.array([[5, 5, 5, 5], [np.nan, 0, 1, 1]]))))
    assert tracker.ignored == 2


def test_a_coasting_track_is_not_given_out_beyond_the_picture() -> None:
    tracker = OnlineTracker()
    for k in range(10):
        feed(tracker, k * 0.04, car(300 + 20 * k), size=(600, 600))
    unseen = [feed(tracker, k * 0.04, np.zeros((0, 4)), size=(600, 600)) for k in range(10, 20)]
    centres = [float(x) for f in unseen for x in (f.xyxy[:, 0] + f.xyxy[:, 2]) / 2]
    assert all(x < 600 for x in centres)


def test_a_box_that_the_pictures_edge_cuts_ends_there() -> None:
    """What the filter has beyond is not seen, and a foot below the middle of it would not be one."""
    cut, whole = OnlineTracker(), OnlineTracker()
    for k in range(14):
        box = car(500 - 40 * k, 300)
        there = feed(cut, k * 0.04, np.clip(box, 0, 600), size=(600, 600))
        beyond = feed(whole, k * 0.04, box, size=(600, 600))
    assert there.xyxy[0, 0] == 0
    assert beyond.xyxy[0, 0] < 0


def identity_changes(folder: Path, fps: float) -> tuple[int, int, float]:
    """Feed the true boxes: times that a person's track changed, people, share of boxes in confirmed tracks."""
    truth = np.loadtxt(folder / "gt.txt", delimiter=",")
    tracker, track_of = OnlineTracker(), dict[int, int]()
    changes = followed = 0
    for frame in range(1, int(truth[:, 0].max()) + 1):
        here = truth[(truth[:, 0] == frame) & (truth[:, 6] == 1)]
        found = feed(tracker, (frame - 1) / fps, np.column_stack((here[:, 2:4], here[:, 2:4] + here[:, 4:6])), 1.0)
        seen = found.state == TrackState.CONFIRMED
        people = here[found.det_index[seen], 1].astype(int).tolist()
        for person, track in zip(people, found.track_id[seen].tolist(), strict=True):
            changes += track_of.setdefault(person, track) != track
            track_of[person] = track
        followed += len(people)
    return changes, len(track_of), followed / int((truth[:, 6] == 1).sum())


@pytest.mark.parametrize(("name", "fps", "most"), [("PETS09-S2L1", 7.0, 5), ("TUD-Stadtmitte", 25.0, 1)])
def test_real_people_keep_their_ids_when_the_detector_is_perfect(
    shared: Path, name: str, fps: float, most: int
) -> None:
    """Nobody is missing for a frame there, so each change is a mistake; measured: 2 and 0."""
    changes, people, share = identity_changes(shared / "mot15" / name, fps)
    assert people >= 10
    assert changes <= most
    assert share > 0.98
