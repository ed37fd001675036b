"""What a request asks for: language, filters, bounds. Whatever is wrong is said in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from starlette.datastructures import QueryParams
from starlette.requests import Request

from core.errors import RequestError
from core.events import EventKind, Phase
from core.times import time_ns
from locales import LANGUAGES, Language, language
from store.records import EventQuery

T = TypeVar("T")

MOST_ROWS: Final = 500
MOST_OFFSET: Final = 1_000_000
OPEN: Final = (Phase.STARTED, Phase.UPDATED)
_FILTERS: Final = frozenset({"camera", "kind", "phase", "open", "since", "until", "limit", "offset", "lang"})
_GROUPS: Final = frozenset(kind.value.partition(".")[0] for kind in EventKind)


def language_of(request: Request) -> Language:
    """`lang` of the query, else the best of Accept-Language, else the environment's.

    Raises:
        RequestError: `lang` is no language of ours.
    """
    asked = request.query_params.get("lang")
    if asked is not None:
        return _choice("lang", asked, {name: name for name in LANGUAGES})
    return accepted_language(request.headers.get("accept-language", "")) or language()


def event_query(params: QueryParams) -> EventQuery:
    """The filters of a request for events.

    Raises:
        RequestError: a field is unknown, or its value is not understood.
    """
    known(params, _FILTERS)
    phases = tuple(_choice("phase", value, {p.value: p for p in Phase}) for value in params.getlist("phase"))
    if _choice("open", params.get("open", "false"), {"true": True, "false": False}):
        phases = tuple(phase for phase in OPEN if not phases or phase in phases)
        if not phases:
            raise RequestError("error-request-open-ended", field="open")
    return EventQuery(
        since_ns=_time(params, "since"),
        until_ns=_time(params, "until"),
        cameras=tuple(params.getlist("camera")),
        kinds=tuple(_kind(value) for value in params.getlist("kind")),
        phases=phases,
        limit=whole_number(params, "limit", 100, 1, MOST_ROWS),
        offset=whole_number(params, "offset", 0, 0, MOST_OFFSET),
    )


def known(params: QueryParams, fields: frozenset[str]) -> None:
    """Refuse fields that mean nothing here, so that a misspelt filter never shows everything.

    Raises:
        RequestError: there is one.
    """
    for name in params:
        if name not in fields:
            raise RequestError("error-request-field", field=name, name=name, known=", ".join(sorted(fields)))


def whole_number(params: Mapping[str, str], field: str, default: int, low: int, high: int) -> int:
    """A whole number of the query within its bounds.

    Raises:
        RequestError: it is not one, or lies outside.
    """
    value = params.get(field)
    if value is None:
        return default
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 20 else -1
    if not low <= number <= high:
        raise RequestError("error-request-number", field=field, name=field, value=value, low=str(low), high=str(high))
    return number


def seen_rows(after: str) -> tuple[int, int | None]:
    """What a page has seen: the row number of an event and, after a hyphen, of an incident (None: all there are).

    Raises:
        RequestError: it is none.
    """
    event, hyphen, incident = after.partition("-")
    if not hyphen:
        return whole_number({"after": event}, "after", 0, 0, 2**63 - 1), None
    seen = [whole_number({"after": part}, "after", 0, 0, 2**63 - 1) for part in (event, incident)]
    return seen[0], seen[1]


def _choice(field: str, value: str, choices: Mapping[str, T]) -> T:
    if value not in choices:
        raise RequestError("error-request-choice", field=field, name=field, value=value, known=", ".join(choices))
    return choices[value]


def _kind(value: str) -> str:
    if value not in _GROUPS and value not in set(EventKind):
        names = ", ".join((*sorted(_GROUPS), *(kind.value for kind in EventKind)))
        raise RequestError("error-request-choice", field="kind", name="kind", value=value, known=names)
    return value


def _time(params: QueryParams, field: str) -> int | None:
    value = params.get(field)
    if not value:
        return None
    # A "+" that was not escaped arrives as a blank: 08:00:00 07:00.
    attempts: tuple[Callable[[], int], ...] = (
        lambda: time_ns(value),
        lambda: time_ns("+".join(value.rsplit(" ", 1))),
    )
    for attempt in attempts:
        try:
            found = attempt()
        except (ValueError, OverflowError):
            continue
        if abs(found) < 2**63:
            return found
    raise RequestError("error-request-time", field=field, name=field, value=value)


def accepted_language(header: str) -> Language | None:
    """The language of ours that an Accept-Language header likes best, None when it names none."""
    best: tuple[float, Language] | None = None
    for item in header.split(","):
        name, _, weight = item.strip().partition(";q=")
        found = next((one for one in LANGUAGES if name.lower().split("-")[0] == one), None)
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if found is not None and quality > 0 and (best is None or quality > best[0]):
            best = (quality, found)
    return None if best is None else best[1]
