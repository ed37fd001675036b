"""ioutrack-rs: ByteTrack in Rust, package defaults."""

from __future__ import annotations

from typing import Any

import numpy as np
from ioutrack import ByteTrack  # type: ignore[import-not-found]
from peer_io import Player, Setting, main  # type: ignore[import-not-found]


def make(_setting: Setting) -> Player:
    """Package defaults; `return_all=False` answers with the tracks that are active in this frame."""
    tracker = ByteTrack()

    def step(xyxy: Any, score: Any) -> Any:
        return tracker.update(np.column_stack((xyxy, score)), return_all=False)

    return Player(step, lambda answer: [(row[4], *row[:4]) for row in answer])


if __name__ == "__main__":
    main(make)
