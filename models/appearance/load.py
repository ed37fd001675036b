"""Describers by name or file: the one place that knows all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from core.errors import MatphoError
from core.protocols import Describer
from models.appearance.histogram import HistogramDescriber
from models.appearance.reid import load_reid

NONE: Final = "none"
BUILT_IN: Final[Mapping[str, Callable[[], Describer]]] = {"histogram": HistogramDescriber}


def load_describer(appearance: str, *, threads: int | None = None) -> Describer | None:
    """The describer of that name, or of a re-identification model; None for `none`.

    Args:
        appearance: `none`, a name of `BUILT_IN`, or an ONNX file.
        threads: of a model, for one inference on the CPU; None: all cores.

    Raises:
        ModelError, ConfigError: see `models.appearance.reid.load_reid`.
    """
    if appearance == NONE:
        return None
    if appearance in BUILT_IN:
        return BUILT_IN[appearance]()
    return load_reid(Path(appearance), threads=threads)


def check_describer(appearance: str) -> tuple[str, ...]:
    """What is wrong with it, in the reader's language; empty when it can be used. Raises nothing."""
    try:
        load_describer(appearance, threads=1)
    except MatphoError as error:
        return (str(error),)
    return ()
