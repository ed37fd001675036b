"""Serving the page on this machine alone. The port is taken before anything else starts."""

from __future__ import annotations

import errno
import ipaddress
import socket
import threading
from types import FrameType, TracebackType
from typing import Final

import uvicorn
from fastapi import FastAPI

from console.stream import Streams
from core.errors import ConsoleError

_START_S: Final = 10.0
_STOP_S: Final = 10.0
_GRACE_S: Final = 3


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on a loopback address; port 0 takes a free one.

    Raises:
        ConsoleError: the address is not of this machine alone, or the port cannot be taken.
    """
    address = _loopback(host)
    if not 0 <= port <= 65_535:
        raise ConsoleError("error-console-port", port=str(port))
    taken = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((str(address), port))
        taken.listen(128)
    except OSError as error:
        taken.close()
        names = {errno.EADDRINUSE: "error-console-port-used", errno.EACCES: "error-console-port-refused"}
        name = names.get(error.errno or 0, "error-console-address")
        raise ConsoleError(name, host=host, port=str(port), reason=error.strerror or error) from error
    return taken


def serve(app: FastAPI, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        ConsoleError: see `bind`.
    """
    with bind(host, port) as taken:
        _Server(app).run(sockets=[taken])


class BackgroundServer:
    """Serves from a thread of its own; a context manager. `url` is where, while it is open.

    Raises (on entering):
        ConsoleError: see `bind`; nothing was started.
    """

    def __init__(self, app: FastAPI, host: str = "127.0.0.1", port: int = 8000) -> None:
        self._app, self._host, self._port = app, host, port
        self.url = ""

    def __enter__(self) -> BackgroundServer:
        self._socket = bind(self._host, self._port)
        address, port = self._socket.getsockname()[:2]
        self.url = f"http://[{address}]:{port}/" if ":" in address else f"http://{address}:{port}/"
        self._server = _Server(self._app)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="console", daemon=True)
        self._thread.start()
        if not self._server.ready.wait(_START_S):
            self._close()
            raise ConsoleError("error-console-start", url=self.url)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        self._server.stop()
        self._thread.join(_STOP_S)
        self._socket.close()


class _Server(uvicorn.Server):
    """Ends the open streams before it waits for requests to finish: they never would by themselves."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self.ready = threading.Event()
        # Only a page that follows what happens has streams.
        self._streams: Streams | None = getattr(app.state, "streams", None)
        if self._streams is not None:
            self._streams.open()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    def stop(self) -> None:
        """End soon; from any thread."""
        self._close_streams()
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._close_streams()
        super().handle_exit(sig, frame)

    def _close_streams(self) -> None:
        if self._streams is not None:
            self._streams.close()


def _loopback(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host.strip("[]"))
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise ConsoleError("error-console-not-loopback", host=host)
    return address
