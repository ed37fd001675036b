"""`matpho check`: validate a configuration or a scene without starting anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core.errors import ConfigError
from locales import text


def check(
    file: Annotated[Path | None, typer.Argument(help=text("cli-arg-config"))] = None,
    probe: Annotated[bool, typer.Option("--probe", help=text("cli-opt-probe"))] = False,
    schema: Annotated[str | None, typer.Option(help=text("cli-opt-schema"))] = None,
) -> None:
    """Check a file, or print a JSON Schema."""
    from matpho.checking import SCHEMAS, check_file, json_schema

    if schema is not None:
        if schema not in SCHEMAS:
            raise ConfigError("error-schema-unknown", name=schema, known=", ".join(SCHEMAS))
        typer.echo(json_schema(schema), nl=False)
        return
    if file is None:
        raise ConfigError("error-check-nothing")
    console = Console(highlight=False, soft_wrap=True)
    problems, warnings = check_file(file, console, probe=probe)
    if problems:
        console.print(text("cli-check-problems", count=problems), markup=False)
        raise typer.Exit(1)
    good = text("cli-check-warnings", path=file, count=warnings) if warnings else text("cli-check-good", path=file)
    console.print(f"[green]✓[/] {good}")
