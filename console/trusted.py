"""Requests that change something: from the page itself, by somebody who was given its address."""

from __future__ import annotations

import hmac
import json
from typing import Any, Final

from starlette.requests import Request

from core.errors import RequestError

TOKEN_HEADER: Final = "x-matpho-token"  # noqa: S105  a header's name


async def trusted_body(request: Request, token: str, most_bytes: int) -> dict[str, Any]:
    """The JSON object that a request carries.

    Raises:
        RequestError: it comes from another site, carries no token, or its body is not what the page sends.
    """
    origin = request.headers.get("origin", "")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if origin != own or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise RequestError("error-editor-origin", status=403)
    given = request.headers.get(TOKEN_HEADER, "").encode()
    if not token or not hmac.compare_digest(given, token.encode()):
        raise RequestError("error-editor-token", status=403)
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise RequestError("error-editor-body", status=415)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most_bytes:
            raise RequestError("error-editor-body", status=413)
    try:
        data = json.loads(body)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise RequestError("error-editor-body")
    return data
