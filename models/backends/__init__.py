"""What can run a model: one small type for each runtime, opened by name."""

from __future__ import annotations

import re
from importlib import util
from pathlib import Path
from typing import Final, get_args

from core.errors import ModelError
from models.network import Network
from scenes.model_specs import DEVICE, Backend

BACKENDS: Final[tuple[Backend, ...]] = get_args(Backend)
AUTO: Final = "auto"
"""The fastest of them, by a measurement."""
REFERENCE: Final[Backend] = "onnxruntime"
SUFFIXES: Final = (".onnx", ".pt")
_MODULES: Final[dict[Backend, str]] = {
    "onnxruntime": "onnxruntime",
    "onnxruntime-fp32": "onnxruntime",
    "tensorrt": "onnxruntime",
    "openvino": "openvino",
    "torch": "ultralytics",
}


def installed(backend: Backend) -> bool:
    """Whether its library is there; not whether it works."""
    return util.find_spec(_MODULES[backend]) is not None


def simplest(path: Path) -> Backend:
    """What reads a file without any measurement: the reference, else whatever is installed."""
    if path.suffix == ".pt":
        return "torch"
    return "openvino" if not installed(REFERENCE) and installed("openvino") else REFERENCE


def open_network(
    path: Path, backend: str = REFERENCE, *, device: str = "cpu", threads: int | None = None, batch: int = 1
) -> Network:
    """Load a model.

    Args:
        path: an ONNX file, or weights of Ultralytics (`.pt`) for `torch`.
        backend: one of `BACKENDS`.
        device: `cpu`, or `cuda:` with a number.
        threads: for one inference on the CPU; None: all cores.
        batch: the most images of a run, where the graph takes any number.

    Raises:
        ModelError: the backend or device is unknown or missing, or the file is not for it.
    """
    check_names(backend, device)
    if path.is_file() and (backend == "torch") != (path.suffix == ".pt"):
        raise ModelError("error-backend-format", path=path, backend=backend)
    if backend == "torch":
        from models.backends.torch_pt import open_torch

        return open_torch(path, threads=threads, device=device)
    if backend == "openvino":
        from models.backends.openvino import open_openvino

        return open_openvino(path, threads=threads, graph=_plain(path))
    from models.backends.onnx_runtime import open_onnx

    graph = None if backend == "onnxruntime" else _plain(path)
    if backend == "onnxruntime-fp32" and graph is None:
        raise ModelError("error-backend-not-int8", path=path)
    return open_onnx(path, threads=threads, device=device, backend=backend, graph=graph, batch=batch)


def check_names(backend: str, device: str) -> None:
    """Raise what is wrong with a pair of names.

    Raises:
        ModelError: there is no such backend or device, or the one does not run on the other.
    """
    if backend not in (AUTO, *BACKENDS):
        raise ModelError("error-backend-unknown", name=backend, known=", ".join((AUTO, *BACKENDS)))
    if re.fullmatch(DEVICE, device) is None:
        raise ModelError("error-provider-unknown", name=device, known="cpu, cuda:0")
    if (backend == "openvino" and device != "cpu") or (backend == "tensorrt" and device == "cpu"):
        raise ModelError("error-backend-device", backend=backend, device=device)


def _plain(path: Path) -> Path | None:
    from models.backends.int8 import fp32_graph

    return fp32_graph(path) if path.is_file() else None
