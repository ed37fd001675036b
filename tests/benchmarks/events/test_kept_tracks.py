"""Kept tracks are those that were followed, and rules find the same in them."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from benchmarks.events import kept_tracks
from benchmarks.events.cameras import place_cameras
from benchmarks.events.kept_tracks import kept_tracks as kept
from benchmarks.events.made_up import made_up
from benchmarks.events.noise import Levels
from benchmarks.events.views import build_view
from benchmarks.events.watching import Following, watch
from core.tracks import TrackBatch


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_tracks, "cache_folder", lambda _name: tmp_path)


def following() -> Following:
    recording = made_up(60.0)
    views = [build_view(recording, camera, seed=7) for camera in place_cameras(recording, 2, 1)]
    return Following(recording, views, Levels(), [7, 8])


def test_tracks_come_back_as_they_were(tmp_path: Path) -> None:
    first, again = following(), following()
    followed = list(kept(first, "some"))
    assert (tmp_path / "some.npz").is_file()
    read = list(kept(again, "some"))
    assert len(read) == len(followed) > 1
    for mine, other in zip(followed, read, strict=True):
        for field in fields(TrackBatch):
            assert np.array_equal(getattr(mine, field.name), getattr(other, field.name)), field.name
    assert (again.frames, again.boxes) == (first.frames, first.boxes)
    for witness, other_witness in zip(first.witnesses, again.witnesses, strict=True):
        assert all(map(np.array_equal, witness.seen(), other_witness.seen()))


def test_rules_find_the_same_in_kept_tracks() -> None:
    asked = following()
    found = watch(asked.views, kept(asked, "some"), 59.9)
    asked = following()
    again = watch(asked.views, kept(asked, "some"), 59.9)
    said = [[(e.kind, e.at_ns, e.box) for e in one.alerts] for one in found]
    assert said == [[(e.kind, e.at_ns, e.box) for e in one.alerts] for one in again]
    assert any(said)


def test_a_run_that_is_cut_keeps_nothing(tmp_path: Path) -> None:
    asked = iter(kept(following(), "some"))
    next(asked)
    asked.close()  # type: ignore[attr-defined]
    assert not list(tmp_path.iterdir())
