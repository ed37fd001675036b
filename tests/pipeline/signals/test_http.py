"""Controllers that tell over HTTP, and others who try."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from core.errors import ConfigError
from core.signals import SignalState
from pipeline.signals.board import SignalBoard
from pipeline.signals.http import MOST_BYTES, SignalServer

RECORD = json.dumps({"signal": "J1", "state": "red", "time": "2026-01-05T08:00:00Z"})
T0 = 1_767_600_000 * 1_000_000_000
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def board() -> SignalBoard:
    return SignalBoard()


@pytest.fixture
def server(board: SignalBoard) -> Iterator[SignalServer]:
    server = SignalServer(board, "127.0.0.1", 0)
    yield server
    server.close()


def post(server: SignalServer, body: str, path: str = "/signals", **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("POST", path, body, JSON | {name.replace("_", "-"): value for name, value in headers.items()})
    status = connection.getresponse().status
    connection.close()
    return status


def test_what_a_controller_posts_is_told(server: SignalServer, board: SignalBoard) -> None:
    assert post(server, RECORD) == 200
    found = board.at("J1", T0 + 1)
    assert found is not None and found.state is SignalState.RED
    assert post(server, RECORD + "\n" + RECORD, Content_Type="application/x-ndjson") == 200


def test_who_sends_something_else_is_refused(server: SignalServer, board: SignalBoard) -> None:
    assert post(server, "{}") == 422
    assert post(server, RECORD, path="/") == 404
    assert post(server, RECORD, Content_Type="text/plain") == 415, "as a page in a browser can send by itself"
    assert post(server, RECORD, Host="signals.example:80") == 421, "a name that was made to point here"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", "/signals")
    assert connection.getresponse().status == 501
    connection.putrequest("POST", "/signals")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(MOST_BYTES + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    assert board.told == 0


def test_who_says_nothing_holds_nobody_up(server: SignalServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)):
        assert post(server, RECORD) == 200


def test_a_token_is_asked_for(board: SignalBoard) -> None:
    server = SignalServer(board, "0.0.0.0", 0, "secret")
    try:
        with capture_logs() as logs:
            assert post(server, RECORD) == 401 and post(server, RECORD, Authorization="Bearer other") == 401
        assert board.counts()["turned_away"] == {"401": 2}
        assert [(line["event"], line["count"]) for line in logs] == [("signals_wrong_token", 1)], "told once a minute"
        assert post(server, RECORD, Authorization="Bearer secret") == 200
        assert post(server, RECORD, Authorization="Bearer secret", Host="signals.example") == 200
    finally:
        server.close()


def test_others_may_reach_it_only_with_a_token_and_a_port_is_taken_once(server: SignalServer) -> None:
    for host in ("0.0.0.0", "example.org"):
        with pytest.raises(ConfigError, match="token_env"):
            SignalServer(SignalBoard(), host, 0)
    with pytest.raises(ConfigError, match=str(server.port)):
        SignalServer(SignalBoard(), "127.0.0.1", server.port)
