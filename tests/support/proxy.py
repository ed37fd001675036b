"""A network that tests can cut, slow down or hang: a TCP proxy."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType


class Proxy:
    """Passes connections from a port on to another, as long as nobody disturbs it. Use as a context manager.

    Attributes:
        port: where it listens, the same after a cut.
    """

    def __init__(self, port: int, target: int) -> None:
        self.port, self._target = port, target
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._bytes_per_s: float | None = None
        self._hanging = threading.Event()

    def __enter__(self) -> Proxy:
        self.restore()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hanging.clear()
        self.cut()

    def cut(self) -> None:
        """Nobody gets through: connections are reset, new ones refused."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._lock:
            going, self._open = self._open, set()
        for end in going:
            _end(end)

    def hang(self) -> None:
        """Connections stay, and nothing gets through."""
        self._hanging.set()

    def slow(self, bytes_per_s: float | None) -> None:
        """At most so much a second in each direction of each connection; None: as fast as it goes."""
        self._bytes_per_s = bytes_per_s

    def restore(self) -> None:
        """All gets through again."""
        self._hanging.clear()
        self._bytes_per_s = None
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target), timeout=5)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            with self._lock:
                self._open |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(16_384):
                while self._hanging.is_set():
                    time.sleep(0.02)
                if self._bytes_per_s is not None:
                    time.sleep(len(data) / self._bytes_per_s)
                sink.sendall(data)
        except OSError:
            pass
        with self._lock:
            self._open -= {source, sink}
        for end in (source, sink):
            _end(end)


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
