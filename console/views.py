"""Records as the page shows them: with names, sentences, units and addresses of pictures, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from core.codec import event_to_dict, time_text
from core.errors import ConfigError
from core.events import Event, Measures, Picture, Verdict
from core.sentences import class_names, duration, sentence
from evidence.folder import place
from locales import Language, text
from store.events import EventStore, SceneRecord

_CHUNK: Final = 500


class Views:
    """Makes views of records; reads each camera's scene once, so make a new one for each request.

    Args:
        evidence: folder of the pictures.
    """

    def __init__(self, store: EventStore, evidence: Path, language: Language) -> None:
        self._store = store
        self._evidence = evidence
        self.language = language
        self._scenes: dict[str, SceneRecord | None] = {}
        self._verdicts: dict[str, Verdict | None] = {}
        self._incidents: dict[str, str] = {}

    def know(self, events: Sequence[Event]) -> None:
        """Ask once for all of these what people said of them, and of which incidents they are."""
        fresh = [event.event_id for event in events if event.event_id not in self._verdicts]
        for first in range(0, len(fresh), _CHUNK):
            some = fresh[first : first + _CHUNK]
            self._verdicts |= dict.fromkeys(some, None) | self._store.desk.verdicts(some)
            self._incidents |= self._store.incidents.of_events(some)

    def place(self, event: Event) -> str:
        """The name of an event's place."""
        return self.place_name(event.camera_id, event.zone, event.view)

    def event(self, event: Event) -> dict[str, Any]:
        """An event with what a person reads of it."""
        self.know([event])
        view = event_to_dict(event)
        view["pictures"] = [self._picture(picture, shown) for picture, shown in _paired(event, view)]
        view |= {
            "sentence": self.sentence(event),
            "kind_name": kind_name(event.kind.value, self.language),
            "phase_name": text(f"phase-{event.phase.value}", self.language),
            "severity_name": text(f"severity-{event.severity.value}", self.language),
            "zone_name": self.where(event.camera_id, event.zone, event.view),
            "class_names": class_names(event.class_ids, self.language) if event.class_ids else "",
            "reference_size": self._reference_size(event.camera_id),
            "measure_rows": list(measure_rows(event.measures, self.language)),
        }
        verdict = self._verdicts[event.event_id] or event.verdict
        view["verdict"] = None if verdict is None else self._verdict(verdict)
        view["incident_id"] = self._incidents.get(event.event_id)
        if event.end_reason is not None:
            view["end_reason_name"] = text(f"reason-{event.end_reason.value}", self.language)
        return view

    def _verdict(self, verdict: Verdict) -> dict[str, Any]:
        return {
            "says": verdict.says.value,
            "says_name": text(f"says-{verdict.says.value}", self.language),
            "by": verdict.by.removeprefix("person:"),
            "at": time_text(verdict.at_ns),
            "reason": verdict.reason,
        }

    def sentence(self, event: Event) -> str:
        """What happened, in words."""
        return sentence(event, self.place_name(event.camera_id, event.zone, event.view), self.language)

    def scene(self, camera_id: str, view: str = "") -> dict[str, Any] | None:
        """A camera's drawing with labels in the language, and its reference picture; None when it has no scene.

        Of a turning camera that of a view.
        """
        record = self.scene_record(camera_id)
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
        if picture is not None and self._is_there(picture):
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
        record = self.scene_record(camera_id)
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
        record = self.scene_record(camera_id)
        drawing = {} if record is None else record.drawn(view)
        items = [item for kind in ("lanes", "lines", "zones") for item in drawing.get(kind, ())]
        return next((n for n, item in enumerate(items) if place_id in (item["id"], item.get("group"))), len(items))

    def lane_groups(self, camera_id: str, view: str = "") -> dict[str, str]:
        """The groups of a camera's lanes, of those that share theirs with another lane."""
        record = self.scene_record(camera_id)
        lanes = () if record is None else record.drawn(view).get("lanes", ())
        groups = [lane.get("group", "") for lane in lanes]
        return {lane["id"]: lane["group"] for lane in lanes if lane.get("group") and groups.count(lane["group"]) > 1}

    def simulated(self, camera_id: str) -> bool:
        """Whether a camera's pictures and traffic are made up."""
        record = self.scene_record(camera_id)
        return record is not None and bool(record.drawing.get("simulated", False))

    def _reference_size(self, camera_id: str) -> list[int] | None:
        record = self.scene_record(camera_id)
        return None if record is None else list(record.reference_size)

    def _place(self, camera_id: str, place_id: str, view: str) -> tuple[str, dict[str, Any] | None]:
        record = self.scene_record(camera_id)
        if record is not None and place_id:
            for kind in ("zone", "line", "lane", "group", "signal"):
                for item in record.drawn(view).get(f"{kind}s", ()):
                    if item["id"] == place_id:
                        return kind, item
        return "", None

    def _label(self, item: dict[str, Any]) -> str:
        label = item.get("label") or {}
        return str(label.get(self.language) or label.get("en") or item["id"])

    def scene_record(self, camera_id: str) -> SceneRecord | None:
        """A camera's scene as stored."""
        if camera_id not in self._scenes:
            self._scenes[camera_id] = self._store.scene(camera_id)
        return self._scenes[camera_id]

    def _picture(self, picture: Picture, shown: dict[str, Any]) -> dict[str, Any]:
        return shown | {"url": picture_url(picture.path), "ready": self._is_there(picture.path)}

    def _is_there(self, path: str) -> bool:
        try:
            return place(self._evidence, path).is_file()
        except (ConfigError, OSError):
            return False


