"""Confluent Schema Registry: values that begin with a magic byte and the number of their schema.

https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
https://docs.confluent.io/platform/current/schema-registry/develop/api.html
"""

from __future__ import annotations

import json
import ssl
import struct
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from core.errors import SinkError
from core.records import Record
from core.schemas import RECORDS, schema_of

MAGIC: Final = 0
_FRAME: Final = struct.Struct(">BI")
_CONTENT_TYPE: Final = "application/vnd.schemaregistry.v1+json"
_NOT_FOUND: Final = frozenset({40401, 40403})
"""Codes of the registry: no such subject; no such schema under it."""
_SCHEMAS: Final = {record: name for name, record in RECORDS.items()}


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """Where the registry is.

    Attributes:
        url: http(s)://host:port.
        register: register a schema that it does not know; else whoever runs it has to.
        user, password: for HTTP Basic; never logged.
        ca_file: certificates (PEM) to trust in place of the system's.
    """

    url: str
    register: bool = True
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout_s: float = 10.0


def frame_of(settings: RegistrySettings, topic: str, takes: type[Record]) -> bytes:
    """The five bytes before each value of a topic: its schema's number is looked up, and registered where it is missing
    and may be, under the subject `TOPIC-value`.

    Raises:
        SinkError: the registry cannot be reached, refuses, or does not know the schema.
    """
    subject = f"{topic}-value"
    body = {"schemaType": "JSON", "schema": json.dumps(schema_of(_SCHEMAS[takes]))}
    place = f"/subjects/{quote(subject, safe='')}"
    status, found = _ask(settings, place, body)
    if status == 404 and found.get("error_code") in _NOT_FOUND:
        if not settings.register:
            raise SinkError("error-registry-unknown", url=settings.url, subject=subject)
        status, found = _ask(settings, f"{place}/versions", body)
    number = found.get("id")
    if status == 409:
        raise SinkError("error-registry-incompatible", url=settings.url, subject=subject, reason=_said(found))
    if status != 200 or not isinstance(number, int):
        raise SinkError("error-registry", url=settings.url, subject=subject, reason=f"HTTP {status} {_said(found)}")
    return _FRAME.pack(MAGIC, number)


def unframed(value: bytes) -> bytes:
    """A value without those bytes, where it has them: JSON never begins with a zero."""
    return value[_FRAME.size :] if value[:1] == b"\0" else value


def _ask(settings: RegistrySettings, place: str, body: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    head = {"Content-Type": _CONTENT_TYPE, "Accept": _CONTENT_TYPE}
    if settings.user is not None:
        login = f"{settings.user}:{settings.password or ''}".encode()
        head["Authorization"] = f"Basic {b64encode(login).decode()}"
    request = Request(settings.url.rstrip("/") + place, json.dumps(body).encode(), head)  # noqa: S310 http(s) alone
    try:
        context = ssl.create_default_context(cafile=settings.ca_file) if settings.url.startswith("https:") else None
        with urlopen(request, timeout=settings.timeout_s, context=context) as answer:  # noqa: S310
            return answer.status, _values(answer.read())
    except HTTPError as error:
        return error.code, _values(error.read())
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise SinkError("error-registry", url=settings.url, subject=place.split("/")[2], reason=reason) from None


def _values(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _said(found: Mapping[str, Any]) -> str:
    return str(found.get("message", ""))
