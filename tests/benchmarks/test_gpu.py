"""Figures of a GPU: none where there is none, and the same code on the CPU where there is PyTorch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.gpu import measure
from matpho.cli.bench import app


def test_without_a_gpu_it_says_so_rather_than_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATPHO_LANG", "en")
    if measure.why_not("cuda:0") is None:
        pytest.skip("there is a GPU")
    out = tmp_path / "gpu.json"
    said = CliRunner().invoke(app, ["gpu", "--json", str(out)])
    assert said.exit_code == 0, said.output
    assert "not measured here" in said.output.lower()
    written = json.loads(out.read_text())
    assert written["reason"]
    assert written["decode"] == written["detector"] == written["chain"] == written["cameras"] == {}


def test_the_same_measurements_run_on_the_cpu(shared: Path) -> None:
    pytest.importorskip("torch")
    from models.backends import open_network
    from models.gpu.detector import DeviceDetector
    from models.registry import _whole, plan_detector

    path, card = _whole("nanodet_g_416")
    network = open_network(path, threads=1)
    detector = DeviceDetector(network, plan_detector(network, card), device="cpu", max_batch=1)
    video, plan = shared / "video/car_detection.mp4", measure.GpuPlan(1.0, 2, (1, 2))
    assert measure.decoding(video, "cpu", plan) > 1
    assert set(measure.detecting(video, detector, "cpu", plan)) == {1, 2}
    assert measure.chain(video, detector, "cpu", plan) > 1
