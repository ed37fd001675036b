"""The scenes of cameras as the page shows them: drawings, and names of places in one language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from console.pictures import is_there, picture_url
from locales import Language
from store.event_store import EventStore
from store.records import SceneRecord


class Scenes:
    """What the store knows of scenes; reads each camera's once.

    Args:
        evidence: folder of the pictures.
    """

    def __init__(self, store: EventStore, evidence: Path, language: Language) -> None:
        self._store, self._evidence, self._language = store, evidence, language
        self._known: dict[str, SceneRecord | None] = {}

    def drawing(self, camera_id: str, view: str = "") -> dict[str, Any] | None:
        """A camera's drawing with labels in the language, and its reference picture; None when it has no scene.

        Of a turning camera that of a view.
        """
        record = self.record(camera_id)
        if record is None:
            return None
        drawing, picture = record.drawn(view), record.picture_of(view)
        zones = [{"id": z["id"], "name": self._label(z), "polygon": z["polygon"]} for z in drawing.get("zones", ())]
        lines = [
            {"id": line["id"], "name": self._label(line), "start": line["start"], "end": line["end"]}
            for line in drawing.get("lines", ())
        ]
        lanes = [
            {
                "id": lane["id"],
                "name": self._label(lane),
                "polygon": lane["polygon"],
                "centreline": lane["centreline"],
                "group": lane["group"],
            }
            for lane in drawing.get("lanes", ())
        ]
        url = None
        if picture is not None and is_there(self._evidence, picture):
            url = f"{picture_url(picture)}?v={record.version}"
        return {
            "camera_id": record.camera_id,
            "scene_id": record.scene_id,
            "version": record.version,
            "reference_size": list(record.reference_size),
            "zones": zones,
            "lines": lines,
            "lanes": lanes,
            "picture": url,
            "view": view,
        }

    def view_name(self, camera_id: str, view: str) -> str:
        """The name of a preset in the language; its id where the scene does not know it."""
        record = self.record(camera_id)
        preset = {} if record is None else record.drawing.get("presets", {}).get(view, {})
        return self._label({"id": view, **preset})

    def where(self, camera_id: str, place_id: str, view: str) -> str:
        """The name of a place, after that of its preset on a turning camera."""
        names = self.view_name(camera_id, view), self.place_name(camera_id, place_id, view)
        return " · ".join(name for name in names if name)

    def place_name(self, camera_id: str, place_id: str, view: str = "") -> str:
        """The name of a place, group or signal, in a view, in the language; its id where no scene knows it."""
        _, item = self._place(camera_id, place_id, view)
        return place_id if item is None else self._label(item)

    def place_kind(self, camera_id: str, place_id: str, view: str = "") -> tuple[str, str]:
        """Whether a place is a `zone`, a `line` or a `lane` (empty: unknown), and the group of a lane."""
        kind, item = self._place(camera_id, place_id, view)
        return kind, "" if item is None else str(item.get("group", ""))

    def place_order(self, camera_id: str, place_id: str, view: str = "") -> int:
        """Where a place stands in its scene; a group of lanes with its first lane, an unknown place last."""
        record = self.record(camera_id)
        drawing = {} if record is None else record.drawn(view)
        items = [item for kind in ("lanes", "lines", "zones") for item in drawing.get(kind, ())]
        return next((n for n, item in enumerate(items) if place_id in (item["id"], item.get("group"))), len(items))

    def lane_groups(self, camera_id: str, view: str = "") -> dict[str, str]:
        """The groups of a camera's lanes, of those that share theirs with another lane."""
        record = self.record(camera_id)
        lanes = () if record is None else record.drawn(view).get("lanes", ())
        groups = [lane.get("group", "") for lane in lanes]
        return {lane["id"]: lane["group"] for lane in lanes if lane.get("group") and groups.count(lane["group"]) > 1}

    def simulated(self, camera_id: str) -> bool:
        """Whether a camera's pictures and traffic are made up."""
        record = self.record(camera_id)
        return record is not None and bool(record.drawing.get("simulated", False))

    def reference_size(self, camera_id: str) -> list[int] | None:
        """Width and height that places of a camera refer to; None when it has no scene."""
        record = self.record(camera_id)
        return None if record is None else list(record.reference_size)

    def _place(self, camera_id: str, place_id: str, view: str) -> tuple[str, dict[str, Any] | None]:
        record = self.record(camera_id)
        if record is not None and place_id:
            for kind in ("zone", "line", "lane", "group", "signal"):
                for item in record.drawn(view).get(f"{kind}s", ()):
                    if item["id"] == place_id:
                        return kind, item
        return "", None

    def _label(self, item: dict[str, Any]) -> str:
        label = item.get("label") or {}
        return str(label.get(self._language) or label.get("en") or item["id"])

    def record(self, camera_id: str) -> SceneRecord | None:
        """A camera's scene as stored."""
        if camera_id not in self._known:
            self._known[camera_id] = self._store.scenes.of(camera_id)
        return self._known[camera_id]
