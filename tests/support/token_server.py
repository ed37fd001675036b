"""A server of OAuth 2.0 tokens (client credentials) that a broker with the unsecured validator takes."""

from __future__ import annotations

import json
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.support.kafka import PASSWORD, USER


@contextmanager
def token_server() -> Iterator[tuple[str, list[str]]]:
    """Its address, and the tokens that it has given out."""
    given: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            login = b64decode(self.headers.get("Authorization", "Basic ").split()[1]).decode()
            if body != b"grant_type=client_credentials" or login != f"{USER}:{PASSWORD}":
                self.send_error(401)
                return
            given.append(_token(len(given)))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"access_token": given[-1], "expires_in": 60}).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/token", given
    finally:
        server.shutdown()
        server.server_close()


def _token(number: int) -> str:
    now = time.time()
    claims = {"sub": USER, "iat": now, "exp": now + 60, "jti": str(number)}
    return (
        ".".join(
            urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims)
        )
        + "."
    )
