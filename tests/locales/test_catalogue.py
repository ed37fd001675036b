"""The two languages say the same things, and the code asks for nothing that they lack."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast

import locales
from locales import LANGUAGES, Language, text

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = [p for p in ROOT.iterdir() if (p / "__init__.py").is_file() and p.name != "tests"]


def arguments(node: object) -> set[str]:
    """Names of the `$arguments` anywhere under a node."""
    if isinstance(node, ast.VariableReference):
        return {node.id.name}
    children = vars(node).values() if isinstance(node, ast.SyntaxNode) else ()
    found: set[str] = set()
    for child in children:
        for item in child if isinstance(child, list) else [child]:
            found |= arguments(item)
    return found


def messages(language: Language) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in sorted((ROOT / "locales" / language).glob("*.ftl")):
        for entry in FluentParser().parse(file.read_text(encoding="utf-8")).body:
            assert not isinstance(entry, ast.Junk), f"{file}: {entry.content!r}"
            if isinstance(entry, ast.Message):
                assert entry.id.name not in found, f"{file}: {entry.id.name} stands twice"
                found[entry.id.name] = arguments(entry)
    return found


def test_both_languages_have_the_same_messages() -> None:
    english, vietnamese = messages("en"), messages("vi")
    assert english.keys() == vietnamese.keys()
    differing = {name for name in english if english[name] != vietnamese[name]}
    assert differing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_each_message_and_none_refers_to_another(language: Language) -> None:
    known = locales.Catalogue(language)
    for name in messages(language):
        assert known.get_message(name).value is not None
    for file in (ROOT / "locales" / language).glob("*.ftl"):
        assert re.findall(r"{\s*-?[a-z]", file.read_text(encoding="utf-8")) == [], file


def test_code_asks_only_for_messages_that_exist() -> None:
    known = messages("en").keys()
    asked: dict[str, str] = {}
    for package in PACKAGES:
        for file in package.rglob("*.py"):
            for found in re.findall(r'"((?:error|problem|cli|report|source|sink|note)-[a-z0-9_-]+)"', file.read_text()):
                asked.setdefault(found, str(file.relative_to(ROOT)))
    missing = {name: file for name, file in asked.items() if name not in known}
    assert missing == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_is_given_in_the_chosen_language(language: Language) -> None:
    locales.set_language(language)
    try:
        said = text("error-secret-unset", name="HK01_USER")
    finally:
        locales.set_language(None)
    assert "HK01_USER" in said
    assert ("biến môi trường" in said) == (language == "vi")


def test_a_missing_message_shows_its_name_rather_than_failing() -> None:
    assert text("no-such-message", path="x") == "no-such-message"


def test_the_environment_chooses_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MATPHO_LANG", raising=False)
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    assert locales.environment_language() == "vi"
    monkeypatch.setenv("MATPHO_LANG", "en")
    assert locales.environment_language() == "en"
