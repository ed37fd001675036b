"""One frame of one camera: predict, associate, correct, begin and end tracks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.arrays import AnyArray
from core.compiled import compiled, in_place
from trackers.kernels.assignment import assign
from trackers.kernels.covering import cover, in_common
from trackers.kernels.likeness import pairs
from trackers.kernels.looks import add_looks, copy_look, known, learn_look, learn_others
from trackers.kernels.motion import correct, free_side, predict, start
from trackers.kernels.riders import PERSON, TWO_WHEELER, is_held, join_riders
from trackers.kernels.scores import remember, weigh
from trackers.kernels.shift import move_with_camera
from trackers.kernels.state import CLASSES, Camera, Cameras, Pairs, Row, Rows, Track, Tracks
from trackers.kernels.ways import find_again, knows_way, learn_ways
from trackers.params import TrackerParams

TENTATIVE, CONFIRMED, COASTING = 0, 1, 2


@compiled
def advance(
    memory: tuple[Tracks, AnyArray, Cameras],
    seen: tuple[AnyArray, AnyArray, AnyArray, AnyArray],
    order: AnyArray,
    frame: tuple[int, int, int],
    kinds: AnyArray,
    parameters: Sequence[TrackerParams],
    rows: Rows,
    ended: AnyArray,
) -> tuple[int, int]:
    """Bring a camera's tracks to a frame; how many `rows` and `ended` were filled.

    Args:
        memory: tracks with room for all detections, looks beside them, the camera (1).
        seen: the batch's boxes, scores, classes and embeddings.
        order: the batch rows of this frame's usable detections, best first.
        frame: time in ns, width and height of the picture.
        kinds: the kind of each class.
        parameters: `TrackerParams.record()`.
        rows, ended: room for the frame's rows, and for the ids that end.
    """
    tracks, looks, cameras = memory
    xyxy, score, class_id, embedding = seen
    camera, p = cameras[0], parameters[0]
    count = camera.count
    t = max(frame[0] - camera.now_ns, 0) / 1e9
    box, kind, weight = np.empty((len(order), 4)), np.empty(len(order), np.int16), np.empty(len(order))
    for j in range(len(order)):
        x1, y1, x2, y2 = xyxy[order[j]]
        box[j, 0], box[j, 1], box[j, 2], box[j, 3] = (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1
        kind[j] = kinds[class_id[order[j]]]
    weigh(score, order, camera, p, weight)

    predict(tracks, count, t, camera.horizon, p)
    cover(tracks, count, camera.now_ns, p)
    camera.now_ns = max(frame[0], camera.now_ns)
    taken = _associate(tracks, count, looks, box, kind, embedding, order, camera, t, p)
    find_again(tracks, count, (box, kind, weight), taken, camera, (frame[1], frame[2]), p)

    for i in range(count):
        track = tracks[i]
        if track.det < 0:
            continue
        j = order[track.det]
        _observe(track, xyxy[j], score[j], class_id[j], weight[track.det], (frame[1], frame[2]), camera, p)
        if track.confirmed:
            remember(score[j], camera)
        if embedding.shape[1] > 0:
            learn_look(track, looks[i], embedding[j], camera)
    _confirm_by_way(tracks, count, camera.now_ns, t, p)
    if embedding.shape[1] > 0:
        learn_others(tracks, count, looks, embedding, order, camera)
    for j in range(len(order)):
        if not taken[j] and (weight[j] > 0 or p.moved_sides > 0):
            _begin(tracks[count], xyxy[order[j]], score[order[j]], class_id[order[j]], kind[j], weight[j], camera, p)
            tracks[count].det = j
            copy_look(looks[count], embedding[order[j]])
            tracks[count].looked = known(embedding[order[j]])
            count += 1
    learn_ways(tracks, count, camera, frame[1], frame[2])
    gone = join_riders(tracks, count, camera, p, ended)
    return _give_out(tracks, count, looks, xyxy, order, frame, t, camera, p, rows, ended, gone)


@compiled
def _associate(
    tracks: Tracks, count: int, looks: AnyArray, box: AnyArray, kind: AnyArray, embedding: AnyArray,
    order: AnyArray, camera: Camera, t: float, p: TrackerParams,
) -> AnyArray:  # fmt: skip
    """Set `det` of all tracks; which detections are taken.

    Confirmed tracks, seen or lost, share all detections; tracks not yet confirmed take what is left, so that a flicker
    never takes a detection from a track that is known.
    """
    taken = np.zeros(len(box), np.bool_)
    for turn in range(2):
        pair = pairs(tracks, count, box, kind, len(box), p)
        if embedding.shape[1] > 0:
            add_looks(tracks, looks, embedding, order, camera, pair, p)
        for i in range(count):
            tracks[i].det = -1
        for j in range(len(taken)):
            taken[j] = False
        _assign(True, tracks, count, pair, taken, camera.now_ns, t, p)
        if turn == 1 or not move_with_camera(tracks, count, box, camera, t, p):
            break
    _assign(False, tracks, count, pair, taken, camera.now_ns, t, p)
    return taken


@compiled
def _assign(
    confirmed: bool, tracks: Tracks, count: int, pair: Pairs, taken: AnyArray, now_ns: int, t: float, p: TrackerParams
) -> None:
    """Assign detections that are left to the tracks that are confirmed, or that are not."""
    track_of, det_of, fit = pair
    rows, dets, worth = np.empty(len(fit), np.int64), np.empty(len(fit), np.int64), np.empty(len(fit))
    used = 0
    for k in range(len(fit)):
        track = tracks[track_of[k]]
        unseen = (now_ns - track.seen_ns) / 1e9
        if track.confirmed != confirmed or taken[det_of[k]] or fit[k] < p.gate or unseen > p.lost_s:
            continue
        rows[used], dets[used] = track_of[k], det_of[k]
        worth[used] = fit[k] - p.lost_cost * min(max(unseen - t, 0.0), 1.0)
        used += 1
    if used == 0:
        return
    det = assign(rows[:used], dets[:used], worth[:used], count, len(taken))
    for i in range(count):
        if det[i] >= 0:
            tracks[i].det = det[i]
            taken[det[i]] = True


@in_place
def _observe(
    track: Track, xyxy: AnyArray, score: float, class_id: int, weight: float, frame: tuple[float, float],
    camera: Camera, p: TrackerParams,
) -> None:  # fmt: skip
    correct(track, xyxy, frame, p)
    track.last[0], track.last[1] = track.value[0], track.value[1]
    track.score = score
    track.hits += 1
    track.seen_ns = track.own_ns = camera.now_ns
    track.evidence += weight
    track.votes[class_id] += 1
    if track.votes[class_id] > track.votes[track.class_id]:
        track.class_id = class_id
    track.confirmed |= track.evidence >= p.evidence


@in_place
def _confirm_by_way(tracks: Tracks, count: int, now_ns: int, t: float, p: TrackerParams) -> None:
    """Confirm those who went their way, and not with somebody of whom they are a part: that was the other's way."""
    for i in range(count):
        track = tracks[i]
        if track.det < 0 or track.confirmed or not _has_moved(track, now_ns, t, p):
            continue
        share = p.part_share if now_ns - track.born_ns < p.part_s * 1e9 else p.inside_share
        if _is_part(tracks, count, i, now_ns - int(p.live_s * 1e9), share):
            track.begun[0], track.begun[1] = track.value[0], track.value[1]
        else:
            track.confirmed = True


