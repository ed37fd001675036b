"""`matpho doctor` says what computes the model here, and how long each candidate takes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import locales
from core.errors import ConfigError
from matpho.cli.doctor import backends_of, doctor
from models.backends.remembered import Choice, Trial
from models.registry import WEIGHTS
from scenes.model_specs import ModelSpec
from tests.support.graphs import METADATA, constant_graph


@pytest.fixture(autouse=True)
def english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATPHO_LANG", "en")
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(tmp_path / "cache"))


def test_the_candidates_of_a_configured_model_are_timed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    constant_graph(tmp_path / "junction.onnx", [np.full((1, 30, 6), 0.1)], METADATA)
    config = tmp_path / "config.yaml"
    config.write_text("model: {path: junction.onnx, backend: openvino}\ncameras: [{id: a, source: a.mp4}]\n")
    doctor(config)
    said = capsys.readouterr().out
    assert "junction.onnx runs on openvino" in said
    assert re.search(r"onnxruntime \d+\.\d ms", said)
    assert re.search(r"openvino \d+\.\d ms", said)


def test_a_wrong_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        doctor(tmp_path / "none.yaml")


def test_a_model_that_cannot_be_used_is_advice_not_a_failure(tmp_path: Path) -> None:
    backends, said = backends_of(ModelSpec(path=str(tmp_path / "none.onnx")), 8)
    assert backends == "none"
    assert "no such model file" in said[0]


@pytest.mark.parametrize(("language", "word"), [("en", "finds other boxes"), ("vi", "cho kết quả khác")])
def test_refused_and_failed_candidates_and_slow_int8_are_told(
    monkeypatch: pytest.MonkeyPatch, language: locales.Language, word: str
) -> None:
    trials = (
        Trial("onnxruntime", 26.31, 1.0),
        Trial("onnxruntime-fp32", 12.02, 1.0),
        Trial("openvino", 9.1, 0.4, "disagrees"),
    )
    choice = Choice("onnxruntime-fp32", (*trials, Trial("tensorrt", problem="failed")))
    monkeypatch.setattr("models.registry.choose_backend", lambda *_, **__: choice)
    locales.set_language(language)
    try:
        backends, said = backends_of(ModelSpec(path=str(WEIGHTS / "m.onnx")), 8)
    finally:
        locales.set_language(None)
    assert "onnxruntime-fp32 12.0 ms" in backends
    assert word in backends
    assert "26.3" in said[0]
    assert "12.0" in said[0]
