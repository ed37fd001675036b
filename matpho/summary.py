"""What a run did, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.events import Event, Phase
from core.off_rules import OffRule
from core.times import time_text
from core.tracks import TrackState
from pipeline.camera import CameraStatus
from pipeline.step import StageTimes, StepResult


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of a run, or of several processes together.

    Attributes: as of `RunSummary`.
    """

    frames: int = 0
    detections: int = 0
    tracks: int = 0
    events: Counter[str] = field(default_factory=Counter)
    dropped: int = 0
    lost: int = 0
    media_s: float = 0.0
    wall_s: float = 0.0
    speed: float | None = None

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.frames + other.frames,
            self.detections + other.detections,
            self.tracks + other.tracks,
            self.events + other.events,
            self.dropped + other.dropped,
            self.lost + other.lost,
            self.media_s + other.media_s,
            max(self.wall_s, other.wall_s),
            None if self.speed is None and other.speed is None else (self.speed or 0.0) + (other.speed or 0.0),
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON values for the store and the report, but for when it started."""
        values = {name: getattr(self, name) for name in ("frames", "detections", "tracks", "dropped", "lost")}
        speed = None if self.speed is None else round(self.speed, 2)
        times = {"wall_s": round(self.wall_s, 2), "media_s": round(self.media_s, 2), "speed": speed}
        return {**values, "events": dict(self.events), **times}


@dataclass(slots=True)
class RunSummary:
    """Counts of one run, kept as it goes.

    Attributes:
        wall_s: time the run took; `media_s`: time its frames cover, summed over cameras.
        lost: frames the detector failed on; `dropped`: frames lost on the way to it.
    """

    frames: int = 0
    detections: int = 0
    events: Counter[str] = field(default_factory=Counter)
    updates: int = 0
    dropped: int = 0
    lost: int = 0
    wall_s: float = 0.0
    times: StageTimes = field(default_factory=StageTimes)
    _tracks: set[tuple[str, int, int]] = field(default_factory=set)
    _tracks_before: int = 0
    _media: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)

    def add(self, step: StepResult) -> None:
        """Count a batch."""
        self.frames += len(step.frames)
        self.detections += len(step.detections)
        for number, frame in enumerate(step.frames.frames):
            self.dropped += frame.dropped
            first, _ = self._media.get((frame.camera_id, frame.epoch), (frame.media_ns, 0))
            self._media[frame.camera_id, frame.epoch] = (first, frame.media_ns)
            rows = step.tracks.rows(number)
            seen = step.tracks.track_id[rows][step.tracks.state[rows] == TrackState.CONFIRMED]
            self._tracks.update((frame.camera_id, frame.epoch, track) for track in seen.tolist())
            ended = {(frame.camera_id, frame.epoch, track) for track in step.tracks.ended(number).tolist()}
            # Ids are never reused within an epoch, so ended ones are counted and forgotten: memory stays flat.
            self._tracks_before += len(ended & self._tracks)
            self._tracks -= ended
        for event in step.findings.events:
            self.count(event)

    def count(self, event: Event) -> None:
        """Count an event at its first revision, later ones as updates."""
        if event.phase is Phase.STARTED or event.revision == 1:
            self.events[event.kind.value] += 1
        else:
            self.updates += 1

    @property
    def tracks(self) -> int:
        """Different confirmed tracks."""
        return self._tracks_before + len(self._tracks)

    @property
    def media_s(self) -> float:
        """Time that the frames cover, summed over cameras."""
        return sum(last - first for first, last in self._media.values()) / 1e9

    @property
    def speed(self) -> float | None:
        """Seconds of video computed in a second of computing; None before there is anything to tell."""
        return self.media_s / self.times.total if self.times.total > 0 and self.media_s > 0 else None

    @property
    def counts(self) -> Counts:
        """All of it at this moment."""
        return Counts(
            self.frames,
            self.detections,
            self.tracks,
            self.events.copy(),
            self.dropped,
            self.lost,
            self.media_s,
            self.wall_s,
            self.speed,
        )


def run_dict(counts: Counts, started_ns: int, cameras: Sequence[CameraStatus]) -> dict[str, Any]:
    """A run as JSON values for the store and the report."""
    rows = [
        {
            "camera_id": s.camera_id,
            "state": str(s.state),
            "frames": s.frames,
            "analysed": s.analysed,
            "still": s.still,
            "error": s.error,
            "epoch": s.epoch,
        }
        for s in cameras
    ]
    return {"started": time_text(started_ns), **counts.as_dict(), "cameras": rows}


def off_dict(rules: Sequence[OffRule]) -> dict[str, Any]:
    """The rules that are off, as a run says it in the store."""
    return {"off": [rule.as_dict() for rule in rules]}
