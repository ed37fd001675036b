"""Ultralytics: BoT-SORT and ByteTrack, its own settings, without a picture (so without camera motion and ReID)."""

from __future__ import annotations

from typing import Any

import numpy as np
from peer_io import Player, Setting, main  # type: ignore[import-not-found]
from ultralytics.engine.results import Boxes  # type: ignore[import-not-found]
from ultralytics.trackers.track import TRACKER_MAP  # type: ignore[import-not-found]
from ultralytics.utils import YAML, IterableSimpleNamespace  # type: ignore[import-not-found]
from ultralytics.utils.checks import check_yaml  # type: ignore[import-not-found]


def make(setting: Setting) -> Player:
    """The package's YAML of each tracker; it takes no frame rate."""
    settings = IterableSimpleNamespace(**YAML.load(check_yaml(f"{setting.tracker}.yaml")))
    settings.gmc_method = "none"
    tracker = TRACKER_MAP[setting.tracker](args=settings)
    shape = (setting.height, setting.width)

    def step(xyxy: Any, score: Any) -> Any:
        table = np.column_stack((xyxy, score, np.zeros(len(score), np.float32)))
        return tracker.update(Boxes(table, shape))

    return Player(step, lambda answer: [(row[4], *row[:4]) for row in answer])


if __name__ == "__main__":
    main(make)
