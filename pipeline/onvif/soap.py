"""Questions to an ONVIF camera: SOAP 1.2 over HTTP."""

from __future__ import annotations

import http.client
import re
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree

from core.errors import SourceError
from pipeline.onvif.login import DigestLogin, challenged, username_token
from pipeline.onvif.tls import believing
from pipeline.sources.urls import Credentials, redact

ENVELOPE: Final = "http://www.w3.org/2003/05/soap-envelope"
DEVICE: Final = "http://www.onvif.org/ver10/device/wsdl"
SCHEMA: Final = "http://www.onvif.org/ver10/schema"
NAMES: Final = {"s": ENVELOPE, "tds": DEVICE, "tt": SCHEMA}
MOST_BYTES: Final = 1 << 20
"""An answer that is longer is none of a camera's."""
TIMEOUT_S: Final = 5.0
LOCKED_S: Final = 300.0
"""After a refused login: cameras lock after a few failures."""
_DOCTYPE: Final = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    challenges: Sequence[str]
    body: bytes


class OnvifClient:
    """Asks the services of one camera. One connection, kept; not for several threads at once.

    A camera's answers may name addresses that only its own network knows: of those only the path is used.

    Args:
        url: of the device service.
        login: None: the camera asks for none.
        tls: for https; None: a certificate must be signed by one of the system's authorities.
    """

    def __init__(
        self,
        url: str,
        login: Credentials | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        parts = urlsplit(url)
        self.url, self.path = redact(url), parts.path or "/onvif/device_service"
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname or "", parts.port
        self._login, self._timeout_s, self._tls = login, timeout_s, tls
        self._connection: http.client.HTTPConnection | None = None
        self._digest: DigestLogin | None = None
        self._behind: timedelta | None = None
        """What to add to our clock to have the camera's; None: it wants no username token."""

    def ask(self, body: str, path: str | None = None) -> ElementTree.Element:
        """The body of a service's answer.

        Args:
            body: of the question, with its namespace.
            path: of the service; None: the device service.

        Raises:
            SourceError: the camera cannot be reached, refuses the login, or answers with a fault or no SOAP.
        """
        path = path or self.path
        answer = self._post(path, body)
        if answer.status == 401 and (challenge := challenged(answer.challenges)) is not None:
            # Also of a login that held so far: the nonce may have grown old.
            self._digest = challenge
            answer = answer if self._login is None else self._post(path, body)
            if answer.status == 401:
                self._digest = None
                raise self._error("error-onvif-login", retry_after_s=LOCKED_S)
        root = self._parsed(answer)
        if _unauthorized(answer, root):
            if self._login is None or self._behind is not None or self._digest is not None:
                self._behind = None
                raise self._error("error-onvif-login", retry_after_s=LOCKED_S)
            self._behind = self._clock_difference()
            return self.ask(body, path)
        return self._body(answer, root)

    def close(self) -> None:
        """Let go of the connection; it is made anew when asked again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _post(self, path: str, body: str) -> _Answer:
        header = ""
        if self._login is not None and self._behind is not None:
            header = f"<s:Header>{username_token(self._login, datetime.now(UTC) + self._behind)}</s:Header>"
        envelope = f'<s:Envelope xmlns:s="{ENVELOPE}">{header}<s:Body>{body}</s:Body></s:Envelope>'
        fields = {"Content-Type": "application/soap+xml; charset=utf-8"}
        if self._login is not None and self._digest is not None:
            fields["Authorization"] = self._digest.header("POST", path, self._login)
        fresh = self._connection is None
        try:
            return self._exchange(path, envelope.encode(), fields)
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise self._error("error-onvif-certificate", reason=error.verify_message) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not fresh and not isinstance(error, TimeoutError):
                # Cameras close kept connections when they like.
                return self._post(path, body)
            reason = str(error) or type(error).__name__
            raise self._error("error-onvif-unreachable", reason=reason) from error

    def _exchange(self, path: str, envelope: bytes, fields: dict[str, str]) -> _Answer:
        if self._connection is None:
            if self._secure:
                self._tls = self._tls or believing()
                self._connection = http.client.HTTPSConnection(
                    self._host, self._port, timeout=self._timeout_s, context=self._tls
                )
            else:
                self._connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        self._connection.request("POST", path, envelope, fields)
        response = self._connection.getresponse()
        body = response.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES or response.will_close:
            self.close()
        return _Answer(response.status, response.headers.get_all("WWW-Authenticate") or (), body)

    def _parsed(self, answer: _Answer) -> ElementTree.Element | None:
        # Entities are what makes XML dangerous, and SOAP forbids document types.
        if len(answer.body) > MOST_BYTES or _DOCTYPE.search(answer.body):
            return None
        try:
            return ElementTree.fromstring(answer.body)  # noqa: S314
        except ElementTree.ParseError:
            return None

    def _body(self, answer: _Answer, root: ElementTree.Element | None) -> ElementTree.Element:
        body = None if root is None else root.find("s:Body", NAMES)
        if body is None or not len(body):
            raise self._error("error-onvif-answer", reason=f"HTTP {answer.status}")
        fault = body.find("s:Fault", NAMES)
        if fault is not None:
            reason = fault.findtext("s:Reason/s:Text", "", NAMES).strip() or _subcodes(fault) or "Fault"
            raise self._error("error-onvif-answer", reason=reason[:200])
        return body[0]

    def _clock_difference(self) -> timedelta:
        """How much the camera's clock is ahead of ours. It tells the time without a login."""
        root = self._parsed(self._post(self.path, f'<GetSystemDateAndTime xmlns="{DEVICE}"/>'))
        utc = None if root is None else root.find(".//tt:UTCDateTime", NAMES)
        if utc is None:
            return timedelta()
        try:
            year, month, day = (int(utc.findtext(f"tt:Date/tt:{part}", "", NAMES)) for part in ("Year", "Month", "Day"))
            clock = (int(utc.findtext(f"tt:Time/tt:{part}", "", NAMES)) for part in ("Hour", "Minute", "Second"))
            hour, minute, second = clock
            told = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            return timedelta()
        return told - datetime.fromtimestamp(time.time(), UTC)

    def _error(self, message_id: str, *, retry_after_s: float = 0.0, **arguments: object) -> SourceError:
        return SourceError(message_id, retryable=True, retry_after_s=retry_after_s, url=self.url, **arguments)


def _unauthorized(answer: _Answer, root: ElementTree.Element | None) -> bool:
    fault = None if root is None else root.find("s:Body/s:Fault", NAMES)
    return answer.status == 401 or (fault is not None and "NotAuthorized" in _subcodes(fault))


def _subcodes(fault: ElementTree.Element) -> str:
    return " ".join(value.text or "" for value in fault.iterfind(".//s:Subcode/s:Value", NAMES))
