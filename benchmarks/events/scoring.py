"""Alerts beside what was truly there: detected, missed, false, and how long it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from benchmarks.events.event_truth import Cause, TrueEvent
from benchmarks.events.intervals import Interval, mean_interval, poisson, wilson
from benchmarks.events.kinds import KINDS, SWEEP, Kind, rule_of

NEAR_M: Final = 6.0
"""How far from the middle of the user's footprint, beside half its length, the foot of the alert's box may be."""
LEAST_INCIDENTS: Final = 60
LEAST_CAMERA_DAYS: Final = 30.0
"""A figure counts as reached only with so many."""
DAY_S: Final = 86_400.0

Verdict = Literal["right", "duplicate", "phantom", "queue", "decoy", "neutral"]
"""`right`; a second alert on the same; on nothing; on somebody who stands in a queue; on a decoy; `neutral`: the
definition held, though nobody made it happen, or nearly held, which counts neither way."""
FALSE: Final[tuple[Verdict, ...]] = ("duplicate", "phantom", "queue", "decoy")


@dataclass(frozen=True, slots=True)
class Alert:
    """An event as it started.

    Attributes:
        at_s: when it was reported; until_s: when it ended, or the end of the recording.
        x, y: metres, foot of its box.
    """

    kind: str
    rule: str
    zone: str
    at_s: float
    until_s: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Score:
    """One kind at one camera, or at many together.

    Attributes:
        incidents: that the camera could see; distinct: the same incident at several cameras once (by `key`).
        delays_s: from when the definition held to the alert, of each that was detected.
        verdicts: of the alerts. camera_s: time for which cameras watched for this kind.
    """

    incidents: int = 0
    distinct: frozenset[str] = frozenset()
    delays_s: tuple[float, ...] = ()
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    camera_s: float = 0.0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.incidents + other.incidents,
            self.distinct | other.distinct,
            self.delays_s + other.delays_s,
            self.verdicts + other.verdicts,
            self.camera_s + other.camera_s,
        )

    @property
    def alerts(self) -> int:
        """Those that count: right or false."""
        return self.verdicts["right"] + self.false

    @property
    def false(self) -> int:
        """False ones."""
        return sum(self.verdicts[verdict] for verdict in FALSE)

    @property
    def camera_days(self) -> float:
        """Cameras times days."""
        return self.camera_s / DAY_S

    @property
    def enough(self) -> bool:
        """Whether there is enough for the figures to count."""
        return self.incidents >= LEAST_INCIDENTS and self.camera_days >= LEAST_CAMERA_DAYS

    def figures(self) -> dict[str, Any]:
        """As they stand in the JSON; a figure without a denominator is None."""
        detected = len(self.delays_s)
        return {
            "detection_rate": _share(detected, self.incidents),
            "detection_rate_interval": wilson(detected, self.incidents),
            "false_share": _share(self.false, self.alerts),
            "false_share_interval": wilson(self.false, self.alerts),
            "false_per_camera_day": self.false / self.camera_days if self.camera_s else None,
            "false_per_camera_day_interval": poisson(self.false, self.camera_days),
            "mean_time_to_detect_s": sum(self.delays_s) / detected if detected else None,
            "mean_time_to_detect_s_interval": mean_interval(self.delays_s),
            "incidents": self.incidents,
            "distinct_incidents": len(self.distinct),
            "detected": detected,
            "alerts": self.alerts,
            "false": {verdict: self.verdicts[verdict] for verdict in FALSE},
            "neutral": self.verdicts["neutral"],
            "camera_days": self.camera_days,
            "enough": self.enough,
        }


@dataclass(frozen=True, slots=True)
class Judged:
    """One kind at one camera, alert by alert.

    Attributes:
        verdicts: of each alert, by time.
        delays_s: of each true incident, from when the definition held to the alert; None: it was missed.
    """

    verdicts: list[tuple[Alert, Verdict]]
    delays_s: list[tuple[TrueEvent, float | None]]


def score(kind: str, alerts: Iterable[Alert], truth: Sequence[TrueEvent], camera_s: float, key: str) -> Score:
    """One kind at one camera; see `judge`. `key` names the recording, so that incidents seen by several cameras are
    told apart.
    """
    found = judge(kind, alerts, truth)
    distinct = frozenset(f"{key}/{_name(item)}" for item, _ in found.delays_s)
    delays = tuple(delay for _, delay in found.delays_s if delay is not None)
    return Score(len(found.delays_s), distinct, delays, Counter(verdict for _, verdict in found.verdicts), camera_s)


def judge(kind: str, alerts: Iterable[Alert], truth: Sequence[TrueEvent]) -> Judged:
    """Alerts of one kind at one camera beside what was truly there.

    An alert belongs to the true event that holds at its time (less `Kind.early_s`, plus `Kind.late_s`) and place: near
    its user, or, for rules that report a place as a whole, in the same place; what was made to happen is taken first.
    While such an alert on a place lasts, unless it is false, others who are there too are detected with it.

    Args:
        alerts: of the rule's kind, of one threshold.
        truth: of this kind.
    """
    how = KINDS[kind]
    # Each excuses one alert, also beside an incident that was told: after a collision both may stand for minutes.
    neither: tuple[Cause, ...] = ("nearly",) if how.by_place else ("nearly", "alone")
    mine = [item for item in truth if item.cause == "incident"]
    delays: dict[int, float] = {}
    excused: set[int] = set()
    verdicts: list[tuple[Alert, Verdict]] = []
    for alert in sorted(alerts, key=lambda a: a.at_s):
        near = [item for item in truth if _fits(alert, item, how)]
        fresh = [item for item in near if item.cause == "incident" and id(item) not in delays]
        if fresh:
            first = min(fresh, key=lambda item: item.holds_s)
            delays[id(first)] = alert.at_s - first.holds_s
            verdict: Verdict = "right"
        elif others := [i for i in near if i.cause in neither and id(i) not in excused and _is_near(alert, i)]:
            excused.add(id(others[0]))
            verdict = "neutral"
        else:
            verdict = _verdict(near)
        verdicts.append((alert, verdict))
    told = [alert for alert, verdict in verdicts if verdict not in FALSE]
    for item in mine if how.by_place else ():
        if id(item) not in delays:
            open_then = [a for a in told if a.zone == item.zone and a.at_s <= item.end_s]
            open_then = [a for a in open_then if a.until_s >= item.holds_s]
            if open_then:
                delays[id(item)] = max(0.0, min(a.at_s for a in open_then) - item.holds_s)
    return Judged(verdicts, [(item, delays.get(id(item))) for item in mine])


def _name(item: TrueEvent) -> str:
    # What holds of a place at two cameras within the same minutes is one event.
    return f"{item.zone}/{item.began_s // 120:.0f}" if item.user < 0 else f"{item.incident}/{item.user}"


def default(alerts: Iterable[Alert], kind: str) -> list[Alert]:
    """The alerts of a kind of incident from its rule as it is by default."""
    return [a for a in alerts if a.kind == rule_of(kind) and not a.rule.startswith(SWEEP)]


def _fits(alert: Alert, item: TrueEvent, how: Kind) -> bool:
    early = how.early_s if not alert.rule.startswith(SWEEP) else max(how.early_s, item.holds_s - item.began_s)
    if not item.holds_s - early <= alert.at_s <= item.end_s + how.late_s:
        return False
    if how.by_place:
        return alert.zone == item.zone
    return _is_near(alert, item)


def _is_near(alert: Alert, item: TrueEvent) -> bool:
    return item.away_m(alert.at_s, alert.x, alert.y) <= NEAR_M + item.length_m / 2


def _verdict(near: Sequence[TrueEvent]) -> Verdict:
    causes = {item.cause for item in near}
    if causes & {"incident", "nearly"}:
        return "duplicate"
    if "decoy" in causes:
        return "decoy"
    if "alone" in causes:
        return "neutral"
    return "queue" if "among" in causes else "phantom"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def interval_text(value: float | None, interval: Interval | None, percent: bool) -> str:
    """A figure with its interval, for a table."""
    if value is None:
        return "–"
    factor, digits = (100.0, 1) if percent else (1.0, 2)
    if interval is None:
        return f"{value * factor:.{digits}f}"
    low, high = (f"{end * factor:.{digits}f}" for end in interval)
    return f"{value * factor:.{digits}f} [{low},\u00a0{high}]"
