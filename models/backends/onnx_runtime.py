"""ONNX Runtime: the reference on the CPU; CUDA and TensorRT on NVIDIA GPUs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from core.arrays import F32
from core.cache import cache_folder
from core.errors import ModelError
from models.network import Network, TensorInfo, checked, first_line, fitting

CPU, CUDA, TENSORRT = "CPUExecutionProvider", "CUDAExecutionProvider", "TensorrtExecutionProvider"
Provider = str | tuple[str, dict[str, str]]

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


class OnnxNetwork(Network):
    """A session on the CPU."""

    def __init__(self, path: Path, session: Any, *, device: str, backend: str) -> None:
        self.path = path
        self._session = session
        self.inputs = tuple(_info(node) for node in session.get_inputs())
        self.outputs = tuple(_info(node) for node in session.get_outputs())
        self.metadata: Mapping[str, str] = dict(session.get_modelmeta().custom_metadata_map)
        self.device = device
        self.backend = backend

    @property
    def session(self) -> Any:
        """The `onnxruntime.InferenceSession`, for who binds memory of their own."""
        return self._session

    def run(self, images: F32) -> list[F32]:
        """See `Network.run`; these outputs hold for good."""
        images = fitting(images, self.inputs[0])
        return cast("list[F32]", self._session.run(None, {self.inputs[0].name: images}))


class BoundNetwork(OnnxNetwork):
    """A session on a device with memory of its own: the images go to one place there, the outputs stay there until all
    are computed.
    """

    _images: Any = None
    _binding: Any = None

    def run(self, images: F32) -> list[F32]:
        """See `Network.run`; these outputs hold for good."""
        images = fitting(images, self.inputs[0])
        if self._images is None or tuple(self._images.shape()) != images.shape:
            self._bind(images.shape)
        self._images.update_inplace(images)
        self._session.run_with_iobinding(self._binding)
        return cast("list[F32]", self._binding.copy_outputs_to_cpu())

    def _bind(self, shape: tuple[int, ...]) -> None:
        kind, _, number = self.device.partition(":")
        values = _runtime().OrtValue
        self._images = values.ortvalue_from_shape_and_type(list(shape), np.float32, kind, int(number or 0))
        self._binding = self._session.io_binding()
        self._binding.bind_ortvalue_input(self.inputs[0].name, self._images)
        for output in self.outputs:
            self._binding.bind_output(output.name, kind, int(number or 0))


def _info(node: Any) -> TensorInfo:
    shape = tuple(size if isinstance(size, int) and size > 0 else None for size in node.shape)
    return TensorInfo(node.name, shape, node.type.removeprefix("tensor(").removesuffix(")"))


def open_onnx(
    path: Path,
    *,
    threads: int | None = None,
    device: str = "cpu",
    backend: str = "onnxruntime",
    graph: Path | None = None,
    batch: int = 1,
) -> OnnxNetwork:
    """Load an ONNX file.

    Args:
        threads: for one inference on the CPU; None: all cores.
        device: `cpu`, or `cuda:` with a number.
        backend: the name it goes by; `tensorrt` builds an engine, which takes minutes when it is not in the cache.
        graph: what to run in place of the file itself.
        batch: the most images of a run; TensorRT builds for 1 to this many where the graph takes any number.

    Raises:
        ModelError: ONNX Runtime or the wanted device is missing, the file is no ONNX model, or its input is not one
            image.
    """
    runtime = _runtime()
    if not path.is_file():
        raise ModelError("error-model-missing", path=path)
    wanted = _provider(runtime, backend, device)
    providers: list[Provider] = [wanted]
    if wanted != CPU:
        number = device.partition(":")[2] or "0"
        providers = [(CUDA, {"device_id": number}), CPU]
        if wanted == TENSORRT:
            image = _open(runtime, path, graph or path, threads, [CPU]).get_inputs()[0]
            providers.insert(0, (TENSORRT, _engine_options(_info(image), number, batch)))
    session = _open(runtime, path, graph or path, threads, providers)
    if session.get_providers()[0] != wanted:
        raise ModelError("error-provider-failed", provider=wanted, used=session.get_providers()[0])
    made = OnnxNetwork if wanted == CPU else BoundNetwork
    return checked(made(path, session, device=device, backend=backend))


def _open(runtime: Any, path: Path, graph: Path, threads: int | None, providers: list[Provider]) -> Any:
    options = runtime.SessionOptions()
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1
    # Threads that spin while they wait save no time (NanoDet, 2 threads: 27 ms an image either way), but with pauses
    # between images take 75 ms of processor for each instead of 52, which decoding needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors alone: what matters is raised
    try:
        return runtime.InferenceSession(str(graph), options, providers=providers)
    except _errors() as error:
        raise ModelError("error-model-not-onnx", path=path, reason=first_line(error)) from error


def _engine_options(image: TensorInfo, number: str, batch: int) -> dict[str, str]:
    folder = str(cache_folder("engines"))
    options = {
        "device_id": number,
        "trt_fp16_enable": "True",
        "trt_engine_cache_enable": "True",
        "trt_engine_cache_path": folder,
        "trt_timing_cache_enable": "True",
        "trt_timing_cache_path": folder,
    }
    if len(image.shape) == 4 and image.shape[0] is None and None not in image.shape[1:]:
        # Without a range, each number of images not seen before stops everything for a new engine.
        rest = "x".join(map(str, image.shape[1:]))
        for which, count in (("min", 1), ("opt", batch), ("max", batch)):
            options[f"trt_profile_{which}_shapes"] = f"{image.name}:{count}x{rest}"
    return options


def _provider(runtime: Any, backend: str, device: str) -> str:
    wanted = CPU if device == "cpu" else TENSORRT if backend == "tensorrt" else CUDA
    available = runtime.get_available_providers()
    if wanted not in available:
        raise ModelError("error-provider-missing", name=device, available=", ".join(available))
    return wanted


def _runtime() -> Any:
    try:
        return import_module("onnxruntime")
    except ImportError as error:
        raise ModelError("error-onnxruntime-missing", reason=str(error)) from error


def _errors() -> tuple[type[Exception], ...]:
    # ONNX Runtime's errors share no base class but Exception; which of them exist varies with its version.
    state = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    return tuple(getattr(state, name) for name in _LOAD_ERRORS if hasattr(state, name))


def available_providers() -> tuple[str, ...]:
    """ONNX Runtime's names of the execution providers installed here, best first; empty without ONNX Runtime."""
    try:
        return tuple(_runtime().get_available_providers())
    except ModelError:
        return ()
