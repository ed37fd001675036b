"""What the benchmark found: times of each round, and the ratios taken within rounds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks.machine import cpu_features
from benchmarks.perception.ours import ChainRun, Timed

ULTRALYTICS_ORT: Final = "ultralytics-onnxruntime"
ULTRALYTICS_OPENVINO: Final = "ultralytics-openvino"
NATIVE_BF16: Final = {"avx512_bf16", "amx_bf16", "bf16"}


@dataclass(slots=True)
class BackendFigures:
    """One backend of ours, a value for each round; `stages_ms` of the last."""

    alone: list[Timed] = field(default_factory=list)
    chain: list[Timed] = field(default_factory=list)
    objects: float = 0.0
    stages_ms: dict[str, float] = field(default_factory=dict)

    def add(self, run: ChainRun) -> None:
        """One more round of the chain."""
        self.chain.append(run.timed)
        self.objects = run.objects / max(run.timed.frames, 1)
        self.stages_ms = run.stages_ms

    @property
    def over_detector(self) -> float:
        """The chain's time over the detector's own; 1 is the limit."""
        return within(self.chain, self.alone)


@dataclass(slots=True)
class PeerFigures:
    """One peer, a value for each round.

    Attributes:
        boxes: tracked boxes a frame.
        versions: of its packages and its Python.
    """

    rounds: list[Timed] = field(default_factory=list)
    boxes: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchCurve:
    """By images in a call: milliseconds until they are all there. `fixed`: the graph's own number, None for any."""

    ms: dict[int, float]
    fixed: int | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure and what it must reach: at most, or at least, `mark`."""

    value: float
    mark: float
    at_most: bool

    @property
    def reached(self) -> bool:
        """Whether it does."""
        return self.value <= self.mark if self.at_most else self.value >= self.mark


@dataclass(slots=True)
class PerceptionResult:
    """All figures; what failed stands in `failed` with the reason and nowhere else.

    Attributes:
        backend: the one that stands for us beside the peers.
        trim: whether only as much of the input was computed as the pictures cover; the curves are of the whole input.
        decode, decode_and_fill: rounds of decoding alone, without and with scaling into the detector's input.
        python: rounds of everything else, many cameras in a batch; see `benchmarks.perception.python_cost`.
        batches: by backend.
        cores: by number of cores, frames a second of all together, a value for each round.
        memory: by number of cameras, MiB resident at the end.
    """

    video: str
    model: str
    model_sha256: str
    backend: str
    trim: bool = False
    frames: int = 0
    rounds: int = 0
    backends: dict[str, BackendFigures] = field(default_factory=dict)
    decode: list[Timed] = field(default_factory=list)
    decode_and_fill: list[Timed] = field(default_factory=list)
    python: list[Timed] = field(default_factory=list)
    peers: dict[str, PeerFigures] = field(default_factory=dict)
    batches: dict[str, BatchCurve] = field(default_factory=dict)
    cores: dict[int, list[float]] = field(default_factory=dict)
    memory: dict[int, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def ours(self) -> BackendFigures:
        """The backend that stands for us."""
        return self.backends[self.backend]

    def over_peer(self, name: str) -> float | None:
        """How many frames we do while the peer does one; None where it was not measured."""
        peer = self.peers.get(name)
        return within(peer.rounds, self.ours.chain) if peer is not None and peer.rounds else None

    def two_cores(self) -> float | None:
        """Frames on two cores over those on one; None with one core."""
        if not {1, 2} <= self.cores.keys():
            return None
        return statistics.median(two / one for one, two in zip(self.cores[1], self.cores[2], strict=True))

    def cpu_us(self, backend: str) -> dict[str, float]:
        """Processor time a frame, microseconds: of the chain, and of its parts alone. `decode` has the scaling into the
        detector's input in it, `python` is all but that and the detector.
        """
        figures = self.backends[backend]
        found = {"chain": _cpu(figures.chain), "detector": _cpu(figures.alone), "decode": _cpu(self.decode_and_fill)}
        return found | ({"python": _cpu(self.python)} if self.python else {})

    def marks(self) -> dict[str, Mark]:
        """What issue and documentation promise, as far as it was measured."""
        bf16 = self.backend == "openvino" and bool(NATIVE_BF16 & set(cpu_features()))
        values: dict[str, tuple[float | None, float, bool]] = {
            "chain_over_detector": (self.ours.over_detector, 1.20 if bf16 else 1.12, True),
            "chain_over_ultralytics_ort": (self.over_peer(ULTRALYTICS_ORT), self._ort_mark(), False),
            "chain_over_ultralytics_openvino": (self.over_peer(ULTRALYTICS_OPENVINO), 1.25, False),
            "two_cores_over_one": (self.two_cores(), 1.9, False),
            "python_cpu_us": (_cpu(self.python) if self.python else None, 100.0, True),
        }
        return {name: Mark(value, mark, most) for name, (value, mark, most) in values.items() if value is not None}

    def _ort_mark(self) -> float:
        # This export computes more slowly in int8 than in fp32 on most processors: as shipped, the peer runs it so.
        return 9.0 if self.model.startswith("yolov8n_int8") else 2.8


def within(over: Sequence[Timed], under: Sequence[Timed]) -> float:
    """The median over rounds of one time over another of the same round."""
    return statistics.median(a.ms / b.ms for a, b in zip(over, under, strict=True))


def median_ms(rounds: Sequence[Timed]) -> float:
    """Milliseconds a frame, the median over rounds."""
    return statistics.median(one.ms for one in rounds)


def _cpu(rounds: Sequence[Timed]) -> float:
    return statistics.median(one.cpu_us for one in rounds)
