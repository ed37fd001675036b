"""The editor in a real browser: shapes are drawn, moved, named, put right and saved, by pointer and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from console.editor import create_editor
from console.server import BackgroundServer
from scenes.scene_file import load_scene
from tests.support.scenes import SCENE, SIGNALS

pytestmark = pytest.mark.browser


class Desk:
    """What a person sees and does."""

    def __init__(self, browser: Chrome, url: str, path: Path) -> None:
        self.browser, self.url, self.path = browser, url, path

    def open(self, token: str = "#token=secret", lang: str = "en") -> None:
        self.browser.get(f"{self.url}?lang={lang}{token}")
        self.wait(lambda: self.texts("#list li"))

    def wait(self, true: Callable[[], Any]) -> Any:
        return WebDriverWait(self.browser, 60, 0.05, (StaleElementReferenceException,)).until(lambda _: true())

    def find(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map(node => node.textContent)"
        found: list[str] = self.browser.execute_script(script, selector)
        return found

    def choose(self, name: str) -> None:
        """Click a row until it is the chosen one: an answer of the server may draw the rows anew under the pointer."""

        def chosen() -> bool:
            rows = self.browser.find_elements(By.CSS_SELECTOR, "#list li button")
            next(row for row in rows if name in row.text).click()
            return any(name in text for text in self.texts('#list [aria-current="true"]'))

        self.wait(chosen)

    def press(self, selector: str) -> None:
        """Click what the form may draw anew at any moment."""
        self.browser.execute_script("document.querySelector(arguments[0]).click()", selector)

    def click(self, *places: tuple[float, float]) -> None:
        """Click at shares of the picture's width and height."""
        box = "document.querySelector('.board image').getBoundingClientRect()"
        script = f"const r = {box}; return [r.x, r.y, r.width, r.height]"
        x, y, width, height = self.browser.execute_script(script)
        actions = ActionChains(self.browser)
        for u, v in places:
            pointer = actions.w3c_actions.pointer_action
            pointer.move_to_location(round(x + u * width), round(y + v * height))  # type: ignore[no-untyped-call]
            pointer.click()
        actions.perform()

    def handles(self) -> list[tuple[float, float]]:
        """Middles of the handles; an element itself may be drawn anew while it is pointed at."""
        middle = "{ const r = node.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] }"
        script = f"return [...document.querySelectorAll('.handle')].map(node => {middle})"
        found: list[list[float]] = self.browser.execute_script(script)
        return [(x, y) for x, y in found]

    def drag(self, start: tuple[float, float], by: tuple[float, float]) -> None:
        """Take what is at a place and let it go that far away."""
        actions = ActionChains(self.browser)
        pointer = actions.w3c_actions.pointer_action
        pointer.move_to_location(round(start[0]), round(start[1]))  # type: ignore[no-untyped-call]
        pointer.pointer_down()  # type: ignore[no-untyped-call]
        pointer.move_to_location(round(start[0] + by[0]), round(start[1] + by[1]))  # type: ignore[no-untyped-call]
        pointer.pointer_up(0)  # type: ignore[no-untyped-call]
        actions.perform()

    def outline(self, selector: str = ".shape.selected .area") -> str:
        """The corners of a shape, as drawn."""
        script = "return document.querySelector(arguments[0])?.getAttribute('points')"
        return self.browser.execute_script(script, selector) or ""

    def save(self) -> dict[str, Any]:
        self.wait(lambda: self.find("#save").is_enabled())
        self.find("#save").click()
        self.wait(lambda: self.texts("#saved") == ["All saved"])
        found: dict[str, Any] = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        return found


@pytest.fixture
def desk(browser: Chrome, tmp_path: Path) -> Iterator[Desk]:
    path = tmp_path / "market.yaml"
    path.write_text(SCENE, encoding="utf-8")
    good, picture = cv2.imencode(".jpg", np.full((480, 640, 3), 90, np.uint8))
    assert good
    with BackgroundServer(create_editor(path, picture.tobytes(), "secret"), port=0) as server:
        opened = Desk(browser, server.url, path)
        yield opened
        log: list[dict[str, Any]] = browser.get_log("browser")  # type: ignore[no-untyped-call]
        browser.execute_script("window.onbeforeunload = null")
        browser.get("about:blank")
    # An answer that refuses stands in the log as an error: those that the tests ask for are meant.
    assert [e for e in log if e["level"] in ("SEVERE", "WARNING") and "/api/" not in e["message"]] == []


def test_shapes_are_drawn_where_they_are_with_the_grid_of_metres(desk: Desk) -> None:
    desk.open()
    assert desk.texts("#list .zones span") == ["yard", "gate"]
    assert len(desk.texts(".board .shape")) == 8, "a lane, two zones, a line, four ground points"
    assert len(desk.texts(".board .metres polyline")) > 5
    assert desk.outline(".shape.zones .area") == "10,300 80,300 80,400 10,400"
    assert "token" not in desk.browser.current_url
    assert not desk.find("#save").is_enabled()


