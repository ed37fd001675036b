"""Choices of a backend, kept for the machine, the model and the versions that they were measured with."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final, Literal

import structlog

from core.arrays import U8
from core.cache import cache_folder, file_hash, write_whole
from core.machine import cpu_facts
from models.backends import BACKENDS, REFERENCE
from models.backends.samples import FOLDER
from scenes.model_specs import Backend

log = structlog.get_logger()

FORMAT: Final = 2
"""Of the file, and of the way to measure and judge; older choices are not used."""
_DISTRIBUTIONS: Final = ("onnxruntime", "onnxruntime-gpu", "openvino", "tensorrt", "torch", "ultralytics")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the fastest backend for this model, here.

    Attributes:
        most: images of a run where the graph takes any number.
        samples: pictures (h, w, 3) BGR to judge on; None: those of the package.
    """

    path: Path
    device: str = "cpu"
    threads: int | None = None
    most: int = 1
    samples: Sequence[U8] | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """How one backend did.

    Attributes:
        ms: milliseconds an image; None when it could not run.
        agreement: see `models.backends.agreement`; None when it was not judged.
        problem: why it is not used; None when it may be.
    """

    backend: Backend
    ms: float | None = None
    agreement: float | None = None
    problem: Literal["failed", "disagrees"] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The backend to use, and what it was chosen from; no trials where there was nothing to choose."""

    backend: Backend
    trials: tuple[Trial, ...]

    @property
    def int8_is_slower(self) -> bool:
        """Whether a dynamic int8 export, as it is, takes longer than its own fp32 graph."""
        times = {trial.backend: trial.ms for trial in self.trials}
        int8, plain = times.get(REFERENCE), times.get("onnxruntime-fp32")
        return int8 is not None and plain is not None and int8 > plain


def recall(question: Question, names: Sequence[Backend]) -> Choice | None:
    """The choice for this question made earlier; None if there is none that can be read."""
    return _choice(_stored().get(_key(question, names)))


def remember(question: Question, names: Sequence[Backend], choice: Choice) -> None:
    """Keep a choice. A folder that cannot be written only costs the next measurement."""
    stored = {**_stored(), _key(question, names): asdict(choice)}
    try:
        write_whole(_file(), json.dumps({"format": FORMAT, "choices": stored}, indent=1).encode())
    except OSError as error:
        log.warning("choice_not_kept", reason=str(error))


def _file() -> Path:
    return cache_folder() / "backends.json"


def _stored() -> dict[str, Any]:
    try:
        content = json.loads(_file().read_bytes())
        if content["format"] == FORMAT:
            return dict(content["choices"])
    except FileNotFoundError:
        pass
    except (OSError, ValueError, TypeError, KeyError) as error:
        log.warning("choices_unreadable", file=str(_file()), reason=str(error), effect="backends are measured anew")
    return {}


def _choice(content: Any) -> Choice | None:
    try:
        choice = Choice(content["backend"], tuple(Trial(**trial) for trial in content["trials"]))
    except (TypeError, KeyError):
        return None
    return choice if choice.backend in BACKENDS else None


def _key(question: Question, names: Sequence[Backend]) -> str:
    """One name for all on which a measurement depends."""
    pictures = question.samples
    shown = [file_hash(file) for file in sorted(FOLDER.glob("*.jpg"))]
    if pictures is not None:
        shown = [hashlib.sha256(picture.tobytes()).hexdigest() for picture in pictures]
    facts = {
        "cpu": cpu_name(),
        "cores": len(os.sched_getaffinity(0)),
        "device": question.device,
        "threads": question.threads,
        "batch": question.most,
        "model": file_hash(question.path),
        "backends": list(names),
        "versions": {name: version for name in _DISTRIBUTIONS if (version := _version(name))},
        "samples": shown,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def cpu_name() -> str:
    """The processor's model and what it can do, as far as the system tells."""
    found = cpu_facts()
    if not found:
        return platform.machine()
    return " ".join(found.get(name, "") for name in ("model name", "cpu family", "model", "flags", "Features"))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
