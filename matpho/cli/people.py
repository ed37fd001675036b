"""What commands of people have in common: who they are, and ids that they give by their beginning."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import ConfigError
from core.events import Event
from core.incidents import Incident
from locales import language, text

if TYPE_CHECKING:
    from store.event_store import EventStore

ByOption = Annotated[str | None, typer.Option("--by", help=text("cli-opt-by"))]
WhyOption = Annotated[str, typer.Option("--why", help=text("cli-opt-why"))]


def who(given: str | None) -> str:
    """The name given, else this user's."""
    if given is not None:
        return given
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return ""


@contextmanager
def opened(path: Path) -> Iterator[EventStore]:
    """An event store that is there already.

    Raises:
        StoreError: it is not.
    """
    from store.event_store import EventStore

    store = EventStore.open(path, create=False)
    try:
        yield store
    finally:
        store.close()


def event_of(store: EventStore, path: Path, begins: str) -> Event:
    """The latest revision of the one event whose id begins so.

    Raises:
        ConfigError: there is none, or several.
    """
    name = _only(store.events.starting_with(begins), begins, "error-event-unknown", path, "event")
    return store.events.revisions(name)[-1]


def incident_of(store: EventStore, path: Path, begins: str) -> Incident:
    """The one incident whose id begins so, or the one that it was merged into.

    Raises:
        ConfigError: there is none, or several.
    """
    name = _only(store.incidents.starting_with(begins), begins, "error-incident-unknown", path, "incident")
    found = store.incidents.latest(name)
    if found is None:
        raise ConfigError("error-incident-unknown", store=path, incident=begins)
    return found


def place_names(store: EventStore, cameras: set[str]) -> dict[tuple[str, str], str]:
    """The names of the places of cameras in the language, by camera and id."""
    names: dict[tuple[str, str], str] = {}
    for camera_id in cameras:
        scene = store.scenes.of(camera_id)
        drawing = {} if scene is None else scene.drawing
        kinds = ("signals", "groups", "lanes", "lines", "zones")
        for place in (place for kind in kinds for place in drawing.get(kind, ())):
            names[camera_id, place["id"]] = place["label"][language()]
    return names


def local_time(ns: int) -> str:
    """A time on this machine's clock."""
    return datetime.fromtimestamp(ns / 1e9).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _only(found: list[str], begins: str, unknown: str, path: Path, name: str) -> str:
    if begins in found:
        return begins
    if not found or not begins:
        raise ConfigError(unknown, store=path, **{name: begins})
    if len(found) > 1:
        raise ConfigError("error-id-ambiguous", found=begins, ids=", ".join(one[:16] for one in found))
    return found[0]
