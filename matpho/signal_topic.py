"""The states of signals that controllers tell over a Kafka topic."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from core.errors import SinkError
from matpho.kafka_plan import settings_of
from pipeline.signals.board import NotToldError, SignalBoard
from scenes.secrets import Login
from scenes.signal_specs import SignalTopicSpec
from scenes.sink_specs import KafkaSinkSpec
from sinks.kafka.reader import read_topics
from sinks.kafka.settings import KafkaSettings

log = structlog.get_logger()

LATELY_NS: Final = 300 * 1_000_000_000
"""At the start records of the last five minutes are read: controllers may tell changes alone."""
PAUSE_S: Final = 5.0
"""Between two tries to reach the brokers."""
CLOSE_S: Final = 5.0
SAID_NS: Final = 60 * 1_000_000_000
"""Records that cannot be read are told no more often."""


class KafkaFeed:
    """Reads a topic for a board in a thread of its own; goes on trying while no broker answers."""

    def __init__(self, board: SignalBoard, settings: KafkaSettings, topic: str) -> None:
        self._board, self._settings, self._topic = board, settings, topic
        self._stopping = threading.Event()
        self._said_ns = -SAID_NS
        self._thread = threading.Thread(target=self._run, name="signals-kafka", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop reading."""
        self._stopping.set()
        self._thread.join(CLOSE_S)

    def _run(self) -> None:
        since_ns = time.time_ns() - LATELY_NS
        while not self._stopping.is_set():
            try:
                found = read_topics(
                    self._settings, [self._topic], since_ns=since_ns, follow=True, stopped=self._stopping.is_set
                )
                for received in found:
                    self._take(received.value)
            except SinkError as error:
                log.warning("signals_unreachable", topic=self._topic, error=str(error))
            # What came meanwhile, and what was read a moment ago, is told again: that changes nothing.
            since_ns = time.time_ns() - LATELY_NS
            self._stopping.wait(PAUSE_S)

    def _take(self, value: bytes) -> None:
        try:
            self._board.read(value)
        except NotToldError as error:
            now_ns = time.monotonic_ns()
            if now_ns - self._said_ns >= SAID_NS:
                self._said_ns = now_ns
                log.warning("signals_not_read", topic=self._topic, error=str(error), refused=self._board.refused)


def topic_settings(spec: SignalTopicSpec, login: Login | None, place: Callable[[Path], Path]) -> KafkaSettings:
    """How to reach the brokers; `place` finds the files that are named."""
    kept = spec.model_dump(exclude={"topic"}, exclude_none=True)
    return settings_of(KafkaSinkSpec.model_validate({"kind": "kafka", **kept}), login, place)
