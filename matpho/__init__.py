"""Matpho: camera analytics for a city.

import matpho
for step in matpho.run("street.mp4", scene="street.yaml"):
    for event in step.findings.events:
        print(event.kind, event.zone)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.detections import DetectionBatch
from core.events import Event, EventKind, Phase, Severity
from core.findings import Findings
from core.frames import FrameBatch, FrameMeta
from core.motion import Motion
from core.records import Measurement, TrackSummary
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch, TrackState
from pipeline.step import StepResult

__version__ = "0.1.0"

__all__ = [
    "DetectionBatch",
    "Event",
    "EventKind",
    "Findings",
    "FrameBatch",
    "FrameMeta",
    "Measurement",
    "Motion",
    "ObjectClass",
    "Phase",
    "Severity",
    "StepResult",
    "TrackBatch",
    "TrackState",
    "TrackSummary",
    "run",
]


def run(
    *sources: str | Path,
    scene: str | Path | None = None,
    model: str | Path = "nanodet_g_416",
    fps: float | None = None,
    start: str | None = None,
    store: str | Path | None = None,
    evidence: str | Path | None = None,
) -> Iterator[StepResult]:
    """Watch sources, or the cameras of one configuration file, and give each batch's detections, tracks and events.

    Args:
        sources: video files, folders of pictures, `rtsp://` or `http://` addresses; or one `.yaml` configuration.
        scene: scene file for all of them, with the rules to watch by.
        model: name of a shipped model or an ONNX file.
        fps: most frames analysed in a second of each source; None: all.
        start: RFC 3339 time of a file's first frame; None: now.
        store, evidence: event store and folder of pictures to write; None: none. (A configuration names its own.)

    Raises:
        MatphoError: something cannot be used; the message says what, where and what to do.
    """
    from matpho.plan import Plan
    from matpho.planning import plan_configuration, plan_sources  # heavy parts load at first use
    from matpho.session import Session
    from scenes.config import load_configuration
    from scenes.model_specs import ModelSpec

    uris = [str(source) for source in sources]
    if len(uris) == 1 and uris[0].endswith((".yaml", ".yml")):
        plan = plan_configuration(load_configuration(Path(uris[0])))
    else:
        chosen = ModelSpec(path=str(model))
        cameras = plan_sources(uris, model=chosen, scene=None if scene is None else Path(scene), fps=fps, start=start)
        plan = Plan(
            chosen,
            cameras,
            store=None if store is None else Path(store),
            evidence=None if evidence is None else Path(evidence),
        )
    with Session(plan) as session:
        yield from session.steps()
