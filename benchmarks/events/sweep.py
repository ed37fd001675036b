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
        everywhere = [*results, *aimed]
        copies = {_copy(a) for r in everywhere for a in r.alerts if a.kind == rule and a.rule.startswith(SWEEP)}
        found[kind] = [_point("", 0.0, together(kind, everywhere))]
        for name, value in sorted(copies):
            found[kind].append(_point(name, value, together(kind, everywhere, f"{SWEEP}:{name}:{value:g}:")))
    return found


def _copy(alert: Alert) -> tuple[str, float]:
    _, name, value, _ = alert.rule.split(":", 3)
    return name, float(value)


def together(kind: str, results: Sequence[CameraResult], copy: str = "") -> Score:
    """One kind at all cameras that watch for it, by its rule as it is by default; or by a `copy` of it, whose ids begin
    so.
    """
    rule = rule_of(kind)
    parts = []
    for r in results:
        if kind in r.watched:
            copied = [a for a in r.alerts if a.kind == rule and a.rule.startswith(copy)]
            told = copied if copy else default(copied, kind)
            parts.append(score(kind, told, [t for t in r.truth if t.kind == kind], r.seconds, r.key))
    return sum(parts, start=Score())


def _point(name: str, value: float, found: Score) -> dict[str, Any]:
    return {"parameter": name, "value": value, **found.figures()}
