"""What happened lately, in numbers: counts by kind, open events, counts over time; and which rules are off."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from console.queries import OPEN
from console.views import kind_name
from core.events import Event, EventKind
from core.off_rules import OffRule, told_off
from core.times import SECOND_NS, time_text
from locales import Language
from store.event_store import EventStore
from store.records import EventQuery

CHART_EVENTS: Final = 2_000
"""Most events that the chart counts: the newest. Where there are more, it says so."""
_BARS: Final = 60
_STEPS_S: Final = (1, 2, 5, 10, 60, 300, 900, 3_600, 21_600, 86_400)


def summary(store: EventStore, query: EventQuery, language: Language) -> dict[str, Any]:
    """Counts of the events that a query asks for, by kind and over time; its kinds and phases do not narrow them."""
    base = replace(query, kinds=(), phases=(), offset=0)
    kinds = []
    for kind in EventKind:
        one = replace(base, kinds=(kind.value,))
        total = store.events.count(one)
        if total:
            now_open = store.events.count(replace(one, phases=OPEN))
            names = {"kind": kind.value, "name": kind_name(kind.value, language)}
            kinds.append({**names, "count": total, "open": now_open})
    run = store.runs.last()
    return {
        "total": sum(k["count"] for k in kinds),
        "open": sum(k["open"] for k in kinds),
        "kinds": kinds,
        "chart": chart(store.events.find(replace(base, limit=CHART_EVENTS)), query.until_ns or time.time_ns()),
        "off": told_off([OffRule.of(one) for one in run.summary.get("off", ())], language) if run else [],
        "run": None
        if run is None
        else {
            "run_id": run.run_id,
            "started": time_text(run.started_ns),
            "ended": None if run.ended_ns is None else time_text(run.ended_ns),
            "summary": dict(run.summary),
        },
    }


def chart(events: Sequence[Event], now_ns: int) -> dict[str, Any]:
    """Counts of events by their start and severity, in at most 60 steps.

    The steps are minutes and end now; with no event in the last hour, the steps fit the events there are.
    """
    if not events:
        return {"step_s": 60, "buckets": [], "cut": False}
    starts = [event.started_ns for event in events]
    newest, oldest = max(starts), min(starts)
    if now_ns - newest < _BARS * 60 * SECOND_NS and newest <= now_ns:
        step_s, end = 60, now_ns
        if now_ns - oldest < _BARS * 10 * SECOND_NS:
            step_s = 10
    else:
        step_s, end = fitting_step(newest - oldest), newest
    step = step_s * SECOND_NS
    last = end // step
    counts: dict[int, Counter[str]] = {}
    for event in events:
        counts.setdefault(event.started_ns // step, Counter())[event.severity.value] += 1
    first = max(last - _BARS + 1, min(counts) if end == newest else 0)
    buckets = [{"start": time_text(k * step), "counts": dict(counts.get(k, {}))} for k in range(first, last + 1)]
    return {"step_s": step_s, "buckets": buckets, "cut": len(events) >= CHART_EVENTS}


def fitting_step(span_ns: int) -> int:
    """The shortest usual step, in seconds, that divides a span into at most 60."""
    return next((s for s in _STEPS_S if span_ns < (_BARS - 1) * s * SECOND_NS), _STEPS_S[-1])
