"""Recordings on disk."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from benchmarks.events.block import load
from benchmarks.events.made_up import made_up
from benchmarks.events.traffic.recording import COLUMNS, Recording, write
from core.errors import ConfigError


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    recording = made_up(20.0)
    write(recording, tmp_path)
    again = Recording.load(tmp_path)
    for name in ("time_s", "offsets", "signal", *COLUMNS):
        assert np.array_equal(getattr(again, name), getattr(recording, name)), name
    assert again.incidents == recording.incidents
    assert [lane.lane_id for lane in again.lanes] == [lane.lane_id for lane in recording.lanes]
    assert np.array_equal(again.lanes[1].centreline, recording.lanes[1].centreline)
    assert (again.name, again.fps, again.free_flow_mps) == (recording.name, recording.fps, recording.free_flow_mps)
    assert {f.name for f in fields(Recording)} >= {"decoys", "areas"}


@pytest.mark.parametrize("broken", ["missing", "cut", "keyless"])
def test_what_is_no_recording_is_named(tmp_path: Path, broken: str) -> None:
    write(made_up(5.0), tmp_path)
    if broken == "missing":
        (tmp_path / "traffic.npz").unlink()
    elif broken == "cut":
        content = (tmp_path / "traffic.npz").read_bytes()
        (tmp_path / "traffic.npz").write_bytes(content[: len(content) // 2])
    else:
        about = json.loads((tmp_path / "traffic.json").read_text())
        del about["lanes"]
        (tmp_path / "traffic.json").write_text(json.dumps(about))
    with pytest.raises(ConfigError) as caught:
        load(str(tmp_path))
    assert str(tmp_path) in str(caught.value)
