"""Seeds of traffic: some to look at while thresholds are chosen, others kept for the figures that are published."""

from __future__ import annotations

from typing import Final

TUNING: Final = range(1, 1000)
"""May be looked at while anything is tuned."""
HELD: Final = range(1000, 2_000_000)
"""Never used for tuning: figures come from these alone."""


def is_held(seed: int) -> bool:
    """Whether a figure from this seed may be published.

    Raises:
        ValueError: it is neither a tuning nor a held seed.
    """
    if seed not in TUNING and seed not in HELD:
        raise ValueError(f"seed {seed}: expected {TUNING.start} to {HELD.stop - 1}")
    return seed in HELD
