"""The detector: slots filled by the sources, one graph, boxes back in source pixels."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Final

import numpy as np
import structlog

from core.arrays import F32
from core.detections import DetectionBatch
from core.frames import Affine, FrameBatch, InputSpec, Surface
from core.taxonomy import ObjectClass
from models.boxes import DetectorCounters, Limits, finished
from models.decoding import Candidates, Plan
from models.network import Network
from models.tickets import Done

log = structlog.get_logger()

MAX_BATCH: Final = 8
"""Images computed at once by a graph that takes any number: the first waits for the last."""


@dataclass(frozen=True, slots=True)
class DetectorTimings:
    """Seconds spent since the detector was made, and the frames they were spent on."""

    frames: int = 0
    preprocess: float = 0.0
    infer: float = 0.0
    postprocess: float = 0.0


class OnnxDetector:
    """A `core.protocols.Detector` over an ONNX graph. It reuses its slots: one thread at a time may call `detect`.

    Args:
        max_batch: see `MAX_BATCH`; a graph with a fixed batch keeps its own.
    """

    def __init__(self, network: Network, plan: Plan, *, max_batch: int = MAX_BATCH) -> None:
        self._network = network
        self._plan = plan
        self._limits = Limits(
            plan.taxonomy_ids(), plan.nms_iou if plan.decoder.needs_nms else None, plan.max_detections
        )
        self._slots: F32 = np.zeros((network.batch or max_batch, 3, plan.spec.height, plan.spec.width), np.float32)
        self._counters = DetectorCounters()
        self._timings = DetectorTimings()
        self._compile()
        if network.batch == 1:
            log.info("detector_batch_fixed", model=plan.name, batch=1, effect="frames are computed one by one")

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
        """What the surfaces write into its slots."""
        return self._plan.spec

    @property
    def batch_size(self) -> int:
        """The most frames it computes at once; more are computed in turns."""
        return len(self._slots)

    @property
    def device(self) -> str:
        """Where it runs: ONNX Runtime's name of the execution provider."""
        return self._network.device

    @property
    def network(self) -> Network:
        """What computes its graph."""
        return self._network

    @property
    def threshold(self) -> float:
        """The lowest score kept."""
        return self._plan.score_threshold

    @property
    def counters(self) -> DetectorCounters:
        """What it has dropped so far."""
        return self._counters

    @property
    def timings(self) -> DetectorTimings:
        """Where its time has gone so far."""
        return self._timings

    def submit(self, frames: FrameBatch) -> Done:
        """`detect`, and its answer to be collected: no core is left that could do something else meanwhile."""
        return Done(self.detect(frames))

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        """All detections of a batch, of each frame the best first. Reads the surfaces, does not release them."""
        if not frames.frames:
            return DetectionBatch.empty(())
        placings: list[Affine] = []
        parts: list[Candidates] = []
        first = range(0, len(frames), self.batch_size)
        for start in first:
            surfaces = frames.surfaces[start : start + self.batch_size]
            placings += self._fill(surfaces)
            outputs = self._infer(len(surfaces))
            began = perf_counter()
            parts.append(self._plan.decoder.decode(outputs, self._plan.score_threshold))
            self._spent(postprocess=perf_counter() - began)
        began = perf_counter()
        batch, dropped = finished(frames.frames, Candidates.joined(parts, first), placings, self._limits)
        self._count(dropped)
        self._spent(postprocess=perf_counter() - began, frames=len(frames))
        return batch

    def infer(self, images: F32) -> list[F32]:
        """The graph alone on ready inputs (B, 3, height, width): its raw outputs, nothing counted. For benchmarks."""
        return self._network.run(images)

    def _compile(self) -> None:
        """Read outputs without a box, so that the first frame does not wait for inner loops to be compiled."""
        nothing: list[F32] = [np.zeros([size or 1 for size in o.shape], np.float32) for o in self._network.outputs]
        found = self._plan.decoder.decode(nothing, self._plan.score_threshold)
        finished((), found, (), self._limits)

    def _fill(self, surfaces: tuple[Surface, ...]) -> list[Affine]:
        began = perf_counter()
        placings = [surface.write_into(self._slots[i], self._plan.spec) for i, surface in enumerate(surfaces)]
        self._spent(preprocess=perf_counter() - began)
        return placings

    def _infer(self, count: int) -> list[F32]:
        began = perf_counter()
        images = self._slots[:count] if self._network.batch is None else self._slots
        outputs = self._network.run(images)
        self._spent(infer=perf_counter() - began)
        # A graph of a fixed batch also computed what an earlier call left in the slots not filled now.
        return [output[:count] for output in outputs]

    def _spent(self, *, preprocess: float = 0.0, infer: float = 0.0, postprocess: float = 0.0, frames: int = 0) -> None:
        was = self._timings
        self._timings = DetectorTimings(
            was.frames + frames, was.preprocess + preprocess, was.infer + infer, was.postprocess + postprocess
        )

    def _count(self, dropped: DetectorCounters) -> None:
        if dropped.not_finite and not self._counters.not_finite:
            log.warning("detector_output_not_finite", model=self.name, boxes=dropped.not_finite)
        self._counters += dropped
