"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import ConfigError
from locales import text

if TYPE_CHECKING:
    from scenes.model_specs import InputWidth

StoreOption = Annotated[
    Path, typer.Option("--store", envvar="MATPHO_STORE", help=text("cli-opt-store"), show_default=True)
]
EvidenceOption = Annotated[
    Path, typer.Option("--evidence", envvar="MATPHO_EVIDENCE", help=text("cli-opt-evidence"), show_default=True)
]


def _input_px(value: int | str | None) -> int | None:
    """A width of inputs, as a number or as it was written."""
    from scenes.model_specs import INPUT_MOST, INPUT_STEP, is_input_px

    if value is None:
        return None
    found = int(value) if isinstance(value, int) or value.isdecimal() else 0
    if not is_input_px(found):
        raise ConfigError("error-option-input", value=value, step=INPUT_STEP, most=INPUT_MOST)
    return found


def input_width(value: str | None) -> InputWidth | None:
    """A width of inputs, `auto` or `exported`.

    Raises:
        ConfigError: it is none of them.
    """
    if value in ("auto", "exported"):
        return "auto" if value == "auto" else "exported"
    return _input_px(value)


InputOption = Annotated[int | None, typer.Option("--input", callback=_input_px, help=text("cli-opt-input"))]
WidthOption = Annotated[
    str | None, typer.Option("--input", metavar="auto|exported|N", help=text("cli-opt-input-width"))
]
PresetOption = Annotated[str | None, typer.Option(help=text("cli-opt-preset"))]
FpsOption = Annotated[float | None, typer.Option(min=0.01, help=text("cli-opt-fps"))]
ModelOption = Annotated[str | None, typer.Option(help=text("cli-opt-model"))]
ForOption = Annotated[str | None, typer.Option("--for", help=text("cli-opt-for"))]
FramesOption = Annotated[int | None, typer.Option(min=1, help=text("cli-opt-frames"))]
TrimOption = Annotated[bool, typer.Option("--trim", help=text("cli-opt-trim"))]
AsJsonOption = Annotated[bool, typer.Option("--json", help=text("cli-opt-thresholds-json"))]
SizeOption = Annotated[str | None, typer.Option(metavar="WxH", help=text("cli-opt-picture-size"))]
PictureOption = Annotated[str | None, typer.Option(help=text("cli-opt-picture"))]
TracksCameraOption = Annotated[str | None, typer.Option(help=text("cli-opt-tracks-camera"))]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help=text("cli-opt-port"))]

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def duration(value: str) -> float:
    """Seconds of `90`, `60s`, `5m`, `1h`.

    Raises:
        ConfigError: it is no duration, or not above 0.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|)\s*", value)
    if found is None or float(found[1]) <= 0:
        raise ConfigError("error-duration", value=value)
    return float(found[1]) * _UNITS[found[2]]
