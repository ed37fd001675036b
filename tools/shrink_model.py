"""Halve an ONNX model's file: large fp32 weights are stored as fp16, each followed by a Cast back to float.

ONNX Runtime folds the casts while it loads the model, so what runs, and its interface, stay fp32.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

LARGE = 1024
"""Elements above which a tensor is worth a Cast node (a node takes about 100 bytes of the file)."""


def shrink(model: onnx.ModelProto) -> float:
    """Store the large weights as fp16, in place; return the largest absolute change of a weight.

    A tensor with a value beyond fp16's range (65,504) stays as it is.
    """
    casts: list[onnx.NodeProto] = []
    worst = 0.0
    for tensor in model.graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT:
            continue
        full = numpy_helper.to_array(tensor)
        if full.size <= LARGE or np.abs(full).max() > np.finfo(np.float16).max:
            continue
        half = full.astype(np.float16)
        worst = max(worst, float(np.abs(full - half.astype(np.float32)).max()))
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.fp16"))
        casts.append(helper.make_node("Cast", [tensor.name], [name], f"{name}.cast", to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return worst


def main() -> None:
    """Read IN, write OUT with its origin in the metadata, and say what it cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, metavar="IN")
    parser.add_argument("target", type=Path, metavar="OUT")
    parser.add_argument("--name", help="name in the metadata; the stem of IN if not given")
    parser.add_argument("--origin", help="where the weights come from, with their licence")
    options = parser.parse_args()

    data = options.source.read_bytes()
    model = onnx.load_model_from_string(data)
    worst = shrink(model)
    stamp = {prop.key: prop.value for prop in model.metadata_props}
    stamp |= {"name": options.name or options.source.stem, "source_sha256": hashlib.sha256(data).hexdigest()}
    if options.origin:
        stamp["origin"] = options.origin
    helper.set_model_props(model, stamp)
    onnx.checker.check_model(model, full_check=True)
    small = model.SerializeToString(deterministic=True)
    options.target.write_bytes(small)
    print(f"{len(data):,} -> {len(small):,} bytes, largest change of a weight {worst:.3g}")
    print(f"sha256 {hashlib.sha256(small).hexdigest()}")


if __name__ == "__main__":
    main()
