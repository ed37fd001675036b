"""What a rule makes of a film, in short."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.table import build_rule
from core.detections import DetectionBatch
from core.events import Event, Phase
from scenes.rules import AnyRuleSpec
from tests.support.tracks import T0, Shot, play
from trackers.online import OnlineTracker
from trackers.world import World


def events(shots: Sequence[Shot], spec: AnyRuleSpec) -> list[Event]:
    """All revisions of all events."""
    return list(play(build_rule(spec, shots[0].scene, "cam"), shots).events)


def found(shots: Sequence[Shot], spec: AnyRuleSpec) -> list[Event]:
    """The first revision of each event."""
    return [event for event in events(shots, spec) if event.phase is Phase.STARTED]


def seconds(told: Sequence[Event]) -> list[float]:
    """When revisions came, in seconds of the film."""
    return [round((event.at_ns - T0) / 1e9, 1) for event in told]


def starts(shots: Sequence[Shot], spec: AnyRuleSpec) -> list[float]:
    """When each event started, in seconds of the film."""
    return seconds(found(shots, spec))


def tracked(shots: Sequence[Shot], tremble_px: float = 0.0, seed: int = 0) -> list[Shot]:
    """The film as the real tracker and the real motion make it of its boxes.

    `tremble_px`: standard deviation by which each side of each box is misplaced in each frame.
    """
    rng, scene = np.random.default_rng(seed), shots[0].scene
    tracker, world = OnlineTracker(), World({"cam": scene})
    made = []
    for shot in shots:
        seen = shot.tracks
        boxes = seen.xyxy + rng.normal(0, tremble_px, seen.xyxy.shape).astype(np.float32)
        tracks = tracker.update(DetectionBatch(seen.frames, seen.offsets, boxes, seen.score, seen.class_id))
        made.append(Shot(tracks, world.locate(tracks), scene))
    return made
