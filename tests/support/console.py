"""Stores with events, and folders with pictures, for tests of the page and the report."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.events import EndReason, Event, EventKind, Phase, Picture, Severity
from core.measures import IntrusionMeasures, LineCrossingMeasures
from core.records import Measurement, TrackSummary
from core.times import SECOND_NS
from store.event_store import EventStore
from store.records import SceneRecord

CAMERA = "hk01"
DRAWING: dict[str, Any] = {
    "zones": [
        {
            "id": "yard",
            "label": {"en": "back yard", "vi": "sân sau"},
            "polygon": [[40, 40], [300, 60], [280, 220], [60, 200]],
        }
    ],
    "lines": [
        {"id": "gate", "label": {"en": "main gate", "vi": "cổng chính"}, "start": [20, 200], "end": [300, 120]},
    ],
    "lanes": [
        {
            "id": "north-1",
            "label": {"en": "kerb lane", "vi": "làn sát lề"},
            "polygon": [[200, 240], [260, 240], [180, 20], [160, 20]],
            "centreline": [[230, 240], [170, 20]],
            "group": "north",
        }
    ],
}


def crossing(event_id: str = "c1", started_ns: int | None = None, **changes: Any) -> Event:
    """A line crossing, over as soon as it happens."""
    ns = time.time_ns() if started_ns is None else started_ns
    event = Event(
        event_id, 1, EventKind.LINE_CROSSING, Phase.ENDED, Severity.LOW, 0.9, ns, ns, CAMERA, "r-gate", "gate",
        LineCrossingMeasures("forward", 1.5), (7,), (0,), box=(100.0, 80.0, 140.0, 180.0),
    )  # fmt: skip
    return replace(event, **changes)


def intrusion(event_id: str = "i1", revision: int = 1, started_ns: int | None = None, **changes: Any) -> Event:
    """Revision 1 (started), 2 (updated) or 3 (ended) of an intrusion, 5 s apart."""
    ns = time.time_ns() if started_ns is None else started_ns
    phase = (Phase.STARTED, Phase.UPDATED, Phase.ENDED)[min(revision, 3) - 1]
    event = Event(
        event_id, revision, EventKind.INTRUSION, phase, Severity.HIGH, 0.8, ns, ns + (revision - 1) * 5 * SECOND_NS,
        CAMERA, "r-yard", "yard", IntrusionMeasures(revision, 5.0 * revision), (3, 4), (0,),
        box=(60.0, 70.0, 110.0, 190.0), end_reason=EndReason.CLEARED if phase is Phase.ENDED else None,
    )  # fmt: skip
    return replace(event, **changes)


def pictured(event: Event, evidence: Path, *, written: bool = True) -> Event:
    """The event with a picture, which lies in the folder if `written`."""
    path = f"{event.camera_id}/{event.event_id}-{event.revision}.jpg"
    if written:
        write_picture(evidence, path)
    return replace(event, pictures=(Picture(path, event.at_ns),))


def write_picture(evidence: Path, path: str) -> None:
    """A small JPEG in the folder."""
    file = evidence / path
    file.parent.mkdir(parents=True, exist_ok=True)
    gradient = np.linspace(30, 200, 320, dtype=np.uint8)
    picture = np.repeat(np.tile(gradient, (256, 1))[..., None], 3, axis=2)
    good, content = cv2.imencode(".jpg", picture)
    assert good
    file.write_bytes(content.tobytes())


def put_scene(store: EventStore, evidence: Path, camera_id: str = CAMERA) -> None:
    """A scene with a zone, a line and a reference picture."""
    write_picture(evidence, "references/scene.jpg")
    store.scenes.put(SceneRecord(camera_id, "yard-scene", 3, (320, 240), DRAWING, "references/scene.jpg"))


def tracks(camera_id: str = CAMERA, count: int = 4, started_ns: int | None = None) -> list[TrackSummary]:
    """People who walked across, one every 10 s."""
    ns = time.time_ns() if started_ns is None else started_ns
    return [
        TrackSummary(
            camera_id, 0, n + 1, n % 2 * 3, ns + n * 10 * SECOND_NS, ns + (n * 10 + 8) * SECOND_NS,
            ((10.0, 100.0 + n), (150.0, 120.0 + n), (300.0, 140.0)), 80, 1.0 + n,
        )
        for n in range(count)
    ]  # fmt: skip


def measurement(camera_id: str = CAMERA, start_ns: int | None = None) -> Measurement:
    """One minute over the line."""
    ns = time.time_ns() if start_ns is None else start_ns
    return Measurement(camera_id, "gate", "forward", ns, ns + 60 * SECOND_NS, {"person": 5, "car": 0}, 1.4)
