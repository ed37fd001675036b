"""Tiny ONNX graphs with known outputs, and cards for them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper

from core.arrays import AnyArray

METADATA = {"names": "{0: 'person', 1: 'car', 2: 'kite'}", "imgsz": "[32, 32]", "stride": "32", "task": "detect"}
"""What an Ultralytics export of three classes says of itself."""


def constant_graph(
    path: Path,
    outputs: Sequence[AnyArray],
    metadata: Mapping[str, str] | None = None,
    *,
    size: int = 32,
    kind: int = TensorProto.FLOAT,
    inputs: int = 1,
) -> Path:
    """A graph that answers any picture (B, 3, size, size) with the same outputs; B is theirs."""
    batch = outputs[0].shape[0]
    images = [helper.make_tensor_value_info(f"image{i}", kind, [batch, 3, size, size]) for i in range(inputs)]
    names = [f"output{i}" for i in range(len(outputs))]
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(np.asarray(output, np.float32)))
        for name, output in zip(names, outputs, strict=True)
    ]
    infos = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, output.shape)
        for name, output in zip(names, outputs, strict=True)
    ]
    return save_graph(path, helper.make_graph(nodes, "constant", images, infos), metadata)


def brightness_graph(path: Path, *, batch: int | None = None) -> Path:
    """An end-to-end export (B, 1, 6) that sees one car, whose score is the mean of the red plane and whose left side
    lies at 4 plus ten times that of the blue one; takes any number of pictures unless `batch` is given.
    """
    size = batch or "batch"
    weights = np.zeros((3, 6), np.float32)
    weights[0, 4], weights[2, 0] = 1.0, 10.0
    constants: dict[str, AnyArray] = {
        "axes": np.array([2, 3], np.int64),
        "weights": weights,
        "bias": np.array([4, 8, 28, 24, 0, 1], np.float32),
        "one": np.array([1], np.int64),
    }
    nodes = [
        helper.make_node("ReduceMean", ["images", "axes"], ["means"], keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["weighted"]),
        helper.make_node("Add", ["weighted", "bias"], ["rows"]),
        helper.make_node("Unsqueeze", ["rows", "one"], ["output0"]),
    ]
    graph = helper.make_graph(
        nodes,
        "brightness",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [size, 3, 32, 32])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [size, 1, 6])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return save_graph(path, graph, METADATA)


def save_graph(path: Path, graph: onnx.GraphProto, metadata: Mapping[str, str] | None = None) -> Path:
    """Write a graph as a file that every runtime here reads."""
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    helper.set_model_props(model, dict(metadata or {}))
    path.write_bytes(model.SerializeToString())
    return path


def write_card(weights: Path, **changes: Any) -> Path:
    """A card beside some weights: a NanoDet of 32 × 32 and three classes, unless changed; None leaves a key out."""
    card: dict[str, Any] = {
        "family": "nanodet",
        "input": {
            "width": 32,
            "height": 32,
            "order": "bgr",
            "mean": [0, 0, 0],
            "std": [255, 255, 255],
            "keep_aspect": True,
            "padding": 0,
        },
        "classes": ["person", "car", "kite"],
        "class_map": {"person": "person", "car": "car"},
        "score_threshold": 0.3,
        "nms_iou": 0.5,
        "max_detections": 100,
    }
    return save_card(weights, card | changes)


def nanodet_outputs(classes: int = 3) -> list[AnyArray]:
    """Silent heads of a 32 × 32 NanoDet: scores then sides, at strides 8, 16, 32."""
    cells = (16, 4, 1)
    scores: list[AnyArray] = [np.zeros((1, n, classes), np.float32) for n in cells]
    sides: list[AnyArray] = [np.zeros((1, n, 44), np.float32) for n in cells]
    return scores + sides


def save_card(weights: Path, said: Mapping[str, Any]) -> Path:
    """A card beside some weights with what every card says and what is `said`; None leaves a key out."""
    card: dict[str, Any] = {
        "name": weights.stem,
        "version": "1",
        "file": weights.name,
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "origin": "made up",
        "licence": "Apache-2.0",
    }
    card |= said
    path = weights.with_name(f"{weights.stem}.card.yaml")
    path.write_text(yaml.safe_dump({k: v for k, v in card.items() if v is not None}, sort_keys=False), encoding="utf-8")
    return path


def patch_graph(path: Path, names: Sequence[str] = ("flame", "kite"), *, batch: int | None = None) -> Path:
    """An end-to-end export (B, 1, 6) that sees one thing of class 0: where red exceeds blue the most, by areas of 8 × 8
    pixels of its 32 × 32 input. The score is that excess (0..1), the box that area.
    """
    size = batch or "batch"
    constants: dict[str, AnyArray] = {
        "red_less_blue": np.array([[[[1.0]], [[0.0]], [[-1.0]]]], np.float32),
        "flat": np.array([0, -1], np.int64),
        "four": np.array([4], np.int64),
        "side": np.array([8], np.float32),
        "last": np.array([1], np.int64),
        "one": np.array([1], np.int64),
    }
    nodes = [
        helper.make_node("Conv", ["images", "red_less_blue"], ["excess"]),
        helper.make_node("Relu", ["excess"], ["warm"]),
        helper.make_node("AveragePool", ["warm"], ["areas"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Reshape", ["areas", "flat"], ["row"]),
        helper.make_node("ReduceMax", ["row", "last"], ["score"], keepdims=1),
        helper.make_node("ArgMax", ["row"], ["index"], axis=1, keepdims=1),
        helper.make_node("Mod", ["index", "four"], ["column"]),
        helper.make_node("Div", ["index", "four"], ["line"]),
        helper.make_node("Cast", ["column"], ["x"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["line"], ["y"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["x", "side"], ["left"]),
        helper.make_node("Mul", ["y", "side"], ["top"]),
        helper.make_node("Add", ["left", "side"], ["right"]),
        helper.make_node("Add", ["top", "side"], ["bottom"]),
        helper.make_node("Sub", ["left", "left"], ["class"]),
        helper.make_node("Concat", ["left", "top", "right", "bottom", "score", "class"], ["rows"], axis=1),
        helper.make_node("Unsqueeze", ["rows", "one"], ["output0"]),
    ]
    graph = helper.make_graph(
        nodes,
        "patch",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [size, 3, 32, 32])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [size, 1, 6])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return save_graph(path, graph, METADATA | {"names": str(dict(enumerate(names)))})


def warm_classifier(path: Path, names: Sequence[str] = ("smoke", "clear"), *, metadata: bool = True) -> Path:
    """A classifier (B, 2) of logits for 32 × 32 pictures: the more red exceeds blue in the mean, the surer of class 0;
    as sure of both at a tenth.
    """
    constants: dict[str, AnyArray] = {
        "axes": np.array([2, 3], np.int64),
        "weights": np.array([[30.0, -30.0], [0.0, 0.0], [-30.0, 30.0]], np.float32),
        "bias": np.array([-3.0, 3.0], np.float32),
    }
    nodes = [
        helper.make_node("ReduceMean", ["images", "axes"], ["means"], keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["weighted"]),
        helper.make_node("Add", ["weighted", "bias"], ["output0"]),
    ]
    graph = helper.make_graph(
        nodes,
        "warm",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 3, 32, 32])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, ["batch", 2])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    said = METADATA | {"names": str(dict(enumerate(names))), "task": "classify"}
    return save_graph(path, graph, said if metadata else None)


def scrambled(model: onnx.ModelProto) -> onnx.ModelProto:
    """A model whose convolutions have their channels in the wrong order, changed in place: it sees something else."""
    for tensor in model.graph.initializer:
        value = numpy_helper.to_array(tensor)
        if value.ndim == 4 and value.dtype == np.float32:
            tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(value[::-1]), tensor.name))
    return model
