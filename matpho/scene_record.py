"""A camera's scene as the store keeps it for the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from core.scene import Label, Scene
from scenes.rules import AnyRuleSpec
from store.records import SceneRecord


def scene_record(
    camera_id: str, scene: Scene, rules: Sequence[AnyRuleSpec], pictures: Mapping[str, str]
) -> SceneRecord:
    """A scene as the pages draw it, with its rules as they are in force and the paths of its reference pictures by
    view.
    """
    drawing = _drawing(scene) | {"rules": {rule.rule_id: rule.model_dump(mode="json") for rule in rules}}
    if scene.presets:
        drawing["presets"] = {
            name: _drawing(preset.scene) | {"label": asdict(preset.label), "picture": pictures.get(name)}
            for name, preset in scene.presets.items()
        }
    picture = pictures.get("") or next(iter(pictures.values()), None)
    return SceneRecord(camera_id, scene.scene_id, scene.version, scene.reference_size, drawing, picture)


def _drawing(scene: Scene) -> dict[str, Any]:
    zones, lines, lanes = scene.zones.items(), scene.lines.items(), scene.lanes.items()
    return {
        "zones": [_named(name, zone.label, polygon=zone.polygon.tolist()) for name, zone in zones],
        "lines": [_named(name, line.label, start=line.start.tolist(), end=line.end.tolist()) for name, line in lines],
        "lanes": [
            _named(
                name,
                lane.label,
                polygon=lane.polygon.tolist(),
                centreline=lane.centreline.tolist(),
                group=lane.group,
            )
            for name, lane in lanes
        ],
        "groups": [_named(name, label) for name, label in scene.groups.items()],
        "signals": [_named(name, signal.label) for name, signal in scene.signals.items()],
        "simulated": scene.simulated,
    }


def _named(name: str, label: Label, **more: Any) -> dict[str, Any]:
    return {"id": name, "label": {"en": label.en, "vi": label.vi}, **more}
