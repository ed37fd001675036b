"""How soon a consumer of Kafka has what was seen in a frame: the shipped clip played as a camera would send it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.messaging.consumer import delays
from benchmarks.messaging.measure import a_topic
from core.frames import FrameMeta, Surface
from core.protocols import FrameStream, Source
from core.records import FrameTracks
from matpho.defaults import CLIP, SCENE
from matpho.plan import Plan
from matpho.planning import plan_sources
from matpho.session import Session
from scenes.model_specs import ModelSpec
from sinks.kafka.settings import KafkaSettings
from sinks.kafka.sink import KafkaSink

__all__ = ["CLIP", "from_frame"]


def from_frame(server: str, seconds: float) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds, from the moment at which a frame comes out of its source, through
    detector, tracker, outbox and Kafka.

    Raises:
        MatphoError: the model or the broker cannot be used.
    """
    topic = a_topic()
    sink = KafkaSink(KafkaSettings((server,), driver="auto"), topic, takes=FrameTracks)
    sink.check()
    (camera,) = plan_sources([str(CLIP)], scene=SCENE, realtime=True, loop=True)
    camera = replace(camera, source=_Stamped(camera.source))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "matpho.db"
        plan = Plan(ModelSpec(), (camera,), store=place, evidence=None, sinks=(lambda: sink,), frame_tracks=True)

        def send() -> None:
            with Session(plan, keep_run=False) as session:
                for _ in session.steps(most_s=3 * seconds):
                    pass

        # Its first frames wait for the model to be warm.
        return delays(server, topic.name, "ce_time", send, settle=5)


@dataclass(frozen=True)
class _Stamped:
    """A source whose frames were captured when it gives them out."""

    source: Source

    @property
    def camera_id(self) -> str:
        return self.source.camera_id

    @property
    def live(self) -> bool:
        return True

    def open(self, epoch: int) -> FrameStream:
        return _StampedStream(self.source.open(epoch))


@dataclass(frozen=True)
class _StampedStream:
    stream: FrameStream

    def __iter__(self) -> Iterator[tuple[FrameMeta, Surface]]:
        for meta, surface in self.stream:
            yield replace(meta, captured_ns=time.time_ns()), surface

    def close(self) -> None:
        self.stream.close()
