"""The detector whose pixels stay on the device."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from time import perf_counter
from typing import Any, Final

import numpy as np
import structlog
import torch

from core.arrays import F32
from core.detections import DetectionBatch
from core.device import DeviceSurface
from core.frames import Affine, FrameBatch, FrameMeta, InputSpec
from core.taxonomy import ObjectClass
from locales import text
from models.boxes import DetectorCounters, Limits
from models.decoding import Plan
from models.detector import MAX_BATCH, DetectorTimings
from models.gpu.engine import Engine
from models.gpu.lanes import Lane
from models.gpu.network import device_network
from models.gpu.preprocess import Picture
from models.gpu.suppress import LOST, VALUES
from models.network import Network

log = structlog.get_logger()

LANES: Final = 2
"""Batches in hand at once: one computes while the next is brought in."""


class DeviceMemoryError(RuntimeError):
    """The device has no room for a batch, not even for half of it: this batch is lost."""


class DeviceTicket:
    """A `core.protocols.Ticket` for work on a device: parts of a batch, in order."""

    def __init__(self, detector: DeviceDetector, frames: FrameBatch, parts: Sequence[Lane]) -> None:
        self._detector, self._frames, self._parts = detector, frames, parts

    @property
    def ready(self) -> bool:
        """Whether the device is done."""
        return all(part.ready for part in self._parts)

    def collect(self) -> DetectionBatch:
        """The detections; waits for the device."""
        return self._detector.collect(self._frames.frames, self._parts)


class DeviceDetector:
    """A `core.protocols.Detector` on `device`. One thread at a time may submit and collect.

    Surfaces on the device are read where they lie; those on the host write into pinned memory, which is copied while
    the batch before computes. Back comes one copy of boxes. On the CPU the same steps run in a row.

    Args:
        network: loaded on the device.
        max_batch: images computed at once where the graph takes any number.
        dtype: of PyTorch's layers; None: half precision on a GPU, else single.
    """

    def __init__(
        self, network: Network, plan: Plan, *, device: str, max_batch: int = MAX_BATCH, dtype: Any = None
    ) -> None:
        self._network, self._plan = network, plan
        self._device = torch.device(device)
        self._limits = Limits(
            plan.taxonomy_ids(), plan.nms_iou if plan.decoder.needs_nms else None, plan.max_detections
        )
        inner = device_network(network, self._device, dtype)
        self._engine = Engine(inner, plan, self._limits, self._device, network.batch, max_batch)
        self._lanes: deque[Lane] = deque()
        self._counters, self._timings = DetectorCounters(), DetectorTimings()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._plan.name

    @property
    def labels(self) -> frozenset[ObjectClass]:
        """The classes it can give."""
        return self._plan.labels

    @property
    def input_spec(self) -> InputSpec:
        """What host surfaces write."""
        return self._plan.spec

    @property
    def batch_size(self) -> int:
        """The most frames it computes at once; more are computed in turns."""
        return self._engine.sizes[-1]

    @property
    def device(self) -> str:
        """`cpu`, or `cuda:` with a number."""
        return str(self._device)

    @property
    def counters(self) -> DetectorCounters:
        """What it has dropped so far."""
        return self._counters

    @property
    def timings(self) -> DetectorTimings:
        """Where the host's time has gone: bringing frames in, and waiting for the device."""
        return self._timings

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        """All detections of a batch, of each frame the best first. Reads the surfaces, does not release them."""
        return self.submit(frames).collect()

    def submit(self, frames: FrameBatch) -> DeviceTicket:
        """Begin a batch; the device goes on by itself.

        Raises:
            DeviceMemoryError: it has no room, not even for half.
        """
        try:
            return DeviceTicket(self, frames, self._begin(frames))
        except torch.OutOfMemoryError:
            before = self.batch_size
        # Outside the handler: its traceback holds on to what failed to fit.
        self._settle_all()
        self._engine.shrink()
        log.warning("device_memory_full", device=self.device, batch=before, now=self.batch_size)
        try:
            return DeviceTicket(self, frames, self._begin(frames))
        except torch.OutOfMemoryError as error:
            self._settle_all()
            raise DeviceMemoryError(text("error-gpu-memory", name=self.device, batch=self.batch_size)) from error

    def _begin(self, frames: FrameBatch) -> list[Lane]:
        began = perf_counter()
        parts = []
        for start in range(0, len(frames), self.batch_size):
            end = start + self.batch_size
            parts.append(self._begin_part(frames.frames[start:end], frames.surfaces[start:end]))
        self._spent(preprocess=perf_counter() - began)
        return parts

    def _begin_part(self, metas: Sequence[FrameMeta], surfaces: Sequence[Any]) -> Lane:
        lane = self._lanes.popleft().renewed() if len(self._lanes) == LANES else Lane(self._engine)
        self._lanes.append(lane)
        pictures, targets, placings = [], [], list[Affine | None]()
        hosted = []
        for i, surface in enumerate(surfaces):
            place = None
            if isinstance(surface, DeviceSurface):
                picture = Picture.of(surface.nv12())
                if picture.luma.device == self._device:
                    pictures.append(picture)
                    targets.append(i)
                    place = picture.place(self._plan.spec)
            if place is None:
                place = surface.write_into(lane.host_slot(i), self._plan.spec)
                hosted.append(i)
            placings.append(place)
        rows = [
            (p.scale_x, p.scale_y, p.offset_x, p.offset_y, meta.width, meta.height)
            for p, meta in zip(placings, metas, strict=True)
            if p is not None
        ]
        lane.start(pictures, targets, hosted, rows)
        return lane

    def collect(self, frames: tuple[FrameMeta, ...], parts: Sequence[Lane]) -> DetectionBatch:
        """The detections of parts that were begun, in order."""
        began = perf_counter()
        found = [part.settle() for part in parts]
        self._spent(infer=perf_counter() - began, frames=len(frames))
        if not found:
            return DetectionBatch.empty(frames)
        began = perf_counter()
        table = np.concatenate(found)
        counts = table[:, 0].astype(np.int64)
        rows = table[:, 1 + LOST :].reshape(len(table), -1, VALUES)
        rows = rows[np.arange(rows.shape[1]) < counts[:, None]]
        offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        self._count(DetectorCounters(*map(int, table[:, 1 : 1 + LOST].sum(axis=0, dtype=np.float64))))
        self._spent(postprocess=perf_counter() - began)
        return DetectionBatch(frames, offsets, rows[:, :4], rows[:, 4], rows[:, 5].astype(np.int16))

    def infer(self, images: F32) -> list[F32]:
        """The network alone on ready inputs (B, 3, height, width): its raw outputs, nothing counted. For benchmarks."""
        outputs = self._engine.infer(torch.from_numpy(images))
        return [np.asarray(output.float().cpu().numpy(), np.float32) for output in outputs]

    def _settle_all(self) -> None:
        for lane in self._lanes:
            lane.abandon()
        self._lanes.clear()

    def _spent(self, *, preprocess: float = 0.0, infer: float = 0.0, postprocess: float = 0.0, frames: int = 0) -> None:
        was = self._timings
        self._timings = DetectorTimings(
            was.frames + frames, was.preprocess + preprocess, was.infer + infer, was.postprocess + postprocess
        )

    def _count(self, dropped: DetectorCounters) -> None:
        if dropped.not_finite and not self._counters.not_finite:
            log.warning("detector_output_not_finite", model=self.name, boxes=dropped.not_finite)
        self._counters += dropped
