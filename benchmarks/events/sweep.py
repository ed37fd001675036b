"""The same rules at other thresholds: detections against false alerts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.events.block import CameraResult
from benchmarks.events.kinds import KINDS, SWEEP, rule_of
from benchmarks.events.scoring import Alert, Score, default, score


def curves(results: Sequence[CameraResult], aimed: Sequence[CameraResult]) -> dict[str, list[dict[str, Any]]]:
    """By kind of incident: figures of the default rule (parameter empty) and of each copy, by parameter and value.

    At all cameras; those that are `aimed` at incidents watch only for what is staged.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in KINDS:
        rule = rule_of(kind)
        if rule is None:
            continue
        watching = [r for r in (*results, *aimed) if kind in r.watched]
        mine = [[a for a in r.alerts if a.kind == rule] for r in watching]
        copies = sorted({_copy(a) for alerts in mine for a in alerts if a.rule.startswith(SWEEP)})
        found[kind] = [_point("", 0.0, _score(kind, watching, [default(alerts, kind) for alerts in mine]))]
        for name, value in copies:
            chosen = [[a for a in alerts if a.rule.startswith(f"{SWEEP}:{name}:{value:g}:")] for alerts in mine]
            found[kind].append(_point(name, value, _score(kind, watching, chosen)))
    return found


def _copy(alert: Alert) -> tuple[str, float]:
    _, name, value, _ = alert.rule.split(":", 3)
    return name, float(value)


def _score(kind: str, results: Sequence[CameraResult], alerts: Sequence[Sequence[Alert]]) -> Score:
    parts = [
        score(kind, mine, [t for t in r.truth if t.kind == kind], r.seconds, r.key)
        for r, mine in zip(results, alerts, strict=True)
    ]
    return sum(parts, start=Score())


def _point(name: str, value: float, found: Score) -> dict[str, Any]:
    return {"parameter": name, "value": value, **found.figures()}
