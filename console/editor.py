"""The page on which a person edits a scene in its picture: one file is read and written, and no other."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

from console.errors import told
from console.guard import LOOPBACK_NAMES, Guard
from console.queries import known, language_of
from console.texts import editor_texts
from console.trusted import trusted_body
from core.errors import ConfigError, MatphoError, RequestError
from core.scene import Scene
from evidence.grid import ground_grid
from locales import Language, text
from scenes.documents import ProblemsError
from scenes.draft import SECTIONS, Draft, point_pairs

STATIC: Final = Path(__file__).parent / "static"
MOST_BODY: Final = 4_000_000


def create_editor(
    path: Path,
    picture: bytes,
    token: str,
    *,
    preset: str | None = None,
    allowed_hosts: Collection[str] = LOOPBACK_NAMES,
) -> FastAPI:
    """The application, for `console.server`.

    Args:
        path: the scene file.
        picture: JPEG to draw on.
        token: what a request that checks or writes must carry; only who was given the page's address has it.
        preset: of the scene that is edited; None: it has none.

    Raises:
        ConfigError: the file is no scene that can be edited, or has other presets.
    """
    app = FastAPI(title="Matpho", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(_pages(picture))
    app.include_router(_scene(_Desk(Draft.read(path, preset), token)), prefix="/api")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(MatphoError, _told)
    app.add_middleware(Guard, allowed_hosts=allowed_hosts)
    return app


class _Desk:
    """The draft being edited, and who may."""

    def __init__(self, draft: Draft, token: str) -> None:
        self.draft = draft
        self._token = token

    async def sections(self, request: Request) -> dict[str, Any]:
        """The body of a request that may check and write.

        Raises:
            RequestError: it comes from another site, carries no token, or its body is not what the page sends.
        """
        data = await trusted_body(request, self._token, MOST_BODY)
        if not isinstance(data.get("sections"), dict):
            raise RequestError("error-editor-body")
        return data

    def view(self, chosen: Language, sections: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the page shows: problems where they stand, or the ground's grid."""
        try:
            file = self.draft.scene({} if sections is None else sections)
        except ProblemsError as error:
            at = self.draft.field
            told = [
                {"field": p.field.removeprefix(at), "message": text(p.message_id, chosen, **p.arguments)}
                for p in error.problems
            ]
            return {"problems": told, "ground": None}
        return {"problems": [], "ground": _ground(file.scene), "pairs": point_pairs(file)}


def _pages(picture: bytes) -> APIRouter:
    pages = APIRouter()

    @pages.get("/")
    def index() -> Response:
        return FileResponse(STATIC / "editor" / "index.html", headers={"cache-control": "no-cache"})

    @pages.get("/picture")
    def background() -> Response:
        return Response(picture, media_type="image/jpeg", headers={"cache-control": "no-store"})

    @pages.get("/api/texts")
    def texts(request: Request) -> dict[str, Any]:
        """Every word of the page."""
        known(request.query_params, frozenset({"lang"}))
        return editor_texts(language_of(request))

    return pages


def _scene(desk: _Desk) -> APIRouter:
    api = APIRouter()

    @api.get("/scene")
    def scene(request: Request) -> dict[str, Any]:
        """The file as it is now, read anew."""
        desk.draft = Draft.read(desk.draft.path, desk.draft.preset)
        data = desk.draft.data
        return {
            "file": str(desk.draft.path),
            "mark": desk.draft.mark,
            "reference_size": desk.draft.reference_size,
            "sections": {key: data.get(key) for key in SECTIONS},
            **desk.view(language_of(request)),
        }

    @api.post("/check")
    async def check(request: Request) -> dict[str, Any]:
        """What would be wrong with the file."""
        data = await desk.sections(request)
        return desk.view(language_of(request), data["sections"])

    @api.put("/scene")
    async def save(request: Request) -> Response:
        """Write the file; refused while there are mistakes, or when it is not the one that the page has read."""
        data = await desk.sections(request)
        chosen = language_of(request)
        if data.get("mark") != desk.draft.mark:
            raise ConfigError("error-editor-changed", path=desk.draft.path)
        found = desk.view(chosen, data["sections"])
        if found["problems"]:
            return JSONResponse(found, status_code=422)
        desk.draft = desk.draft.save(data["sections"])
        return JSONResponse({"mark": desk.draft.mark, **found})

    return api


def _ground(scene: Scene) -> dict[str, Any] | None:
    grid = ground_grid(scene)
    if scene.ground is None:
        return None
    return {
        "matrix": scene.ground.matrix.tolist(),
        "error_m": scene.ground.error_m,
        "step_m": None if grid is None else grid.step_m,
        "grid": [] if grid is None else [line.tolist() for line in grid.lines],
    }


def _told(request: Request, error: Exception) -> Response:
    """An error of ours in the reader's language."""
    if not isinstance(error, MatphoError):
        raise error
    changed = error.message_id == "error-editor-changed"
    status = error.status if isinstance(error, RequestError) else 409 if changed else 422
    return told(request, error, status)
