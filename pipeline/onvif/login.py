"""How an ONVIF camera is logged in to: HTTP digest (RFC 7616), or the username token of WS-Security 1.1."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.request import parse_http_list, parse_keqv_list
from xml.sax.saxutils import escape

from pipeline.sources.urls import Credentials

ALGORITHMS: Final[Mapping[str, Callable[[bytes], str]]] = {
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
}
"""From best to worst; the ONVIF core specification asks for MD5, newer cameras offer SHA-256 beside it."""
WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DIGEST_TYPE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"


@dataclass(slots=True)
class DigestLogin:
    """Answers to one challenge of a server; a nonce serves for many requests."""

    realm: str
    nonce: str
    algorithm: str
    opaque: str | None
    qop: bool
    count: int = 0

    def header(self, method: str, path: str, login: Credentials) -> str:
        """The Authorization header of the next request."""
        digest, self.count = ALGORITHMS[self.algorithm], self.count + 1
        secret = digest(f"{login.user}:{self.realm}:{login.password}".encode())
        asked = digest(f"{method}:{path}".encode())
        said = {"username": login.user, "realm": self.realm, "nonce": self.nonce, "uri": path}
        plain = {"algorithm": self.algorithm}
        if self.qop:
            number, ours = f"{self.count:08x}", secrets.token_hex(8)
            said["cnonce"] = ours
            plain |= {"qop": "auth", "nc": number}
            said["response"] = digest(f"{secret}:{self.nonce}:{number}:{ours}:auth:{asked}".encode())
        else:
            said["response"] = digest(f"{secret}:{self.nonce}:{asked}".encode())
        if self.opaque is not None:
            said["opaque"] = self.opaque
        quoted = [f'{name}="{_escaped(value)}"' for name, value in said.items()]
        return "Digest " + ", ".join(quoted + [f"{name}={value}" for name, value in plain.items()])


def challenged(headers: Sequence[str]) -> DigestLogin | None:
    """The best digest challenge of a server's WWW-Authenticate headers; None where none can be answered.

    Basic login is not answered: it would show the password to whoever listens.
    """
    found: dict[str, DigestLogin] = {}
    for header in headers:
        scheme, _, rest = header.strip().partition(" ")
        if scheme.lower() != "digest":
            continue
        said = parse_keqv_list([item for item in parse_http_list(rest) if "=" in item])
        algorithm = said.get("algorithm", "MD5").upper()
        qops = [qop.strip() for qop in said.get("qop", "").split(",") if qop.strip()]
        if algorithm in ALGORITHMS and "nonce" in said and (not qops or "auth" in qops):
            realm, opaque = said.get("realm", ""), said.get("opaque")
            found.setdefault(algorithm, DigestLogin(realm, said["nonce"], algorithm, opaque, bool(qops)))
    return next((found[name] for name in ALGORITHMS if name in found), None)


def username_token(login: Credentials, now: datetime) -> str:
    """The SOAP header with a username token; `now` (UTC) by the camera's clock, which refuses what is old."""
    nonce, created = secrets.token_bytes(16), now.strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = hashlib.sha1(nonce + created.encode() + login.password.encode(), usedforsecurity=False).digest()
    return (
        f'<Security s:mustUnderstand="1" xmlns="{WSSE}"><UsernameToken><Username>{escape(login.user)}</Username>'
        f'<Password Type="{DIGEST_TYPE}">{base64.b64encode(digest).decode()}</Password>'
        f"<Nonce>{base64.b64encode(nonce).decode()}</Nonce>"
        f'<Created xmlns="{WSU}">{created}</Created></UsernameToken></Security>'
    )


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
