"""A real browser for tests of pages: Chromium without a window, with a profile of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

CHROMIUM = Path("/usr/bin/chromium")
DRIVER = Path("/usr/bin/chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--lang=en-GB",
)


def start_browser(profile: Path, width: int = 1440, height: int = 900) -> webdriver.Chrome:
    """A browser that keeps its log; the caller quits it."""
    options = Options()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(executable_path=str(DRIVER)))


@pytest.fixture(scope="session")
def running_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """The session's browser; skips where there is none, fails there when all parts are required."""
    missing = [str(path) for path in (CHROMIUM, DRIVER) if not path.is_file()]
    if missing:
        reason = f"no browser for tests: {', '.join(missing)} missing"
        if os.environ.get("MATPHO_TEST_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    driver = start_browser(tmp_path_factory.mktemp("browser") / "profile")
    yield driver
    driver.quit()


@pytest.fixture
def browser(running_browser: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """The session's browser with a new tab; nothing is kept from the test before. Servers have ports of their own, and
    so storage of their own; cookies are for all ports.
    """
    driver = running_browser
    (blank,) = driver.window_handles
    driver.switch_to.new_window("tab")
    driver.set_window_size(1440, 900)
    driver.get_log("browser")  # type: ignore[no-untyped-call]
    yield driver
    driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    driver.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
    driver.execute_script("window.onbeforeunload = null")
    driver.close()
    driver.switch_to.window(blank)
