"""Detectors for smaller inputs, made of a detector's own weights and tried before they are used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import numpy as np
import structlog

from core.arrays import F32, U8
from core.errors import ModelError
from core.frames import Affine, ClockSource, FrameBatch, FrameMeta, InputSpec, Surface
from models.backends.agreement import found_share
from models.backends.int8 import fp32_graph
from models.backends.onnx_runtime import open_onnx
from models.backends.openvino import open_openvino
from models.backends.resized import resized_graph
from models.backends.samples import street_pictures
from models.by_shape import Shape
from models.detector import OnnxDetector
from models.filling import fill
from models.network import Network

log = structlog.get_logger()

LEAST: Final = 0.85
"""Of the sure boxes of either must be among the other's. Cells beside the grey border see it, so that scores move a
little: on people of PETS09-S2L1 (1,165 true boxes) 98 % of boxes are the same, and average precision is equal to 0.2
points. A graph that was misunderstood shares none.
"""
SURE: Final = 0.1
"""Above the threshold: what is closer may be missed by the other."""
FEW: Final = 8
"""Boxes below which they prove nothing, and the whole input is computed."""


@dataclass(frozen=True, slots=True)
class Trimming:
    """Makes detectors for smaller inputs.

    Args:
        network: the whole one, on the CPU.
        threads: for one inference; None: all cores.
        build: from a network and the size of its input to a detector.
        samples: pictures (h, w, 3) BGR to try them on; None: views of a street that come with Matpho.
    """

    network: Network
    threads: int | None
    build: Callable[[Network, Shape], OnnxDetector]
    samples: Sequence[U8] | None = None

    def make(self, whole: OnnxDetector, shape: Shape) -> OnnxDetector | None:
        """A detector for inputs of `shape`; None where the graph is not understood, or sees something else."""
        try:
            network = self._open(shape)
            made = None if network is None else self.build(network, shape)
        except ModelError as error:
            log.warning("input_not_trimmed", shape=shape, reason=str(error))
            return None
        if made is None:
            return None
        share, boxes = alike(whole, made, shape, street_pictures() if self.samples is None else self.samples)
        if share < LEAST or boxes < FEW:
            log.warning("input_not_trimmed", shape=shape, same_boxes=round(share, 3), of=boxes)
            return None
        return made

    def _open(self, shape: Shape) -> Network | None:
        path, backend = self.network.path, self.network.backend
        graph: Path = path if backend == "onnxruntime" else fp32_graph(path) or path
        small = resized_graph(graph, *shape)
        if small is None:
            return None
        if backend == "openvino":
            return open_openvino(path, threads=self.threads, graph=small)
        return open_onnx(path, threads=self.threads, backend=backend, graph=small)


def can_trim(network: Network) -> bool:
    """Whether its graph is one that can be made smaller: an ONNX file for one size, on the CPU."""
    sized = None not in network.size
    return sized and network.device == "cpu" and network.backend in ("onnxruntime", "onnxruntime-fp32", "openvino")


def alike(
    whole: OnnxDetector, made: OnnxDetector, shape: Shape, pictures: Sequence[U8], sure: float = SURE
) -> tuple[float, int]:
    """The smaller share of sure boxes of either that are the other's too, and how many of `whole` were compared.

    Pictures are cut to the proportions of `shape`.
    """
    views = [_cut(picture, shape) for picture in pictures]
    return shared_boxes((whole, views), (made, views), sure)


def shared_boxes(
    one: tuple[OnnxDetector, Sequence[U8]], other: tuple[OnnxDetector, Sequence[U8]], sure: float = SURE
) -> tuple[float, int]:
    """The smaller share of sure boxes of either that are the other's too, and how many of `one` were compared.

    Args:
        one, other: a detector and the pictures (h, w, 3) BGR that it is shown; what is compared are pixels of these.
    """
    (a, seen), (b, also) = one, other
    mine, theirs, least = a.detect(_shown(seen)), b.detect(_shown(also)), a.threshold + sure
    share = min(found_share(mine, theirs, least), found_share(theirs, mine, least))
    return share, int((mine.score >= least).sum())


def _shown(views: Sequence[U8]) -> FrameBatch:
    metas = tuple(FrameMeta("", 0, i, 0, ClockSource.FILE, 0, 0, v.shape[1], v.shape[0]) for i, v in enumerate(views))
    return FrameBatch(metas, tuple(cast("Surface", _View(view)) for view in views))


class _View:
    """A picture for a detector to look at."""

    def __init__(self, picture: U8) -> None:
        self._picture = picture

    def write_into(self, slot: F32, spec: InputSpec) -> Affine:
        """Fill `slot`."""
        return fill(slot, self._picture, spec)


def _cut(picture: U8, shape: Shape) -> U8:
    """The middle of a picture, as wide and high as its proportions allow."""
    height, width = picture.shape[:2]
    w, h = min(width, round(height * shape[0] / shape[1])), min(height, round(width * shape[1] / shape[0]))
    left, top = (width - w) // 2, (height - h) // 2
    return np.ascontiguousarray(picture[top : top + h, left : left + w])
