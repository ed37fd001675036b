"""Rules that are off for want of a model or a feed, or judge without one, and how a person is told so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from locales import Language, text

MOST_NAMED: Final = 5
"""Cameras named in one line about rules that are off."""


@dataclass(frozen=True, slots=True)
class OffRule:
    """A rule that lacks something: no second model has one of its classes, or nobody tells a signal that it asks for.

    A red-light rule finds nothing then; one that merely asks whether traffic waits for green judges without.

    Attributes:
        classes: that it asks a second model for.
        broken: models that would have one, and cannot be used.
        signal: that only a controller could tell.
        feed: that the controller could use and has fallen silent; empty: there is none.
        heard_ns: UTC of what the feed told last; None: nothing since the start.
    """

    camera_id: str
    rule_id: str
    kind: str
    classes: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    signal: str = ""
    feed: str = ""
    heard_ns: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON values for the summary of a run."""
        return asdict(self)

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> OffRule:
        """The rule that `as_dict` wrote."""
        classes, broken = tuple(value["classes"]), tuple(value.get("broken", ()))
        told = value.get("signal", ""), value.get("feed", ""), value.get("heard_ns")
        return cls(value["camera_id"], value["rule_id"], value["kind"], classes, broken, *told)

    def why(self, language: Language | None = None) -> str:
        """In the given language or the one in force."""
        if self.feed:
            named = {"signal": self.signal, "feed": self.feed}
            if self.heard_ns is None:
                return text("signal-silent", language, **named)
            since = datetime.fromtimestamp(self.heard_ns / 1e9).astimezone().strftime("%Y-%m-%d %H:%M")
            return text("signal-silent-since", language, **named, since=since)
        if self.signal:
            return text("signal-off", language, signal=self.signal)
        if self.broken:
            return text("second-off-broken", language, models=", ".join(self.broken))
        return text("second-off", language, classes=", ".join(text(f"class-{name}", language) for name in self.classes))


def told_off(rules: Sequence[OffRule], language: Language | None = None) -> list[str]:
    """A line for each kind and reason, with the cameras."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for rule in rules:
        groups[rule.kind, rule.why(language)].append(rule.camera_id)
    return [_line(kind, why, list(dict.fromkeys(cameras)), language) for (kind, why), cameras in groups.items()]


def _line(kind: str, reason: str, cameras: Sequence[str], language: Language | None) -> str:
    more = len(cameras) - MOST_NAMED
    named = ", ".join(cameras[:MOST_NAMED]) + (f" +{more}" if more > 0 else "")
    name = text("kind-" + kind.replace(".", "-"), language)
    return text("second-off-line", language, kind=name, cameras=named, reason=reason)
