"""Controllers that send the state of their signals over HTTP: `POST /signals`."""

from __future__ import annotations

import hmac
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import structlog

from core.addresses import is_loopback
from core.errors import ConfigError
from pipeline.signals.board import NotToldError, SignalBoard

log = structlog.get_logger()

PATH: Final = "/signals"
MOST_BYTES: Final = 262_144
WAIT_S: Final = 10.0
AT_ONCE: Final = 64
"""Requests that are read at one time; of more the connection is closed."""
SAID_NS: Final = 60 * 1_000_000_000
"""A wrong token is told of no more often."""
LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


class SignalServer:
    """Takes records for a board, on a thread of its own for each request, until it is closed.

    Only bodies of type application/json or application/x-ndjson are taken, which a page in somebody's browser cannot
    send by itself; without a token only this machine's own names are served.

    Args:
        host, port: to listen at; port 0 takes a free one.
        token: that senders give as `Authorization: Bearer …`; None: nobody has to, on this machine alone.

    Raises:
        ConfigError: the address is not of this machine alone and there is no token, or it cannot be taken.
    """

    def __init__(self, board: SignalBoard, host: str, port: int, token: str | None = None) -> None:
        if token is None and not is_loopback(host):
            raise ConfigError("error-signals-token", host=host)
        try:
            self._server = _Server((host.strip("[]"), port), board, token)
        except OSError as error:
            raise ConfigError(
                "error-signals-listen", host=host, port=str(port), reason=error.strerror or error
            ) from error
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="signals-http", daemon=True
        )
        self._thread.start()
        log.info("signals_listening", host=host, port=self.port, token=token is not None)

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(WAIT_S)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], board: SignalBoard, token: str | None) -> None:
        self.board, self.token = board, token
        self.room = threading.BoundedSemaphore(AT_ONCE)
        self._said_ns = -SAID_NS
        super().__init__(address, _Handler)

    def turn_away(self, status: HTTPStatus, sender: str) -> None:
        """Count a request that is not read; a wrong token is told of, too."""
        count, now_ns = self.board.turn_away(status), time.monotonic_ns()
        if status is HTTPStatus.UNAUTHORIZED and now_ns - self._said_ns >= SAID_NS:
            self._said_ns = now_ns
            log.warning("signals_wrong_token", sender=sender, count=count)

    def process_request(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
        if not self.room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.room.release()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = WAIT_S
    server_version, sys_version = "matpho", ""

    def do_POST(self) -> None:
        """Records in the body."""
        status = self._refusal()
        if status is not None:
            self.server.turn_away(status, self.client_address[0])
            self._answer(status)
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            count = self.server.board.read(body)
        except NotToldError as error:
            self._answer(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
            return
        self._answer(HTTPStatus.OK, f'{{"taken": {count}}}', "application/json")

    def _refusal(self) -> HTTPStatus | None:
        token, given = self.server.token, self.headers.get("Authorization", "")
        if token is None and self.headers.get("Host", "").rpartition(":")[0].lower() not in LOCAL_NAMES:
            return HTTPStatus.MISDIRECTED_REQUEST
        if token is not None and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return HTTPStatus.UNAUTHORIZED
        if self.path != PATH:
            return HTTPStatus.NOT_FOUND
        if self.headers.get_content_type() not in ("application/json", "application/x-ndjson"):
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            return HTTPStatus.LENGTH_REQUIRED
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if int(length) > MOST_BYTES else None

    def _answer(self, status: HTTPStatus, said: str = "", kind: str = "text/plain; charset=utf-8") -> None:
        body = (said or status.phrase).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what is refused or turned away is counted."""
