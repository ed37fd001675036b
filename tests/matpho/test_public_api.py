"""`matpho.run`: the whole API that a notebook needs."""

from __future__ import annotations

from pathlib import Path

import pytest

import matpho

ROOT = Path(__file__).resolve().parents[2]
CLIP, SCENE = ROOT / "matpho/demo/plaza.mp4", ROOT / "matpho/demo/plaza.yaml"


def test_steps_are_typed_and_carry_pixels_until_the_next() -> None:
    people = 0
    for step in matpho.run(CLIP, scene=SCENE):
        assert isinstance(step.detections, matpho.DetectionBatch)
        assert len(step.motion) == len(step.tracks)
        people += int((step.detections.class_id == matpho.ObjectClass.PERSON).sum())
        assert step.frames.surfaces[0].to_host().shape == (576, 768, 3)
        if step.frames.frames[-1].seq >= 20:
            break
    assert people > 20 * 3


def test_a_configuration_runs_all_its_cameras(tmp_path: Path) -> None:
    config = tmp_path / "two.yaml"
    cameras = "".join(f"  - {{id: {name}, source: {CLIP}, fps: 2}}\n" for name in ("one", "two"))
    config.write_text("cameras:\n" + cameras)
    seen = {frame.camera_id for step in matpho.run(config) for frame in step.frames.frames}
    assert seen == {"one", "two"}
    assert (tmp_path / "matpho.db").is_file()


def test_a_source_that_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(Exception, match="nowhere"):
        list(matpho.run("nowhere://camera"))
