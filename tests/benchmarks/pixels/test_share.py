"""The share of observers: of all computing time, and by a clip that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.pixels import share
from benchmarks.pixels.share import Share, observers_share
from core.errors import ConfigError
from matpho.defaults import CLIP


def test_a_share_is_of_the_time_of_both() -> None:
    assert Share(observers_ms=1.0, chain_ms=49.0).share == pytest.approx(0.02)


def test_observers_and_the_rest_take_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share, "WARM", 2)
    found = observers_share(CLIP, frames=4, repeats=1)
    assert found.observers_ms > 0 and found.chain_ms > 0


def test_a_file_that_is_no_clip_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"nothing")
    with pytest.raises(ConfigError, match=r"a\.mp4"):
        observers_share(tmp_path / "a.mp4")
