"""Records as the page shows them: with names, sentences, units and addresses of pictures, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from console.figures import measure_rows
from console.pictures import is_there, picture_url
from console.scenes import Scenes
from core.codec.events import event_to_dict
from core.events import Event, Picture, Verdict
from core.sentences import class_names, sentence, verdict_reason
from core.times import time_text
from locales import Language, text
from store.event_store import EventStore

_CHUNK: Final = 500


class Views:
    """Makes views of records; make a new one for each request.

    Args:
        evidence: folder of the pictures.

    Attributes:
        scenes: of the cameras.
    """

    def __init__(self, store: EventStore, evidence: Path, language: Language) -> None:
        self._store = store
        self._evidence = evidence
        self.language = language
        self.scenes = Scenes(store, evidence, language)
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
        return self.scenes.place_name(event.camera_id, event.zone, event.view)

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
            "zone_name": self.scenes.where(event.camera_id, event.zone, event.view),
            "class_names": class_names(event.class_ids, self.language) if event.class_ids else "",
            "reference_size": self.scenes.reference_size(event.camera_id),
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
            "reason_name": verdict_reason(verdict, self.language),
        }

    def sentence(self, event: Event) -> str:
        """What happened, in words."""
        return sentence(event, self.scenes.place_name(event.camera_id, event.zone, event.view), self.language)

    def _picture(self, picture: Picture, shown: dict[str, Any]) -> dict[str, Any]:
        return shown | {"url": picture_url(picture.path), "ready": is_there(self._evidence, picture.path)}


def kind_name(kind: str, language: Language) -> str:
    """The name of a kind such as `security.loitering`."""
    return text("kind-" + kind.replace(".", "-"), language)


def _paired(event: Event, view: dict[str, Any]) -> Iterator[tuple[Picture, dict[str, Any]]]:
    return zip(event.pictures, view["pictures"], strict=True)
