"""A small HTTP server for tests: MJPEG cameras, HLS folders, servers that misbehave."""

from __future__ import annotations

import base64
import itertools
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2

from tests.support.media import scene

Answer = Callable[[BaseHTTPRequestHandler], None]


class WebServer:
    """Answers GET by path; a context manager.

    Args:
        answers: path → what writes the answer; unknown paths are served from `folder`, else 404.
        login: (user, password) asked for by HTTP basic authentication.
    """

    def __init__(
        self,
        answers: dict[str, Answer] | None = None,
        *,
        folder: Path | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        self.requests: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append(self.path)
                if login is not None and self.headers.get("Authorization") != basic(*login):
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                    self.end_headers()
                elif answers is not None and self.path in answers:
                    answers[self.path](self)
                elif folder is not None and (folder / self.path.lstrip("/")).is_file():
                    body = (folder / self.path.lstrip("/")).read_bytes()
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                else:
                    self.send_error(404)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def url(self, path: str, login: str = "") -> str:
        """Address of a path; `login` as `user:password@`."""
        return f"http://{login}127.0.0.1:{self._server.server_port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def basic(user: str, password: str) -> str:
    """The header of HTTP basic authentication."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def page(request: BaseHTTPRequestHandler) -> None:
    """A page for people."""
    body = b"<!doctype html><html><body>Please log in to your camera.</body></html>" * 20
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def mjpeg(frames: int | None = None, *, fps: float = 50, then_hang: threading.Event | None = None) -> Answer:
    """A multipart JPEG camera: `frames` pictures (None: no end), then the end, or silence until the event is set."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        request.end_headers()
        try:
            for index in itertools.count():
                if index == frames:
                    break
                picture = cv2.imencode(".jpg", scene(index))[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                request.wfile.write(head.encode() + picture + b"\r\n")
                request.wfile.flush()
                time.sleep(1 / fps)
            if then_hang is not None:
                then_hang.wait(30)
        except OSError:
            return  # the client has gone

    return answer
