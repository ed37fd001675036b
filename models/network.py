"""What the detector and the model families know of a runtime: a loaded graph from images to arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from core.arrays import F32
from core.errors import ModelError


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """An input or output of a graph. A free dimension is None; `kind` is ONNX's type, such as `float`."""

    name: str
    shape: tuple[int | None, ...]
    kind: str

    def __str__(self) -> str:
        sizes = " × ".join("?" if size is None else str(size) for size in self.shape)
        return f"{self.name} [{sizes}] {self.kind}"


class Network(Protocol):
    """A loaded graph with one float image input (B, 3, height, width).

    Attributes:
        path: the file that the user named, also where another made of it runs.
        metadata: what the file says of itself.
        device: where it runs: `cpu`, or `cuda:` with a number.
        backend: what runs it, a name of `models.backends.BACKENDS`.
    """

    path: Path
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    metadata: Mapping[str, str]
    device: str
    backend: str

    @property
    def batch(self) -> int | None:
        """The images it takes at once; None: any number."""
        return self.inputs[0].shape[0]

    @property
    def size(self) -> tuple[int | None, int | None]:
        """Width and height of its images; None: any."""
        return self.inputs[0].shape[3], self.inputs[0].shape[2]

    def run(self, images: F32) -> list[F32]:
        """The outputs for images (B, 3, height, width), in the order of `outputs`; they hold until the next run.

        One thread at a time may call it.

        Raises:
            ValueError: the images are not float32, or of another shape than the input's.
        """
        ...

    def refuse(self, message_id: str, **arguments: object) -> ModelError:
        """An error about this graph; the message can say what was found in it."""
        found = (", ".join(map(str, self.inputs)), ", ".join(map(str, self.outputs)))
        return ModelError(message_id, path=self.path, inputs=found[0], outputs=found[1], **arguments)


N = TypeVar("N", bound=Network)


def fitting(images: F32, wanted: TensorInfo) -> F32:
    """The images, as one block of memory; not copied where they are.

    Raises:
        ValueError: they are not float32, or of another shape than `wanted`. Runtimes differ in what they would do: one
            converts, one refuses, one computes nonsense.
    """
    pairs = zip(wanted.shape, images.shape, strict=False)
    if images.dtype != np.float32 or images.ndim != 4 or any(size not in (None, found) for size, found in pairs):
        raise ValueError(f"images {images.shape} {images.dtype} do not fit {wanted}")
    return np.ascontiguousarray(images)


def checked(network: N) -> N:
    """The network.

    Raises:
        ModelError: its input is not one float image.
    """
    inputs = network.inputs
    image = inputs[0] if len(inputs) == 1 else None
    if image is None or len(image.shape) != 4 or image.shape[1] != 3 or image.kind != "float":
        raise network.refuse("error-model-input")
    return network


def first_line(error: Exception) -> str:
    """The first line of what an error says, else its type."""
    return str(error).strip().partition("\n")[0].rstrip(". ") or type(error).__name__
