"""Motion and rules alone, on recorded tracks: how accuracy is measured, and how a scene is tried out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analytics.engine import RuleEngine
from core.findings import Findings
from core.scene import Scene
from core.tracks import TrackBatch
from scenes.rules import AnyRuleSpec
from trackers.world import World


def replay(batches: Iterable[TrackBatch], scene: Scene, rules: tuple[AnyRuleSpec, ...]) -> Iterator[Findings]:
    """The findings of each batch, and at last those of the end. All cameras of the recording share the scene."""
    engine, scenes = RuleEngine(), dict[str, Scene]()
    world = World(scenes)
    last_ns = 0
    for tracks in batches:
        for frame in tracks.frames:
            last_ns = max(last_ns, frame.captured_ns)
            if frame.camera_id not in scenes:
                scenes[frame.camera_id] = scene
                engine.add_camera(frame.camera_id, scene, rules, live=False)
        yield engine.update(tracks, world.locate(tracks))
    yield engine.close(last_ns)