@in_place
def _has_moved(track: Track, now_ns: int, t: float, p: TrackerParams) -> bool:
    """Whether it went its way, and was seen so often on it, that it is there, however poor its scores."""
    frames = 1 + (now_ns - track.born_ns) / 1e9 / max(t, 1e-3)
    if track.hits < max(p.moved_hits, p.moved_seen * frames) or p.moved_sides <= 0:
        return False
    x, y = track.value[0] - track.begun[0], track.value[1] - track.begun[1]
    return bool(x * x + y * y >= (p.moved_sides * max(track.value[2], track.value[3])) ** 2)


@in_place
def _is_part(tracks: Tracks, count: int, i: int, recent_ns: int, share: float) -> bool:
    """Whether so much of a box lies on that of a confirmed track, which a detector may see twice.

    Riders and their machines lie on one another, and people walk before vehicles.
    """
    track = tracks[i]
    own = track.value[2] * track.value[3]
    for j in range(count):
        other = tracks[j]
        if j == i or not other.confirmed or other.seen_ns < recent_ns:
            continue
        least = min(own, other.value[2] * other.value[3])
        if (track.kind == PERSON) != (other.kind == PERSON):
            if track.kind == PERSON or track.kind == TWO_WHEELER:
                continue
            least = own
        if in_common(track, other) > share * least:
            return True
    return False


