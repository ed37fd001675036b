"""From a filled input to packed boxes, recorded once for each batch size and then replayed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, Final

import structlog
import torch

from models.boxes import Limits
from models.decoding import Plan
from models.gpu.network import DeviceNetwork
from models.gpu.reading import reader_of
from models.gpu.suppress import Suppressor

log = structlog.get_logger()

SIZES: Final = (1, 2, 4, 8, 16, 32)
"""Batches that are recorded; a batch between two of them is padded."""
WARM_UP: Final = 3
"""Runs before a recording, in which libraries choose their kernels and take their memory."""


class Engine:
    """A network, the reading of its head and suppression, on one stream.

    Args:
        fixed: the graph's own batch; None: any.
        max_batch: the most images computed at once, where it takes any.
    """

    def __init__(
        self, network: DeviceNetwork, plan: Plan, limits: Limits, device: Any, fixed: int | None, max_batch: int
    ) -> None:
        self.device, self.spec, self.network = device, plan.spec, network
        self.sizes = (fixed,) if fixed else (*(size for size in SIZES if size < max_batch), max_batch)
        self._read, self._suppress = reader_of(plan.decoder), Suppressor(limits, plan.score_threshold, device)
        self._cuda = device.type == "cuda"
        self.compute = torch.cuda.Stream(device) if self._cuda else None
        self.copy = torch.cuda.Stream(device) if self._cuda else None
        self._graphs: dict[int, tuple[Any, Any]] = {}
        self._make_room()

    @property
    def width(self) -> int:
        """Numbers of a row of what comes out; see `Suppressor`."""
        return self._suppress.width

    def on(self, stream: Any) -> Any:
        """The context in which work is queued on a stream; on the CPU nothing changes."""
        return torch.cuda.stream(stream) if self._cuda else nullcontext()

    def size_for(self, count: int) -> int:
        """The batch that so many images are computed in."""
        return next(size for size in self.sizes if size >= count)

    def shrink(self) -> None:
        """Free what is recorded, and compute at most half as many at once from now on; a fixed batch stays."""
        if len(self.sizes) > 1:
            half = max(1, self.sizes[-1] // 2)
            self.sizes = (*(size for size in self.sizes if size < half), half)
        self._graphs.clear()
        del self.images, self.placings
        if self._cuda:
            torch.cuda.synchronize(self.device)
            torch.cuda.empty_cache()
        self._make_room()

    def run(self, count: int) -> Any:
        """Compute the first `count` of `images`; queued on the stream that is current.

        Returns:
            (count, width) float32; they hold until the next run.
        """
        size = self.size_for(count)
        if not (self._cuda and self.network.recordable):
            return self._all(size)[:count]
        if size not in self._graphs:
            self._graphs[size] = self._recorded(size)
        graph, packed = self._graphs[size]
        graph.replay()
        return packed[:count]

    def infer(self, images: Any) -> Sequence[Any]:
        """The network alone."""
        with self.on(self.compute):
            found = self.network.run(self._laid_out(images.to(self.device, self.network.dtype)))
        if self.compute is not None:
            self.compute.synchronize()
        return found

    def _make_room(self) -> None:
        shape = (self.sizes[-1], 3, self.spec.height, self.spec.width)
        self.images = self._laid_out(torch.zeros(shape, dtype=self.network.dtype, device=self.device))
        self.placings = torch.ones((self.sizes[-1], 6), device=self.device)
        if self._cuda:
            torch.cuda.synchronize(self.device)

    def _laid_out(self, images: Any) -> Any:
        return images.contiguous(memory_format=torch.channels_last) if self.network.channels_last else images

    def _all(self, size: int) -> Any:
        with torch.inference_mode():
            return self._suppress(self._read(self.network.run(self.images[:size])), self.placings[:size])

    def _recorded(self, size: int) -> tuple[Any, Any]:
        for _ in range(WARM_UP):
            self._all(size)
        stream = torch.cuda.current_stream(self.device)
        stream.synchronize()
        graph = torch.cuda.CUDAGraph()
        # Other threads decode on the device meanwhile: their calls must not break the recording.
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            packed = self._all(size)
        log.info("cuda_graph_recorded", batch=size)
        return graph, packed
