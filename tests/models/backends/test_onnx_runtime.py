"""What ONNX Runtime is asked for on a GPU; the GPU itself is not needed to see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.backends.onnx_runtime import _engine_options
from models.network import TensorInfo


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(tmp_path))
    return tmp_path


def test_engines_are_kept_and_built_once_for_all_numbers_of_images(cache: Path) -> None:
    options = _engine_options(TensorInfo("images", (None, 3, 320, 640), "float"), "1", 8)
    assert options["device_id"] == "1"
    assert options["trt_engine_cache_path"] == options["trt_timing_cache_path"] == str(cache / "engines")
    assert options["trt_profile_min_shapes"] == "images:1x3x320x640"
    assert options["trt_profile_max_shapes"] == options["trt_profile_opt_shapes"] == "images:8x3x320x640"


@pytest.mark.parametrize("shape", [(1, 3, 320, 320), (None, 3, None, None)])
def test_no_range_is_named_that_the_graph_does_not_leave_open(shape: tuple[int | None, ...]) -> None:
    assert not any("profile" in name for name in _engine_options(TensorInfo("images", shape, "float"), "0", 8))
