"""A graph quantised dynamically to int8, turned back: ConvInteger → Cast → Mul becomes Conv."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, helper, numpy_helper

from core.arrays import F32, AnyArray

PLAIN: Final = {"ConvInteger": "Conv", "MatMulInteger": "MatMul"}


@dataclass(frozen=True, slots=True)
class _Graph:
    """Who makes and who reads each value, and the constants."""

    maker: dict[str, NodeProto]
    readers: dict[str, list[NodeProto]]
    constants: dict[str, AnyArray]
    outputs: frozenset[str]

    @classmethod
    def of(cls, model: ModelProto) -> _Graph:
        readers: dict[str, list[NodeProto]] = {}
        for node in model.graph.node:
            for name in node.input:
                readers.setdefault(name, []).append(node)
        maker = {name: node for node in model.graph.node for name in node.output}
        constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
        return cls(maker, readers, constants, frozenset(output.name for output in model.graph.output))

    def only_reader(self, name: str, kind: str) -> NodeProto | None:
        """The one node that reads a value, if it is of that kind and nobody else wants the value."""
        readers = self.readers.get(name, [])
        return readers[0] if len(readers) == 1 and readers[0].op_type == kind and name not in self.outputs else None


def dequantised(model: ModelProto) -> ModelProto | None:
    """The same model in fp32; None if one of its integer layers is not laid out as ONNX Runtime's quantiser does."""
    if any(field.HasField("g") or field.graphs for node in model.graph.node for field in node.attribute):
        return None  # a loop or branch may read values of the graph around it
    graph = _Graph.of(model)
    instead: dict[str, NodeProto] = {}
    weights: dict[str, F32] = {}
    for node in model.graph.node:
        if node.op_type in PLAIN:
            layer = _layer(node, graph)
            if layer is None:
                return None
            last, plain, weight = layer
            instead[last] = plain
            weights[plain.input[1]] = weight
    made = ModelProto()
    made.CopyFrom(model)
    nodes = _needed([instead.get(node.output[0], node) for node in model.graph.node], graph.outputs)
    del made.graph.node[:]
    made.graph.node.extend(nodes)
    read = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in model.graph.initializer if tensor.name in read]
    del made.graph.initializer[:]
    made.graph.initializer.extend(kept)
    made.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in weights.items())
    del made.graph.value_info[:]  # it names values that are gone
    onnx.checker.check_model(made)
    return made


def _layer(node: NodeProto, graph: _Graph) -> tuple[str, NodeProto, F32] | None:
    """What one integer layer comes to: the name of its scaled result, the plain node that gives it, and its weights."""
    source = graph.maker.get(node.input[0])
    cast = graph.only_reader(node.output[0], "Cast")
    scaled = None if cast is None else graph.only_reader(cast.output[0], "Mul")
    if source is None or source.op_type != "DynamicQuantizeLinear" or cast is None or scaled is None:
        return None
    if len(node.input) < 3 or node.input[2] != source.output[2] or node.input[0] != source.output[0]:
        return None
    scales = graph.maker.get(next(name for name in scaled.input if name != cast.output[0]))
    if scales is None or scales.op_type != "Mul" or source.output[1] not in scales.input:
        return None
    scale = next(name for name in scales.input if name != source.output[1])
    weight = _weight(node, graph, graph.constants.get(scale))
    if weight is None:
        return None
    name = f"{node.input[1]}*{scale}"  # layers may share weights
    plain = helper.make_node(
        PLAIN[node.op_type], [source.input[0], name], [scaled.output[0]], f"{node.name or scaled.output[0]}.fp32"
    )
    plain.attribute.extend(node.attribute)
    return scaled.output[0], plain, weight


def _weight(node: NodeProto, graph: _Graph, scale: AnyArray | None) -> F32 | None:
    stored = graph.constants.get(node.input[1])
    given = len(node.input) > 3 and node.input[3] != ""
    zero = graph.constants.get(node.input[3]) if given else np.zeros((), np.int32)
    if stored is None or zero is None or scale is None:
        return None
    channels = stored.shape[0] if node.op_type == "ConvInteger" else stored.shape[-1]
    if scale.size not in (1, channels) or zero.size not in (1, channels):
        return None
    shape = (-1,) + (1,) * (stored.ndim - 1) if node.op_type == "ConvInteger" else (-1,)
    whole = stored.astype(np.int32) - zero.astype(np.int32).reshape(shape)
    return np.asarray(whole * scale.astype(np.float32).reshape(shape), np.float32)


def _needed(nodes: Iterable[NodeProto], outputs: frozenset[str]) -> list[NodeProto]:
    """The nodes on which the outputs depend, in the order given."""
    wanted, kept = set(outputs), list[NodeProto]()
    for node in reversed(list(nodes)):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    return kept[::-1]
