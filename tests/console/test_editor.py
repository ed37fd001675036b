"""The editor's API: one file, and only for whoever was given the page's address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from fastapi.testclient import TestClient

from console.editor import create_editor
from console.texts import EDITOR
from console.trusted import TOKEN_HEADER
from core.scene import Ground
from locales import LANGUAGES, catalogue
from tests.support.scenes import SCENE

HOME = "http://127.0.0.1:8000"
OURS = {"origin": HOME, TOKEN_HEADER: "secret"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "market.yaml"
    file.write_text(SCENE, encoding="utf-8")
    return file


@pytest.fixture
def client(path: Path) -> Iterator[TestClient]:
    with TestClient(create_editor(path, b"\xff\xd8jpeg", "secret"), base_url=HOME) as opened:
        yield opened


def scene(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/scene", params={"lang": "en"}).json()
    return found


def test_the_page_is_given_the_file_its_ground_and_the_picture(client: TestClient) -> None:
    answer = scene(client)
    assert answer["reference_size"] == [640, 480]
    assert [zone["id"] for zone in answer["sections"]["zones"]] == ["yard", "gate"]
    assert answer["problems"] == []
    assert answer["ground"]["error_m"] < 0.01
    ground, step = Ground(np.array(answer["ground"]["matrix"]), 0.0), answer["ground"]["step_m"]
    for line in answer["ground"]["grid"]:
        metres, valid = ground.to_ground(np.array(line))
        near = metres[valid & (np.abs(metres) < 100).all(axis=1)] / step
        assert (np.abs(near - near.round()).max(axis=0, initial=0) < 0.05).any(), (
            "a line of the grid is straight in metres"
        )
    assert len(answer["pairs"]) == 4
    assert client.get("/picture").headers["content-type"] == "image/jpeg"
    assert "text/html" in client.get("/").headers["content-type"]


def test_mistakes_are_told_at_their_shape_in_the_readers_language(client: TestClient) -> None:
    sections = scene(client)["sections"]
    sections["lanes"][0]["polygon"] = [[0, 0], [9, 9], [9, 0], [0, 9]]
    sections["zones"][1]["id"] = "yard"
    told = client.post("/api/check", json={"sections": sections}, headers=OURS, params={"lang": "en"}).json()
    assert [p["field"] for p in told["problems"]] == ["lanes[0].polygon"]
    assert "crosses itself" in told["problems"][0]["message"]
    sections["lanes"] = None
    twice = client.post("/api/check", json={"sections": sections}, headers=OURS, params={"lang": "vi"}).json()
    assert [p["field"] for p in twice["problems"]] == ["zones[1].id"]
    assert "đã dùng ở trên" in twice["problems"][0]["message"]


def test_what_is_saved_is_in_the_file(client: TestClient, path: Path) -> None:
    answer = scene(client)
    sections = answer["sections"]
    sections["lines"].append({"id": "new", "start": [1, 2], "end": [3.5, 4]})
    body = {"sections": sections, "mark": answer["mark"]}
    saved = client.put("/api/scene", json=body, headers=OURS)
    assert saved.status_code == 200, saved.text
    data = yaml.safe_load(path.read_text())
    assert data["lines"][1] == {"id": "new", "start": [1, 2], "end": [3.5, 4]}
    assert path.read_text().startswith("# The junction at the market.\n")
    # The old mark is of a file that is no more.
    assert client.put("/api/scene", json=body, headers=OURS).status_code == 409
    assert client.put("/api/scene", json=body | {"mark": saved.json()["mark"]}, headers=OURS).status_code == 200


def test_with_mistakes_nothing_is_saved(client: TestClient, path: Path) -> None:
    answer = scene(client)
    sections = answer["sections"] | {"ground": {"points": answer["sections"]["ground"]["points"][:3]}}
    refused = client.put("/api/scene", json={"sections": sections, "mark": answer["mark"]}, headers=OURS)
    assert refused.status_code == 422
    assert refused.json()["problems"][0]["field"].startswith("ground")
    assert path.read_text() == SCENE


def test_a_file_changed_on_disk_is_not_overwritten(client: TestClient, path: Path) -> None:
    answer = scene(client)
    path.write_text(SCENE + "# mine\n")
    answer["sections"]["lines"] = []
    body = {"sections": answer["sections"], "mark": answer["mark"]}
    refused = client.put("/api/scene", json=body, headers=OURS, params={"lang": "en"})
    assert refused.status_code == 409
    assert "changed by somebody else" in refused.json()["error"]["message"]
    assert path.read_text().endswith("# mine\n")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": HOME}, 403),
        ({"origin": HOME, TOKEN_HEADER: "guess"}, 403),
        ({TOKEN_HEADER: "secret"}, 403),
        ({"origin": "https://elsewhere.example", TOKEN_HEADER: "secret"}, 403),
        ({"origin": "http://127.0.0.1:9000", TOKEN_HEADER: "secret"}, 403),
        ({"origin": "null", TOKEN_HEADER: "secret"}, 403),
        ({**OURS, "sec-fetch-site": "cross-site"}, 403),
        ({**OURS, "sec-fetch-site": "same-site"}, 403),
        ({**OURS, "content-type": "text/plain"}, 415),
        ({"host": "evil.example", "origin": "http://evil.example", TOKEN_HEADER: "secret"}, 421),
    ],
)
def test_others_may_neither_check_nor_write(
    client: TestClient, path: Path, headers: dict[str, str], status: int
) -> None:
    answer = scene(client)
    body = {"sections": {"lines": []}, "mark": answer["mark"]}
    for method, place in (("PUT", "/api/scene"), ("POST", "/api/check")):
        found = client.request(method, place, json=body, headers=headers)
        assert found.status_code == status, (method, found.text)
    assert path.read_text() == SCENE


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"sections": 3}', b'{"sections": {"zones": [1]}}', b"\xff"])
def test_what_the_page_would_not_send_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post("/api/check", content=body, headers={**OURS, "content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]


def test_a_body_without_end_is_refused(client: TestClient) -> None:
    body = b'{"sections": {"zones": "' + b"x" * 5_000_000 + b'"}}'
    headers = {**OURS, "content-type": "application/json"}
    assert client.post("/api/check", content=body, headers=headers).status_code == 413


def test_no_other_file_can_be_named(client: TestClient, path: Path) -> None:
    for place in ("/api/scene/../../etc/passwd", "/static/%2e%2e/%2e%2e/pyproject.toml", "/pictures/x.jpg"):
        assert client.get(place).status_code == 404
    before = sorted(p.name for p in path.parent.iterdir())
    answer = scene(client)
    body = {"sections": {}, "mark": answer["mark"], "file": "/tmp/other.yaml", "path": "../other.yaml"}
    assert client.put("/api/scene", json=body, headers=OURS).status_code == 200
    assert sorted(p.name for p in path.parent.iterdir()) == before


def test_a_scene_with_mistakes_can_be_opened_to_correct_them(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("id: s\nreference_size: [64, 48]\nzones:\n  - id: z\n    polygon: [[0, 0], [5, 5]]\n")
    with TestClient(create_editor(file, b"", "secret"), base_url=HOME) as client:
        assert scene(client)["problems"][0]["field"] == "zones[0].polygon"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_page_exists(client: TestClient, language: str) -> None:
    bundle = catalogue("vi" if language == "vi" else "en")
    assert [name for name in EDITOR if not bundle.has_message(name)] == []
    assert client.get("/api/texts", params={"lang": language}).json()["texts"]["save"]
