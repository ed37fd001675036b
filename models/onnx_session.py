"""ONNX Runtime behind one small type: load, describe, run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

from core.arrays import F32
from core.errors import ModelError

PROVIDERS: Final = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
"""Where a model may run: our word → ONNX Runtime's."""

_LOAD_ERRORS: Final = (
    "EPFail",
    "Fail",
    "InvalidArgument",
    "InvalidGraph",
    "InvalidProtobuf",
    "NoModel",
    "NoSuchFile",
    "NotImplemented",
    "RuntimeException",
)


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """An input or output of a graph. A free dimension is None; `kind` is ONNX's type, such as `float`."""

    name: str
    shape: tuple[int | None, ...]
    kind: str

    def __str__(self) -> str:
        sizes = " × ".join("?" if size is None else str(size) for size in self.shape)
        return f"{self.name} [{sizes}] {self.kind}"


class Network:
    """A loaded graph with one float image input (B, 3, height, width)."""

    def __init__(self, path: Path, session: Any) -> None:
        self.path = path
        self._session = session
        self.inputs = tuple(_info(node) for node in session.get_inputs())
        self.outputs = tuple(_info(node) for node in session.get_outputs())
        self.metadata: dict[str, str] = dict(session.get_modelmeta().custom_metadata_map)
        self.device = str(session.get_providers()[0])

    @property
    def batch(self) -> int | None:
        """The images it takes at once; None: any number."""
        return self.inputs[0].shape[0]

    @property
    def size(self) -> tuple[int | None, int | None]:
        """Width and height of its images; None: any."""
        return self.inputs[0].shape[3], self.inputs[0].shape[2]

    def run(self, images: F32) -> list[F32]:
        """The outputs for images (B, 3, height, width), in the order of `outputs`."""
        return cast("list[F32]", self._session.run(None, {self.inputs[0].name: images}))

    def refuse(self, message_id: str, **arguments: object) -> ModelError:
        """An error about this graph; the message can say what was found in it."""
        found = (", ".join(map(str, self.inputs)), ", ".join(map(str, self.outputs)))
        return ModelError(message_id, path=self.path, inputs=found[0], outputs=found[1], **arguments)


def _info(node: Any) -> TensorInfo:
    shape = tuple(size if isinstance(size, int) and size > 0 else None for size in node.shape)
    return TensorInfo(node.name, shape, node.type.removeprefix("tensor(").removesuffix(")"))


def open_network(path: Path, *, threads: int | None = None, providers: Sequence[str] | None = None) -> Network:
    """Load an ONNX file.

    Args:
        threads: for one inference on the CPU; None: all cores.
        providers: of `PROVIDERS`, best first; None: the CPU.

    Raises:
        ModelError: ONNX Runtime or the wanted device is missing, the file is no ONNX model, or its input is not one
            image.
    """
    runtime = _runtime()
    wanted = _providers(runtime, providers or ("cpu",))
    options = runtime.SessionOptions()
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1
    # Threads that spin while they wait save no time (NanoDet, 2 threads: 27 ms an image either way), but with pauses
    # between images take 75 ms of processor for each instead of 52, which decoding needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors alone: what matters is raised
    if not path.is_file():
        raise ModelError("error-model-missing", path=path)
    try:
        session = runtime.InferenceSession(str(path), options, providers=wanted)
    except _errors() as error:
        raise ModelError("error-model-not-onnx", path=path, reason=_first_line(error)) from error
    if session.get_providers()[0] != wanted[0]:
        raise ModelError("error-provider-failed", provider=wanted[0], used=session.get_providers()[0])
    return _checked(Network(path, session))


def _checked(network: Network) -> Network:
    inputs = network.inputs
    image = inputs[0] if len(inputs) == 1 else None
    if image is None or len(image.shape) != 4 or image.shape[1] != 3 or image.kind != "float":
        raise network.refuse("error-model-input")
    return network


def _runtime() -> Any:
    try:
        return import_module("onnxruntime")
    except ImportError as error:
        raise ModelError("error-onnxruntime-missing", reason=str(error)) from error


def _errors() -> tuple[type[Exception], ...]:
    # ONNX Runtime's errors share no base class but Exception; which of them exist varies with its version.
    state = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    return tuple(getattr(state, name) for name in _LOAD_ERRORS if hasattr(state, name))


def _providers(runtime: Any, wanted: Sequence[str]) -> list[str]:
    available = runtime.get_available_providers()
    for name in wanted:
        if name not in PROVIDERS:
            raise ModelError("error-provider-unknown", name=name, known=", ".join(PROVIDERS))
        if PROVIDERS[name] not in available:
            raise ModelError("error-provider-missing", name=name, available=", ".join(available))
    return [PROVIDERS[name] for name in wanted]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(". ") or type(error).__name__


def available_providers() -> tuple[str, ...]:
    """ONNX Runtime's names of the execution providers installed here, best first; empty without ONNX Runtime."""
    try:
        return tuple(_runtime().get_available_providers())
    except ModelError:
        return ()
