"""The page finds every word it asks for, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast

from console.app import STATIC
from console.texts import EDITOR, PAGE, page_texts
from core.kinds import MEASURES_OF
from locales import LANGUAGES, Language, catalogue

CATALOGUE = Path(__file__).resolve().parents[2] / "locales/en/console.ftl"


def asked() -> set[str]:
    scripts = "".join(file.read_text(encoding="utf-8") for file in STATIC.glob("*.js"))
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    named = set(re.findall(r'\bt\("([a-z0-9-]+)"', scripts))
    named |= set(re.findall(r'data-t(?:-label)?="([a-z0-9-]+)"', page))
    chosen = re.findall(r'\bt\([^"]*\? "([a-z0-9-]+)" : "([a-z0-9-]+)"', scripts)
    return named | {name for pair in chosen for name in pair} | {"live", "connecting", "reconnecting"}


def test_every_word_of_the_page_is_handed_to_it() -> None:
    assert asked() == {name.removeprefix("page-") for name in PAGE}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_exists(language: Language) -> None:
    found = page_texts(language)
    bundle = catalogue(language)
    assert [name for name in PAGE if not bundle.has_message(name)] == []
    for names in ("kinds", "phases", "severities"):
        assert all(" " in value or "-" not in value for value in found[names].values()), found[names]


def test_values_are_named_in_braces() -> None:
    assert page_texts("en")["texts"]["ago-s"] == "{count} s ago"
    assert page_texts("vi")["texts"]["new-alert"] == "Cảnh báo mới: {kind}, {camera}. {value}"


def test_every_measure_has_a_name() -> None:
    known = {
        entry.id.name
        for entry in FluentParser().parse(CATALOGUE.read_text(encoding="utf-8")).body
        if isinstance(entry, ast.Message)
    }
    fields = {field for form in MEASURES_OF.values() for field in form.__dataclass_fields__}
    assert {f"page-measure-{field.replace('_', '-')}" for field in fields} <= known


def test_every_word_of_the_editor_is_handed_to_it() -> None:
    folder = STATIC / "editor"
    scripts = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.js"))
    named = set(re.findall(r'\bt\("([a-z0-9-]+)"', scripts))
    named |= set(re.findall(r'data-t(?:-label)?="([a-z0-9-]+)"', (folder / "index.html").read_text(encoding="utf-8")))
    assert named == {name.removeprefix("editor-") for name in EDITOR}