@in_place
def _begin(
    track: Track,
    xyxy: AnyArray,
    score: float,
    class_id: int,
    kind: int,
    weight: float,
    camera: Camera,
    p: TrackerParams,
) -> None:
    start(track, xyxy[0], xyxy[1], xyxy[2], xyxy[3], p)
    track.noise, track.cover = track.vv[0], 0.0
    track.score, track.evidence, track.hits = score, weight, 1
    track.track_id = camera.next_id
    camera.next_id += 1
    for a in range(2):
        track.begun[a] = track.last[a] = track.value[a]
    track.born_ns = track.seen_ns = track.own_ns = camera.now_ns
    track.mount, track.riding, track.held, track.carried = 0, False, False, False
    for k in range(CLASSES):
        track.votes[k] = 0
    track.votes[class_id] = 1
    track.class_id, track.kind = class_id, kind
    track.confirmed = False


@in_place
def _give_out(
    tracks: Tracks, count: int, looks: AnyArray, xyxy: AnyArray, order: AnyArray, frame: tuple[int, int, int],
    t: float, camera: Camera, p: TrackerParams, rows: Rows, ended: AnyArray, gone: int,
) -> tuple[int, int]:  # fmt: skip
    """Fill `rows` and `ended`, and close up the tracks that go on."""
    kept = given = 0
    for i in range(count):
        track = tracks[i]
        unseen = (camera.now_ns - track.seen_ns) / 1e9
        if unseen > _patience(track, frame, t, camera, p):
            if not track.riding:
                ended[gone] = track.track_id
                gone += 1
            continue
        covered = track.confirmed and unseen <= p.coast_s and track.cover >= p.coast_cover
        if not track.riding and (track.det >= 0 or (covered and _inside(track, frame))):
            _write(rows[given], track, xyxy, order, (frame[1], frame[2]), camera.now_ns, p)
            given += 1
        if kept != i:
            tracks[kept] = track
            copy_look(looks[kept], looks[i])
        kept += 1
    camera.count = kept
    return given, gone


@in_place
def _patience(track: Track, frame: tuple[int, int, int], t: float, camera: Camera, p: TrackerParams) -> float:
    """How long a track may be unseen, in seconds."""
    if not track.confirmed:
        known = track.hits > 1 and track.evidence > 0 and knows_way(track, camera, frame[1], frame[2])
        return max(p.expected_s if known else p.tentative_s, 1.1 * t)
    x, y, half, margin = track.value[0], track.value[1], track.value[2] / 2, 0.1 * track.value[2]
    if x + half < 0 or x - half > frame[1] or abs(y - frame[2] / 2) > (track.value[3] + frame[2]) / 2:
        return 0.0
    leaving = (x - half <= margin and track.rate[0] < 0) or (x + half >= frame[1] - margin and track.rate[0] > 0)
    return max(p.left_s, t) if leaving else p.lost_s


@in_place
def _inside(track: Track, frame: tuple[int, int, int]) -> bool:
    x, y = track.value[0], track.value[1]
    return bool(0 <= x < frame[1] and 0 <= y < frame[2])


@in_place
def _write(
    row: Row, track: Track, xyxy: AnyArray, order: AnyArray, size: tuple[int, int], now_ns: int, p: TrackerParams
) -> None:
    """A row: the filter's box, blended with the detection where there is one.

    A detection that ends at the picture's edge is cut there: what the filter has beyond is not given out, so that who
    asks for a foot knows that it is none.
    """
    for a in range(2):
        for side in range(2):
            row.xyxy[a + 2 * side] = track.value[a] + (side - 0.5) * track.value[2 + a]
    row.score, row.class_id, row.track_id = track.score, track.class_id, track.track_id
    row.det_index, row.state = -1, COASTING
    if track.det >= 0:
        row.det_index = order[track.det]
        row.state = CONFIRMED if track.confirmed and not is_held(track, now_ns) else TENTATIVE
        if not track.carried:
            seen = xyxy[row.det_index]
            for a in range(2):
                free = free_side(seen[a], seen[a + 2], size[a], p)
                for k, cut in ((a, free > 0), (a + 2, free < 0)):
                    row.xyxy[k] += (1.0 if cut else p.detection_share) * (seen[k] - row.xyxy[k])
                    if 0 <= seen[k] <= size[a]:
                        row.xyxy[k] = min(max(row.xyxy[k], 0.0), size[a])
