"""BoxMOT: BoT-SORT without appearance and, as there is no picture, without camera motion."""

from __future__ import annotations

from typing import Any

import numpy as np
from boxmot.trackers import TrackerSpec, create_tracker  # type: ignore[import-not-found]
from peer_io import Player, Setting, main  # type: ignore[import-not-found]


def make(setting: Setting) -> Player:
    """The package's own settings file, which also sets 30 frames a second; a dummy image, because one must be given."""
    options = (("use_cmc", False), ("use_embeddings", False))
    tracker = create_tracker(TrackerSpec(setting.tracker, options=options))
    image = np.zeros((setting.height, setting.width, 3), np.uint8)

    def step(xyxy: Any, score: Any) -> Any:
        return tracker.update(np.column_stack((xyxy, score, np.zeros(len(score), np.float32))), image)

    return Player(step, lambda answer: [(row[4], *row[:4]) for row in answer])


if __name__ == "__main__":
    main(make)
