"""`matpho doctor`: what this machine has, and what is missing for what."""

from __future__ import annotations

import os
import platform
import shutil
from importlib import metadata, util
from pathlib import Path

from rich.console import Console
from rich.table import Table

import matpho
from core.errors import MatphoError
from locales import text

CPU_FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimd")
OURS = (
    "analytics", "benchmarks", "console", "core", "evidence", "locales", "models", "pipeline", "scenes", "sinks",
    "store", "trackers",
)  # fmt: skip


def doctor() -> None:
    """Look at the machine."""
    table = Table(show_header=False)
    for name, value in findings():
        table.add_row(name, value)
    console = Console()
    console.print(table)
    for line in advice():
        console.print(f"• {line}", markup=False, soft_wrap=True)


def findings() -> list[tuple[str, str]]:
    """What there is: name and value."""
    from models.onnx_session import available_providers
    from pipeline.sources.decoders import decoders

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    features = [name for name in CPU_FEATURES if name in _cpu_flags()]
    return [
        ("Matpho", f"{matpho.__version__}, Python {platform.python_version()}, {platform.platform()}"),
        (text("cli-doctor-cpu"), f"{len(os.sched_getaffinity(0))} × {_cpu_name()} ({', '.join(features) or '-'})"),
        (text("cli-doctor-memory"), f"{memory:.1f} GiB"),
        (text("cli-doctor-gpu"), _gpu() or text("cli-doctor-none")),
        ("ONNX Runtime", f"{_version('onnxruntime')}: {', '.join(available_providers()) or '-'}"),
        (text("cli-doctor-decoders"), ", ".join(decoders())),
        (text("cli-doctor-models"), ", ".join(_models())),
        ("Kafka", f"kafka-python {_version('kafka-python')}"),
    ]


def advice() -> list[str]:
    """What is missing, for what, and how to get it."""
    from models.onnx_session import available_providers
    from pipeline.sources.decoders import decoders

    said = []
    if not available_providers():
        said.append(text("cli-doctor-no-runtime"))
    elif "CUDAExecutionProvider" not in available_providers():
        said.append(text("cli-doctor-no-cuda" if _gpu() else "cli-doctor-no-gpu"))
    if not any(name.endswith("_cuvid") for name in decoders()):
        said.append(text("cli-doctor-no-nvdec"))
    said += [text("cli-doctor-foreign", name=name, path=path) for name, path in foreign_packages()]
    return said or [text("cli-doctor-complete")]


def foreign_packages() -> list[tuple[str, str]]:
    """Packages of ours that another distribution hides: name and where the other one lies."""
    here = Path(matpho.__file__).parents[1]
    found = []
    for name in OURS:
        spec = util.find_spec(name)
        origin = "" if spec is None or spec.origin is None else spec.origin
        if Path(origin).parent.parent != here:
            found.append((name, origin or "-"))
    return found


def _cpu_flags() -> frozenset[str]:
    return frozenset(word for line in _cpu_lines("flags", "Features") for word in line.split())


def _cpu_name() -> str:
    return next(iter(_cpu_lines("model name")), platform.machine())


def _cpu_lines(*names: str) -> list[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    pairs = (line.partition(":") for line in lines)
    return [value.strip() for name, _, value in pairs if name.strip() in names]


def _gpu() -> str | None:
    if shutil.which("nvidia-smi") is None:
        return None
    names = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
    models = [line for file in names for line in file.read_text().splitlines() if line.startswith("Model:")]
    return ", ".join(line.removeprefix("Model:").strip() for line in models) or "NVIDIA"


def _version(name: str) -> str:
    for candidate in (name, f"{name}-gpu"):
        try:
            return metadata.version(candidate)
        except metadata.PackageNotFoundError:
            continue
    return text("cli-doctor-none")


def _models() -> list[str]:
    from models.registry import check_model, shipped_models

    said = []
    for name in shipped_models():
        try:
            said.append(name if not check_model(name).problems else f"{name} ✗")
        except MatphoError:
            said.append(f"{name} ✗")
    return said
