"""Who stands behind whom."""

from __future__ import annotations

import pytest

from tests.trackers.kernels.records import PARAMS, RECORD, tracks_at
from trackers.kernels.covering import cover

FAR, NEAR = (100, 100, 40, 100), (110, 120, 40, 100)


def test_the_lower_box_covers_the_higher_and_doubt_rises() -> None:
    tracks = tracks_at([FAR, NEAR])
    cover(tracks, 2, 0, RECORD)
    assert tracks["cover"].tolist() == pytest.approx([30 * 80 / 4000, 0.0])
    base = (PARAMS.place_noise * 100) ** 2
    assert tracks["noise"].tolist() == pytest.approx([base * (1 + PARAMS.cover_noise * 0.6**2), base])


def test_only_the_confirmed_and_lately_seen_cover() -> None:
    for field, value in (("confirmed", False), ("seen_ns", -1_000_000_000)):
        tracks = tracks_at([FAR, NEAR])
        tracks[field][1] = value
        cover(tracks, 2, 0, RECORD)
        assert tracks["cover"].tolist() == [0.0, 0.0]
