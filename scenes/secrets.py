"""Users and passwords, from the environment or a file that only its owner can read; never from a configuration."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.errors import ConfigError
from scenes.documents import read_document
from scenes.parts import Strict


class CredentialSpec(Strict):
    """Where a camera's user and password come from; never the values themselves."""

    env: Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")] | None = Field(
        None, description="Prefix of two environment variables, PREFIX_USER and PREFIX_PASSWORD"
    )
    file: Path | None = Field(
        None, description="Secrets file (YAML, name: {user, password}) that only its owner can read"
    )
    key: str | None = Field(None, description="Name in the secrets file; default: the camera's id")

    @model_validator(mode="after")
    def _one_way(self) -> CredentialSpec:
        if (self.env is None) == (self.file is None):
            raise PydanticCustomError("problem-credentials-one-way", "one of env, file", {})
        return self


@dataclass(frozen=True, slots=True)
class Login:
    """A user and a password; the password is never printed."""

    user: str
    password: str = field(repr=False)


def resolve(spec: CredentialSpec, default_key: str, folder: Path, environment: Mapping[str, str] = os.environ) -> Login:
    """The login that a configuration refers to.

    Args:
        spec: the reference.
        default_key: name in a secrets file when the reference has none: the camera's id.
        folder: what a relative path of the reference is relative to.

    Raises:
        ConfigError: a variable is not set, the file cannot be read, others can read it, or it lacks the name.
    """
    if spec.env is not None:
        return from_environment(spec.env, environment)
    if spec.file is None:
        raise AssertionError("a reference has env or file")
    return from_file(folder / spec.file, spec.key or default_key)


def from_environment(prefix: str, environment: Mapping[str, str] = os.environ) -> Login:
    """The login in PREFIX_USER and PREFIX_PASSWORD.

    Raises:
        ConfigError: one of them is not set.
    """
    names = (f"{prefix}_USER", f"{prefix}_PASSWORD")
    missing = [name for name in names if name not in environment]
    if missing:
        raise ConfigError("error-secret-unset", name=", ".join(missing))
    return Login(environment[names[0]], environment[names[1]])


def from_file(path: Path, key: str) -> Login:
    """The login under a name in a secrets file.

    Raises:
        ConfigError: the file cannot be read, others can read it, or it lacks the name or a field.
    """
    document = read_document(path)
    mode = path.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError("error-secret-readable", path=path)
    entry = document.data.get(key)
    if not isinstance(entry, dict) or not {"user", "password"} <= entry.keys():
        raise ConfigError("error-secret-missing", path=path, name=key)
    return Login(str(entry["user"]), str(entry["password"]))
