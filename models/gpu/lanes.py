"""One batch on its way through the device, with memory of its own on both sides of the bus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from core.arrays import F32
from models.gpu.engine import Engine
from models.gpu.preprocess import COLOURS, COLUMNS, Picture, fill, row


class Lane:
    """Buffers for one batch; used for one after the other.

    Pinned memory is written by the host only once the device is done with what lay there: see `renewed`.
    """

    def __init__(self, engine: Engine, buffers: _Buffers | None = None) -> None:
        self._engine = engine
        fits = buffers is not None and buffers.most >= engine.sizes[-1]
        self._buffers = buffers if buffers is not None and fits else _Buffers(engine)
        self._count = 0
        self._done: Any = None
        self._result: F32 | None = None

    def renewed(self) -> Lane:
        """A lane for another batch in the same memory; what came of this one is kept apart, so it can be collected."""
        if self._count and self._result is None:
            self.settle()
        return Lane(self._engine, self._buffers)

    @property
    def ready(self) -> bool:
        """Whether the boxes are there."""
        return self._result is not None or self._done is None or bool(self._done.query())

    def host_slot(self, index: int) -> F32:
        """Where a surface on the host writes image `index`: (3, height, width)."""
        return self._buffers.slot(index)

    def start(
        self, pictures: Sequence[Picture], targets: Sequence[int], hosted: Sequence[int], rows: Sequence[Any]
    ) -> None:
        """Queue everything.

        Args:
            pictures: those on the device, and `targets`, their places in the batch.
            hosted: the other places, whose slots are filled.
            rows: for each place what `Suppressor` calls its placing.
        """
        engine, memory = self._engine, self._buffers
        self._count = len(rows)
        memory.host_placings[: len(rows)] = torch.tensor(rows, dtype=torch.float32).reshape(-1, 6)
        with engine.on(engine.copy):
            memory.placings.copy_(memory.host_placings, non_blocking=True)
            for index in hosted:
                memory.staged[index].copy_(memory.host_images[index], non_blocking=True)
            if pictures and engine.copy is not None:
                memory.upload(pictures, targets)
        with engine.on(engine.compute):
            if engine.compute is not None:
                engine.compute.wait_stream(engine.copy)
            engine.placings.copy_(memory.placings[: len(engine.placings)], non_blocking=True)
            for index in hosted:
                engine.images[index].copy_(memory.staged[index], non_blocking=True)
            self._fill(pictures, targets)
            packed = engine.run(self._count)
            memory.packed[: self._count].copy_(packed, non_blocking=True)
            if engine.compute is not None:
                self._done = torch.cuda.Event()
                self._done.record(engine.compute)

    def settle(self) -> F32:
        """The rows of `Suppressor` (count, width); waits for the device."""
        if self._result is None:
            if self._done is not None:
                self._done.synchronize()
            self._result = np.array(self._buffers.packed[: self._count].numpy())
        return self._result

    def abandon(self) -> None:
        """Wait until the device reads and writes this memory no more."""
        if self._count:
            self.settle()
        elif self._engine.compute is not None:
            self._engine.compute.synchronize()

    def _fill(self, pictures: Sequence[Picture], targets: Sequence[int]) -> None:
        if not pictures:
            return
        engine = self._engine
        if engine.compute is None:
            fill(engine.images, pictures, targets, engine.spec)
            return
        from models.gpu import kernels
        from models.gpu.surfaces import follow

        for stream, picture in {picture.nv12.stream: picture for picture in pictures}.items():
            del stream
            follow(engine.compute, picture)
        count = len(pictures)
        kernels.fill(engine.images, self._buffers.table[:count], self._buffers.colours[:count], engine.spec)


class _Buffers:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.most = engine.sizes[-1]
        shape = (self.most, 3, engine.spec.height, engine.spec.width)
        self._shape = shape
        self._images: tuple[Any, Any, Any] | None = None
        self.host_placings = self._pinned((self.most, 6), torch.float32) + 1
        if engine.compute is not None:
            self.host_placings = self.host_placings.pin_memory()
        self.placings = torch.ones((self.most, 6), device=engine.device)
        self.packed = self._pinned((self.most, engine.width), torch.float32)
        self._host_table = self._pinned((self.most, COLUMNS), torch.int64)
        self._host_colours = self._pinned((self.most, COLOURS), torch.float32)
        self.table = torch.zeros((self.most, COLUMNS), dtype=torch.int64, device=engine.device)
        self.colours = torch.zeros((self.most, COLOURS), device=engine.device)

    def slot(self, index: int) -> F32:
        """A view of `host_images`; all of it is made when the first surface on the host comes."""
        if self._images is None:
            pinned = self._pinned(self._shape, torch.float32)
            staged = pinned if self._engine.compute is None else torch.empty(self._shape, device=self._engine.device)
            self._images = (pinned, pinned.numpy(), staged)
        view: F32 = self._images[1][index]
        return view

    @property
    def host_images(self) -> Any:
        """Images (B, 3, height, width) float32, pinned."""
        assert self._images is not None  # noqa: S101
        return self._images[0]

    @property
    def staged(self) -> Any:
        """The same on the device; on the CPU the same memory."""
        assert self._images is not None  # noqa: S101
        return self._images[2]

    def upload(self, pictures: Sequence[Picture], targets: Sequence[int]) -> None:
        """Queue the copy of the kernel's tables."""
        rows = [row(picture, self._engine.spec, target)[0] for picture, target in zip(pictures, targets, strict=True)]
        count = len(rows)
        self._host_table[:count] = torch.tensor(rows, dtype=torch.int64)
        self._host_colours[:count] = torch.tensor([picture.nv12.colour.to_rgb() for picture in pictures])
        self.table[:count].copy_(self._host_table[:count], non_blocking=True)
        self.colours[:count].copy_(self._host_colours[:count], non_blocking=True)

    def _pinned(self, shape: Sequence[int], dtype: Any) -> Any:
        return torch.zeros(shape, dtype=dtype, pin_memory=self._engine.compute is not None)
