"""Tokens for SASL OAUTHBEARER: OAuth 2.0 client credentials (RFC 6749 section 4.4)."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from functools import lru_cache
from threading import Lock
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from kafka.net.sasl.oauth import AbstractTokenProvider  # type: ignore[import-untyped]

from core.errors import SinkError
from sinks.kafka.settings import KafkaSettings

MARGIN: Final = 0.8
"""Share of a token's life after which a new one is fetched (as Kafka's sasl.login.refresh.window.factor)."""
LIFE_S: Final = 300.0
"""Of a token whose server does not say."""


@lru_cache(maxsize=16)
def tokens_of(settings: KafkaSettings) -> Tokens:
    """The tokens of a login, shared by all of its connections."""
    return Tokens(settings)


class Tokens(AbstractTokenProvider):  # type: ignore[misc]
    """Fetches a token, and keeps it for most of its life. May be shared by threads; logs nothing of what it gets."""

    def __init__(self, settings: KafkaSettings) -> None:
        super().__init__()
        self._settings = settings
        self._lock = Lock()
        self._token, self._fetch_again, self._ends = "", 0.0, 0.0

    def token(self) -> str:
        """A token that is valid now.

        Raises:
            SinkError: none can be had.
        """
        with self._lock:
            if time.time() >= self._fetch_again:
                self._token, life = self._fetch()
                now = time.time()
                self._fetch_again, self._ends = now + MARGIN * life, now + life
            return self._token

    def for_librdkafka(self, _config: str) -> tuple[str, float]:
        """The token and its end (seconds since 1970), as `oauth_cb` wants them."""
        return self.token(), self._ends

    def _fetch(self) -> tuple[str, float]:
        settings = self._settings
        url = settings.token_url or ""
        if not url.startswith(("https://", "http://")):
            raise SinkError("error-kafka-token", url=url, reason="http(s)://")
        login = f"{quote(settings.username or '')}:{quote(settings.password or '')}".encode()
        head = {"Authorization": f"Basic {b64encode(login).decode()}", "Accept": "application/json"}
        request = Request(url, urlencode({"grant_type": "client_credentials"}).encode(), head)  # noqa: S310
        try:
            with urlopen(request, timeout=settings.timeout_s) as answer:  # noqa: S310
                found: dict[str, Any] = json.load(answer)
            return str(found["access_token"]), float(found.get("expires_in", LIFE_S))
        except HTTPError as error:
            raise SinkError("error-kafka-token", url=url, reason=f"HTTP {error.code}") from None
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise SinkError("error-kafka-token", url=url, reason=type(error).__name__) from None
