"""ByteTrack (Zhang et al. 2022) on many cameras: high-scored detections first, then the low-scored ones.

Differences from the paper: time is measured, not counted in frames, so that cameras of any and of uneven frame rate
share one set of parameters; boxes are grown before they are compared; detections join tracks of their own kind only; a
box is a blend of detection and filter.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.arrays import F32, I16, I32, I64, AnyArray, Bool
from core.detections import DetectionBatch
from core.frames import FrameMeta
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch, TrackState
from trackers.association import KIND_OF_CLASS, Cascade, likeness
from trackers.batches import FrameTracks, join, time_order, usable_rows
from trackers.kalman import BoxFilter


@dataclass(frozen=True, slots=True)
class ByteTrackParams:
    """Thresholds; scores are the detector's, likeness is intersection over union of grown boxes.

    Attributes:
        high_score: detections from here on are paired first, and may start tracks.
        low_score: detections from here on may continue a track.
        new_score: detections from here on start a track.
        gate_high, gate_low, gate_new: least likeness to pair a track with a high detection, with a low one, and a
            track not yet confirmed (the paper's 0.2, 0.5, 0.3).
        buffer: boxes grow by this share of their width and height on each side before they are compared (C-BIoU's 0.3).
        confirm_frames: frames in which a track must be seen to be confirmed.
        tentative_s: a track not yet confirmed ends when unseen for longer.
        coast_s: a confirmed track is given out as coasting for so long while unseen; 0.5 at most keeps guesses short.
        lost_s: a track ends when unseen for longer.
        detection_share: weight of the detection in an observed box; the filter has the rest.
    """

    high_score: float = 0.6
    low_score: float = 0.1
    new_score: float = 0.7
    gate_high: float = 0.2
    gate_low: float = 0.5
    gate_new: float = 0.3
    buffer: float = 0.3
    confirm_frames: int = 2
    tentative_s: float = 0.1
    coast_s: float = 0.5
    lost_s: float = 2.0
    detection_share: float = 0.4


@dataclass(slots=True, eq=False)
class _Tracks:
    """The K tracks of a camera, in order of their ids: filter, id, last score, class votes (K, C), kind, times seen,
    time last seen."""

    motion: BoxFilter
    track_id: I64
    score: F32
    votes: I32
    kind: I16
    hits: I32
    seen_ns: I64

    @classmethod
    def start(cls, first_id: int, now_ns: int, xyxy: F32, score: F32, class_id: I16) -> _Tracks:
        n = len(score)
        votes = np.zeros((n, len(ObjectClass)), np.int32)
        votes[np.arange(n), class_id] = 1
        return cls(
            BoxFilter.start(xyxy),
            np.arange(first_id, first_id + n, dtype=np.int64),
            score,
            votes,
            KIND_OF_CLASS[class_id],
            np.ones(n, np.int32),
            np.full(n, now_ns, np.int64),
        )

    def observe(self, rows: AnyArray, now_ns: int, xyxy: F32, score: F32, class_id: I16) -> None:
        self.motion.update(rows, xyxy)
        self.score[rows] = score
        self.votes[rows, class_id] += 1
        self.hits[rows] += 1
        self.seen_ns[rows] = now_ns

    def select(self, rows: AnyArray) -> _Tracks:
        return _Tracks(
            self.motion.select(rows),
            self.track_id[rows],
            self.score[rows],
            self.votes[rows],
            self.kind[rows],
            self.hits[rows],
            self.seen_ns[rows],
        )

    def extend(self, other: _Tracks) -> _Tracks:
        return _Tracks(
            self.motion.extend(other.motion),
            np.concatenate((self.track_id, other.track_id)),
            np.concatenate((self.score, other.score)),
            np.concatenate((self.votes, other.votes)),
            np.concatenate((self.kind, other.kind)),
            np.concatenate((self.hits, other.hits)),
            np.concatenate((self.seen_ns, other.seen_ns)),
        )


def _no_tracks() -> _Tracks:
    return _Tracks.start(1, 0, np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int16))


@dataclass(slots=True, eq=False)
class _Camera:
    epoch: int
    now_ns: int
    next_id: int = 1
    tracks: _Tracks = field(default_factory=_no_tracks)

    def advance(self, frame: FrameMeta) -> I64:
        """Move to the time of `frame`; the ids of tracks that a new epoch ended."""
        ended = np.zeros(0, np.int64)
        if frame.epoch != self.epoch:
            ended, self.tracks = self.tracks.track_id, _no_tracks()
            self.epoch, self.now_ns = frame.epoch, frame.media_ns
        seconds = max(frame.media_ns - self.now_ns, 0) / 1e9
        self.tracks.motion.predict(seconds, self.tracks.seen_ns == self.now_ns)
        self.now_ns = max(frame.media_ns, self.now_ns)
        return ended


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Detections of one frame in canonical order; `row` is where each stands in the batch."""

    xyxy: F32
    score: F32
    class_id: I16
    row: I64

    def __getitem__(self, rows: AnyArray) -> _Seen:
        return _Seen(self.xyxy[rows], self.score[rows], self.class_id[rows], self.row[rows])


class ByteTracker:
    """A `core.protocols.Tracker`: each camera has its own tracks, ids and clock.

    Ids of a camera rise through its epochs, so that an id ended by a new epoch never names a track that begins there.
    The result does not depend on the order of detections within a frame, nor on other cameras in the batch.

    Attributes:
        ignored: detections left out since the start because they were unusable (`trackers.batches.usable_rows`).
    """

    def __init__(self, params: ByteTrackParams | None = None) -> None:
        self.params = params or ByteTrackParams()
        self.ignored = 0
        self._cameras: dict[str, _Camera] = {}

    def update(self, detections: DetectionBatch) -> TrackBatch:
        """The tracks at each frame: one wave for each frame of a camera, in time order."""
        parts = [FrameTracks.empty(np.zeros(0, np.int64))] * len(detections.frames)
        for index in time_order(detections.frames):
            frame = detections.frames[index]
            camera = self._cameras.get(frame.camera_id)
            if camera is None:
                camera = self._cameras[frame.camera_id] = _Camera(frame.epoch, frame.media_ns)
            parts[index] = self._wave(camera, frame, self._seen(detections, index))
        return join(detections.frames, parts)

    def forget(self, camera_id: str) -> None:
        """Free the state of a camera; should it come back, its ids start at 1 again."""
        self._cameras.pop(camera_id, None)

    def _seen(self, detections: DetectionBatch, index: int) -> _Seen:
        row = usable_rows(detections, index)
        frame = detections.rows(index)
        self.ignored += frame.stop - frame.start - len(row)
        return _Seen(detections.xyxy[row], detections.score[row], detections.class_id[row], row)

    def _wave(self, camera: _Camera, frame: FrameMeta, seen: _Seen) -> FrameTracks:
        ended_by_epoch = camera.advance(frame)
        tracks, now = camera.tracks, camera.now_ns
        cascade = self._associate(tracks, now, seen)
        found = np.flatnonzero(cascade.detection_of >= 0)
        pairs = cascade.detection_of[found]
        matched = seen[pairs]
        tracks.observe(found, now, matched.xyxy, matched.score, matched.class_id)

        born = np.flatnonzero(cascade.free & (seen.score >= self.params.new_score))
        new = seen[born]
        fresh = _Tracks.start(camera.next_id, now, new.xyxy, new.score, new.class_id)
        camera.next_id += len(born)
        detection_of = np.concatenate((cascade.detection_of, born))
        tracks = tracks.extend(fresh)

        ended = self._ended(tracks, now)
        camera.tracks = tracks.select(~ended)
        given = self._given_out(camera, frame, detection_of[~ended], seen)
        return FrameTracks(*given, np.concatenate((ended_by_epoch, tracks.track_id[ended])))

    def _associate(self, tracks: _Tracks, now: int, seen: _Seen) -> Cascade:
        p = self.params
        kinds = KIND_OF_CLASS[seen.class_id]
        cascade = Cascade(likeness(tracks.motion.boxes(), seen.xyxy, tracks.kind, kinds, p.buffer))
        unseen_s = (now - tracks.seen_ns) / 1e9
        alive = unseen_s <= p.lost_s
        confirmed = tracks.hits >= p.confirm_frames
        high = seen.score >= p.high_score
        low = ~high & (seen.score >= p.low_score)
        cascade.turn(alive & confirmed, high, p.gate_high)
        cascade.turn(alive & confirmed & (unseen_s <= p.coast_s), low, p.gate_low)
        cascade.turn(alive & ~confirmed, high, p.gate_new)
        return cascade

    def _ended(self, tracks: _Tracks, now: int) -> Bool:
        confirmed = tracks.hits >= self.params.confirm_frames
        limit = np.where(confirmed, self.params.lost_s, self.params.tentative_s)
        return np.asarray((now - tracks.seen_ns) / 1e9 > limit, np.bool_)

    def _given_out(
        self, camera: _Camera, frame: FrameMeta, detection_of: I64, seen: _Seen
    ) -> tuple[F32, F32, I16, I64, AnyArray, I32]:
        """Columns of `FrameTracks`: tracks seen now, and confirmed ones coasting inside the picture."""
        p, tracks = self.params, camera.tracks
        observed = detection_of >= 0
        confirmed = tracks.hits >= p.confirm_frames
        box = tracks.motion.boxes()
        x, y = tracks.motion.value[:, 0], tracks.motion.value[:, 1]
        inside = (x >= 0) & (y >= 0) & (x < frame.width) & (y < frame.height)
        coasting = ~observed & confirmed & inside & ((camera.now_ns - tracks.seen_ns) / 1e9 <= p.coast_s)
        box[observed] *= 1 - p.detection_share
        box[observed] += p.detection_share * seen.xyxy[detection_of[observed]]
        state = np.where(coasting, TrackState.COASTING, np.where(confirmed, TrackState.CONFIRMED, TrackState.TENTATIVE))
        row = np.full(len(box), -1, np.int32)
        row[observed] = seen.row[detection_of[observed]]
        out = np.flatnonzero(observed | coasting)
        return (
            box[out],
            tracks.score[out],
            tracks.votes[out].argmax(axis=1).astype(np.int16),
            tracks.track_id[out],
            state[out].astype(np.uint8),
            row[out],
        )
