"""Positions and speeds beside the places that others measured on film."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.motion.filmed import measure
from benchmarks.motion.report import tables

INFO = "[Sequence]\nname=PETS09-S2L1\nframeRate=7\nseqLength=80\nimWidth=768\nimHeight=576\n"


def test_on_film_places_and_speeds_are_right(shared: Path) -> None:
    """The marks: 0.4 m and 0.15 m/s in the median, with true boxes."""
    found = measure(shared / "mot15")["PETS09-S2L1"]
    assert found["true boxes"]["position_m"] < 0.4 and found["true boxes"]["speed_mps"] < 0.15
    assert found["detected boxes"]["position_m"] < 0.4
    assert found["true boxes"]["boxes"] > 2_000 and found["detected boxes"]["boxes"] > 1_500


def test_a_made_up_sequence_is_measured_as_it_was_made(tmp_path: Path) -> None:
    """Walkers at 1.4 m/s whose places are told 0.3 m beside where they are in the second half."""
    folder = tmp_path / "PETS09-S2L1"
    folder.mkdir()
    rows = []
    for frame in range(80):
        for walker in range(6):
            x, y = 60.0 + 7.0 * frame * (1 if walker % 2 else 0.5), 150.0 + 60.0 * walker
            beside = 0.3 if frame >= 40 else 0.0
            rows.append((frame + 1, walker + 1, x - 15, y - 70, 30, 70, 1, x / 35, -y / 35 + beside, 0))
    np.savetxt(folder / "gt.txt", rows, "%.4f", ",")
    np.savetxt(folder / "det.txt", [(*row[:1], -1, *row[2:6], 0.9, -1, -1, -1) for row in rows], "%.4f", ",")
    (folder / "seqinfo.ini").write_text(INFO, encoding="utf-8")
    found = measure(tmp_path)
    for way in ("true boxes", "detected boxes"):
        told = found["PETS09-S2L1"][way]
        assert abs(told["position_m"] - 0.3) < 0.03 and told["speed_mps"] < 0.05 and told["boxes"] >= 200
    (*_, table) = tables({"accuracy": {}, "cost_ms": {}, "filmed": found})
    assert table.row_count == 2
