"""Tiny graphs quantised dynamically to int8, laid out as ONNX Runtime's quantiser does."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from core.arrays import F32, AnyArray
from tests.support.graphs import METADATA, save_graph


def int8_weights(kind: type[np.generic], *, by_channel: bool = False) -> tuple[AnyArray, AnyArray, F32]:
    """Weights of a convolution (4, 3, 3, 3) as stored, their zero point, and their scale."""
    noise = np.random.default_rng(3)
    low = 0 if kind is np.uint8 else -128
    stored = noise.integers(low, low + 256, (4, 3, 3, 3)).astype(kind)
    if by_channel:
        return stored, np.array([3, 0, 7, 1], kind), np.array([0.02, 0.01, 0.5, 0.003], np.float32)
    return stored, np.array(low + 131, kind), np.array(0.0123, np.float32)


def int8_graph(
    path: Path,
    weights: tuple[AnyArray, AnyArray, F32],
    *,
    batch: int | None = None,
    odd: Literal["", "computed", "bare"] = "",
) -> Path:
    """A convolution of 3 planes to 4, quantised dynamically, and its plain sum with 1.

    Args:
        weights: as stored, zero point, scale.
        odd: what a rebuilder should not take for a plain layer: weights that the graph computes, or an integer result
            that is used as it is.
    """
    stored, zero, scale = weights
    size = batch or "batch"
    by_channel = scale.size > 1
    constants: dict[str, AnyArray] = {
        "weight": stored,
        "weight_zero": zero,
        "weight_scale": scale.reshape(-1, 1, 1) if by_channel else scale,
        "one": np.ones((), np.float32),
    }
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["images"], ["quantised", "scale", "zero"]),
        helper.make_node(
            "ConvInteger", ["quantised", "used", "zero", "weight_zero"], ["whole"], pads=[1, 1, 1, 1], strides=[2, 2]
        ),
        helper.make_node("Cast", ["whole"], ["cast"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["scale", "weight_scale"], ["scales"]),
        helper.make_node("Mul", ["cast", "scales"], ["conv"]),
        helper.make_node("Add", ["conv", "one"], ["output0"]),
    ]
    if odd == "computed":
        nodes.insert(0, helper.make_node("Identity", ["weight"], ["used"]))
    else:
        nodes[1].input[1] = "weight"
    if odd == "bare":
        nodes[5].input[1] = "cast"
    graph = helper.make_graph(
        nodes,
        "int8",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [size, 3, 32, 32])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [size, 4, 16, 16])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return save_graph(path, graph, METADATA)


def int8_matmul_graph(path: Path, stored: AnyArray, zero: AnyArray, scale: F32) -> Path:
    """The means of the planes (B, 3) times weights (3, N), quantised dynamically."""
    constants: dict[str, AnyArray] = {
        "axes": np.array([2, 3], np.int64), "weight": stored, "weight_zero": zero, "weight_scale": scale,
    }  # fmt: skip
    nodes = [
        helper.make_node("ReduceMean", ["images", "axes"], ["means"], keepdims=0),
        helper.make_node("DynamicQuantizeLinear", ["means"], ["quantised", "scale", "zero"]),
        helper.make_node("MatMulInteger", ["quantised", "weight", "zero", "weight_zero"], ["whole"]),
        helper.make_node("Cast", ["whole"], ["cast"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["weight_scale", "scale"], ["scales"]),
        helper.make_node("Mul", ["scales", "cast"], ["output0"]),
    ]
    graph = helper.make_graph(
        nodes,
        "int8",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 3, 32, 32])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, ["batch", stored.shape[1]])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return save_graph(path, graph)
