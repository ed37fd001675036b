"""A graph for a smaller or larger picture than the one it was exported for, made of the graph itself.

Detectors of the families that Matpho reads are convolutions over a grid of cells at strides 8, 16 and 32: their weights
do not depend on the size of the picture. What does are a few constants: the cells' centres, which go on in even steps,
and shapes of grids, which are counted anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import structlog

from core.arrays import AnyArray
from core.cache import cache_folder, file_hash, write_whole
from core.frames import InputSpec
from models.network import first_line

if TYPE_CHECKING:
    import onnx

log = structlog.get_logger()

STRIDES: Final = (8, 16, 32)
STEP: Final = STRIDES[-1]
"""Sizes are multiples of it, so that all grids are whole."""
VERSION: Final = "2"
"""Of what `resized` makes; graphs of another version are made anew."""
LEAST_CELLS: Final = 17
"""A number in a shape that is smaller may be a count of channels or of images; a grid of fewer cells is not resized."""


def in_steps(px: int) -> int:
    """A side of an input, rounded up to whole steps."""
    return -(-px // STEP) * STEP


def in_proportion(spec: InputSpec, width: int) -> tuple[int, int]:
    """Width and height of an input of another width and the same shape."""
    return width, in_steps(round(spec.height * width / spec.width))


def resized_graph(graph: Path, width: int, height: int) -> Path | None:
    """The graph for pictures of `width` × `height`, from the cache or made; None where it is not understood.

    Args:
        graph: an ONNX file with one image as its input.
        width, height: multiples of `STEP`.
    """
    kept = cache_folder("graphs") / f"{file_hash(graph)}-{width}x{height}-{VERSION}.onnx"
    if kept.is_file():
        return kept
    import onnx  # here, for it takes a tenth of a second that most starts do not need

    try:
        model = resized(onnx.load(str(graph)), width, height)
    except Exception as error:  # noqa: BLE001 protobuf's errors share no base class
        log.warning("graph_not_resized", graph=str(graph), reason=first_line(error))
        return None
    if model is None:
        log.info("graph_not_resized", graph=str(graph), reason="its shapes are not understood")
        return None
    try:
        write_whole(kept, model.SerializeToString())
    except OSError as error:
        log.warning("resized_graph_not_kept", graph=str(kept), reason=str(error))
        return None
    return kept


def resized(model: onnx.ModelProto, width: int, height: int) -> onnx.ModelProto | None:
    """The same model for a picture of another size, changed in place; None where it is not understood.

    A graph for pictures of any size needs no more than to say another one of itself.
    """
    image = model.graph.input[0].type.tensor_type.shape.dim
    if len(model.graph.input) != 1 or len(image) != 4 or width % STEP or height % STEP:
        return None
    _note_size(model, width, height)
    was = image[3].dim_value, image[2].dim_value
    if was == (0, 0):
        return model
    if not all(was) or was[0] % STEP or was[1] % STEP:
        return None
    grids = _Grids.of(was, (width, height))
    constants = _Constants(model.graph)
    for node in model.graph.node:
        for position, name in enumerate(node.input):
            value = constants.get(name)
            if value is None:
                continue
            if node.op_type == "Reshape" and position == 1:
                constants.put(name, grids.shape(value))
            elif value.ndim and value.shape[-1] == grids.cells and value.dtype == np.float32:
                further = grids.continued(value)
                if further is None:
                    return None
                constants.put(name, further)
    image[3].dim_value, image[2].dim_value = width, height
    del model.graph.value_info[:]
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    return _with_shapes(model)


@dataclass(frozen=True, slots=True)
class _Grids:
    """Rows and columns of the grids before and after."""

    before: tuple[tuple[int, int], ...]
    after: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, before: tuple[int, int], after: tuple[int, int]) -> _Grids:
        sizes = [tuple((height // stride, width // stride) for stride in STRIDES) for width, height in (before, after)]
        return cls(*sizes)

    @property
    def cells(self) -> int:
        """Cells of all grids before."""
        return _cells(self.before)

    def continued(self, value: AnyArray) -> AnyArray | None:
        """A constant (…, cells), of even steps along rows and columns, for the grids after; None for any other."""
        parts, first = [], 0
        for (rows, columns), size in zip(self.before, self.after, strict=True):
            grid = value[..., first : first + rows * columns].reshape(*value.shape[:-1], rows, columns)
            first += rows * columns
            if not np.allclose(_even(grid, (rows, columns)), grid, rtol=1e-4):
                return None
            parts.append(_even(grid, size).reshape(*value.shape[:-1], -1))
        return np.concatenate(parts, axis=-1).astype(value.dtype)

    def shape(self, value: AnyArray) -> AnyArray:
        """A shape to reshape to, with the sizes of grids in it changed."""
        sizes = [int(size) for size in value]
        places = ((-2, None), (1, 3)) if len(sizes) == 4 else ()
        for place in places:
            if tuple(sizes[slice(*place)]) in self.before:
                sizes[slice(*place)] = self.after[self.before.index(tuple(sizes[slice(*place)]))]
                return np.array(sizes, value.dtype)
        counts = {rows * columns: r * c for (rows, columns), (r, c) in zip(self.before, self.after, strict=True)}
        counts[self.cells] = _cells(self.after)
        return np.array([counts.get(s, s) if s >= LEAST_CELLS else s for s in sizes], value.dtype)


def _cells(grids: tuple[tuple[int, int], ...]) -> int:
    return sum(rows * columns for rows, columns in grids)


def _even(grid: AnyArray, size: tuple[int, int]) -> AnyArray:
    """A grid (…, rows, columns) of another size with the same first value and the same steps."""
    origin = grid[..., :1, :1]
    down, right = grid[..., 1:2, :1] - origin, grid[..., :1, 1:2] - origin
    rows, columns = np.arange(size[0])[:, None], np.arange(size[1])
    return np.asarray(origin + down * rows + right * columns)


class _Constants:
    """Constants of a graph by name, wherever it keeps them; each is changed once."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self._tensors: dict[str, Any] = {tensor.name: tensor for tensor in graph.initializer}
        self._tensors.update(_constant_nodes(graph))
        self._changed: set[str] = set()

    def get(self, name: str) -> AnyArray | None:
        """The value as the file has it; None for what is computed, or changed already."""
        from onnx import numpy_helper

        if name in self._changed or name not in self._tensors:
            return None
        return np.asarray(numpy_helper.to_array(self._tensors[name]))

    def put(self, name: str, value: AnyArray) -> None:
        """Change it."""
        from onnx import numpy_helper

        self._changed.add(name)
        self._tensors[name].CopyFrom(numpy_helper.from_array(value, self._tensors[name].name))


def _constant_nodes(graph: onnx.GraphProto) -> Iterator[tuple[str, Any]]:
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].HasField("t"):
            yield node.output[0], node.attribute[0].t


def _note_size(model: onnx.ModelProto, width: int, height: int) -> None:
    """Exports of Ultralytics say their size: rows, then columns."""
    for entry in model.metadata_props:
        if entry.key == "imgsz":
            entry.value = str([height, width])


def _with_shapes(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with the shapes of its outputs, as they follow from its nodes.

    Raises:
        onnx.shape_inference.InferenceError: they contradict each other.
    """
    import onnx

    return onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
