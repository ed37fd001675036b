"""Rules that are off for want of a model or a feed, and how a person is told so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from locales import Language, text

MOST_NAMED: Final = 5
"""Cameras named in one line about rules that are off."""


@dataclass(frozen=True, slots=True)
class OffRule:
    """A rule that can find nothing: no second model has one of its classes, or nobody tells its signal.

    Attributes:
        classes: that it asks a second model for.
        broken: models that would have one, and cannot be used.
        signal: that only a controller could tell.
    """

    camera_id: str
    rule_id: str
    kind: str
    classes: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    signal: str = ""

    def as_dict(self) -> dict[str, Any]:
        """JSON values for the summary of a run."""
        return asdict(self)

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> OffRule:
        """The rule that `as_dict` wrote."""
        classes, broken = tuple(value["classes"]), tuple(value.get("broken", ()))
        return cls(value["camera_id"], value["rule_id"], value["kind"], classes, broken, value.get("signal", ""))

    def why(self, language: Language | None = None) -> str:
        """In the given language or the one in force."""
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
