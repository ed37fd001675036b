"""A verifier over HTTP: a real server that confirms, dawdles, drips, lies, or is away."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import cv2
import numpy as np
import pytest

from core.errors import ConfigError, VerifierError
from core.events import EventKind, Says
from pipeline.second_look.alerts import Crop
from pipeline.second_look.http import MOST_ANSWER, HttpVerifier
from tests.support.incidents import an_event_of

EVENT = an_event_of(EventKind.COLLISION, 0, event_id="e1")
CROP = Crop(np.full((60, 80, 3), 90, np.uint8), (10.0, 10.0, 40.0, 30.0))


@contextmanager
def server(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Its address, and what it was asked, with the headers."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append({"headers": dict(self.headers), **json.loads(body)})
            answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    Thread(target=http.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{http.server_port}/look", asked
    finally:
        http.shutdown()
        http.server_close()


def says(body: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.mark.parametrize("verdict", ["confirmed", "rejected", "unsure"])
def test_it_is_asked_with_event_picture_and_token_and_its_answer_is_the_verdict(verdict: str) -> None:
    body = json.dumps({"verdict": verdict, "reason": "hai xe chạm nhau"}).encode()
    with server(says(body)) as (url, asked):
        assert HttpVerifier(url, "s3cret").look(EVENT, CROP, 5.0) == (Says(verdict), "hai xe chạm nhau")
    (one,) = asked
    assert one["headers"]["authorization"] == "Bearer s3cret"
    assert one["event"]["event_id"] == "e1"
    assert "collision" in one["question"].lower() or one["question"]
    picture = cv2.imdecode(np.frombuffer(base64.b64decode(one["picture"]), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None and picture.shape == (60, 80, 3)
    assert one["box"] == [10.0, 10.0, 40.0, 30.0]


def test_a_large_crop_is_made_smaller_and_its_box_with_it() -> None:
    with server(says(b'{"verdict": "unsure"}')) as (url, asked):
        HttpVerifier(url).look(EVENT, Crop(np.zeros((1280, 2560, 3), np.uint8), (0.0, 0.0, 2560.0, 640.0)), 5.0)
    assert asked[0]["box"] == [0.0, 0.0, 1280.0, 320.0]
    assert "authorization" not in {name.lower() for name in asked[0]["headers"]}


@pytest.mark.parametrize(
    "answer",
    [
        says(b"not json"),
        says(b'{"verdict": "probably"}'),
        says(b"[]"),
        says(b'{"reason": "none"}'),
        says(b'{"verdict": "confirmed"}', 500),
        says(b"", 302, location="http://127.0.0.1:1/"),
        says(b'{"verdict": "confirmed", "reason": "' + b"x" * MOST_ANSWER + b'"}'),
    ],
    ids=["text", "word", "list", "nothing", "error", "redirect", "flood"],
)
def test_nonsense_is_no_verdict(answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
    with server(answer) as (url, _), pytest.raises(VerifierError):
        HttpVerifier(url, "s3cret").look(EVENT, CROP, 5.0)


def test_silence_and_dripping_end_with_the_time_given() -> None:
    over = threading.Event()

    def silent(handler: BaseHTTPRequestHandler) -> None:
        over.wait(60)

    def dripping_line(handler: BaseHTTPRequestHandler) -> None:
        while not over.wait(0.05):
            handler.wfile.write(b"H")

    def dripping(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b'{"verdict": "confirmed"}')
        while not over.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    def dripping_headers(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for number in range(90):  # more than the client takes end it otherwise
            if over.wait(0.3):
                return
            handler.send_header(f"x-{number}", "1")
            handler.flush_headers()

    for answer in (silent, dripping_line, dripping_headers, dripping):
        with server(answer) as (url, _):
            began = time.monotonic()
            with pytest.raises(VerifierError) as error:
                HttpVerifier(url).look(EVENT, CROP, 0.3)
            took = time.monotonic() - began
            over.set()
            assert 0.3 <= took < 3, answer.__name__
            assert "too long" in str(error.value), answer.__name__
        over.clear()


def test_one_that_is_away_is_told_without_the_token() -> None:
    with pytest.raises(VerifierError) as error:
        HttpVerifier("http://127.0.0.1:1/", "s3cret").look(EVENT, CROP, 1.0)
    assert "127.0.0.1" in str(error.value) and "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/look",
        "http://verifier.example/",
        "ftp://127.0.0.1/",
        "https://",
        "https://a:b@verifier.example/",
    ],
)
def test_pictures_of_people_do_not_travel_unencrypted_and_no_password_stands_in_an_address(url: str) -> None:
    with pytest.raises(ConfigError) as error:
        HttpVerifier(url)
    assert "a:b" not in str(error.value)
    HttpVerifier("https://verifier.example/look")
    HttpVerifier("http://[::1]:9/")
