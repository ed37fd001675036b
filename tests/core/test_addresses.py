"""Which hosts are this machine alone."""

from __future__ import annotations

import pytest

from core.addresses import is_loopback


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("localhost.example.org", False),
        ("", False),
    ],
)
def test_what_others_can_reach_is_not_alone(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone
