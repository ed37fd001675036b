"""The traffic view in a real browser: plots that grow as intervals come, live pictures, events, two languages."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from console.app import create_app
from console.server import BackgroundServer
from core.events import Event, EventKind, Phase, Severity
from core.live import LivePicture
from core.measures import CongestionMeasures
from core.records import Measurement
from core.times import SECOND_NS
from store.event_store import EventStore
from store.records import SceneRecord
from tests.support.surfaces import meta_of

pytestmark = pytest.mark.browser

NOON = 1_767_600_000 * SECOND_NS
STEP = 20 * SECOND_NS
WAYS = ("north", "south", "east")
LANES = [
    {
        "id": f"{way}-{n}",
        "label": {"en": f"{way} lane {n}", "vi": f"làn {n} {way}"},
        "polygon": [[20 * n, 20], [20 * n + 15, 20], [20 * n + 15, 200], [20 * n, 200]],
        "centreline": [[20 * n + 7, 20], [20 * n + 7, 200]],
        "group": way,
    }
    for way in WAYS
    for n in (1, 2)
]
NAMES = {"north": "hướng bắc", "south": "hướng nam", "east": "hướng đông"}
DRAWING: dict[str, Any] = {
    "zones": [],
    "lines": [{"id": "in", "label": {"en": "from north", "vi": "từ bắc"}, "start": [0, 0], "end": [9, 9]}],
    "lanes": LANES,
    "groups": [{"id": way, "label": {"en": f"{way}bound", "vi": NAMES[way]}} for way in WAYS],
    "simulated": True,
}


def interval(number: int, queue_m: float = 10.0, **given: Any) -> list[Measurement]:
    """Every lane in one interval."""
    start = NOON + number * STEP
    filled: dict[str, Any] = {
        "counts": {"car": 2}, "flow_vph": 360.0, "flow_pcuph": 150.0, "mean_speed_mps": 6.0, "free_flow_mps": 12.0,
        "occupancy": 2.0, "density_vpkm": 25.0, "queue_m": queue_m, "level_of_service": "C", "los_scheme": "speed",
    }  # fmt: skip
    return [Measurement("hk07", lane["id"], "forward", start, start + STEP, **(filled | given)) for lane in LANES]  # type: ignore[arg-type]


def congestion(phase: Phase, revision: int) -> Event:
    measures = CongestionMeasures("queuing", 0.2, 12, 30.0, 2.4, 12.0)
    ns = NOON + STEP
    return Event(
        "j1", revision, EventKind.CONGESTION, phase, Severity.MEDIUM, 0.9, ns, ns + revision * STEP, "hk07", "r",
        "north", measures,
    )  # fmt: skip


class Moving:
    """A live view of a picture that changes each time, until it is off."""

    def __init__(self) -> None:
        self.asked = 0
        self.off = threading.Event()

    @property
    def cameras(self) -> Collection[str]:
        return ("hk07",)

    def picture(self, camera_id: str, *, wait_s: float) -> LivePicture | None:
        if self.off.wait(0.05):
            return None
        self.asked += 1
        pixels = np.full((90, 160, 3), (self.asked * 40) % 250, np.uint8)
        none = np.zeros(0, np.int64)
        return LivePicture(
            self.asked, meta_of(pixels), pixels, np.zeros((0, 4), np.float32), none.astype(np.int16), none
        )


class Page:
    """What a person sees and does."""

    def __init__(self, browser: Chrome, url: str) -> None:
        self.browser, self.url = browser, url

    def open(self, fragment: str = "?lang=en#view=traffic") -> None:
        self.browser.get(self.url + fragment)
        self.wait(lambda: self.find("#live").get_attribute("data-state") == "live")

    def wait(self, true: Any) -> Any:
        return WebDriverWait(self.browser, 60, 0.05, (StaleElementReferenceException,)).until(lambda _: true())

    def find(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map(node => node.textContent)"
        found: list[str] = self.browser.execute_script(script, selector)
        return found

    def run(self, script: str) -> Any:
        return self.browser.execute_script(script)


@pytest.fixture
def live() -> Moving:
    return Moving()


@pytest.fixture
def page(browser: Chrome, store: EventStore, evidence: Path, live: Moving) -> Iterator[Page]:
    with BackgroundServer(create_app(store, evidence, live=live), port=0) as server:
        opened = Page(browser, server.url)
        yield opened
        live.off.set()
        log: list[dict[str, Any]] = browser.get_log("browser")  # type: ignore[no-untyped-call]
        browser.get("about:blank")
    assert [entry for entry in log if entry["level"] in ("SEVERE", "WARNING")] == []


@pytest.fixture
def measured(store: EventStore) -> EventStore:
    store.scenes.put(SceneRecord("hk07", "s", 1, (320, 240), DRAWING, None))
    store.append([*interval(0, flow_vph=None, flow_pcuph=None), *interval(1)])  # the first was hardly watched
    return store


ROWS = ".plots tbody th .place > span:first-child"
NORTH = ".plots tbody tr:first-child"


def test_plots_of_lane_groups_grow_as_intervals_come(page: Page, measured: EventStore) -> None:
    astray = replace(interval(1)[0], direction="backward", counts={}, occupancy=0.1)
    measured.append([astray])
    page.open()
    page.wait(lambda: page.texts(ROWS) == ["northbound", "southbound", "eastbound"])
    assert page.texts(f"{NORTH} .flow_vph b") == ["720veh/h"]
    assert page.texts(f"{NORTH} .pcu") == ["300 PCU/h"]
    assert page.texts(f"{NORTH} .speed_kmh b") == ["22km/h"]
    assert page.texts(f"{NORTH} .los span:first-child") == ["D"], "half of the free-flow speed"
    assert len(page.texts(".plots thead th")) == 5, "flow, speed, density, queue; no plain count beside the flow"
    drawn = "return document.querySelector('.queue_m .area').points.length"
    before = page.run(drawn)
    measured.append(interval(2, queue_m=85.0))
    page.wait(lambda: page.texts(f"{NORTH} .queue_m b") == ["85m"])
    assert page.run(drawn) > before
    assert "0–100 m" in page.texts(".plots thead th")[4]
    said = page.find(f"{NORTH} .queue_m svg").get_attribute("aria-label")
    assert said == "northbound: Longest queue: now 85 m, between 10 m and 85 m"
    assert page.texts(".badge.simulated") == ["Simulated: computed, not filmed"]


def test_a_congestion_shows_among_the_events_and_behind_the_speed(page: Page, measured: EventStore) -> None:
    page.open()
    page.wait(lambda: len(page.texts(ROWS)) == 3)
    assert page.texts(".latest li") == []
    measured.append([congestion(Phase.STARTED, 1)])
    page.wait(lambda: page.texts(".latest .badge") == ["going on"])
    assert "northbound" in page.texts(".latest .what")[0]
    page.wait(lambda: page.run("return document.querySelectorAll('.speed_kmh .span').length") == 1)
    measured.append([congestion(Phase.ENDED, 2)])
    page.wait(lambda: page.texts(".latest .badge") == [])
    page.find(".latest a").click()
    page.wait(lambda: page.texts(".links code") == ["j1"])
    assert page.browser.current_url.endswith("#event=j1")
    assert page.find("#alerts").is_displayed()
    assert not page.find("#traffic").is_displayed()


def test_live_pictures_change_while_somebody_looks_and_only_then(
    page: Page, measured: EventStore, live: Moving
) -> None:
    page.open("?lang=en")
    page.wait(lambda: page.texts("#alerts-title span") == ["Alerts"])
    assert live.asked == 0
    page.find("#views a[data-view=traffic]").click()
    page.wait(lambda: live.asked > 3)
    page.wait(lambda: page.run("return document.querySelector('.now img')?.naturalWidth") == 160)
    assert page.find(".now img").get_attribute("alt") == "What hk07 shows now"
    page.find("#views a[data-view=alerts]").click()
    page.wait(lambda: not page.find("#traffic").is_displayed())
    page.run("return 0")
    settled = live.asked + 1  # one may have been on its way
    measured.append(interval(3))
    page.wait(lambda: page.texts("#live span") == ["Live"])
    page.find("#views a[data-view=traffic]").click()
    page.wait(lambda: live.asked > settled)
    live.off.set()
    page.wait(lambda: page.texts(".now p") == ["No live picture: the camera shows nothing now."])


def test_turning_movements_and_numbers(page: Page, measured: EventStore) -> None:
    turns = interval(0)[0]
    leaving = {"id": "out", "label": {"en": "to east", "vi": "ra đông"}, "start": [0, 0], "end": [9, 9]}
    drawing = DRAWING | {"lines": [*DRAWING["lines"], leaving]}
    measured.scenes.put(SceneRecord("hk07", "s", 2, (320, 240), drawing, None))
    measured.append([replace(turns, place=a, direction=b, counts={"car": 4}) for a, b in (("in", "out"), ("in", ""))])
    page.open()
    page.wait(lambda: page.texts(".moves tbody td") == ["4"])
    assert page.texts(".moves tbody th") == ["from north →"]
    assert page.texts(".moves thead th") == ["→ to east"]
    assert len(page.texts(ROWS)) == 3, "a movement is no place of its own"
    page.find(".numbers summary").send_keys(Keys.ENTER)
    page.wait(lambda: page.find(".numbers select").is_displayed())

    def choose() -> bool:
        Select(page.find(".numbers select")).select_by_visible_text("north lane 2")
        return True

    page.wait(choose)
    page.wait(lambda: len(page.texts(".numbers tbody tr")) == 2)
    assert "360" in page.texts(".numbers tbody tr")[0]
    assert "Flow (veh/h)" in page.texts(".numbers thead th")


def test_two_languages(page: Page, measured: EventStore) -> None:
    page.open("?lang=vi#view=traffic")
    page.wait(lambda: page.texts(ROWS) == ["hướng bắc", "hướng nam", "hướng đông"])
    assert page.texts("#views a") == ["Cảnh báo", "Giao thông"]
    assert page.texts(".plots thead th")[1].startswith("Lưu lượng")
    page.find("[data-lang=en]").click()
    page.wait(lambda: page.texts(ROWS) == ["northbound", "southbound", "eastbound"])
    assert page.find("#traffic").is_displayed(), "the view stays"


def press(page: Page, key: str) -> None:
    """On what has the focus then: not on an element that is drawn anew meanwhile."""
    ActionChains(page.browser).send_keys(key).perform()


def focused(page: Page) -> Any:
    """Where the link leads that has the focus."""
    return page.run("return document.activeElement.getAttribute('href')")


def test_the_keyboard_reaches_the_view_and_its_events(page: Page, measured: EventStore) -> None:
    measured.append([congestion(Phase.STARTED, 1)])
    page.open()
    page.wait(lambda: len(page.texts(".latest a")) == 1)
    assert page.find("#views [aria-current=page]").text == "Traffic"
    page.find("body").send_keys(Keys.TAB)
    assert page.browser.switch_to.active_element.get_attribute("id") == "skip"
    page.browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.browser.switch_to.active_element.get_attribute("id") == "traffic"
    press(page, Keys.TAB)
    assert focused(page) == "#event=j1"
    measured.append([congestion(Phase.ENDED, 2)])
    page.wait(lambda: not page.texts(".latest .open"))
    assert focused(page) == "#event=j1", "who reads an event stays at it when it is told anew"
    press(page, Keys.ENTER)
    page.wait(lambda: page.texts(".links code") == ["j1"])


def test_before_anything_is_measured_it_says_so(page: Page) -> None:
    page.open()
    page.wait(lambda: page.texts("#traffic-empty h3") == ["Nothing measured yet"])
    assert page.find("#traffic-empty").is_displayed()


@pytest.mark.parametrize("width", [390, 1100, 1600])
def test_it_fits_the_width(page: Page, measured: EventStore, width: int) -> None:
    size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.open()
    page.wait(lambda: len(page.texts(ROWS)) == 3)
    assert page.run("return document.documentElement.scrollWidth") <= width
    assert (
        page.run("return document.querySelector('.plots').scrollWidth - document.querySelector('.plots').clientWidth")
        <= 1
    )
