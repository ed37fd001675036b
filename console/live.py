"""Live pictures for pages: one request for each, answered when the camera's next one is there."""

from __future__ import annotations

import threading
from typing import Final

import cv2
from fastapi import APIRouter
from fastapi.responses import Response

from core.errors import RequestError
from core.protocols import LiveView
from evidence.live import draw_live

WAIT_S: Final = 1.5
"""Longest wait for a picture: a camera at 1 frame a second still has one by then."""
MOST_AT_ONCE: Final = 12
"""Requests that may wait at once: each holds a thread of the server's 40."""
QUALITY: Final = 80
_HEADERS: Final = {"cache-control": "no-store"}


def live_pictures(live: LiveView | None) -> APIRouter:
    """The way to `live`; without one every camera is refused."""
    pages = APIRouter(include_in_schema=False)
    room = threading.BoundedSemaphore(MOST_AT_ONCE)

    @pages.get("/live/{camera_id:path}")
    def picture(camera_id: str) -> Response:
        if live is None or camera_id not in live.cameras:
            raise RequestError("error-request-live", status=404, camera=repr(camera_id)[:200])
        if not room.acquire(blocking=False):
            raise RequestError("error-request-live-many", status=503)
        try:
            found = live.picture(camera_id, wait_s=WAIT_S)
        finally:
            room.release()
        if found is None:
            return Response(status_code=204, headers=_HEADERS)
        good, encoded = cv2.imencode(".jpg", draw_live(found), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        return Response(encoded.tobytes() if good else b"", media_type="image/jpeg", headers=_HEADERS)

    return pages