def test_a_corner_is_dragged_undone_and_saved(desk: Desk) -> None:
    desk.open()
    desk.choose("gate")
    handles = desk.handles()
    assert len(handles) == 3
    desk.drag(handles[0], (-40, 30))
    points = desk.outline()
    assert not points.startswith("500,300 ")
    desk.find("#undo").click()
    assert desk.outline().startswith("500,300 ")
    desk.find("#redo").click()
    assert desk.outline() == points
    data = desk.save()
    x, y = data["zones"][1]["polygon"][0]
    assert x < 490
    assert y > 305
    assert data["zones"][1]["polygon"][1:] == [[600, 300], [600, 380]]
    assert "# closed after ten" in desk.path.read_text(encoding="utf-8")


def test_a_zone_a_line_and_a_lane_are_drawn_by_clicks(desk: Desk) -> None:
    desk.open()
    desk.find('[data-add="zones"]').click()
    desk.click((0.1, 0.2), (0.3, 0.2), (0.3, 0.4), (0.1, 0.4), (0.1, 0.2))
    desk.wait(lambda: "zone-1" in desk.texts("#list .zones small"))
    desk.find('[data-add="lines"]').click()
    desk.click((0.5, 0.8), (0.9, 0.8))
    desk.wait(lambda: "line-1" in desk.texts("#list .lines small"))
    desk.find('[data-add="lanes"]').click()
    desk.click((0.7, 0.9), (0.62, 0.5))
    ActionChains(desk.browser).send_keys(Keys.ENTER).perform()
    desk.wait(lambda: "lane-1" in desk.texts("#list li small"))
    data = desk.save()
    assert np.allclose(data["zones"][2]["polygon"], [[64, 96], [192, 96], [192, 192], [64, 192]], atol=2)
    assert np.allclose(data["lines"][1]["start"], [320, 384], atol=2)
    assert np.allclose(data["lines"][1]["end"], [576, 384], atol=2)
    lane = data["lanes"][1]
    assert np.allclose(lane["centreline"], np.array([[448.0, 432.0], [396.8, 240.0]]), atol=2)
    # As wide as a lane is on the ground, whose ten metres are 400 pixels at the foot and 200 higher up.
    outline = np.array(lane["polygon"])
    assert len(outline) == 4
    low, high = (np.linalg.norm(outline[a] - outline[b]) for a, b in ((0, 3), (1, 2)))
    assert 100 < low < 200
    assert 30 < high < low


def test_lamps_are_shown_moved_drawn_and_found_in_the_scene(desk: Desk) -> None:
    desk.path.write_text(SCENE.replace("    group: north", "    stop_line: true") + SIGNALS, encoding="utf-8")
    desk.open()
    assert desk.texts("#list .lamp-red span") == ["southern arm · red", "kerb · red"]
    assert desk.texts(".board .lamp-red text") == ["southern arm", "kerb"], "a signal's name stands over its lamps"
    desk.choose("southern arm · red")
    desk.drag(desk.handles()[0], (60, 30))
    desk.choose("southern arm · green")
    desk.press("#add-lamp")
    desk.click((0.8, 0.3))
    desk.wait(lambda: desk.texts("#form h3") == ["southern arm · amber"])
    desk.find('[data-add="signals"]').click()
    desk.click((0.3, 0.1), (0.3, 0.15), (0.3, 0.2))
    desk.wait(lambda: "signal 1 · amber" in desk.texts("#list .lamp-amber span"))
    # The only lane with a stop line has a signal already: a person must say which lanes end here.
    desk.wait(lambda: any('"lanes"' in said for said in desk.texts("#form .problem")))
    desk.press('#form [name="lanes-north-1"]')
    desk.choose("kerb · green")
    desk.press("#delete-signal")
    desk.save()
    south, drawn = load_scene(desk.path).scene.signals.values()
    assert [lamp.colour.value for lamp in south.lamps] == ["red", "green", "amber"]
    middles = [(lamp.polygon.min(axis=0) + lamp.polygon.max(axis=0)) / 2 for lamp in (*south.lamps, *drawn.lamps)]
    assert np.allclose(middles[1:], [(420, 104), (512, 144), (192, 48), (192, 72), (192, 96)], atol=2)
    right, down = middles[0] - (420, 60)
    assert right > 20
    assert abs(right - 2 * down) < 2, "the way it was dragged"
    assert drawn.lanes == ("north-1",)
    assert np.allclose(np.ptp(drawn.lamps[0].polygon, axis=0), 2 * 0.4 * 24, atol=2)


