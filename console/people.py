"""What people do on the page: verdicts and mutes."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any, Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request

from console.queries import known, language_of
from console.trusted import trusted_body
from console.views import kind_name
from core.errors import RequestError
from core.events import Event, EventKind, Says, Verdict
from core.mutes import Mute
from core.times import time_ns, time_text
from store.event_store import EventStore

MOST_BODY: Final = 8_192
_ANSWERS: Final = {"true": Says.CONFIRMED, "false": Says.REJECTED}
_LONGEST_S: Final = 366 * 86_400


def people(store: EventStore, token: str) -> APIRouter:
    """The part of the API that writes; `token` is what a request must carry, empty: nobody may."""
    api = APIRouter()

    @api.get("/mutes")
    def mutes(request: Request) -> dict[str, Any]:
        """What is muted now, and how many events each mute has kept back."""
        known(request.query_params, frozenset({"lang"}))
        language, suppressed = language_of(request), store.desk.suppressed()
        found = [
            {
                **asdict(one),
                "until": time_text(one.until_ns),
                "suppressed": suppressed.get(one.mute_id, 0),
                "kind_name": kind_name(one.kind, language) if one.kind in set(EventKind) else one.kind,
            }
            for one in store.desk.mutes(time.time_ns())
        ]
        return {"mutes": found}

    @api.post("/verdicts")
    async def verdict(request: Request) -> dict[str, Any]:
        """`{"event_id", "says": "true" | "false", "why", "by"}`."""
        body = await trusted_body(request, token, MOST_BODY)
        says = _ANSWERS.get(str(body.get("says")))
        if says is None:
            raise RequestError("error-verdict-says", field="says")
        given = Verdict(says, f"person:{_text(body, 'by')}", time.time_ns(), _text(body, "why"))
        kept = await run_sync(store.desk.judge, _text(body, "event_id"), given)
        return {"event_id": kept.event_id, "says": kept.verdict.says.value}

    @api.post("/mutes")
    async def mute(request: Request) -> dict[str, Any]:
        """`{"event_id", "scope": "rule" | "track" | "kind", "for_s" | "until", "why", "by"}`."""
        body = await trusted_body(request, token, MOST_BODY)
        event_id = _text(body, "event_id")
        revisions = await run_sync(store.events.revisions, event_id)
        if not revisions:
            raise RequestError("error-request-event", status=404, event=repr(event_id)[:200])
        wanted = _mute(revisions[-1], body).given_at(revisions)
        kept = await run_sync(store.desk.mute, wanted)
        return {"mute_id": kept.mute_id, "until": time_text(kept.until_ns)}

    @api.post("/mutes/{mute_id}/end")
    async def unmute(request: Request, mute_id: str) -> dict[str, Any]:
        """`{"by", "why"}`."""
        body = await trusted_body(request, token, MOST_BODY)
        ended = await run_sync(store.desk.unmute, mute_id, _text(body, "by"), _text(body, "why"))
        return {"mute_id": ended.mute_id}

    return api


def _mute(event: Event, body: dict[str, Any]) -> Mute:
    """The scope that a person chose, seen from an event: its rule in its place, its tracks, or its kind there.

    Raises:
        RequestError: the scope or the time is none.
    """
    now = time.time_ns()
    plain: dict[str, Any] = {"mute_id": "", "by": _text(body, "by"), "reason": _text(body, "why"), "created_ns": now}
    scopes: dict[str, dict[str, Any]] = {
        "rule": {"rule_id": event.rule_id, "zone": event.zone},
        "kind": {"kind": event.kind.value},
    }
    if event.track_ids:
        scopes["track"] = {"track_id": event.track_ids[0]}
    scope = str(body.get("scope"))
    if scope not in scopes:
        raise RequestError(
            "error-request-choice", field="scope", name="scope", value=scope, known=", ".join(sorted(scopes))
        )
    return Mute(**plain, until_ns=_until(body, now), camera_id=event.camera_id, **scopes[scope])


def _until(body: dict[str, Any], now_ns: int) -> int:
    seconds, until = body.get("for_s"), body.get("until")
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds <= _LONGEST_S:
        return now_ns + round(seconds * 1e9)
    try:
        return time_ns(str(until))
    except (ValueError, OverflowError) as error:
        raise RequestError("error-request-time", field="until", name="until", value=str(until)[:100]) from error


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    return value if isinstance(value, str) else ""
