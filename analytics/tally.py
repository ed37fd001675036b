"""What was counted in one direction in the current interval."""

from __future__ import annotations

from collections import Counter

from core.arrays import AnyArray
from core.taxonomy import LABELS


class Tally:
    """Counts by class, and sums for means."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self.speed_sum = self.speed_weight = self.inside_sum = self.inside_weight = 0.0

    def count(self, classes: AnyArray) -> None:
        """Tracks that came, by class."""
        self.counts.update(classes.tolist())

    def labelled(self) -> dict[str, int]:
        """The counts by class label."""
        return {LABELS[c]: n for c, n in sorted(self.counts.items())}
