"""Why a rule did or did not find something: what it knows of a track, in words and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from core.scene import Label
from locales import Language, language, text

DECIMALS: Final = {
    "": 0,
    "px": 0,
    "percent": 0,
    "per-m2": 2,
    "car-lengths-s": 2,
    "box-lengths-s": 2,
    "box-heights-s": 2,
    "degrees": 0,
}
"""Of amounts by unit; one for other units."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A measured or wanted number.

    Attributes:
        unit: `unit-…` of the catalogue; empty for what is counted.
        grows: of a time that goes by, only the latest value tells something.
    """

    value: float
    unit: str = ""
    grows: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that a rule knows of a track at a frame.

    Attributes:
        message: name of a message of the catalogue; it gets `holds` as `yes` or `no`.
        holds: whether a condition of the rule's definition holds; None: no condition, but good to know.
        values: further arguments. `value` is what was measured, `limit` what it is compared with. A `Label` or another
            reason is put in the reader's language.
    """

    message: str
    holds: bool | None = None
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, chosen: Language | None = None, spans: Mapping[str, tuple[float, float]] | None = None) -> str:
        """The sentence, in the given language or the one in force; `spans`: amounts that went from … to …."""
        wanted, given = chosen or language(), spans or {}
        told = {name: _told(value, wanted, given.get(name)) for name, value in self.values.items()}
        return text(self.message, wanted, holds="yes" if self.holds else "no", **told)

    def amounts(self) -> Iterator[tuple[str, Amount]]:
        """Its numbers by name."""
        return ((name, value) for name, value in self.values.items() if isinstance(value, Amount))

    @property
    def kind(self) -> tuple[object, ...]:
        """What two reasons have in common that differ in numbers alone."""
        fixed = tuple((name, value) for name, value in self.values.items() if not isinstance(value, (Amount, Reason)))
        inner = tuple(value.kind for value in self.values.values() if isinstance(value, Reason))
        return self.message, self.holds, fixed, inner

    @property
    def missing(self) -> float:
        """How far `value` is from `limit` (0 without one), in its unit; infinite where nothing was measured."""
        value, limit = self.values.get("value"), self.values.get("limit")
        if not isinstance(value, Amount):
            return float("inf")
        return abs(value.value - (limit.value if isinstance(limit, Amount) else 0.0))


Reasons: TypeAlias = tuple[Reason, ...]
"""Conditions in the order of a rule's definition, the time that they must last as the last."""


def reason(name: str, holds: bool | None = None, **values: object) -> Reason:
    """A reason, in short: the message `explain-…`."""
    return Reason(f"explain-{name}", holds, values)


def _told(value: object, chosen: Language, span: tuple[float, float] | None) -> object:
    match value:
        case Amount():
            low, high = span or (value.value, value.value)
            return _amount(value, low, high, chosen)
        case Label():
            return value.vi if chosen == "vi" else value.en
        case Reason():
            return value.said(chosen)
    return value


def _amount(amount: Amount, low: float, high: float, chosen: Language) -> str:
    decimals = DECIMALS.get(amount.unit, 1)
    least, most = (text("explain-number", chosen, value=_rounded(v, decimals)) for v in (low, high))
    if amount.grows:
        least = most
    said = most if least == most else text("explain-span", chosen, low=least, high=most)
    return said if not amount.unit else text(f"unit-{amount.unit}", chosen, value=said)


def _rounded(value: float, decimals: int) -> float | int:
    return round(value, decimals) + 0.0 if decimals else round(value)
