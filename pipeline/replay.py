"""Motion and rules alone, on recorded tracks: how accuracy is measured, and how a scene is tried out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analytics.engine import RuleEngine
from core.findings import Findings
from core.motion import Motion
from core.scene import Scene
from core.tracks import TrackBatch
from scenes.rules import AnyRuleSpec
from trackers.world import World


@dataclass(frozen=True, slots=True)
class Step:
    """A batch of a replay, None at the end, and what its rules found.

    `engine` is as it was after this batch only until the next step is taken.
    """

    engine: RuleEngine
    batch: tuple[TrackBatch, Motion] | None
    findings: Findings


def replay(batches: Iterable[TrackBatch], scene: Scene, rules: tuple[AnyRuleSpec, ...]) -> Iterator[Findings]:
    """The findings of each batch, and at last those of the end. All cameras of the recording share the scene."""
    return (step.findings for step in steps(batches, scene, rules))


def steps(batches: Iterable[TrackBatch], scene: Scene, rules: tuple[AnyRuleSpec, ...]) -> Iterator[Step]:
    """The same, with all that led to them."""
    engine, scenes = RuleEngine(), dict[str, Scene]()
    world = World(scenes)
    last_ns = 0
    for tracks in batches:
        for frame in tracks.frames:
            last_ns = max(last_ns, frame.captured_ns)
            if frame.camera_id not in scenes:
                scenes[frame.camera_id] = scene
                engine.add_camera(frame.camera_id, scene, rules, live=False)
        motion = world.locate(tracks)
        yield Step(engine, (tracks, motion), engine.update(tracks, motion))
    yield Step(engine, None, engine.close(last_ns))
