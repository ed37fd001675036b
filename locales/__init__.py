"""Every sentence that a person reads, in English and Vietnamese: one Fluent catalogue.

A message is named once (`error-file-missing`) and written in `locales/en/*.ftl` and `locales/vi/*.ftl`. Code calls
`text("error-file-missing", path=...)`; a test holds the two languages to the same names and the same arguments.
"""

from __future__ import annotations

import os
import re
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final, Literal

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.resolver import Message

Language = Literal["en", "vi"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "vi")

_chosen: ContextVar[Language | None] = ContextVar("language", default=None)


def environment_language() -> Language:
    """The language that `MATPHO_LANG`, else the locale of the environment, asks for; English when it names neither."""
    for name in ("MATPHO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "vi" if value.lower().startswith("vi") else "en"
    return "en"


def language() -> Language:
    """The language in force here: what `set_language` chose, else the environment's."""
    return _chosen.get() or environment_language()


def set_language(value: Language | None) -> None:
    """Choose the language for this thread of execution (a context variable); None returns to the environment's."""
    _chosen.set(value)


class Catalogue(FluentBundle):
    """The messages of one language, from all of its `.ftl` files.

    Each is parsed when it is first asked for, alone: parsing all of them takes half a second, and a command says a few.
    So none may refer to another.
    """

    _NAME: Final = re.compile(r"^([a-zA-Z][\w-]*) *=", re.MULTILINE)

    def __init__(self, value: Language) -> None:
        super().__init__([value], use_isolating=False)
        self._sources: dict[str, str] = {}
        for file in sorted((Path(__file__).parent / value).glob("*.ftl")):
            source = file.read_text(encoding="utf-8")
            starts = list(self._NAME.finditer(source))
            ends = [*(start.start() for start in starts[1:]), len(source)]
            self._sources |= {start[1]: source[start.start() : end] for start, end in zip(starts, ends, strict=True)}

    def has_message(self, message_id: str) -> bool:
        return message_id in self._sources

    def get_message(self, message_id: str) -> Message:
        if not super().has_message(message_id):
            self.add_resource(FluentResource(self._sources[message_id]))
        return super().get_message(message_id)


@cache
def catalogue(value: Language) -> Catalogue:
    """The messages of one language."""
    return Catalogue(value)


def text(message_id: str, language_: Language | None = None, /, **arguments: object) -> str:
    """The message in the chosen language, else in English, else its bare name (a missing text never raises)."""
    wanted = language_ or language()
    candidates: tuple[Language, ...] = (wanted, "en")
    for candidate in candidates:
        bundle = catalogue(candidate)
        if bundle.has_message(message_id):
            pattern = bundle.get_message(message_id).value
            if pattern is not None:
                value, _problems = bundle.format_pattern(pattern, _printable(arguments))
                return str(value)
    return message_id


def _printable(arguments: dict[str, object]) -> dict[str, object]:
    # Fluent formats numbers by locale; everything else reaches it as text.
    return {name: value if isinstance(value, (int, float)) else str(value) for name, value in arguments.items()}
