"""Where controllers tell the state of their signals: an HTTP address of ours, a Kafka topic."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import structlog

from core.errors import ConfigError, SinkError
from core.off_rules import OffRule
from matpho.kafka_plan import settings_of
from models.observers.signals import signals_of
from pipeline.cameras import CameraPlan
from pipeline.signals.board import NotToldError, SignalBoard
from pipeline.signals.http import SignalServer
from scenes.config import Configuration
from scenes.secrets import Login, resolve
from scenes.signal_specs import SignalFeedSpec, SignalTopicSpec
from scenes.sink_specs import KafkaSinkSpec
from scenes.violation_rules import RedLightSpec
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
OpenFeeds = Callable[[ExitStack, int], None]


def feeds_of(configuration: Configuration, board: SignalBoard) -> OpenFeeds:
    """What opens the feeds of a configuration, for as long as a stack; it is given the number of processes.

    Raises:
        ConfigError: a secret is missing.
    """
    spec = configuration.spec.signals
    if spec is None:
        return lambda _stack, _of: None
    token = _token(spec)
    login = None
    if spec.kafka is not None and spec.kafka.credentials is not None:
        login = resolve(spec.kafka.credentials, "signals", configuration.folder)
    settings = None if spec.kafka is None else _settings(spec.kafka, login, configuration.path)

    def open_feeds(stack: ExitStack, processes: int) -> None:
        if spec.listen is not None:
            if processes > 1:
                raise ConfigError("error-signals-workers")
            host, _, port = spec.listen.rpartition(":")
            stack.callback(SignalServer(board, host, int(port), token).close)
        if spec.kafka is not None and settings is not None:
            stack.callback(KafkaFeed(board, settings, spec.kafka.topic).close)

    return open_feeds


def untold(cameras: Iterable[CameraPlan]) -> tuple[OffRule, ...]:
    """The rules of these cameras whose signal only a controller could tell, where none can."""
    found: list[OffRule] = []
    for camera in cameras:
        fed = {signal.signal_id for signal in signals_of(camera.scene) if signal.feed}
        mine = (rule for rule in camera.rules if isinstance(rule, RedLightSpec) and rule.signal in fed)
        found += (OffRule(camera.camera_id, rule.rule_id, rule.kind, signal=rule.signal) for rule in mine)
    return tuple(found)


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


def _settings(spec: SignalTopicSpec, login: Login | None, place: Callable[[Path], Path]) -> KafkaSettings:
    kept = spec.model_dump(exclude={"topic"}, exclude_none=True)
    return settings_of(KafkaSinkSpec.model_validate({"kind": "kafka", **kept}), login, place)


def _token(spec: SignalFeedSpec) -> str | None:
    if spec.token_env is None:
        return None
    if not os.environ.get(spec.token_env):
        raise ConfigError("error-secret-unset", name=spec.token_env)
    return os.environ[spec.token_env]
