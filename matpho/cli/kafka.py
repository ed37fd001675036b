"""`matpho kafka up`: a Kafka broker on this machine, to try things with."""

from __future__ import annotations

import threading
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core.errors import MatphoError
from locales import text
from matpho.cli.signals import stopping

app = typer.Typer(no_args_is_help=True)


class With(StrEnum):
    """What runs the broker."""

    JAVA = "java"
    DOCKER = "docker"


@app.callback()
def group() -> None:
    """Commands around Kafka on this machine."""


@app.command(help=text("cli-help-kafka-up"))
def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help=text("cli-opt-kafka-port"))] = 9092,
    data: Annotated[Path, typer.Option(help=text("cli-opt-kafka-data"))] = Path("matpho-kafka"),
    by: Annotated[With | None, typer.Option("--with", help=text("cli-opt-kafka-with"))] = None,
) -> None:
    """Start a broker, and stop it at Ctrl-C."""
    from matpho.local_kafka import LocalKafka, look

    console = Console(soft_wrap=True, highlight=False)
    way = look().way(None if by is None else by.value)
    console.print(text("cli-kafka-starting", way=way), style="dim")
    stop = threading.Event()
    with stopping(stop.set), LocalKafka(way, port, data.absolute()) as broker:
        console.print(text("cli-kafka-up", address=broker.address, path=data))
        while not stop.wait(0.2):
            if not broker.running:
                raise MatphoError("error-kafka-up-ended", path=data / "broker.log")
    console.print(text("cli-kafka-down"))
