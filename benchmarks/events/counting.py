"""Vehicles over a line of a video, as the whole chain counts them, beside a count made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from analytics.engine import RuleEngine
from benchmarks.detection.pictures import check_video
from benchmarks.events.intervals import wilson
from benchmarks.events.pairing import nearest_first
from core.events import EventKind, Phase
from core.frames import FrameBatch
from core.protocols import Detector
from core.scene import Label, Line, Scene
from core.taxonomy import ObjectClass
from locales import text
from models.registry import load_detector
from pipeline.sources.av_source import AvSource
from scenes.rules import LineCrossingSpec
from trackers.online import OnlineTracker
from trackers.world import World

CROSSINGS: Final = Path(__file__).parent / "labels/crossings.json"
NEAR_FRAMES: Final = 15
"""A crossing that was found belongs to one counted by hand at most so far from it, the nearest ones first."""
LINE: Final = "line"


@dataclass(frozen=True, slots=True)
class Counted:
    """One model on one clip.

    Attributes:
        truth: crossings by hand; counted: by the chain; found: of those by hand; named: of these with the right class.
    """

    clip: str
    model: str
    truth: int
    counted: int
    found: int
    named: int

    def figures(self) -> dict[str, Any]:
        """For a JSON file."""
        return {
            "clip": self.clip,
            "model": self.model,
            "truth": self.truth,
            "counted": self.counted,
            "error": self.counted / self.truth - 1.0,
            "found": self.found,
            "found_interval": wilson(self.found, self.truth),
            "right_class": self.named,
            "false": self.counted - self.found,
        }


def count(videos: Path, models: Sequence[str], progress: Callable[[str], object]) -> list[Counted]:
    """All models on all clips with counts made by hand.

    Raises:
        ConfigError: a video is missing or is another than the one that was counted.
        ModelError: a model cannot be used.
    """
    found = []
    for model in models:
        detector = load_detector(model, backend="onnxruntime", max_batch=1)
        for clip in json.loads(CROSSINGS.read_text(encoding="utf-8"))["clips"]:
            video = videos / clip["video"]
            check_video(video, clip["sha256"])
            progress(text("cli-bench-events-counts", model=detector.name, video=clip["video"]))
            crossings = crossed(video, detector, clip["line"], clip["until_frame"])
            truth = [(item["frame"], int(ObjectClass[item["class"].upper()])) for item in clip["crossings"]]
            pairs = matched([frame for frame, _ in truth], [frame for frame, _ in crossings])
            named = sum(truth[a][1] == crossings[b][1] for a, b in pairs)
            found.append(Counted(clip["video"], detector.name, len(truth), len(crossings), len(pairs), named))
    return found


def crossed(video: Path, detector: Detector, line: dict[str, Any], until: int) -> list[tuple[int, int]]:
    """Frame and class of each vehicle that the chain sees cross a line, up to a frame."""
    name, size, found = "clip", (0, 0), []
    ends = (np.array(line["start"], np.float64), np.array(line["end"], np.float64))
    tracker, engine, scenes = OnlineTracker(), RuleEngine(), dict[str, Scene]()
    world = World(scenes)
    stream = AvSource(str(video)).open(0)
    for meta, surface in stream:
        if meta.seq > until:
            surface.release()
            break
        if not scenes:
            name, size = meta.camera_id, (meta.width, meta.height)
            scenes[name] = Scene(name, 1, size, lines={LINE: Line(LINE, Label(LINE, LINE), *ends)})
            engine.add_camera(name, scenes[name], [LineCrossingSpec(line=LINE, classes=["vehicle"])], live=False)
        tracks = tracker.update(detector.detect(FrameBatch((meta,), (surface,))))
        surface.release()
        events = engine.update(tracks, world.locate(tracks)).events
        crossings = (e for e in events if e.phase is Phase.STARTED and e.kind is EventKind.LINE_CROSSING)
        found += [(meta.seq, event.class_ids[0]) for event in crossings]
    stream.close()
    return found


def matched(truth: Sequence[int], found: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of indices, the nearest frames first, none further apart than `NEAR_FRAMES`."""
    apart = ((abs(a - b), i, j) for i, a in enumerate(truth) for j, b in enumerate(found))
    return nearest_first(pair for pair in apart if pair[0] <= NEAR_FRAMES)
