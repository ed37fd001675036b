"""`matpho consume`: what is sent over Kafka, as it comes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from threading import Event as Flag
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from core.codec.events import event_from_dict
from core.codec.incidents import incident_from_dict
from core.errors import ConfigError
from core.events import Severity
from core.sentences import sentence
from core.story import headline
from core.times import time_ns
from locales import text
from matpho.cli.display import STYLE, kind_name
from matpho.cli.output import print_line
from matpho.cli.signals import stopping
from matpho.times import parse_time

if TYPE_CHECKING:
    from scenes.sink_specs import TopicsSpec
    from sinks.kafka.reader import Received
    from sinks.kafka.settings import KafkaSettings


class Records(StrEnum):
    """What can be read."""

    EVENTS = "events"
    INCIDENTS = "incidents"
    MEASUREMENTS = "measurements"
    TRACKS = "tracks"
    HEALTH = "health"


def consume(
    kafka: Annotated[list[str] | None, typer.Option(help=text("cli-opt-consume-kafka"))] = None,
    config: Annotated[Path | None, typer.Option(help=text("cli-opt-consume-config"))] = None,
    records: Annotated[list[Records] | None, typer.Option(help=text("cli-opt-consume-records"))] = None,
    camera: Annotated[list[str] | None, typer.Option(help=text("cli-opt-camera"))] = None,
    kind: Annotated[list[str] | None, typer.Option(help=text("cli-opt-kind"))] = None,
    since: Annotated[str | None, typer.Option(help=text("cli-opt-consume-since"))] = None,
    until: Annotated[str | None, typer.Option(help=text("cli-opt-consume-until"))] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help=text("cli-opt-consume-from-start"))] = False,
    follow: Annotated[bool, typer.Option(help=text("cli-opt-consume-follow"))] = True,
    limit: Annotated[int | None, typer.Option(min=1, help=text("cli-opt-consume-limit"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli-opt-consume-json"))] = False,
) -> None:
    """Read topics, and show what comes."""
    from matpho.kafka_plan import TOPICS, topic_of
    from sinks.kafka.reader import read_topics

    settings, topics = where(kafka or [], config)
    hours = {name: kept for name, _, kept in TOPICS}
    names = [topic_of(topics, wanted.value, hours[wanted.value]).name for wanted in records or [Records.EVENTS]]
    first, last = (None if value is None else parse_time(value) for value in (since, until))
    console, stop, shown = Console(highlight=False, soft_wrap=True), Flag(), 0
    if follow and not as_json:
        Console(stderr=True).print(text("cli-consume-waiting", topics=", ".join(names)), style="dim", soft_wrap=True)
    with stopping(stop.set):
        received = read_topics(
            settings, names, since_ns=first, from_start=from_start, follow=follow, stopped=stop.is_set
        )
        for value in _wanted(received, camera or [], kind or [], first, last):
            if as_json:
                print_line(sys.stdout, json.dumps(value, ensure_ascii=False))
            else:
                _show(console, value)
            shown += 1
            if shown == limit:
                return


def where(servers: list[str], config: Path | None) -> tuple[KafkaSettings, TopicsSpec]:
    """The brokers and topics of a configuration, or those at addresses.

    Raises:
        ConfigError: both or neither is given, or the configuration has no Kafka sink.
    """
    from matpho.kafka_plan import login_of, settings_of
    from scenes.config import load_configuration
    from scenes.sink_specs import KafkaSinkSpec, TopicsSpec
    from sinks.kafka.settings import KafkaSettings

    if (config is None) == (not servers):
        raise ConfigError("error-consume-where")
    if config is None:
        return KafkaSettings(tuple(servers)), TopicsSpec()
    configuration = load_configuration(config)
    for sink in configuration.spec.sinks:
        if isinstance(sink, KafkaSinkSpec):
            return settings_of(sink, login_of(configuration, sink), configuration.path), sink.topics
    raise ConfigError("error-consume-no-sink", path=config)


def _wanted(
    received: Iterator[Received], cameras: list[str], kinds: list[str], since_ns: int | None, until_ns: int | None
) -> Iterator[dict[str, Any]]:
    for one in received:
        if cameras and one.key not in cameras:
            continue
        value = _value(one)
        if value is None:
            continue
        name = value.get("kind", one.kind.removeprefix("matpho."))
        if kinds and not any(name == kind or name.startswith(f"{kind}.") for kind in kinds):
            continue
        at = _time(value)
        if (since_ns is None or at >= since_ns) and (until_ns is None or at < until_ns):
            yield value


def _value(received: Received) -> dict[str, Any] | None:
    try:
        value = json.loads(received.value)
        found = value["data"] if "specversion" in value else value
        _time(found)
    except (ValueError, TypeError, LookupError):
        Console(stderr=True).print(text("cli-consume-unknown", topic=received.topic, key=received.key), soft_wrap=True)
        return None
    return dict(found)


def _time(value: dict[str, Any]) -> int:
    return time_ns(value.get("at") or value.get("end") or value["ended"])


def _show(console: Console, value: dict[str, Any]) -> None:
    clock = datetime.fromtimestamp(_time(value) / 1e9).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    style = ""
    if "event_id" in value:
        try:
            event = event_from_dict(value)
        except ValueError:  # of a newer version
            said = f"{value['kind']} {value['phase']}"
        else:
            style = STYLE[event.severity]
            said = f"{kind_name(event)}: {sentence(event, event.zone)} ({text(f'phase-{event.phase.value}')})"
    elif "incident_id" in value:
        style, said = STYLE[Severity(value["severity"])], _incident(value)
    elif "counts" in value:
        counts = ", ".join(f"{text(f'class-{label}')} {count}" for label, count in value["counts"].items())
        said = " ".join(part for part in (value["place"], value["direction"], counts or "0") if part)
    elif "track_id" in value:
        said = text("cli-consume-track", track=value["track_id"], label=text(f"class-{value['class']}"))
    else:
        said = " ".join(part for part in (value["state"], f"{value['fps']:.1f} fps", value["error"]) if part)
    console.print(f"{clock} {value['camera_id']} {said}", style=style, markup=False)


def _incident(value: dict[str, Any]) -> str:
    try:
        incident = incident_from_dict(value)
    except ValueError:  # of a newer version
        return f"{value['kind']} {value['phase']}"
    members = f"{incident.incident_id[:12]}: {headline(incident, None, lambda event: event.zone)}"
    return f"{members} ({text(f'phase-{incident.phase.value}')})"
