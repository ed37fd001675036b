"""Why a rule did or did not find something, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.scene import Label
from locales import Language, language, text


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that a rule knows of a track at a frame.

    Attributes:
        message: name of a message of the catalogue. As long as it is the same, only numbers change.
        values: its arguments; a `Label` is put in the reader's language.
    """

    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, chosen: Language | None = None) -> str:
        """The sentence, in the given language or the one in force."""
        wanted = chosen or language()
        return text(self.message, wanted, **{name: _told(value, wanted) for name, value in self.values.items()})


def reason(message: str, **values: object) -> Reason:
    """A reason, in short."""
    return Reason(f"explain-{message}", values)


def _told(value: object, chosen: Language) -> object:
    match value:
        case Label():
            return value.vi if chosen == "vi" else value.en
        case Reason():
            return value.said(chosen)
        case float():
            return round(value, 1)
    return value
