"""The parts that can be exchanged. One contract suite for each protocol runs on all implementations."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from core.delivery import Delivery
from core.detections import DetectionBatch
from core.explanation import Reasons
from core.findings import Findings, StepView
from core.frames import FrameBatch, FrameMeta, Glimpse, InputSpec, Look, Surface
from core.live import LivePicture
from core.mutes import Mutes
from core.observations import Fact
from core.records import Record
from core.tracks import TrackBatch


class FrameStream(Protocol):
    """An open source: frames in time order until it ends (StopIteration) or breaks (`SourceError`)."""

    def __iter__(self) -> Iterator[tuple[FrameMeta, Surface]]: ...

    def close(self) -> None:
        """Stop; a blocked read returns soon. May be called from another thread, and again."""
        ...


class Source(Protocol):
    """Where a camera's frames come from.

    Attributes:
        camera_id: as in the `FrameMeta` of its frames.
        live: frames that are not taken in time are lost (a camera), or wait (a file).
    """

    @property
    def camera_id(self) -> str: ...

    @property
    def live(self) -> bool: ...

    def open(self, epoch: int) -> FrameStream:
        """Connect.

        Raises:
            SourceError: it cannot be read; `retryable` says whether to try again.
        """
        ...


class Viewpoint(Protocol):
    """Says where one turning camera looks, before anything is found in its frames."""

    def look(self, frame: FrameMeta, surface: Surface) -> Look:
        """At the camera's next frame, in time order. Reads the surface, does not release it; never raises for what the
        picture shows or the camera answers.
        """
        ...

    def close(self) -> None:
        """Free what it holds; it is not asked again."""
        ...


class Observer(Protocol):
    """Looks at pictures of one camera, at a low rate of its own, and tells rules small facts.

    Attributes:
        name: unique among the observers of a camera; in logs and counters.
        every_ns: the least media time from one look to the next.
    """

    @property
    def name(self) -> str: ...

    @property
    def every_ns(self) -> int: ...

    def look(self, glimpse: Glimpse) -> Fact | None:
        """At one frame, in time order; None: nothing to tell. Called by the camera's thread alone.

        What it keeps is bounded, as its documentation says. It may raise: the look is then lost and counted.
        """
        ...

    def close(self) -> None:
        """Free what it holds; it is not asked again."""
        ...


class Ticket(Protocol):
    """A batch that a detector has begun."""

    @property
    def ready(self) -> bool:
        """Whether `collect` answers at once."""
        ...

    def collect(self) -> DetectionBatch:
        """The detections, when they are there; once. Tickets are collected in the order they were given out.

        The surfaces are not read any more once this returns, or raises.
        """
        ...


class Detector(Protocol):
    """Finds objects in a batch of frames."""

    @property
    def input_spec(self) -> InputSpec: ...

    @property
    def batch_size(self) -> int:
        """The most frames it computes at once; more are computed in turns."""
        ...

    def submit(self, frames: FrameBatch) -> Ticket:
        """Begin a batch. A device computes on its own, and takes a second batch before the first is collected; on the
        CPU the ticket is ready when it is given out.
        """
        ...

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        """All detections of a batch: `submit` and `collect` in a row. Reads the surfaces, does not release them."""
        ...


class Describer(Protocol):
    """Says what detections look like, so that a tracker can tell them apart."""

    def describe(self, frames: FrameBatch, detections: DetectionBatch) -> DetectionBatch:
        """The same detections with an embedding each; those of `detections` are replaced.

        Reads the surfaces, does not release them. The row of a detection that cannot be told is all zero.
        """
        ...


class Tracker(Protocol):
    """Joins detections of each camera over time. State belongs to the instance, apart for each camera."""

    def update(self, detections: DetectionBatch) -> TrackBatch:
        """The tracks at each frame. A new epoch or view of a camera starts its tracks anew."""
        ...

    def forget(self, camera_id: str) -> None:
        """Free the state of a camera that is gone."""
        ...


class Rule(Protocol):
    """Finds one kind of event, or measures, in one camera's scene. It never sees an image."""

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        ...

    def tick(self, now_ns: int) -> Findings:
        """What the clock alone shows (UTC); called about once a second, also when no frame comes."""
        ...

    def close(self, now_ns: int) -> Findings:
        """What is known when watching ends, for good or until a turning camera looks here again, when `update` goes on:
        a last, cut minute. Open events stay open.
        """
        ...

    def mute(self, mutes: Mutes) -> None:
        """From now on events under these mutes, which change with time, are not told."""
        ...

    def explain(self, view: StepView, row: int) -> Mapping[str, Reasons]:
        """What it knows of one track of the view that it was last updated with, by rule id of the scene.

        Changes nothing: a rule that is asked finds what it would have found.
        """
        ...


class LiveView(Protocol):
    """Shows what cameras see now. Pictures are kept only while somebody asks for them."""

    @property
    def cameras(self) -> Collection[str]:
        """Those that can be shown."""
        ...

    def picture(self, camera_id: str, *, wait_s: float) -> LivePicture | None:
        """The next picture of a camera; None where none comes within `wait_s` seconds. From any thread."""
        ...


class Sink(Protocol):
    """Takes records away. Called by one thread at a time; may block, but not for ever."""

    @property
    def name(self) -> str: ...

    def accepts(self, record: Record) -> bool:
        """Whether it takes such a record at all; the others are not handed to it."""
        ...

    def write(self, records: Sequence[Record]) -> Delivery:
        """Deliver, in order; an outcome for each record. Does not raise for what the other side does."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class EncodedSink(Sink, Protocol):
    """A sink that sends records' JSON: where it has been made already, it need not be made again."""

    def write_encoded(self, records: Sequence[Record], bodies: Sequence[bytes]) -> Delivery:
        """As `write`; `bodies`: what `core.codec.encode` made of each."""
        ...
