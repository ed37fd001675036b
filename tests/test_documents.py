"""What the documents promise exists, and what the code has is documented."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_what_is_made_from_the_code_is_current() -> None:
    spec = importlib.util.spec_from_file_location("write_docs", ROOT / "tools/write_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.documents()
    stale = [path.name for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    assert stale == [], "run: make docs"
    kept = [path for path in (ROOT / "docs/events").iterdir() if path not in made and path.suffix != ".jpg"]
    assert kept == [], "of no kind"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    broken = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert broken == []


def test_every_command_is_in_the_readme() -> None:
    from matpho.cli import app

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [command.name for command in app.registered_commands] + [group.name for group in app.registered_groups]
    assert [name for name in commands if f"matpho {name}" not in readme] == []
    (scene,) = [group.typer_instance for group in app.registered_groups if group.name == "scene"]
    scene_commands = [command.name or "draw" for command in scene.registered_commands] if scene else []
    assert len(scene_commands) >= 4
    assert [name for name in scene_commands if f"matpho scene {name}" not in readme] == []
