"""Addresses of cameras, and keeping their passwords out of everything that is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit, urlunsplit

SECRET_VALUE = re.compile(r"(?i)((?:user(?:name)?|pass(?:word|wd)?|pwd|token|auth|key|secret)=)[^&;/?#]*")
"""Some cameras take the login in the path or query: `/user=admin&password=...`."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A camera's login. Shown nowhere."""

    user: str = field(repr=False)
    password: str = field(repr=False)


def redact(url: str) -> str:
    """The address without login: no user information, and values that look like secrets as `***`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "***"
    if not parts.netloc:
        return url
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    return SECRET_VALUE.sub(r"\1***", urlunsplit(bare))


def take_credentials(url: str) -> tuple[str, Credentials | None]:
    """The address without user information, and that information."""
    parts = urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    user, _, password = login.partition(":")
    return urlunsplit(parts._replace(netloc=host)), Credentials(unquote(user), unquote(password))


def with_credentials(url: str, credentials: Credentials | None) -> str:
    """The address as FFmpeg takes it, with the login in it: never to be kept, shown or logged."""
    if credentials is None:
        return url
    parts = urlsplit(url)
    login = f"{quote(credentials.user, safe='')}:{quote(credentials.password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}"))


def slug(name: str) -> str:
    """A name fit for files, keys and addresses: letters of any language, digits, `.`, `_`, `-`."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "camera"


def camera_name(url: str) -> str:
    """A camera id from an address: host, path and query, without secrets."""
    parts = urlsplit(redact(url))
    return slug(f"{parts.netloc}{parts.path}?{parts.query.replace('***', '')}")
