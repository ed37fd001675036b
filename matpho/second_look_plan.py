"""From the configuration of a second look to who looks."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from core.errors import ConfigError
from pipeline.second_look.alerts import SecondLook, Verifier
from pipeline.second_look.http import HttpVerifier
from pipeline.second_look.model import ModelVerifier
from scenes.config import Configuration
from scenes.model_specs import ModelSpec, SecondLookSpec


def second_look_of(configuration: Configuration, environment: Mapping[str, str] = os.environ) -> SecondLook | None:
    """What a configuration asks for, None where it asks for none.

    Raises:
        ConfigError: the address cannot be used, or the token is missing or readable by others.
        ModelError: the model cannot be used.
    """
    spec = configuration.spec.second_look
    if spec is None:
        return None
    if spec.model is not None:
        verifier: Verifier = _model(configuration, spec.model)
    else:
        verifier = HttpVerifier(spec.url or "", _token(configuration, spec, environment))
    at_once = 1 if spec.model is not None else spec.at_once
    return SecondLook(verifier, tuple(spec.kinds), spec.wait_s, spec.waiting, at_once)


def _model(configuration: Configuration, spec: ModelSpec) -> ModelVerifier:
    from models.registry import load_detector

    file = configuration.path(spec.path)
    path = str(file) if file.suffix == ".onnx" or file.is_file() else spec.path
    detector = load_detector(
        path,
        threads=spec.threads,
        score_threshold=spec.score_threshold,
        backend=spec.backend,
        device=spec.device,
        input_px=spec.input_px,
    )
    return ModelVerifier(Path(path).stem, detector)


def _token(configuration: Configuration, spec: SecondLookSpec, environment: Mapping[str, str]) -> str | None:
    if spec.token_env is not None:
        if not environment.get(spec.token_env):
            raise ConfigError("error-secret-unset", name=spec.token_env)
        return environment[spec.token_env]
    if spec.token_file is None:
        return None
    path = configuration.path(spec.token_file)
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError("error-secret-readable", path=path)
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError("error-file-unreadable", path=path, reason=error.strerror or error) from error
