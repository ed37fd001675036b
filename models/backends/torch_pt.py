"""PyTorch on weights of Ultralytics (`.pt`), for those who have installed both themselves.

Ultralytics is AGPL-3.0. A `.pt` file is a pickle: loading one runs whatever its author put in.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from core.arrays import F32
from core.errors import ModelError
from models.network import Network, TensorInfo, checked, first_line, fitting

log = structlog.get_logger()


class TorchNetwork(Network):
    """The bare module, without what Ultralytics does around it: its outputs are those of the ONNX export."""

    def __init__(self, path: Path, torch: Any, module: Any, metadata: Mapping[str, str], device: str) -> None:
        self.path = path
        self.metadata = metadata
        self.device = device
        self.backend = "torch"
        self._torch = torch
        self._module = module
        self.inputs = (TensorInfo("images", (None, 3, *_size(module)), "float"),)
        self.outputs = tuple(
            TensorInfo(f"output{i}", (None, *found.shape[1:]), "float")
            for i, found in enumerate(self.run(np.zeros((1, 3, *_size(module)), np.float32)))
        )

    @property
    def module(self) -> Any:
        """The `torch.nn.Module`, for who keeps pixels on its device."""
        return self._module

    def run(self, images: F32) -> list[F32]:
        """See `Network.run`; these outputs hold for good."""
        images = fitting(images, self.inputs[0])
        images = images if images.flags.writeable else images.copy()  # PyTorch knows no arrays that are locked
        with self._torch.inference_mode():
            found = self._module(self._torch.from_numpy(images).to(self.device))
        outputs = found if isinstance(found, (list, tuple)) else (found,)
        return [np.asarray(output.float().cpu().numpy(), np.float32) for output in outputs]


def open_torch(path: Path, *, threads: int | None = None, device: str = "cpu") -> TorchNetwork:
    """Load weights of Ultralytics.

    Args:
        threads: of PyTorch on the CPU, in the whole process; None: as they are.
        device: `cpu`, or `cuda:` with a number.

    Raises:
        ModelError: PyTorch, Ultralytics or the device is missing, or the file is not understood.
    """
    torch, ultralytics = _libraries()
    if not path.is_file():
        raise ModelError("error-model-missing", path=path)
    if device != "cpu" and not torch.cuda.is_available():
        raise ModelError("error-torch-device", name=device)
    _say_licence()
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        wrapped = ultralytics.YOLO(str(path))
        module = wrapped.model.float().fuse(verbose=False).eval().to(device)
        head = module.model[-1]
        head.export, head.format = True, "onnx"  # else it also gives what only training needs
        network = TorchNetwork(path, torch, module, _metadata(wrapped, module), device)
    except Exception as error:  # a pickle can raise anything
        raise ModelError("error-model-not-torch", path=path, reason=first_line(error)) from error
    return checked(network)


def _size(module: Any) -> tuple[int, int]:
    """Height and width that the model was trained for, 640 × 640 where it does not say."""
    size = getattr(module, "args", {}).get("imgsz", 640)
    height, width = (size, size) if isinstance(size, int) else size
    return int(height), int(width)


def _metadata(wrapped: Any, module: Any) -> dict[str, str]:
    return {
        "names": repr(dict(module.names)),
        "stride": str(int(max(module.stride))),
        "imgsz": repr(list(_size(module))),
        "task": str(wrapped.task),
        "end2end": str(bool(getattr(module.model[-1], "end2end", False))),
    }


def _libraries() -> tuple[Any, Any]:
    try:
        return import_module("torch"), import_module("ultralytics")
    except ImportError as error:
        raise ModelError("error-torch-missing", reason=first_line(error)) from error


@cache
def _say_licence() -> None:
    log.info("ultralytics_in_use", licence="AGPL-3.0", effect="its terms hold for the service that runs it")
