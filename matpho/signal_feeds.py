"""Where controllers tell the state of their signals: an HTTP address of ours, a Kafka topic."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack

from core.errors import ConfigError
from core.off_rules import OffRule
from models.observers.signals import signals_of
from pipeline.cameras import CameraPlan
from pipeline.signals.board import SignalBoard
from pipeline.signals.http import SignalServer
from scenes.config import Configuration
from scenes.secrets import resolve
from scenes.signal_specs import SignalFeedSpec, SignalTopicSpec
from scenes.violation_rules import RedLightSpec

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
    read = None if spec.kafka is None else _reading(configuration, spec.kafka, board)

    def open_feeds(stack: ExitStack, processes: int) -> None:
        if spec.listen is not None:
            if processes > 1:
                raise ConfigError("error-signals-workers")
            host, _, port = spec.listen.rpartition(":")
            stack.callback(SignalServer(board, host, int(port), token).close)
        if read is not None:
            read(stack)

    return open_feeds


def _reading(configuration: Configuration, spec: SignalTopicSpec, board: SignalBoard) -> Callable[[ExitStack], None]:
    from matpho.signal_topic import KafkaFeed, topic_settings  # a client that takes long to import

    login = None if spec.credentials is None else resolve(spec.credentials, "signals", configuration.folder)
    settings = topic_settings(spec, login, configuration.path)

    def read(stack: ExitStack) -> None:
        stack.callback(KafkaFeed(board, settings, spec.topic).close)

    return read


def untold(cameras: Iterable[CameraPlan]) -> tuple[OffRule, ...]:
    """The rules of these cameras whose signal only a controller could tell, where none can."""
    found: list[OffRule] = []
    for camera in cameras:
        fed = {signal.signal_id for signal in signals_of(camera.scene) if signal.feed}
        mine = (rule for rule in camera.rules if isinstance(rule, RedLightSpec) and rule.signal in fed)
        found += (OffRule(camera.camera_id, rule.rule_id, rule.kind, signal=rule.signal) for rule in mine)
    return tuple(found)


def _token(spec: SignalFeedSpec) -> str | None:
    if spec.token_env is None:
        return None
    if not os.environ.get(spec.token_env):
        raise ConfigError("error-secret-unset", name=spec.token_env)
    return os.environ[spec.token_env]
