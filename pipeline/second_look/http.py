"""A verifier elsewhere, asked over HTTP: for a vision-language model, say.

POST, JSON: `{"event": …, "question": "…", "box": [l, t, r, b], "picture": "<JPEG, base64>"}`; the answer is JSON too:
`{"verdict": "confirmed" | "rejected" | "unsure", "reason": "…"}`. The event is as on the topics (`schemas/`), its box
that of the picture sent.
"""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import cv2
import numpy as np
import orjson

from core.addresses import is_loopback
from core.codec.events import event_to_dict
from core.errors import ConfigError, VerifierError
from core.events import Event, Says
from core.sentences import sentence
from pipeline.second_look.alerts import Crop

MOST_ANSWER: Final = 65_536
MOST_REASON: Final = 500
LONGEST_SIDE: Final = 1280
"""Pixels; a crop that is larger is made smaller."""
_ANSWERS: Final = {
    Says.CONFIRMED.value: Says.CONFIRMED,
    Says.REJECTED.value: Says.REJECTED,
    Says.UNSURE.value: Says.UNSURE,
}


class HttpVerifier:
    """Asks an address about an event.

    Args:
        url: `https://…`; `http://` only on this machine: pictures of people travel.
        token: sent as `Authorization: Bearer`; never printed.

    Raises:
        ConfigError: the address is none of these.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if (
            parts.scheme not in ("http", "https")
            or not host
            or parts.username is not None
            or parts.password is not None
        ):
            raise ConfigError("error-verifier-url", url=_bare(url))
        if parts.scheme == "http" and not is_loopback(host):
            raise ConfigError("error-verifier-plain", url=_bare(url))
        self._secure, self._host, self._port = parts.scheme == "https", host, parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._token = token

    @property
    def name(self) -> str:
        """`http:` and the host."""
        return f"http:{self._host}"

    def look(self, event: Event, crop: Crop, within_s: float) -> tuple[Says, str]:
        """What it answers.

        Raises:
            VerifierError: it is away, answers too late, too much, or nonsense. Redirects are not followed. The time is
                kept but for looking up its name, and begins anew for each address that the name has.
        """
        end = time.monotonic() + within_s
        body = _question(event, crop)
        try:
            status, answer = self._post(body, end)
        except (OSError, http.client.HTTPException) as error:
            late = time.monotonic() >= end  # what was hung up on looks like one that went away
            reason = "its answer takes too long" if late else str(error) or type(error).__name__
            raise VerifierError("error-verifier-away", host=self._host, reason=reason) from error
        if status != 200:
            raise VerifierError("error-verifier-status", host=self._host, status=status)
        try:
            said = orjson.loads(answer)
            return _ANSWERS[said["verdict"]], str(said.get("reason", ""))[:MOST_REASON]
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise VerifierError("error-verifier-answer", host=self._host) from error

    def _post(self, body: bytes, end: float) -> tuple[int, bytes]:
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port)
        headers = {"content-type": "application/json", "accept": "application/json", "connection": "close"}
        if self._token is not None:
            headers["authorization"] = f"Bearer {self._token}"
        connection.sock = connected = self._connected(connection.port, end)
        # A socket's own limit begins anew with each byte: one that drips has no more time than one that is silent.
        clock = threading.Timer(max(0.0, end - time.monotonic()), _hang_up, (connected,))
        clock.daemon = True
        clock.start()
        try:
            connection.request("POST", self._path, body, headers)
            response = connection.getresponse()
            read = bytearray()
            while part := response.read1(4096):
                read += part
                if len(read) > MOST_ANSWER:
                    raise OSError("its answer is too long")
            _left(end)  # what was hung up on ends as if it were whole
            return response.status, bytes(read)
        finally:
            clock.cancel()
            connection.close()

    def _connected(self, port: int, end: float) -> socket.socket:
        connected = socket.create_connection((self._host, port), _left(end))
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.settimeout(_left(end))  # of a TLS handshake: the whole of it
            if self._secure:
                connected = ssl.create_default_context().wrap_socket(connected, server_hostname=self._host)
            connected.settimeout(_left(end))
        except BaseException:
            connected.close()
            raise
        return connected


def _left(end: float) -> float:
    """Seconds until `end` (monotonic).

    Raises:
        TimeoutError: there are none.
    """
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("its answer takes too long")
    return left


def _hang_up(connected: socket.socket) -> None:
    """End what another thread waits for, with what it has so far."""
    with suppress(OSError):  # it was closed meanwhile
        # The plain socket's: that of TLS would take its state from under who reads.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


def _question(event: Event, crop: Crop) -> bytes:
    picture, box = crop.picture, crop.box
    scale = LONGEST_SIDE / max(picture.shape[:2])
    if scale < 1:
        size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        box = (box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale)
    done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not done:
        raise VerifierError("error-verifier-picture")
    return orjson.dumps(
        {
            "event": event_to_dict(event),
            "question": sentence(event, event.zone, "en"),
            "box": [round(v, 1) for v in box],
            "picture": base64.b64encode(jpeg.tobytes()).decode(),
        }
    )


def _bare(url: str) -> str:
    """An address without what may be a password."""
    return url.rpartition("@")[2]
