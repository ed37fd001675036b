"""Pictures of the evidence folder, as the page finds them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from core.errors import ConfigError
from evidence.folder import place


def picture_url(path: str) -> str:
    """Where the page finds a picture of the evidence folder."""
    return "/pictures/" + quote(path)


def is_there(evidence: Path, path: str) -> bool:
    """Whether a picture has been written; it comes after its event."""
    try:
        return place(evidence, path).is_file()
    except (ConfigError, OSError):
        return False
