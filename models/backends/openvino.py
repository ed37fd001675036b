"""OpenVINO on the CPU: often the fastest there, above all where the processor computes in bfloat16."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from core.arrays import F32
from core.cache import cache_folder
from core.errors import ModelError
from models.network import Network, TensorInfo, checked, first_line, fitting

_KINDS: Final = {"f32": "float", "f16": "float16", "f64": "double", "u8": "uint8", "i8": "int8"}
"""OpenVINO's types by ONNX's names; others keep their own."""


class OpenVinoNetwork(Network):
    """A compiled model with one request, which reads the caller's images where they lie.

    Args:
        path: the file that the user named.
        compiled: an `openvino.CompiledModel`.
        metadata: what the file says of itself.
    """

    def __init__(self, path: Path, compiled: Any, metadata: Mapping[str, str]) -> None:
        self.path = path
        self.inputs = tuple(_info(port) for port in compiled.inputs)
        self.outputs = tuple(_info(port) for port in compiled.outputs)
        self.metadata = metadata
        self.device = "cpu"
        self.backend = "openvino"
        self._request = compiled.create_infer_request()

    def run(self, images: F32) -> list[F32]:
        """See `Network.run`; the next run overwrites these outputs."""
        images = fitting(images, self.inputs[0])
        found = self._request.infer(images, share_inputs=True, share_outputs=True)
        return [found[index] for index in range(len(self.outputs))]


def _info(port: Any) -> TensorInfo:
    shape = tuple(None if size.is_dynamic else size.get_length() for size in port.partial_shape)
    kind = port.element_type.get_type_name()
    return TensorInfo(port.any_name, shape, _KINDS.get(kind, kind))


def open_openvino(path: Path, *, threads: int | None = None, graph: Path | None = None) -> OpenVinoNetwork:
    """Compile an ONNX file for the CPU, in bfloat16 where it computes that natively; kept in the cache.

    Args:
        threads: for one inference; None: all cores.
        graph: what to run in place of the file itself.

    Raises:
        ModelError: OpenVINO is missing, cannot compile the file, or its input is not one image.
    """
    if not path.is_file():
        raise ModelError("error-model-missing", path=path)
    core = _core()
    try:
        model = core.read_model(str(graph or path))
        compiled = core.compile_model(model, "CPU", _properties(core, threads))
        network = OpenVinoNetwork(path, compiled, _metadata(model))
    except RuntimeError as error:
        raise ModelError("error-model-not-openvino", path=path, reason=_reason(error)) from error
    return checked(network)


def _properties(core: Any, threads: int | None) -> dict[str, Any]:
    able = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    properties = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": "1",
        "INFERENCE_PRECISION_HINT": "bf16" if "BF16" in able else "f32",
        "CACHE_DIR": str(cache_folder("openvino")),
    }
    return properties if threads is None else {**properties, "INFERENCE_NUM_THREADS": threads}


def _core() -> Any:
    try:
        return import_module("openvino").Core()
    except ImportError as error:
        raise ModelError("error-openvino-missing", reason=first_line(error)) from error


def _metadata(model: Any) -> dict[str, str]:
    """The ONNX file's own properties, which OpenVINO keeps under `framework`, wrapped or not by its version."""
    if not model.has_rt_info("framework"):
        return {}
    found = model.get_rt_info("framework")
    return {name: str(getattr(said, "value", said)) for name, said in getattr(found, "value", found).items()}


def _reason(error: Exception) -> str:
    """What OpenVINO says last: it begins with the lines of its own sources where the error was seen."""
    lines = [line.strip() for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith(("Exception from", "Check '"))]
    return (told or [first_line(error)])[-1].rstrip(". ")
