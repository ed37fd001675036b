"""Incidents, verdicts and mutes in a real browser."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from console.app import create_app
from console.server import BackgroundServer
from core.events import Event, EventKind, Says
from core.off_rules import OffRule
from core.times import SECOND_NS
from incidents.follow import Follower
from store.event_store import EventStore
from store.records import RunRecord
from tests.support.console import put_scene
from tests.support.incidents import an_event_of, life

pytestmark = pytest.mark.browser


@pytest.fixture
def url(store: EventStore, evidence: Path) -> Iterator[str]:
    put_scene(store, evidence)
    with BackgroundServer(create_app(store, evidence, token="secret"), port=0) as server:
        yield server.url


def wait(browser: Chrome, true: Any) -> Any:
    return WebDriverWait(browser, 60, 0.05, (StaleElementReferenceException,)).until(lambda _: true())


def texts(browser: Chrome, selector: str) -> list[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map(node => node.textContent)"
    found: list[str] = browser.execute_script(script, selector)
    return found


def now(event: Event, before_s: float) -> Event:
    at_ns = time.time_ns() - round(before_s * SECOND_NS)
    return replace(event, started_ns=at_ns, at_ns=at_ns, camera_id="hk01", box=(180.0, 60.0, 230.0, 110.0))


def test_a_breakdown_and_what_follows_is_one_row_with_its_story_and_a_person_judges_and_mutes_it(
    url: str, store: EventStore, browser: Chrome, tmp_path: Path
) -> None:
    browser.get(f"{url}?lang=en#token=secret")
    wait(browser, lambda: browser.find_element(By.ID, "live").get_attribute("data-state") == "live")
    assert "token" not in browser.current_url
    follow = Follower(store, {}, store.append)
    breakdown = now(an_event_of(EventKind.STOPPED_VEHICLE, 0, zone="north-1", event_id="b", track_ids=(4,)), 50)
    store.append([breakdown])
    wait(browser, lambda: texts(browser, "#rows h3 > span:first-of-type") == ["Stopped vehicle"])
    follow.poll()
    wait(browser, lambda: len(store.incidents.listed()) == 1 and len(texts(browser, "#rows > li")) == 1)
    queue = now(an_event_of(EventKind.QUEUE, 0, zone="north", event_id="q"), 20)
    people = now(an_event_of(EventKind.PEDESTRIAN, 0, zone="north-1", event_id="p"), 30)
    store.append([people, queue])
    follow.poll()
    wait(browser, lambda: texts(browser, "#rows .badge.many") == ["3 events"])
    assert len(texts(browser, "#rows > li")) == 1
    wait(browser, lambda: len(texts(browser, ".story li")) == 3)
    assert [line.strip() for line in texts(browser, ".story b")] == ["cause", "effect", "effect"]

    later = replace(life(queue, 0)[0], at_ns=time.time_ns())
    store.append([later])
    follow.poll()
    time.sleep(0.8)
    assert len(texts(browser, "#rows > li")) == 1, "a revision of a member makes no row"

    browser.find_element(By.CSS_SELECTOR, "#rows .row").click()
    wait(browser, lambda: texts(browser, ".people .says-true"))
    time.sleep(0.5)  # the details of the chosen one are there
    browser.find_element(By.CSS_SELECTOR, ".people .says-false").click()
    wait(browser, lambda: texts(browser, ".people .problem") == ["Say who you are, and why."])
    browser.find_element(By.NAME, "by").send_keys("Lan")
    why = browser.find_element(By.NAME, "why")
    why.send_keys("bus at ")
    store.append([replace(later, revision=3, at_ns=time.time_ns())])
    follow.poll()
    time.sleep(0.8)
    why.send_keys("its stop")  # what is typed is not taken away by a revision
    browser.find_element(By.CSS_SELECTOR, ".people .says-false").click()
    wait(browser, lambda: any("bus at its stop" in said for said in texts(browser, ".people .verdict")))
    assert store.desk.verdicts(["b"])["b"].says is Says.REJECTED
    wait(browser, lambda: texts(browser, "#rows .says-rejected") == ["rejected"])

    time.sleep(1.0)
    browser.find_element(By.NAME, "why").send_keys("stop until evening")
    browser.find_element(By.CSS_SELECTOR, ".people .mute").click()
    wait(browser, lambda: any("stop until evening" in line for line in texts(browser, "#mutes li")))
    (mute,) = store.desk.mutes(time.time_ns())
    assert (mute.camera_id, mute.by) == ("hk01", "Lan")
    if os.environ.get("MATPHO_SCREENSHOTS"):
        browser.save_screenshot(str(Path(os.environ["MATPHO_SCREENSHOTS"]) / "incidents.png"))
    ends = browser.find_element(By.CSS_SELECTOR, "#mutes button")
    time.sleep(5.5)  # the page has asked again what is muted
    ends.click()
    wait(browser, lambda: not texts(browser, "#mutes li"))
    wrong = [line for line in browser.get_log("browser") if line["level"] == "SEVERE"]  # type: ignore[no-untyped-call]
    assert wrong == []


def test_rules_that_are_off_stand_above_the_alerts_with_why_in_the_reader_s_language(
    url: str, store: EventStore, browser: Chrome
) -> None:
    off = [
        OffRule("hk01", "f", "environment.flooding", ("water",)),
        OffRule("hk01", "r", "violation.red_light", signal="main"),
    ]
    store.runs.put(RunRecord("r1", time.time_ns(), summary={"off": [rule.as_dict() for rule in off]}))
    store.append([now(an_event_of(EventKind.STOPPED_VEHICLE, 0, zone="north-1", event_id="b"), 5)])
    browser.get(f"{url}?lang=en")
    wait(browser, lambda: len(texts(browser, "#off li")) == 2)
    water, red = texts(browser, "#off li")
    assert water.startswith("Flooding, camera hk01: off: no model with a class of water.")
    assert red.startswith("Red light, camera hk01: off: nobody tells what signal main shows.")
    if os.environ.get("MATPHO_SCREENSHOTS"):
        browser.save_screenshot(str(Path(os.environ["MATPHO_SCREENSHOTS"]) / "off.png"))
    browser.find_element(By.CSS_SELECTOR, "#languages [data-lang=vi]").click()
    wait(browser, lambda: texts(browser, "#off li")[0].startswith("Ngập nước, camera hk01: tắt:"))


def test_a_page_without_the_address_s_token_only_looks(url: str, store: EventStore, browser: Chrome) -> None:
    store.append([now(an_event_of(EventKind.STOPPED_VEHICLE, 0, zone="north-1", event_id="b"), 5)])
    browser.get(f"{url}?lang=en#event=b")
    wait(browser, lambda: any("may only look" in said for said in texts(browser, ".people p")))
    assert texts(browser, ".people button") == []
