"""A consumer with classes generated from an independent schema reads the tracks of frames."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from core.records import FrameTracks
from core.taxonomy import LABELS
from sinks.envelope import message_of
from sinks.nv_frame import nv_frame
from tests.support.records import a_frame, frames

PROTO = Path(__file__).resolve().parents[1] / "support/nv_frame.proto"


@pytest.fixture(scope="module")
def nv(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Classes that protoc generates."""
    protoc = pytest.importorskip("grpc_tools.protoc")
    folder = tmp_path_factory.mktemp("nv")
    well_known = Path(protoc.__file__).parent / "_proto"
    arguments = ["protoc", f"-I{PROTO.parent}", f"-I{well_known}", f"--python_out={folder}", str(PROTO)]
    assert protoc.main(arguments) == 0
    spec = importlib.util.spec_from_file_location("nv_frame_pb2", folder / "nv_frame_pb2.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def f32(value: float) -> Any:
    return pytest.approx(value, rel=1e-6, abs=1e-30)


@given(frame=frames)
def test_every_field_is_where_the_schema_has_it(nv: Any, frame: FrameTracks) -> None:
    read = nv.Frame.FromString(nv_frame(frame))
    assert (read.version, read.id, read.sensorId) == ("4.0", f"{frame.epoch}:{frame.seq}", frame.camera_id)
    assert read.timestamp.ToNanoseconds() == frame.at_ns
    assert len(read.objects) == len(frame.objects)
    for got, sent in zip(read.objects, frame.objects, strict=True):
        assert (got.id, got.type) == (f"{frame.epoch}:{sent.track_id}", LABELS[sent.class_id])
        assert got.confidence == f32(sent.confidence)
        assert (got.bbox.leftX, got.bbox.topY, got.bbox.rightX, got.bbox.bottomY) == tuple(map(f32, sent.box))
        assert got.speed == f32(sent.speed_mps or 0.0)
        assert tuple(got.dir) == tuple(map(f32, sent.direction or ()))
        assert got.HasField("coordinate") == (sent.ground is not None)
        assert got.HasField("location") == (sent.position is not None)
        if sent.ground is not None:
            assert (got.coordinate.x, got.coordinate.y) == sent.ground
        if sent.position is not None:
            assert (got.location.lon, got.location.lat) == sent.position


def test_it_travels_as_protobuf_with_attributes() -> None:
    headers, value = message_of(a_frame())
    assert dict(headers)["content-type"] == b"application/protobuf"
    assert dict(headers)["ce_type"] == b"matpho.frame"
    assert dict(headers)["ce_dataschema"] == b"urn:matpho:schema:nv.Frame:1"
    assert value == nv_frame(a_frame())
