"""Which of what was found is which of what is true."""

from __future__ import annotations

from collections.abc import Iterable


def nearest_first(candidates: Iterable[tuple[float, int, int]]) -> list[tuple[int, int]]:
    """Pairs (true, found) out of all that may be, given with how far they are apart: the nearest first, each once."""
    pairs: list[tuple[int, int]] = []
    true, found = set[int](), set[int]()
    for _, i, j in sorted(candidates):
        if i not in true and j not in found:
            pairs.append((i, j))
            true.add(i)
            found.add(j)
    return pairs
