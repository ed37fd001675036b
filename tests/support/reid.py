"""Tiny re-identification graphs with known answers, and cards for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from tests.support.graphs import save_card, save_graph

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
    return save_graph(path, graph)


def write_appearance_card(weights: Path, **changes: Any) -> Path:
    """A card beside some weights: planes of 8 × 16 in 0..1, unless changed; None leaves a key out."""
    return save_card(weights, {"input": PLAIN_INPUT} | changes)
