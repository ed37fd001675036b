"""`matpho doctor`: what this machine has, and what is missing for what."""

from __future__ import annotations

import os
import platform
import shutil
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

import matpho
from core.errors import MatphoError
from core.machine import cpu_facts, cpu_model
from locales import text

if TYPE_CHECKING:
    from scenes.model_specs import ModelSpec

CPU_FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimd")
MIB = 2**20


def doctor(
    config: Annotated[Path | None, typer.Argument(help=text("cli-arg-doctor"))] = None,
    clean_cache: Annotated[bool, typer.Option("--clean-cache", help=text("cli-opt-clean-cache"))] = False,
) -> None:
    """Look at the machine, or clean its cache up."""
    if clean_cache:
        from matpho.machine_code import code_of_others, remove

        typer.echo(text("cli-doctor-cleaned", mib=f"{remove(code_of_others()) / MIB:.0f}"))
        return
    model, batch = _asked(config)
    table = Table(show_header=False)
    for name, value in findings():
        table.add_row(name, value)
    backends, said = backends_of(model, batch)
    table.add_row(text("cli-doctor-backends"), backends)
    console = Console()
    console.print(table)
    for line in [*advice(), *said]:
        console.print(f"• {line}", markup=False, soft_wrap=True)


def _asked(config: Path | None) -> tuple[ModelSpec, int]:
    """The model to look at, and the most frames of a batch: of a configuration, else the defaults."""
    from scenes.config import BatchSpec, load_configuration
    from scenes.model_specs import ModelSpec

    if config is None:
        return ModelSpec(), BatchSpec().size
    from matpho.model_plan import model_of

    configuration = load_configuration(config)
    return model_of(configuration), configuration.spec.batch.size


def backends_of(model: ModelSpec, batch: int) -> tuple[str, list[str]]:
    """What computes a model here and how long each candidate takes for an image, and advice about it."""
    from models.backends import AUTO
    from models.registry import choose_backend

    try:
        choice = choose_backend(
            model.path, device=model.device, threads=model.threads, max_batch=batch, input_px=model.input_px
        )
    except MatphoError as error:
        return text("cli-doctor-none"), [str(error)]
    used = choice.backend if model.backend == AUTO else model.backend
    parts = [text("cli-doctor-backend-used", model=Path(model.path).name, backend=used)]
    for trial in choice.trials:
        time = "-" if trial.ms is None else f"{trial.ms:.1f} ms"
        note = "" if trial.problem is None else f" ({text(f'cli-doctor-backend-{trial.problem}')})"
        parts.append(f"{trial.backend} {time}{note}")
    times = {trial.backend: trial.ms for trial in choice.trials if trial.ms is not None}
    said = []
    if choice.int8_is_slower:
        numbers = {"int8": f"{times['onnxruntime']:.1f}", "fp32": f"{times['onnxruntime-fp32']:.1f}"}
        said.append(text("cli-doctor-int8-slower", model=Path(model.path).name, **numbers))
    return "\n".join(parts), said


def findings() -> list[tuple[str, str]]:
    """What there is: name and value."""
    from models.backends.onnx_runtime import available_providers
    from pipeline.sources.decoders import decoders

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cpu = cpu_facts()
    able = f"{cpu.get('flags', '')} {cpu.get('Features', '')}".split()
    features = [name for name in CPU_FEATURES if name in able]
    return [
        ("Matpho", f"{matpho.__version__}, Python {platform.python_version()}, {platform.platform()}"),
        (text("cli-doctor-cpu"), f"{len(os.sched_getaffinity(0))} × {cpu_model()} ({', '.join(features) or '-'})"),
        (text("cli-doctor-memory"), f"{memory:.1f} GiB"),
        (text("cli-doctor-gpu"), _gpu() or text("cli-doctor-none")),
        ("ONNX Runtime", f"{_version('onnxruntime')}: {', '.join(available_providers()) or '-'}"),
        (text("cli-doctor-decoders"), ", ".join(decoders())),
        (text("cli-doctor-models"), ", ".join(_models())),
        ("Kafka", f"kafka-python {_version('kafka-python')}, confluent-kafka {_version('confluent-kafka')}"),
    ]


def advice() -> list[str]:
    """What is missing, for what, and how to get it."""
    from matpho.machine_code import code_of_others, size_of
    from models.backends.onnx_runtime import available_providers
    from pipeline.sources.decoders import decoders

    said = []
    if not available_providers():
        said.append(text("cli-doctor-no-runtime"))
    elif "CUDAExecutionProvider" not in available_providers():
        said.append(text("cli-doctor-no-cuda" if _gpu() else "cli-doctor-no-gpu"))
    if not any(name.endswith("_cuvid") for name in decoders()):
        said.append(text("cli-doctor-no-nvdec"))
    said += [text("cli-doctor-foreign", name=name, path=path) for name, path in foreign_packages()]
    said = said or [text("cli-doctor-complete")]
    old = size_of(code_of_others())
    return [*said, text("cli-doctor-old-code", mib=f"{old / MIB:.0f}")] if old >= MIB else said


def foreign_packages() -> list[tuple[str, str]]:
    """Packages of ours that another distribution hides: name and where the other one lies."""
    from matpho.machine_code import PACKAGES

    here = Path(matpho.__file__).parents[1]
    found = []
    for name in PACKAGES:
        spec = util.find_spec(name)
        origin = "" if spec is None or spec.origin is None else spec.origin
        if Path(origin).parent.parent != here:
            found.append((name, origin or "-"))
    return found


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
