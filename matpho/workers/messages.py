"""What a worker tells its supervisor: lines of JSON on a pipe."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from matpho.request import RunRequest
from pipeline.camera import CameraStatus


class Job(BaseModel):
    """What a worker is to do; the first line that it reads. Without `cores` it is pinned to none."""

    model_config = ConfigDict(frozen=True)

    request: RunRequest
    number: int
    of: int
    cores: tuple[int, ...]
    threads: int | None = None
    language: Literal["en", "vi"]
    verbose: int
    most_s: float | None = None
    whole: bool = False
    """Every event is wanted, and waited for; else some may be left out when nobody reads."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of one life of a worker, as `matpho.summary.RunSummary` has them."""

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
        """JSON values, as `matpho.summary.RunSummary.as_dict` has them, but for when it started."""
        values = {name: getattr(self, name) for name in ("frames", "detections", "tracks", "dropped", "lost")}
        speed = None if self.speed is None else round(self.speed, 2)
        times = {"wall_s": round(self.wall_s, 2), "media_s": round(self.media_s, 2), "speed": speed}
        return {**values, "events": dict(self.events), **times}


class EventTold(BaseModel):
    """An event was found or revised; `event` as `core.codec.event_to_dict` writes it."""

    kind: Literal["event"] = "event"
    event: dict[str, Any]


class StatusTold(BaseModel):
    """How it is, about once a second, and a last time at the end.

    `untold` events were left out because nobody read. At the end there are the records that no sink took, by sink.
    """

    kind: Literal["status"] = "status"
    counts: Counts
    cameras: list[CameraStatus]
    untold: int = 0
    undelivered: dict[str, int] = Field(default_factory=dict)
    ended: bool = False


class FailureTold(BaseModel):
    """It cannot go on; `reason` in the reader's language."""

    kind: Literal["failure"] = "failure"
    reason: str


Message = Annotated[EventTold | StatusTold | FailureTold, Field(discriminator="kind")]
MESSAGES: TypeAdapter[EventTold | StatusTold | FailureTold] = TypeAdapter(Message)
