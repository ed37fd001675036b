"""Which of what was found is which of what is true."""

from __future__ import annotations

from collections.abc import Collection, Iterable


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


def as_many(candidates: Iterable[tuple[float, int, int]], before: Collection[int] = ()) -> list[tuple[int, int]]:
    """As many pairs as there can be: where things come close together, the nearest first would take from one what is
    its own, and give it to another that has been missed.

    Args:
        before: those of the true which have their pairs before others.
    """
    near: dict[int, list[int]] = {}
    for _, i, j in sorted(candidates):
        near.setdefault(i, []).append(j)
    true_of: dict[int, int] = {}

    def found(i: int, tried: set[int]) -> bool:
        for j in near[i]:
            if j not in tried:
                tried.add(j)
                if j not in true_of or found(true_of[j], tried):
                    true_of[j] = i
                    return True
        return False

    for i in sorted(near, key=lambda i: i not in before):
        found(i, set())
    return sorted((i, j) for j, i in true_of.items())
