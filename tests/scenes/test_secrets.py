"""Logins come from the environment or a file of one's own, and are never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigError
from scenes.secrets import CredentialSpec, Login, from_file, resolve


def secrets_file(folder: Path, mode: int = 0o600) -> Path:
    path = folder / "secrets.yaml"
    path.write_text("hk-01: {user: admin, password: hunter2}\nhalf: {user: admin}\n")
    path.chmod(mode)
    return path


def test_from_the_environment(tmp_path: Path) -> None:
    spec = CredentialSpec(env="HK01", file=None, key=None)
    login = resolve(spec, "hk-01", tmp_path, {"HK01_USER": "admin", "HK01_PASSWORD": "hunter2"})
    assert (login.user, login.password) == ("admin", "hunter2")
    with pytest.raises(ConfigError, match="HK01_PASSWORD is not set"):
        resolve(spec, "hk-01", tmp_path, {"HK01_USER": "admin"})


def test_from_a_file_under_the_cameras_id(tmp_path: Path) -> None:
    spec = CredentialSpec(env=None, file=secrets_file(tmp_path).relative_to(tmp_path), key=None)
    assert resolve(spec, "hk-01", tmp_path).password == "hunter2"
    with pytest.raises(ConfigError, match='no entry "hk-02"'):
        resolve(spec, "hk-02", tmp_path)
    with pytest.raises(ConfigError, match='no entry "half"'):
        resolve(spec, "half", tmp_path)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="chmod 600"):
        from_file(secrets_file(tmp_path, 0o644), "hk-01")


def test_the_password_is_not_in_what_is_printed() -> None:
    assert "hunter2" not in repr(Login("admin", "hunter2"))
