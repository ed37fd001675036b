"""A camera's ONVIF services behind a real HTTP server: device, media, PTZ, with the logins that cameras ask for."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from xml.etree import ElementTree

Position = tuple[float, float, float]
SOAP = "http://www.w3.org/2003/05/soap-envelope"
SPACES = (
    f'xmlns:s="{SOAP}" xmlns:tt="http://www.onvif.org/ver10/schema" '
    'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" '
    'xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl" xmlns:ter="http://www.onvif.org/ver10/error"'
)
INSIDE = "http://10.11.12.13:8899"
"""What the camera takes its own address to be: nobody outside can use it."""


@dataclass
class CameraModel:
    """What the camera is and does; tests change it while it runs.

    Attributes:
        login: (user, password); None: it asks for none.
        way: of logging in.
        tells_moving: whether its status says if it moves.
        uses: of one nonce, after which a new one is asked for.
        clock_off: its clock, ahead of ours.
        faults: answers each question to PTZ with this reason.
    """

    position: Position = (0.0, 0.0, 0.0)
    moving: bool = False
    presets: dict[str, tuple[str, Position | None]] = field(default_factory=dict)
    login: tuple[str, str] | None = None
    way: Literal["digest-md5", "digest-sha256", "token", "basic"] = "digest-md5"
    tells_moving: bool = True
    uses: int = 1000
    clock_off: timedelta = timedelta()
    faults: str = ""
    raw: bytes | None = None
    has_ptz: bool = True


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is no news."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class OnvifCamera:
    """Serves a `CameraModel`; a context manager. With a `certificate` (PEM, its key in it) over https.

    Attributes:
        questions: names of the SOAP bodies that were let in, in order.
        refused: requests that were not.
    """

    def __init__(self, model: CameraModel, certificate: Path | None = None) -> None:
        self._secure = certificate is not None
        self.model, self.questions, self.refused = model, list[str](), 0
        self.authorizations: list[str] = []
        self._nonces: dict[str, int] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers, answer = outer._answer(self.path, self.headers.get("Authorization"), body)
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def setup(self) -> None:
                outer._open.append(self.request)
                super().setup()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._open: list[socket.socket] = []
        self._server = _Quiet(("127.0.0.1", 0), Handler)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"{'https' if self._secure else 'http'}://127.0.0.1:{self._server.server_port}/onvif/device_service"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, path: str, authorization: str | None, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        model = self.model
        if model.raw is not None:
            return 200, [], model.raw
        root = ElementTree.fromstring(body)
        question = root.find(f"{{{SOAP}}}Body")
        assert question is not None
        name = question[0].tag.rpartition("}")[2]
        open_to_all = name == "GetSystemDateAndTime"
        if model.login is not None and not open_to_all:
            refusal = self._refusal(path, authorization, body)
            if refusal is not None:
                self.refused += 1
                return refusal
        self.questions.append(name)
        if model.faults and "ptz" in path:
            return 500, [], _fault("ter:Action", model.faults)
        answers: dict[str, Callable[[], str]] = {
            "GetSystemDateAndTime": self._time,
            "GetCapabilities": self._capabilities,
            "GetProfiles": self._profiles,
            "GetPresets": self._presets,
            "GetStatus": self._status,
        }
        expected = {"GetProfiles": "/onvif/media", "GetPresets": "/onvif/ptz?x=1", "GetStatus": "/onvif/ptz?x=1"}
        assert path == expected.get(name, "/onvif/device_service")
        return 200, [], _envelope(answers[name]())

    def _refusal(
        self, path: str, authorization: str | None, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes] | None:
        model = self.model
        assert model.login is not None
        if authorization is not None:
            self.authorizations.append(authorization)
        if model.way == "basic":
            return 401, [("WWW-Authenticate", 'Basic realm="camera"')], b""
        if model.way == "token":
            if _token_holds(body, model.login, datetime.now(UTC) + model.clock_off):
                return None
            return 400, [], _fault("ter:NotAuthorized", "Sender not authorized")
        algorithm = "SHA-256" if model.way == "digest-sha256" else "MD5"
        if authorization is not None and self._digest_holds(algorithm, path, authorization):
            return None
        nonce = base64.b64encode(f"nonce{len(self._nonces)}".encode()).decode()
        self._nonces[nonce] = 0
        said = [("WWW-Authenticate", f'Digest realm="IP Camera, \\"north\\"", nonce="{nonce}", qop="auth,auth-int"')]
        if algorithm == "SHA-256":
            said.append(("WWW-Authenticate", said[0][1] + f', algorithm={algorithm}, opaque="o"'))
        return 401, [*said, ("WWW-Authenticate", 'Basic realm="camera"')], b"<html>Unauthorized</html>"

    def _digest_holds(self, algorithm: str, path: str, authorization: str) -> bool:
        """As a server reckons it (RFC 7616), apart from how we do."""
        assert self.model.login is not None
        user, password = self.model.login
        said = {
            name: quoted or bare
            for name, quoted, bare in re.findall(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^,\s]+))', authorization)
        }
        realm = said["realm"].replace('\\"', '"')
        nonce = said["nonce"]
        if said["username"] != user or said["uri"] != path or nonce not in self._nonces:
            return False
        if said.get("algorithm", "MD5") != algorithm:
            return False
        count = int(said["nc"], 16)
        if count <= self._nonces[nonce] or count > self.model.uses:
            return False
        self._nonces[nonce] = count
        make = hashlib.sha256 if algorithm == "SHA-256" else hashlib.md5

        def h(text: str) -> str:
            return make(text.encode()).hexdigest()

        a1, a2 = h(f"{user}:{realm}:{password}"), h(f"POST:{path}")
        response: str = said["response"]
        return response == h(f"{a1}:{nonce}:{said['nc']}:{said['cnonce']}:{said['qop']}:{a2}")

    def _time(self) -> str:
        now = datetime.now(UTC) + self.model.clock_off
        return (
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
            f"<tt:UTCDateTime><tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
            f"<tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}</tt:Year>"
            f"<tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime>"
            "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def _capabilities(self) -> str:
        ptz = f"<tt:PTZ><tt:XAddr>{INSIDE}/onvif/ptz?x=1</tt:XAddr></tt:PTZ>" if self.model.has_ptz else ""
        return (
            "<tds:GetCapabilitiesResponse><tds:Capabilities>"
            f"<tt:Media><tt:XAddr>{INSIDE}/onvif/media</tt:XAddr></tt:Media>{ptz}"
            "</tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    def _profiles(self) -> str:
        ptz = "<tt:PTZConfiguration token='p'/>"
        return (
            '<trt:GetProfilesResponse><trt:Profiles token="fixed"><tt:Name>x</tt:Name></trt:Profiles>'
            f'<trt:Profiles token="main">{ptz}</trt:Profiles><trt:Profiles token="sub">{ptz}</trt:Profiles>'
            "</trt:GetProfilesResponse>"
        )

    def _presets(self) -> str:
        said = []
        for token, (name, position) in self.model.presets.items():
            where = "" if position is None else _position("tt:PTZPosition", position)
            said.append(f'<tptz:Preset token="{token}"><tt:Name>{name}</tt:Name>{where}</tptz:Preset>')
        return f"<tptz:GetPresetsResponse>{''.join(said)}</tptz:GetPresetsResponse>"

    def _status(self) -> str:
        word = "MOVING" if self.model.moving else "IDLE"
        move = f"<tt:MoveStatus><tt:PanTilt>{word}</tt:PanTilt><tt:Zoom>IDLE</tt:Zoom></tt:MoveStatus>"
        return (
            f"<tptz:GetStatusResponse><tptz:PTZStatus>{_position('tt:Position', self.model.position)}"
            f"{move if self.model.tells_moving else ''}<tt:UtcTime>2026-01-05T08:00:00Z</tt:UtcTime>"
            "</tptz:PTZStatus></tptz:GetStatusResponse>"
        )


def _position(tag: str, position: Position) -> str:
    pan, tilt, zoom = position
    return f'<{tag}><tt:PanTilt x="{pan}" y="{tilt}"/><tt:Zoom x="{zoom}"/></{tag}>'


def _envelope(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?><s:Envelope {SPACES}><s:Body>{body}</s:Body></s:Envelope>'.encode()


def _fault(code: str, reason: str) -> bytes:
    return _envelope(
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>"
        f'{code}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">{reason}</s:Text></s:Reason></s:Fault>'
    )


def _token_holds(body: bytes, login: tuple[str, str], now: datetime) -> bool:
    """As a camera reckons it (WS-Security UsernameToken Profile 1.1): five seconds old at most, by its own clock."""
    root = ElementTree.fromstring(body)
    found = {e.tag.rpartition("}")[2]: e.text or "" for e in root.iter()}
    if not {"Username", "Password", "Nonce", "Created"} <= set(found) or found["Username"] != login[0]:
        return False
    created = datetime.fromisoformat(found["Created"])
    data = base64.b64decode(found["Nonce"]) + found["Created"].encode() + login[1].encode()
    right = base64.b64encode(hashlib.sha1(data).digest()).decode() == found["Password"]
    return right and abs(now - created) < timedelta(seconds=5)