def test_a_mistake_is_shown_at_its_shape_and_keeps_it_from_being_saved(desk: Desk) -> None:
    desk.open()
    desk.choose("yard")
    first, _, third, *_ = desk.handles()
    desk.drag(first, (third[0] - first[0], third[1] - first[1]))
    desk.drag(desk.handles()[0], (60, -60))
    desk.wait(lambda: any("crosses itself" in said for said in desk.texts("#form .problem")))
    desk.wait(lambda: desk.find(".shape.wrong").get_attribute("data-index") == "0")
    assert not desk.find("#save").is_enabled()
    desk.find("#undo").click()
    desk.find("#undo").click()
    desk.wait(lambda: desk.texts(".problem") == [])
    # What a rule watches cannot go: the message is that of `matpho check`.
    ActionChains(desk.browser).send_keys(Keys.DELETE).perform()
    desk.wait(lambda: any('no "yard"' in said for said in desk.texts("#problems .problem")))


def test_everything_can_be_done_with_the_keyboard(desk: Desk) -> None:
    desk.open()
    desk.browser.execute_script("document.querySelector('[data-add=zones]').focus()")
    desk.browser.switch_to.active_element.send_keys(Keys.ENTER)
    ActionChains(desk.browser).send_keys(Keys.ENTER).perform()
    desk.wait(lambda: "zone-1" in desk.texts("#list .zones small"))
    before = desk.outline().split(" ")
    desk.browser.execute_script("document.querySelector('.handle').focus()")
    ActionChains(desk.browser).send_keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT).perform()
    ActionChains(desk.browser).key_down(Keys.SHIFT).send_keys(Keys.ARROW_UP).key_up(Keys.SHIFT).perform()
    x, y = (float(v) for v in before[0].split(","))
    after = [float(v) for v in desk.outline().split(" ")[0].split(",")]
    assert np.allclose(after, (x - 2, y - 10), atol=0.11)
    assert desk.browser.switch_to.active_element.get_attribute("data-at") == "polygon-0", "the corner keeps the focus"
    ActionChains(desk.browser).send_keys(Keys.DELETE).perform()
    assert len(desk.outline().split(" ")) == 3
    desk.wait(lambda: desk.find("#save").is_enabled())
    ActionChains(desk.browser).key_down(Keys.CONTROL).send_keys("s").key_up(Keys.CONTROL).perform()
    desk.wait(lambda: desk.texts("#saved") == ["All saved"])
    assert len(yaml.safe_load(desk.path.read_text())["zones"]) == 3


def test_names_are_given_in_both_languages(desk: Desk) -> None:
    desk.open(lang="vi")
    assert desk.texts("#list .zones span") == ["sân", "gate"]
    desk.choose("gate")
    field = desk.find('#form [name="vi"]')
    field.clear()
    field.send_keys("cổng sau", Keys.TAB)
    desk.wait(lambda: desk.texts("#list .zones span") == ["sân", "cổng sau"])
    desk.find('[data-lang="en"]').click()
    desk.wait(lambda: desk.texts("#list .zones span") == ["yard", "gate"])
    assert desk.save()["zones"][1]["name"] == {"en": "gate", "vi": "cổng sau"}


def test_the_grid_follows_the_ground_points(desk: Desk) -> None:
    desk.open()
    first = desk.outline(".metres polyline")
    desk.choose("1: 0 m, 0 m")
    field = desk.find('#form [name="metres-0"]')
    field.clear()
    field.send_keys("-2", Keys.TAB)
    desk.wait(lambda: desk.outline(".metres polyline") not in ("", first))
    assert desk.save()["ground"]["points"][0] == {"pixel": [100, 400], "metres": [-2, 0]}


def test_without_the_address_that_was_given_the_page_only_shows(desk: Desk) -> None:
    desk.open(token="#token=guess")
    desk.choose("gate")
    desk.drag(desk.handles()[0], (-30, 20))
    desk.wait(lambda: "may look but not write" in desk.find("#trouble").text)
    assert desk.path.read_text(encoding="utf-8") == SCENE


def test_the_wheel_zooms_about_the_pointer_and_a_key_shows_all_again(desk: Desk) -> None:
    desk.open()
    board = desk.find(".board svg")
    whole = board.get_dom_attribute("viewBox")
    origin = ScrollOrigin.from_element(board, -120, 60)
    ActionChains(desk.browser).scroll_from_origin(origin, 0, -300).perform()
    desk.wait(lambda: board.get_dom_attribute("viewBox") != whole)
    left, _, width, _ = (float(v) for v in (board.get_dom_attribute("viewBox") or "").split(" "))
    assert width < 640
    assert left < (640 - width) / 2, "what lay left of the middle came nearer to it"
    ActionChains(desk.browser).send_keys("0").perform()
    assert board.get_dom_attribute("viewBox") == whole
