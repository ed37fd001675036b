"""Rules that are off for want of a model, and how a person is told so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from locales import text

MOST_NAMED: Final = 5
"""Cameras named in one line about rules that are off."""


@dataclass(frozen=True, slots=True)
class OffRule:
    """A rule that can find nothing: no second model has one of its classes.

    Attributes:
        classes: that it asks for.
        broken: models that would have one, and cannot be used.
    """

    camera_id: str
    rule_id: str
    kind: str
    classes: tuple[str, ...]
    broken: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON values for the summary of a run."""
        return asdict(self)

    @property
    def reason(self) -> str:
        """Why, in the reader's language."""
        names = ", ".join(text(f"class-{name}") for name in self.classes)
        if self.broken:
            return text("second-off-broken", models=", ".join(self.broken))
        return text("second-off", classes=names)


def told_off(rules: Sequence[OffRule]) -> list[str]:
    """A line for each kind and reason, with the cameras."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for rule in rules:
        groups[rule.kind, rule.reason].append(rule.camera_id)
    return [_line(kind, reason, list(dict.fromkeys(cameras))) for (kind, reason), cameras in groups.items()]


def _line(kind: str, reason: str, cameras: Sequence[str]) -> str:
    more = len(cameras) - MOST_NAMED
    named = ", ".join(cameras[:MOST_NAMED]) + (f" +{more}" if more > 0 else "")
    return text("second-off-line", kind=text("kind-" + kind.replace(".", "-")), cameras=named, reason=reason)
