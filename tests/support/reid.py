"""Tiny re-identification graphs with known answers, and cards for them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper

PLAIN_INPUT = {
    "width": 8, "height": 16, "order": "rgb", "mean": [0, 0, 0], "std": [255, 255, 255], "keep_aspect": False,
}  # fmt: skip


def mean_graph(
    path: Path,
    *,
    batch: int | None = None,
    size: tuple[int | None, int | None] = (16, 8),
    flat: bool = True,
    outputs: int = 1,
    only: tuple[int, int] | None = None,
) -> Path:
    """A graph whose embedding is the mean of each plane.

    Args:
        batch: images at once; None: any number.
        size: height and width; None: any, or so it says.
        flat: an embedding is a vector, else (3, 1, 1).
        only: height and width that it can really compute.
    """
    shape: list[int | str] = [batch or "n", 3, size[0] or "h", size[1] or "w"]
    axes = numpy_helper.from_array(np.array([2, 3], np.int64), "axes")
    nodes, last = [], "images"
    constants = [axes]
    if only is not None:
        constants.append(numpy_helper.from_array(np.zeros((1, 3, *only), np.float32), "zeros"))
        nodes.append(helper.make_node("Add", ["images", "zeros"], ["added"]))
        last = "added"
    names = [f"out{i}" for i in range(outputs)]
    nodes += [helper.make_node("ReduceMean", [last, "axes"], [name], keepdims=int(not flat)) for name in names]
    dims: list[int | str] = [batch or "n", 3] if flat else [batch or "n", 3, 1, 1]
    graph = helper.make_graph(
        nodes,
        "means",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name in names],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


def write_appearance_card(weights: Path, **changes: Any) -> Path:
    """A card beside some weights: planes of 8 × 16 in 0..1, unless changed; None leaves a key out."""
    card: dict[str, Any] = {
        "name": weights.stem,
        "version": "1",
        "file": weights.name,
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "origin": "made up",
        "licence": "Apache-2.0",
        "input": PLAIN_INPUT,
    }
    card |= changes
    path = weights.with_name(f"{weights.stem}.card.yaml")
    path.write_text(yaml.safe_dump({k: v for k, v in card.items() if v is not None}, sort_keys=False), encoding="utf-8")
    return path
