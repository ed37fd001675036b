"""The page in a real browser: alerts appear, change, are filtered, opened and spoken in two languages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from console.server import BackgroundServer
from core.times import SECOND_NS
from store.event_store import EventStore
from tests.support.console import crossing, intrusion, pictured, put_scene, write_picture

pytestmark = pytest.mark.browser


class Page:
    """What a person sees and does."""

    def __init__(self, browser: Chrome, url: str) -> None:
        self.browser = browser
        self.url = url

    def open(self, fragment: str = "?lang=en") -> None:
        self.browser.get(self.url + fragment)
        self.wait(lambda: self.browser.find_element(By.ID, "live").get_attribute("data-state") == "live")

    def wait(self, true: Any) -> Any:
        return WebDriverWait(self.browser, 60, 0.05, (StaleElementReferenceException,)).until(lambda _: true())

    def find(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map(node => node.textContent)"
        found: list[str] = self.browser.execute_script(script, selector)
        return found

    def ids(self) -> list[str]:
        script = "return [...document.querySelectorAll('#rows > li')].map(node => node.dataset.id)"
        found: list[str] = self.browser.execute_script(script)
        return found

    def keys(self, *keys: str) -> None:
        self.browser.switch_to.active_element.send_keys(*keys)

    def log(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.browser.get_log("browser")  # type: ignore[no-untyped-call]
        return found

    def loaded(self, selector: str) -> bool:
        script = "return document.querySelector(arguments[0])?.naturalWidth > 0"
        return bool(self.browser.execute_script(script, selector))


@pytest.fixture
def page(browser: Chrome, app: FastAPI) -> Iterator[Page]:
    with BackgroundServer(app, port=0) as server:
        opened = Page(browser, server.url)
        yield opened
        complaints = [entry for entry in opened.log() if entry["level"] in ("SEVERE", "WARNING")]
        browser.get("about:blank")
    assert complaints == []


def test_an_alert_appears_live_with_its_picture_and_changes_in_place(
    page: Page, store: EventStore, evidence: Path
) -> None:
    put_scene(store, evidence)
    page.open()
    page.wait(lambda: page.texts("#empty h3") == ["All quiet: no alerts yet"])
    assert "matpho demo" in page.find("#empty").text

    ns = time.time_ns()
    store.append([pictured(intrusion("i1", 1, ns), evidence, written=False)])
    page.wait(lambda: page.ids() == ["i1"])
    assert "back yard" in page.texts(".said")[0]
    assert "Intrusion" in page.texts("#announce")[0]
    write_picture(evidence, "hk01/i1-1.jpg")  # the picture comes after its event
    page.wait(lambda: page.loaded(".row img"))
    page.wait(lambda: page.loaded(".shot img"))
    assert page.texts("#open-now dd") == ["1"]

    store.append([pictured(intrusion("i1", 2, ns), evidence), crossing("c1", ns + SECOND_NS)])
    page.wait(lambda: page.ids() == ["c1", "i1"])
    page.wait(lambda: page.texts('[data-id="i1"] .badge') == ["going on"])
    store.append([pictured(intrusion("i1", 3, ns), evidence)])
    page.wait(lambda: page.texts('[data-id="i1"] .badge') == ["ended"])
    assert page.ids() == ["c1", "i1"], "a revision is no second row"
    page.wait(lambda: page.texts("#open-now dd") == ["0"])
    assert page.texts("#total dd") == ["2"]
    assert len(page.texts("#kinds button")) == 2
    assert page.browser.execute_script("return document.querySelectorAll('#chart rect').length") > 0


def test_details_open_by_click_key_and_link(page: Page, store: EventStore, evidence: Path) -> None:
    put_scene(store, evidence)
    ns = time.time_ns() - 60 * SECOND_NS
    store.append([pictured(intrusion("i1", n, ns), evidence) for n in (1, 2, 3)])
    store.append([pictured(crossing("c1", ns + SECOND_NS), evidence), crossing("c2", ns + 2 * SECOND_NS)])
    page.open()
    page.wait(lambda: page.texts(".detail .tag") == ["Newest alert"])

    page.find('[data-id="i1"] .row').click()
    page.wait(lambda: page.texts(".history li") and page.texts(".detail .tag") == [])
    assert page.browser.current_url.endswith("#event=i1")
    assert len(page.texts(".history li")) == 3
    assert page.texts(".links code") == ["i1"]
    assert "5.0" not in page.find(".measures").text
    assert "15 s" in page.find(".measures").text
    page.wait(lambda: page.loaded(".shot img"))
    assert page.texts(".scene text") == ["back yard"]
    assert page.find(".scene .this.zone").is_displayed()
    assert "M230,240L170,20M" in (page.find(".scene .lane.way").get_attribute("d") or "")
    assert page.find(".scene rect.box").is_displayed()

    page.keys(Keys.ESCAPE)
    page.wait(lambda: "#" not in page.browser.current_url)
    page.wait(lambda: page.texts(".links code") == ["c2"])
    page.keys("k")
    page.keys("k")
    page.keys("j")
    page.keys(Keys.ENTER)
    page.wait(lambda: page.browser.current_url.endswith("#event=c1"))

    page.open("?lang=en&x=1#event=i1")
    page.wait(lambda: page.texts(".links code") == ["i1"])
    page.open("?lang=en&x=2#event=gone")
    page.wait(lambda: "no longer in the store" in page.find("#detail").text)
    # The browser itself logs the answer 404 that the page asked for.
    assert [e for e in page.log() if "404" not in e["message"]] == []


def test_filters_hold_for_what_is_there_and_what_comes(page: Page, store: EventStore) -> None:
    ns = time.time_ns()
    store.append([crossing("c1", ns), crossing("c2", ns + 1, camera_id="hk02"), intrusion("i1", 1, ns + 2)])
    page.open()
    page.wait(lambda: page.ids() == ["i1", "c2", "c1"])
    Select(page.find("[name=camera]")).select_by_visible_text("hk02")
    page.wait(lambda: page.ids() == ["c2"])
    store.append([crossing("c3", ns + 3), crossing("c4", ns + 4, camera_id="hk02")])
    page.wait(lambda: page.ids() == ["c4", "c2"])
    page.find("#clear").click()
    page.wait(lambda: page.ids() == ["c4", "c3", "i1", "c2", "c1"])

    Select(page.find("[name=state]")).select_by_visible_text("Open now")
    page.wait(lambda: page.ids() == ["i1"])
    store.append([intrusion("i1", 3, ns + 2)])
    page.wait(lambda: page.ids() == [])
    assert page.texts("#empty h3") == ["Nothing matches these filters"]
    page.find("#clear").click()
    page.wait(lambda: len(page.ids()) == 5)

    page.find("#kinds button[aria-pressed=false]").click()
    page.wait(lambda: page.ids() == ["c4", "c3", "c2", "c1"])
    page.wait(lambda: page.texts("#kinds button[aria-pressed=true] span") == ["Line crossed"])
    page.find("#kinds button[aria-pressed=true]").click()
    page.wait(lambda: len(page.ids()) == 5)

    Select(page.find("[name=time]")).select_by_value("chosen")
    page.browser.execute_script("""
        const field = document.querySelector("[name=until]");
        field.value = "2020-01-01T00:00:00";
        field.dispatchEvent(new Event("change", { bubbles: true }));
    """)
    page.wait(lambda: page.ids() == [])


def test_two_languages(page: Page, store: EventStore, evidence: Path) -> None:
    put_scene(store, evidence)
    store.append([intrusion("i1", 1)])
    page.open()
    page.wait(lambda: "Intrusion" in page.texts(".row h3")[0])
    page.find("[data-lang=vi]").click()
    page.wait(lambda: page.texts("#alerts-title span") == ["Cảnh báo"])
    page.wait(lambda: "Xâm nhập" in page.texts(".row h3")[0])
    page.wait(lambda: page.texts(".detail h3")[0] == "Số đo")
    assert "sân sau" in page.texts(".said")[0]
    assert page.texts("#live span") == ["Trực tiếp"]
    assert page.find("html").get_attribute("lang") == "vi"
    store.append([crossing("c1")])
    page.wait(lambda: page.ids() == ["c1", "i1"])
    assert "Vượt vạch" in page.texts(".row h3")[0]
    page.open("")
    assert page.texts("#alerts-title span") == ["Cảnh báo"], "the choice is kept"


def test_hostile_names_are_shown_as_they_are(page: Page, store: EventStore) -> None:
    name = "<img src=x onerror=alert(1)><b>"
    event = crossing("c1", camera_id=name, zone=name)
    store.append([replace(event, event_id='"><script>alert(2)</script>')])
    page.open()
    page.wait(lambda: len(page.ids()) == 1)
    page.find(".row").click()
    page.wait(lambda: page.texts(".links code") == ['"><script>alert(2)</script>'])
    assert page.texts(".where b") == [name]
    assert page.texts("#filters option")[1] == name
    assert page.browser.execute_script("return document.querySelectorAll('.row b b, body script').length") == 0


def test_more_than_a_page_of_alerts(page: Page, store: EventStore) -> None:
    ns = time.time_ns()
    store.append([crossing(f"c{n}", ns + n) for n in range(130)])
    page.open()
    page.wait(lambda: len(page.ids()) == 100)
    assert page.texts("#shown") == ["100 of 130"]
    page.browser.execute_script("document.getElementById('older').click()")
    page.wait(lambda: len(page.ids()) == 130)
    assert page.ids() == [f"c{n}" for n in reversed(range(130))]
    page.browser.execute_script("document.getElementById('scroll').scrollTop = 4000")
    store.append([crossing("new")])
    page.wait(lambda: "1" in page.find("#above").text)
    assert page.ids()[0] == "new"


def test_the_page_comes_back_by_itself(browser: Chrome, app: FastAPI, store: EventStore) -> None:
    with BackgroundServer(app, port=0) as server:
        page = Page(browser, server.url)
        port = int(server.url.rstrip("/").rpartition(":")[2])
        store.append([crossing("c1")])
        page.open()
        page.wait(lambda: page.ids() == ["c1"])
    page.wait(lambda: page.texts("#live span") == ["Reconnecting…"])
    store.append([crossing("c2")])  # while nobody listens
    with BackgroundServer(app, port=port):
        page.wait(lambda: page.ids() == ["c2", "c1"])
        assert page.texts("#live span") == ["Live"]
        browser.get("about:blank")


def test_on_a_phone_the_details_cover_the_list(page: Page, store: EventStore) -> None:
    page.browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    )
    store.append([crossing("c1")])
    page.open()
    page.wait(lambda: page.ids() == ["c1"])
    assert not page.find("#detail").is_displayed()
    assert page.browser.execute_script("return document.documentElement.scrollWidth") <= 390
    page.find("#filter-toggle").click()
    assert page.find("#filters").is_displayed()
    page.find(".row").click()
    page.wait(lambda: page.find("#detail").is_displayed() and page.texts(".links code") == ["c1"])
    page.find("#detail .icon-button").click()
    page.wait(lambda: not page.find("#detail").is_displayed())
