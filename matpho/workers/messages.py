"""What a worker tells its supervisor: lines of JSON on a pipe."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from core.off_rules import OffRule
from matpho.request import RunRequest
from matpho.summary import Counts
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


class EventTold(BaseModel):
    """An event was found or revised; `event` as `core.codec.event_to_dict` writes it."""

    kind: Literal["event"] = "event"
    event: dict[str, Any]


class StatusTold(BaseModel):
    """How it is, about once a second, and a last time at the end.

    `untold` events were left out because nobody read; `silent` rules lack a signal whose feed tells nothing. At the end
    there are the records that no sink took, by sink.
    """

    kind: Literal["status"] = "status"
    counts: Counts
    cameras: list[CameraStatus]
    untold: int = 0
    silent: tuple[OffRule, ...] = ()
    undelivered: dict[str, int] = Field(default_factory=dict)
    ended: bool = False


class FailureTold(BaseModel):
    """It cannot go on; `reason` in the reader's language."""

    kind: Literal["failure"] = "failure"
    reason: str


Message = Annotated[EventTold | StatusTold | FailureTold, Field(discriminator="kind")]
MESSAGES: TypeAdapter[EventTold | StatusTold | FailureTold] = TypeAdapter(Message)
