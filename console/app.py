"""The HTTP API and the live page over an event store and its folder of pictures."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.staticfiles import StaticFiles

from console.errors import told
from console.figures import speed_text
from console.guard import LOOPBACK_NAMES, Guard
from console.incidents import rows, tell
from console.live import live_pictures
from console.people import people
from console.queries import OPEN, event_query, known, language_of, seen_rows
from console.stream import Streams
from console.summary import summary
from console.texts import page_texts
from console.traffic import traffic
from console.views import Views
from core.codec.measurements import measurement_to_dict
from core.errors import ConfigError, MatphoError, RequestError, StoreError
from core.protocols import LiveView
from evidence.folder import place
from store.event_store import EventStore
from store.records import EventQuery

log = structlog.get_logger()

STATIC: Final = Path(__file__).parent / "static"
_PICTURES: Final = frozenset({".jpg", ".jpeg", ".png"})


def create_app(
    store: EventStore,
    evidence: Path,
    *,
    live: LiveView | None = None,
    token: str = "",
    allowed_hosts: Collection[str] = LOOPBACK_NAMES,
) -> FastAPI:
    """The application, for `console.server`.

    Args:
        evidence: folder that paths of pictures refer to; it may not be there yet.
        live: shows what cameras see now; None where they are watched by another process.
        token: what a request must carry that gives a verdict or mutes; only who was given the page's address has it.
            Empty: the page may only look.
        allowed_hosts: names that a request may give as its Host, without port; the others are refused.
    """
    app = FastAPI(title="Matpho", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.streams = Streams(store, evidence)
    app.include_router(_events(store, evidence, app.state.streams), prefix="/api")
    app.include_router(people(store, token), prefix="/api")
    app.include_router(_places(store, evidence), prefix="/api")
    app.include_router(_traffic(store, evidence, live), prefix="/api")
    app.include_router(_pages(store, evidence))
    app.include_router(live_pictures(live))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(MatphoError, _told)
    app.add_middleware(Guard, allowed_hosts=allowed_hosts)
    return app


def _events(store: EventStore, evidence: Path, streams: Streams) -> APIRouter:
    api = APIRouter()

    @api.get("/events")
    def events(request: Request) -> dict[str, Any]:
        """Latest revision of each event, newest first; `row` is where the stream goes on without a gap."""
        query, views = event_query(request.query_params), Views(store, evidence, language_of(request))
        row = store.events.last_row()  # before the events: what is stored meanwhile comes twice rather than never
        found = [views.event(event) for event in store.events.find(query)]
        return {"row": row, "total": store.events.count(query), "events": found}

    @api.get("/rows")
    def listed(request: Request) -> dict[str, Any]:
        """One row for each incident, and for each event that is in none, newest first; `row` as `/events` has it."""
        query, views = event_query(request.query_params), Views(store, evidence, language_of(request))
        row = f"{store.events.last_row()}-{store.incidents.last_row()}"
        return {"row": row, "total": store.rows.count(query), "rows": rows(store, views, query)}

    @api.get("/rows/{name:path}")
    def one_row(request: Request, name: str) -> dict[str, Any]:
        """An incident with its story, or an event with its revisions, by id."""
        views = Views(store, evidence, language_of(request))
        incident = store.incidents.latest(name)
        return event(request, name) if incident is None else tell(store, views, incident)

    @api.get("/events/{event_id:path}")
    def event(request: Request, event_id: str) -> dict[str, Any]:
        """All revisions of one event, oldest first, and the scene of its camera."""
        views = Views(store, evidence, language_of(request))
        revisions = store.events.revisions(event_id)
        if not revisions:
            raise RequestError("error-request-event", status=404, event=repr(event_id)[:200])
        latest = revisions[-1]
        return {
            "event": views.event(latest),
            "revisions": [views.event(one) for one in revisions],
            "scene": views.scenes.drawing(latest.camera_id, latest.view),
        }

    @api.get("/stream")
    def stream(request: Request) -> Response:
        """Server-Sent Events; `Last-Event-ID`, else `after`, is the row that the page has seen."""
        known(request.query_params, frozenset({"after", "lang"}))
        chosen = language_of(request)
        if streams.full:
            raise RequestError("error-request-streams", status=503)
        after = request.headers.get("last-event-id") or request.query_params.get("after")
        row = None if after is None else seen_rows(after)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(streams.listen(row, chosen), media_type="text/event-stream", headers=headers)

    @api.get("/summary")
    def numbers(request: Request) -> dict[str, Any]:
        """Counts by kind and over time."""
        known(request.query_params, frozenset({"camera", "since", "until", "lang"}))
        return summary(store, event_query(request.query_params), language_of(request))

    return api


def _places(store: EventStore, evidence: Path) -> APIRouter:
    api = APIRouter()

    @api.get("/cameras")
    def cameras(request: Request) -> dict[str, Any]:
        """Every camera, how many events it has and how many are open."""
        views = Views(store, evidence, language_of(request))
        return {"cameras": [_camera(store, views, name) for name in store.cameras()]}

    @api.get("/scenes/{camera_id:path}")
    def scene(request: Request, camera_id: str) -> dict[str, Any]:
        """Zones, lines and reference picture of a camera; `view`: of that preset."""
        view = request.query_params.get("view", "")
        found = Views(store, evidence, language_of(request)).scenes.drawing(camera_id, view)
        if found is None:
            raise RequestError("error-request-scene", status=404, camera=repr(camera_id)[:200])
        return found

    @api.get("/texts")
    def texts(request: Request) -> dict[str, Any]:
        """Every word of the page."""
        known(request.query_params, frozenset({"lang"}))
        return page_texts(language_of(request))

    return api


def _traffic(store: EventStore, evidence: Path, live: LiveView | None) -> APIRouter:
    api = APIRouter()

    @api.get("/measurements")
    def measurements(request: Request) -> dict[str, Any]:
        """Measurements, newest first, at most `limit`."""
        known(request.query_params, frozenset({"camera", "since", "until", "limit", "lang"}))
        views, query = Views(store, evidence, language_of(request)), event_query(request.query_params)
        cameras = query.cameras or (None,)
        found = [m for c in cameras for m in store.traffic.measurements(c, query.since_ns, query.until_ns)]
        found.sort(key=lambda m: m.start_ns, reverse=True)
        rows = [
            measurement_to_dict(m)
            | {
                "place_name": views.scenes.where(m.camera_id, m.place, m.view),
                "mean_speed": None if m.mean_speed_mps is None else speed_text(m.mean_speed_mps, views.language),
            }
            for m in found[: query.limit]
        ]
        return {"total": len(found), "measurements": rows}

    @api.get("/traffic")
    def measured(request: Request) -> dict[str, Any]:
        """Measurements by place, as series; `row` tells whether there is something newer."""
        known(request.query_params, frozenset({"camera", "since", "lang"}))
        query = event_query(request.query_params)
        shown = traffic(store, Views(store, evidence, language_of(request)), query.cameras, query.since_ns)
        for camera in shown["cameras"]:
            camera["live"] = live is not None and camera["camera_id"] in live.cameras
        return shown

    return api


def _pages(store: EventStore, evidence: Path) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.get("/")
    def index() -> Response:
        return FileResponse(STATIC / "index.html", headers={"cache-control": "no-cache"})

    @pages.get("/pictures/{path:path}")
    def picture(path: str) -> Response:
        try:
            file = place(evidence, path)
        except ConfigError:
            file = None
        if file is None or file.suffix.lower() not in _PICTURES or not file.is_file():
            raise RequestError("error-request-picture", status=404, path=repr(path)[:200])
        return FileResponse(file, headers={"cache-control": "private, max-age=3600"})

    @pages.get("/healthz")
    def health() -> dict[str, Any]:
        return {"status": "ok", "last_row": store.events.last_row()}

    return pages


def _camera(store: EventStore, views: Views, camera_id: str) -> dict[str, Any]:
    query = EventQuery(cameras=(camera_id,))
    scene = views.scenes.drawing(camera_id)
    return {
        "camera_id": camera_id,
        "events": store.events.count(query),
        "open": store.events.count(EventQuery(cameras=(camera_id,), phases=OPEN)),
        "picture": None if scene is None else scene["picture"],
    }


def _told(request: Request, error: Exception) -> Response:
    """An error of ours in the reader's language: a request's own, or the store's."""
    if not isinstance(error, MatphoError):
        raise error
    status, field = 500, None
    if isinstance(error, RequestError):
        status, field = error.status, error.field
    elif isinstance(error, StoreError):
        status = 503
        log.warning("request_failed", path=request.url.path, error=error.message_id)
    return told(request, error, status, field=field)
