"""The page is for this machine alone: other names, other addresses and other files are refused."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from console.app import STATIC
from console.server import BackgroundServer, bind
from core.errors import ConsoleError
from tests.support.console import write_picture


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "LOCALHOST", "[::1]", "[::1]:8000"])
def test_names_of_this_machine_are_served(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000", "127.0.0.1:8000@evil", "", "::1", "[::2]"]
)
def test_other_names_are_refused(client: TestClient, host: str) -> None:
    answer = client.get("/api/events", headers={"host": host, "accept-language": "en"})
    assert answer.status_code == 421
    assert "127.0.0.1:8000" in answer.text


def test_every_answer_tells_browsers_to_trust_nothing_else(client: TestClient) -> None:
    for path in ("/", "/static/main.js", "/api/events", "/api/events?limit=x", "/none", "/pictures/x.jpg"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers


def test_the_page_loads_nothing_from_elsewhere() -> None:
    for file in (one for one in STATIC.rglob("*") if one.is_file()):
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert not re.search(r"https?://", text), file
        assert "innerHTML" not in text, file
        assert "insertAdjacentHTML" not in text, file
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"\son\w+=|\sstyle=", page)


@pytest.mark.parametrize(
    "path",
    [
        "../events.db",
        "%2e%2e/events.db",
        "..%2fevents.db",
        "hk01/../../events.db",
        "%2fetc/passwd",
        "..%5cevents.db",
        "manifest.jsonl",
        "link.jpg",
        "hk01",
        "",
        "a%00.jpg",
    ],
)
def test_no_other_file_is_served(client: TestClient, evidence: Path, path: str) -> None:
    write_picture(evidence, "hk01/good.jpg")
    (evidence / "manifest.jsonl").write_text("{}\n")
    (evidence.parent / "secret.jpg").write_text("secret")
    (evidence / "link.jpg").symlink_to(evidence.parent / "secret.jpg")
    assert client.get("/pictures/hk01/good.jpg").status_code == 200
    assert client.get(f"/pictures/{path}").status_code == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.com", ""])
def test_only_loopback_is_opened(app: FastAPI, host: str) -> None:
    with pytest.raises(ConsoleError, match=r".") as told, BackgroundServer(app, host=host, port=0):
        pass
    assert told.value.message_id == "error-console-not-loopback"


def test_a_port_in_use_is_told_before_anything_starts(app: FastAPI) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConsoleError, match=str(port)) as told, BackgroundServer(app, port=port):
            pass
    assert told.value.message_id == "error-console-port-used"


@pytest.mark.parametrize("port", [-1, 65_536, 10**9])
def test_a_port_that_is_none_is_told(port: int) -> None:
    with pytest.raises(ConsoleError, match=str(port)):
        bind("127.0.0.1", port)


def test_the_port_is_free_again_at_once(app: FastAPI) -> None:
    with BackgroundServer(app, port=0) as server:
        port = int(server.url.rstrip("/").rpartition(":")[2])
    with BackgroundServer(app, host="localhost", port=port) as server:
        assert server.url == f"http://127.0.0.1:{port}/"