UNITS: Final = {
    "m/s": "page-unit-metric",
    "m": "page-unit-m",
    "px": "page-unit-px",
    "car lengths": "page-unit-car-lengths",
    "car lengths/s": "page-unit-car-lengths-a-second",
}
"""Names of the units that measures are in."""


def kind_name(kind: str, language: Language) -> str:
    """The name of a kind such as `security.loitering`."""
    return text("kind-" + kind.replace(".", "-"), language)


def picture_url(path: str) -> str:
    """Where the page finds a picture of the evidence folder."""
    return "/pictures/" + quote(path)


def measure_rows(measures: Measures, language: Language) -> Iterator[dict[str, str]]:
    """Name and value with its unit, for each measure that is known."""
    for name, value in asdict(measures).items():
        if value is None or value == "":
            continue
        yield {
            "name": text("page-measure-" + name.replace("_", "-"), language),
            "value": _valued(name, value, language),
        }


def speed_text(mps: float, language: Language) -> str:
    """A speed in m/s and km/h."""
    return text("page-speed", language, mps=number(mps, language), kmh=number(mps * 3.6, language, 0))


def number(value: float, language: Language, decimals: int = 1) -> str:
    """A number with the decimal sign of the language."""
    shown = f"{value:,.{decimals}f}"
    return shown.translate(str.maketrans(",.", ".,")) if language == "vi" else shown


def _valued(name: str, value: object, language: Language) -> str:
    match name, value:
        case "direction", str():
            return text(f"direction-{value}", language)
        case "level", str():
            return text(f"level-{value}", language)
        case "unit", str():
            return text(UNITS.get(value, "page-unit-boxes"), language)
        case "share", int() | float():
            return f"{number(100 * value, language, 0)} %"
        case "sharpness" | "hidden" | "score" | "area_share", int() | float():
            return f"{number(100 * value, language, 0)} %"
        case "corrected", bool():
            return text("page-yes" if value else "page-no", language)
        case "ahead_s", int() | float():
            return f"{number(value, language)} s"
        case "density_per_m2", float():
            return text("page-density", language, value=number(value, language))
        case "what", "goods" | "vehicle":
            return text(f"takes-{value}", language)
        case "what", str():
            return text(f"violation-{value.replace('_', '-')}", language)
        case "way_m", int() | float():
            return text("page-metres", language, value=number(value, language, 0))
        case "deceleration_mps2", int() | float():
            return text("page-deceleration", language, value=number(value, language))
        case _, int() | float() if name.endswith("_mps"):
            return speed_text(value, language)
        case _, int() | float() if name.endswith("_s"):
            return duration(value, language)
        case _, float():
            return number(value, language)
    return str(value)


def _paired(event: Event, view: dict[str, Any]) -> Iterator[tuple[Picture, dict[str, Any]]]:
    return zip(event.pictures, view["pictures"], strict=True)
