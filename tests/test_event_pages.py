"""Every kind of event has all that its page is made of, and the drawing shows what the rule made of the example."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import cv2
import pytest

from benchmarks.events.kinds import ELSEWHERE
from benchmarks.events.kinds import KINDS as SCORED
from core.events import EventKind
from core.kinds import KINDS, MEASURES_OF
from locales import LANGUAGES, Language, catalogue
from scenes.camera_rules import CAMERA_SPECS
from scenes.object_rules import OBJECT_SPECS
from scenes.rules import SPECS
from tools.event_pages.drawing import draw
from tools.event_pages.examples import EXAMPLES
from tools.event_pages.page import definition, name, page
from tools.event_pages.photographed import PHOTOGRAPHED, UNPHOTOGRAPHED
from tools.event_pages.play import Played, play

FOLDER = Path(__file__).resolve().parents[1] / "docs/events"
BY_PICTURE = {spec.model_fields["kind"].default for spec in (*CAMERA_SPECS, *OBJECT_SPECS)} - {"camera.clock"}
"""Kinds that observers see in pictures."""
RAISED = [kind.value for kind in EventKind]


@pytest.fixture(scope="module")
def played() -> dict[str, Played]:
    return {kind.value: play(kind, make()) for kind, make in EXAMPLES.items()}


def test_every_kind_is_known_and_each_that_is_raised_has_an_example_to_draw() -> None:
    assert set(RAISED) <= KINDS.keys()
    assert {kind.value for kind in EXAMPLES} == set(RAISED)


def test_every_kind_has_a_case_in_the_benchmark_or_a_stated_lack() -> None:
    assert SCORED.keys() | ELSEWHERE.keys() == KINDS.keys()
    assert not SCORED.keys() & ELSEWHERE.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_name_and_a_definition(language: Language) -> None:
    for kind in KINDS:
        assert catalogue(language).has_message(f"kind-{kind.replace('.', '-')}"), kind
        said = definition(kind, language)
        assert said.endswith(".") and "{" not in said, (kind, said)
    assert len({name(kind, language) for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_says_all_that_is_known(kind: str, played: dict[str, Played]) -> None:
    said = page(kind, played.get(kind))
    assert ("No rule raises it yet" in said) == (kind not in RAISED)
    assert all(part in said for part in ("| sharing |", "| DATEX II, version 3 |", "| definition from |"))
    if kind in RAISED:
        rows = {row.split("|")[1].strip(" `"): row for row in said.splitlines() if row.startswith("| `")}
        parameters = SPECS[kind].model_fields.keys() - {"kind", "id"}
        assert parameters <= rows.keys()
        assert all(SPECS[kind].model_fields[key].description for key in parameters)
        measured = set(re.findall(r"`(\w+)`", said.partition("## Measures")[2].partition("## Example")[0]))
        assert set(MEASURES_OF[EventKind(kind)].__dataclass_fields__) <= measured
        assert all(sentence in said for sentence in (played[kind].said("en"), played[kind].said("vi")))


@pytest.mark.parametrize("kind", RAISED)
def test_a_drawing_shows_where_and_when_the_event_is_raised(kind: str, played: dict[str, Played]) -> None:
    one = played[kind]
    root = ET.fromstring(draw(one))
    texts = [item.text for item in root.iter("{http://www.w3.org/2000/svg}text")]
    assert f"event at {one.at_s:g} s" in texts
    rings = [item for item in root.iter("{http://www.w3.org/2000/svg}circle") if item.get("class") == "event"]
    assert len(rings) == 1
    if one.event.box is not None:
        left, top, right, bottom = one.event.box
        assert left - 1 <= float(rings[0].get("cx", "")) <= right + 1
        assert top - 1 <= float(rings[0].get("cy", "")) <= bottom + 1


def test_what_is_said_before_an_event_lacks_only_the_last_condition(played: dict[str, Played]) -> None:
    for kind, one in played.items():
        failing = [item for item in one.before if item.holds is False]
        assert len(failing) == (1 if one.event.track_ids else 0), kind


def test_what_pictures_show_has_a_real_one_on_its_page() -> None:
    assert {kind.value for kind in PHOTOGRAPHED} == BY_PICTURE | {EventKind.RED_LIGHT.value}
    assert not PHOTOGRAPHED.keys() & UNPHOTOGRAPHED.keys()
    assert sorted(path.stem for path in FOLDER.glob("*.jpg")) == sorted(PHOTOGRAPHED)
    assert sum(path.stat().st_size for path in FOLDER.glob("*.jpg")) < 500_000


@pytest.mark.parametrize("kind", PHOTOGRAPHED)
def test_a_real_picture_is_small_and_told_of(kind: EventKind, played: dict[str, Played]) -> None:
    path = FOLDER / f"{kind}.jpg"
    picture = cv2.imread(str(path))
    assert picture is not None and picture.shape[1] == 640 and path.stat().st_size <= 40_000
    said = page(kind, played[kind])
    assert f"({path.name})" in said and PHOTOGRAPHED[kind] in said
