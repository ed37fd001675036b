"""Fixtures that all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog
from hypothesis import settings

# How long an example takes is the machine's matter: tests are never timed.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _whole_log() -> None:
    """Commands that other tests ran in this process told the log what to keep, and where to write it."""
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of test data beside the checkout; tests that need it skip where it is missing."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder}")
    return folder


pytest_plugins = ["tests.support.kafka", "tests.support.browser"]
