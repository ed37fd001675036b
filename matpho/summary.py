"""What a run did, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.codec import time_text
from core.events import Event, Phase
from core.tracks import TrackState
from pipeline.step import StageTimes, StepResult


class Counts(Protocol):
    """What a person sees of a run, of one process or of several."""

    @property
    def frames(self) -> int: ...
    @property
    def tracks(self) -> int: ...
    @property
    def events(self) -> Counter[str]: ...
    @property
    def dropped(self) -> int: ...
    @property
    def lost(self) -> int: ...
    @property
    def speed(self) -> float | None: ...


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

    def as_dict(self, started_ns: int) -> dict[str, Any]:
        """JSON values for the store and the report."""
        return {
            "started": time_text(started_ns),
            "frames": self.frames,
            "detections": self.detections,
            "tracks": self.tracks,
            "events": dict(self.events),
            "dropped": self.dropped,
            "lost": self.lost,
            "wall_s": round(self.wall_s, 2),
            "media_s": round(self.media_s, 2),
            "speed": None if self.speed is None else round(self.speed, 2),
        }
