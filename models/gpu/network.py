"""Networks that read and leave tensors on their device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch

from models.backends.onnx_runtime import OnnxNetwork
from models.backends.torch_pt import TorchNetwork
from models.network import Network


class DeviceNetwork(Protocol):
    """A network on the device.

    Attributes:
        dtype: of the images that it takes.
        channels_last: how they lie.
        recordable: whether its work is queued on PyTorch's stream alone, so that a CUDA graph can hold it.
    """

    dtype: Any
    channels_last: bool
    recordable: bool

    def run(self, images: Any) -> Sequence[Any]:
        """The outputs for (B, 3, height, width), in the order of `Network.outputs`; they hold until the next run."""
        ...


def device_network(network: Network, device: Any, dtype: Any = None) -> DeviceNetwork:
    """The same network from tensors to tensors.

    Args:
        dtype: of PyTorch's layers; None: half precision on a GPU, else single.

    Raises:
        TypeError: it runs on a backend that knows no device.
    """
    if isinstance(network, TorchNetwork):
        dtype = dtype or (torch.float16 if device.type == "cuda" else torch.float32)
        return ModuleNetwork(network.module, device, dtype)
    if isinstance(network, OnnxNetwork):
        return BoundOnnx(network, device)
    raise TypeError(f"{type(network).__name__} runs on the host")


class ModuleNetwork:
    """A PyTorch module, its layers in `dtype` and channels last; boxes are still computed in single precision.

    Half precision is a quarter of a pixel off at 500, bfloat16 two whole ones: too much for where a box lies.
    """

    recordable = True

    def __init__(self, module: Any, device: Any, dtype: Any) -> None:
        self.dtype, self.channels_last = dtype, device.type == "cuda"
        layout = torch.channels_last if self.channels_last else torch.contiguous_format
        self._module = module.to(device=device, dtype=dtype, memory_format=layout).eval()
        layers: Any = getattr(module, "model", None)
        head: Any = layers[-1] if layers is not None else None
        if dtype != torch.float32 and hasattr(head, "_inference"):
            head._inference = _in_single_precision(head._inference)

    def run(self, images: Any) -> Sequence[Any]:
        """See `DeviceNetwork.run`."""
        with torch.inference_mode():
            found = self._module(images)
        return found if isinstance(found, (list, tuple)) else (found,)


def _in_single_precision(step: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*arguments: Any) -> Any:
        return step(*map(_single, arguments))

    return wrapped


def _single(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.float() if value.is_floating_point() else value
    if isinstance(value, dict):
        return {name: _single(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_single(part) for part in value]
    return value


class BoundOnnx:
    """A session of ONNX Runtime that reads the tensor where it lies, and leaves its outputs in tensors.

    ONNX Runtime has a stream of its own: PyTorch's is emptied before, and it waits for its own after.
    """

    recordable = False
    channels_last = False
    dtype = torch.float32

    def __init__(self, network: OnnxNetwork, device: Any) -> None:
        self._session, self._inputs, self._outputs = network.session, network.inputs, network.outputs
        self._device = device
        self._shapes: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
        self._buffers: dict[tuple[int, ...], list[Any]] = {}

    def run(self, images: Any) -> Sequence[Any]:
        """See `DeviceNetwork.run`."""
        if self._device.type == "cuda":
            torch.cuda.current_stream(self._device).synchronize()
        binding = self._session.io_binding()
        kind, number = self._device.type, self._device.index or 0
        binding.bind_input(self._inputs[0].name, kind, number, "float32", list(images.shape), images.data_ptr())
        known = self._buffers.get(tuple(images.shape))
        if known is None:
            return self._first(images, binding)
        for info, buffer in zip(self._outputs, known, strict=True):
            binding.bind_output(info.name, kind, number, "float32", list(buffer.shape), buffer.data_ptr())
        self._session.run_with_iobinding(binding)
        return known

    def _first(self, images: Any, binding: Any) -> Sequence[Any]:
        """The first run at a size tells what comes out."""
        for info in self._outputs:
            binding.bind_output(info.name, "cpu")
        self._session.run_with_iobinding(binding)
        found = [torch.from_numpy(array).to(self._device) for array in binding.copy_outputs_to_cpu()]
        self._buffers[tuple(images.shape)] = found
        return found
