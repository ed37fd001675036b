"""The command line. Each command has a file of its own; `main` turns errors into one clear message."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Annotated, Any, Final

import structlog
import typer
from rich.console import Console

import matpho
from core.errors import MatphoError
from locales import LANGUAGES, set_language, text
from matpho.cli import (
    bench,
    check,
    consume,
    demo,
    doctor,
    events,
    incidents,
    kafka,
    mutes,
    outbox,
    replay,
    report,
    run,
    scene,
    serve,
    shadow,
)

app = typer.Typer(
    help=text("cli-help"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run", help=text("cli-help-run"))(run.run)
app.command("demo", help=text("cli-help-demo"))(demo.demo)
app.command("check", help=text("cli-help-check"))(check.check)
app.command("serve", help=text("cli-help-serve"))(serve.serve)
app.command("report", help=text("cli-help-report"))(report.report)
app.command("replay", help=text("cli-help-replay"))(replay.replay)
app.command("track", help=text("cli-help-track"))(replay.track)
app.command("shadow", help=text("cli-help-shadow"))(shadow.shadow)
app.command("doctor", help=text("cli-help-doctor"))(doctor.doctor)
app.command("consume", help=text("cli-help-consume"))(consume.consume)
app.command("audit", help=text("cli-help-audit"))(mutes.audit)
app.add_typer(events.app, name="events", help=text("cli-help-events"))
app.add_typer(incidents.app, name="incidents", help=text("cli-help-incidents"))
app.add_typer(mutes.app, name="mutes", help=text("cli-help-mutes"))
app.add_typer(scene.app, name="scene", help=text("cli-help-scene"))
app.add_typer(kafka.app, name="kafka", help=text("cli-help-kafka"))
app.add_typer(outbox.app, name="outbox", help=text("cli-help-outbox"))
app.add_typer(bench.app, name="bench", help=text("cli-help-bench"))


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"matpho {matpho.__version__}")
        raise typer.Exit


@app.callback()
def common(
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help=text("cli-opt-verbose"))] = 0,
    lang: Annotated[str | None, typer.Option(help=text("cli-opt-lang"))] = None,
    _version_asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=text("cli-opt-version"))
    ] = False,
) -> None:
    """Options that all commands share."""
    if lang is not None:
        chosen = next((known for known in LANGUAGES if known == lang), None)
        if chosen is None:
            raise typer.BadParameter(text("cli-bad-language", found=lang, known=", ".join(LANGUAGES)))
        set_language(chosen)
    configure_logging(verbose)


TOLD: Final = frozenset({"camera_failed"})
"""Entries of the log that commands tell in words of their own."""


def _not_twice(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if entry.get("event") in TOLD:
        raise structlog.DropEvent
    return entry


def configure_logging(verbose: int) -> None:
    """Log to standard error: warnings, with -v what happens, with -vv everything."""
    level = {0: 30, 1: 20}.get(verbose, 10)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # the Kafka sink tells its client's troubles itself
    structlog.configure(
        processors=[
            *([] if verbose else [_not_twice]),
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,  # the live table puts its own stream in the place of standard error
    )


def main() -> None:
    """Entry point of the `matpho` command: exit 0 when all went well, 1 for an error told in one message."""
    try:
        app()
    except MatphoError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"[bold red]✗[/] {_escaped(str(error))}")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


def _escaped(message: str) -> str:
    return message.replace("[", r"\[")
