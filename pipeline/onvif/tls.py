"""Whom to believe that it is the camera, over HTTPS."""

from __future__ import annotations

import ssl
from pathlib import Path

from core.errors import ConfigError


def believing(ca_file: Path | None = None, *, anybody: bool = False) -> ssl.SSLContext:
    """Believes certificates that the system's authorities signed.

    Args:
        ca_file: PEM; these authorities instead, or the camera's own certificate where it signed that itself.
        anybody: whoever answers is believed: who stands in between reads the login's digest and says where the camera
            looks.

    Raises:
        ConfigError: `ca_file` cannot be read, or has no certificate in it.
    """
    if anybody:
        return ssl._create_unverified_context()  # noqa: S323
    try:
        return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError("error-onvif-ca", path=ca_file or "", reason=error.strerror or error) from error
