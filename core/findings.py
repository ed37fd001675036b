"""What rules read at each frame, and what they answer."""

from __future__ import annotations

import numpy as np

from core.arrays import F32, F64, I16, I64, U8, Bool, fixed
from core.events import Event
from core.frames import FrameMeta
from core.immutable import immutable
from core.motion import Motion
from core.observations import NOTHING_SEEN, Observations
from core.records import Measurement, Record, TrackSummary
from core.scene import Scene
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch


@immutable
class StepView:
    """One frame of one camera as rules see it: the M tracks of that frame, row by row. Read-only.

    Attributes:
        class_id: of the tracker, but a person who rides (`core.motion.Motion.rides`) is a motorcycle.
        xyxy: (M, 4) in source pixels; all other pixel values are in the scene's reference pixels.
        ended_id: ids of the tracks that ended at this frame.
        observations: what observers told since the frame before.
    """

    frame: FrameMeta
    scene: Scene
    track_id: I64
    class_id: I16
    score: F32
    state: U8
    xyxy: F32
    foot: F32
    foot_velocity: F32
    position: F64
    velocity: F64
    valid: Bool
    lane: I16
    along: F64
    lane_speed: F64
    acceleration: F64
    position_cov: F64
    velocity_cov: F64
    heading: F32
    ended_id: I64
    observations: Observations = NOTHING_SEEN

    @classmethod
    def of(
        cls,
        tracks: TrackBatch,
        motion: Motion,
        frame: int,
        scene: Scene,
        observations: Observations = NOTHING_SEEN,
    ) -> StepView:
        """The view of one frame of a batch."""
        rows = tracks.rows(frame)
        class_id, rides = tracks.class_id[rows], motion.rides[rows]
        if np.count_nonzero(rides):
            class_id = fixed(np.where(rides, np.int16(ObjectClass.MOTORCYCLE), class_id))
        return cls(
            tracks.frames[frame],
            scene,
            tracks.track_id[rows],
            class_id,
            tracks.score[rows],
            tracks.state[rows],
            tracks.xyxy[rows],
            motion.foot[rows],
            motion.foot_velocity[rows],
            motion.position[rows],
            motion.velocity[rows],
            motion.valid[rows],
            motion.lane[rows],
            motion.along[rows],
            motion.lane_speed[rows],
            motion.acceleration[rows],
            motion.position_cov[rows],
            motion.velocity_cov[rows],
            motion.heading[rows],
            tracks.ended(frame),
            observations,
        )

    @property
    def now_ns(self) -> int:
        """Wall clock of the frame, UTC."""
        return self.frame.captured_ns


@immutable
class EvidenceRequest:
    """A wish for a picture of `frame` that shows `event`: its box and zone marked; `path` as in its `Picture`."""

    event: Event
    frame: FrameMeta
    path: str


@immutable
class Findings:
    """What rules found at one call, in order."""

    events: tuple[Event, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    tracks: tuple[TrackSummary, ...] = ()
    evidence: tuple[EvidenceRequest, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        if not other:
            return self
        if not self:
            return other
        return Findings(
            self.events + other.events,
            self.measurements + other.measurements,
            self.tracks + other.tracks,
            self.evidence + other.evidence,
        )

    def __bool__(self) -> bool:
        return bool(self.events or self.measurements or self.tracks or self.evidence)

    @property
    def records(self) -> tuple[Record, ...]:
        """All that sinks take, events first."""
        return (*self.events, *self.measurements, *self.tracks)
