"""Errors of ours as answers."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from console.queries import language_of
from core.errors import MatphoError, RequestError
from locales import text


def told(request: Request, error: MatphoError, status: int, **more: Any) -> JSONResponse:
    """An error in the reader's language, or in ours where the request asks for one that there is not."""
    try:
        chosen = language_of(request)
    except RequestError:
        chosen = None
    message = text(error.message_id, chosen, **error.arguments)
    return JSONResponse({"error": {"message": message, **more}}, status_code=status)
