"""A run's detector has the inputs that its cameras need."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ModelError
from core.protocols import Source
from matpho.defaults import JUNCTION
from matpho.detectors import detectors_of, input_widths, together
from matpho.input_advice import input_advice
from matpho.plan import Plan
from models.by_camera import ByCamera
from models.registry import exported_input
from pipeline.cameras import CameraPlan
from pipeline.sources.synthetic import Script, SyntheticSource
from pipeline.sources.traffic.source import TrafficSource
from scenes.model_specs import InputWidth, ModelSpec
from tests.support.graphs import brightness_graph
from tests.support.pinhole import Pinhole, road

NEAR, FAR = road(Pinhole(), 8.0, 15.0), road(Pinhole(), 20.0, 60.0)


def camera(name: str, source: Source | None = None, asked: InputWidth | None = None) -> CameraPlan:
    source = source or SyntheticSource(name, Script(frames=1))
    return CameraPlan(source, FAR if name.startswith("far") else NEAR, input=asked)


def plan(*cameras: CameraPlan, model: ModelSpec | None = None) -> Plan:
    return Plan(model or ModelSpec(backend="onnxruntime", threads=1), cameras)


def test_a_camera_that_sees_far_has_a_larger_input_than_one_that_does_not() -> None:
    asked = plan(camera("near"), camera("far"), camera("far-small", asked="exported"), camera("near-large", asked=640))
    assert input_widths(asked) == {"near": None, "far": 832, "far-small": None, "near-large": 640}


def test_recorded_traffic_needs_no_larger_input() -> None:
    assert input_widths(plan(camera("far", TrafficSource(JUNCTION, "far")))) == {"far": None}


def test_one_width_for_all_is_taken_as_asked() -> None:
    asked = plan(camera("near"), camera("far"), model=ModelSpec(input=320))
    assert set(input_widths(asked).values()) == {320}
    assert set(input_widths(plan(camera("far"), model=ModelSpec(input="exported"))).values()) == {None}


def test_the_detector_is_one_where_one_is_enough() -> None:
    assert not isinstance(together(detectors_of(plan(camera("near"), camera("near-too")))), ByCamera)
    detectors = detectors_of(plan(camera("near"), camera("far")))
    assert {name: one.input_spec.width for name, one in detectors.items()} == {"near": 416, "far": 832}
    assert isinstance(together(detectors), ByCamera)


def test_a_model_that_cannot_be_made_larger_is_used_as_it_is_unless_asked(tmp_path: Path) -> None:
    odd = ModelSpec(path=str(brightness_graph(tmp_path / "odd.onnx")), backend="onnxruntime", threads=1)
    wide = camera("far")
    (detector,) = detectors_of(plan(wide, model=odd)).values()
    exported = exported_input(odd.path)
    assert exported is not None
    assert detector.input_spec.width == exported.width
    with pytest.raises(ModelError, match="input: exported"):
        detectors_of(plan(replace(wide, input=640), model=odd))


@pytest.mark.parametrize(
    ("far_m", "asked", "said", "warning"),
    [
        (60.0, "auto", "one of 832 is taken", False),
        (60.0, "exported", "only 6 pixels large at north, even in an input of 416", True),
        (300.0, "auto", "even in an input of 1248", True),
        (60.0, 832, None, False),
        (15.0, "auto", None, False),
    ],
)
def test_what_check_says_of_sizes(far_m: float, asked: InputWidth, said: str | None, warning: bool) -> None:
    exported = exported_input()
    assert exported is not None
    advice = input_advice("gate", road(Pinhole(), 8.0, far_m), asked, exported)
    if said is None:
        assert advice is None
    else:
        assert advice is not None
        assert said in advice.line
        assert advice.warning == warning
