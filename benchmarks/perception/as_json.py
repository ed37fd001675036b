"""The figures as JSON values: what `--json` writes."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.machine import machine, versions
from benchmarks.perception.ours import Timed
from benchmarks.perception.python_cost import CAMERAS
from benchmarks.perception.result import BatchCurve, PerceptionResult, median_ms


def as_dict(result: PerceptionResult) -> dict[str, Any]:
    """JSON values, the ratios first, rounded to what was measured, with what is needed to measure them again."""
    marks = result.marks()
    ratios = ("chain_over_detector", "chain_over_ultralytics_ort", "chain_over_ultralytics_openvino")
    whole = {name: marks[name].value if name in marks else None for name in ratios} | {
        "marks": {name: asdict(mark) | {"reached": mark.reached} for name, mark in marks.items()},
        "video": result.video,
        "model": result.model,
        "model_sha256": result.model_sha256,
        "backend": result.backend,
        "trim": result.trim,
        "frames": result.frames,
        "rounds": result.rounds,
        "machine": machine(),
        "versions": versions(),
        "decode": _rounds(result.decode),
        "decode_and_fill": _rounds(result.decode_and_fill),
        "python": _python(result),
        "backends": {name: _backend(result, name) for name in result.backends},
        "peers": {name: _peer(result, name) for name in result.peers},
        "batches": {name: _batches(curve) for name, curve in result.batches.items()},
        "cores": {str(n): statistics.median(found) for n, found in result.cores.items()},
        "memory_mib": result.memory,
        "failed": result.failed,
    }
    rounded: dict[str, Any] = _rounded(whole)
    return rounded


def _python(result: PerceptionResult) -> dict[str, Any]:
    rounds = [one.cpu_us for one in result.python]
    return {"us_a_frame": statistics.median(rounds) if rounds else None, "cameras": CAMERAS}


def _backend(result: PerceptionResult, name: str) -> dict[str, Any]:
    found = result.backends[name]
    return {
        "chain_over_detector": found.over_detector,
        "objects": found.objects,
        "detector": _rounds(found.alone),
        "chain": _rounds(found.chain),
        "stages_ms": found.stages_ms,
        "cpu_us": result.cpu_us(name),
    }


def _peer(result: PerceptionResult, name: str) -> dict[str, Any]:
    peer = result.peers[name]
    ours = {"chain_over_it": result.over_peer(name), "boxes": peer.boxes}
    return ours | _rounds(peer.rounds) | {"versions": peer.versions}


def _batches(curve: BatchCurve) -> dict[str, Any]:
    a_frame = {size: ms / size for size, ms in curve.ms.items()}
    return {"fixed": curve.fixed, "ms_a_frame": a_frame, "ms_a_call": curve.ms}


def _rounds(rounds: Sequence[Timed]) -> dict[str, Any]:
    ms = median_ms(rounds)
    share = sum(one.cpu_seconds for one in rounds) / sum(one.seconds for one in rounds)
    return {"fps": 1000 / ms, "ms": ms, "rounds_ms": [one.ms for one in rounds], "cpu_share": share}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {str(k): _rounded(v) for k, v in value.items()}
    return [_rounded(v) for v in value] if isinstance(value, (list, tuple)) else value
