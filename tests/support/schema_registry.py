"""A schema registry on loopback, by the published API of Confluent's: subjects, versions, numbers, errors."""

from __future__ import annotations

import json
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Final
from urllib.parse import unquote

USER, PASSWORD = "matpho", "registry-password"
CONTENT_TYPE: Final = "application/vnd.schemaregistry.v1+json"


class SchemaRegistry:
    """Use as a context manager.

    Attributes:
        subjects: the schemas of each, as numbers, first version first.
        schemas: their texts, the first with number 1.
        asked: method and path of each request.
        locked: asks for `USER` and `PASSWORD`.
        refusing: takes no further version of any subject (409).
    """

    def __init__(self, *, locked: bool = False) -> None:
        self.subjects: dict[str, list[int]] = {}
        self.schemas: list[str] = []
        self.asked: list[str] = []
        self.locked, self.refusing = locked, False
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(*registry._get(self.path))

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                login = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
                if registry.locked and self.headers.get("Authorization") != f"Basic {login}":
                    self._answer(401, {"error_code": 401, "message": "Unauthorized"})
                elif self.headers["Content-Type"] != CONTENT_TYPE or body.get("schemaType") != "JSON":
                    self._answer(422, {"error_code": 42201, "message": "Invalid schema"})
                else:
                    registry.asked.append(f"POST {self.path}")
                    self._answer(*registry._post(self.path, body["schema"]))

            def _answer(self, status: int, value: dict[str, Any]) -> None:
                self.send_response(status)
                self.send_header("Content-Type", CONTENT_TYPE)
                self.end_headers()
                self.wfile.write(json.dumps(value).encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> SchemaRegistry:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _get(self, path: str) -> tuple[int, dict[str, Any]]:
        number = int(path.removeprefix("/schemas/ids/"))
        if not 0 < number <= len(self.schemas):
            return 404, {"error_code": 40403, "message": "Schema not found"}
        return 200, {"schemaType": "JSON", "schema": self.schemas[number - 1]}

    def _post(self, path: str, schema: str) -> tuple[int, dict[str, Any]]:
        subject = unquote(path.split("/")[2])
        numbers = self.subjects.get(subject, [])
        known = next((n for n in numbers if json.loads(self.schemas[n - 1]) == json.loads(schema)), None)
        if not path.endswith("/versions"):
            if known is not None:
                version = numbers.index(known) + 1
                return 200, {"subject": subject, "id": known, "version": version, "schema": schema}
            if not numbers:
                return 404, {"error_code": 40401, "message": f"Subject '{subject}' not found."}
            return 404, {"error_code": 40403, "message": "Schema not found"}
        if known is None:
            if self.refusing:
                return 409, {"error_code": 409, "message": "Schema being registered is incompatible"}
            self.schemas.append(schema)
            known = len(self.schemas)
            self.subjects.setdefault(subject, []).append(known)
        return 200, {"id": known}
