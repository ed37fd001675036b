"""Numbers in words: with units, and the decimal sign of the language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from core.measures import Measures
from core.sentences import duration
from locales import Language, text

UNITS: Final = {
    "m/s": "page-unit-metric",
    "m": "page-unit-m",
    "px": "page-unit-px",
    "car lengths": "page-unit-car-lengths",
    "car lengths/s": "page-unit-car-lengths-a-second",
}
"""Names of the units that measures are in."""


def measure_rows(measures: Measures, language: Language) -> Iterator[dict[str, str]]:
    """Name and value with its unit, for each measure that is known."""
    for name, value in asdict(measures).items():
        if value is None or value == "":
            continue
        yield {
            "name": text("page-measure-" + name.replace("_", "-"), language),
            "value": _valued(name, value, language),
        }


def speed_text(mps: float, language: Language) -> str:
    """A speed in m/s and km/h."""
    return text("page-speed", language, mps=number(mps, language), kmh=number(mps * 3.6, language, 0))


def number(value: float, language: Language, decimals: int = 1) -> str:
    """A number with the decimal sign of the language."""
    shown = f"{value:,.{decimals}f}"
    return shown.translate(str.maketrans(",.", ".,")) if language == "vi" else shown


def _valued(name: str, value: object, language: Language) -> str:
    match name, value:
        case "direction", str():
            return text(f"direction-{value}", language)
        case "level", str():
            return text(f"level-{value}", language)
        case "unit", str():
            return text(UNITS.get(value, "page-unit-boxes"), language)
        case "share", int() | float():
            return f"{number(100 * value, language, 0)} %"
        case "sharpness" | "hidden" | "score" | "area_share", int() | float():
            return f"{number(100 * value, language, 0)} %"
        case "corrected", bool():
            return text("page-yes" if value else "page-no", language)
        case "ahead_s", int() | float():
            return f"{number(value, language)} s"
        case "density_per_m2", float():
            return text("page-density", language, value=number(value, language))
        case "what", "goods" | "vehicle":
            return text(f"takes-{value}", language)
        case "what", str():
            return text(f"violation-{value.replace('_', '-')}", language)
        case "way_m", int() | float():
            return text("page-metres", language, value=number(value, language, 0))
        case "deceleration_mps2", int() | float():
            return text("page-deceleration", language, value=number(value, language))
        case _, int() | float() if name.endswith("_mps"):
            return speed_text(value, language)
        case _, int() | float() if name.endswith("_s"):
            return duration(value, language)
        case _, float():
            return number(value, language)
    return str(value)
