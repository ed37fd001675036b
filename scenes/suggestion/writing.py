"""A suggestion as the sections of a scene file, with what was found beside each proposal."""

from __future__ import annotations

from typing import Any, Final

from core.arrays import F64
from locales import LANGUAGES, text
from scenes.editing import item_text, items_section, with_sections
from scenes.scene_file import SceneFile
from scenes.suggestion.suggest import Suggestion, Way

LINES: Final = ("entry", "stop", "exit")


def with_suggestion(before: str, scene: SceneFile, found: Suggestion) -> str:
    """A scene file's text with the proposed lanes in the place of its own, and proposed lines and zones added.

    Lines and zones that the scene has already, and rules use, stay.

    Args:
        before: the text of `scene`, whose reference size the suggestion's pixels refer to.
    """
    taken = {*scene.scene.zones, *scene.scene.lines}
    lanes, lines, zones = [], [], []
    for way, name in zip(found.ways, _group_names(found.ways, taken), strict=True):
        for number, lane in enumerate(way.lanes, 1):
            # Lanes come from the left; on the right-hand side of the road the kerb is lane 1.
            place = len(way.lanes) + 1 - number
            how = text("scene-note-lane-seen" if lane.seen else "scene-note-lane-width")
            lanes.append(
                item_text(
                    {
                        "id": f"{name}-{place}",
                        "name": _named("scene-name-lane", way.direction, number=place),
                        "polygon": _points(lane.polygon),
                        "centreline": _points(lane.centreline),
                        **({"stop_line": True} if "stop" in way.lines else {}),
                        "group": name,
                    },
                    text("scene-note-lane", tracks=lane.tracks, of=way.tracks, how=how),
                )
            )
        for kind in LINES:
            line = way.lines.get(kind)
            if line is not None:
                start, end = _points(line)
                said = f"scene-note-{kind}"
                item = {"id": f"{name}-{kind}", "name": _named(f"scene-name-{kind}", way.direction)}
                comment = text(said, tracks=way.stopped if kind == "stop" else way.tracks)
                lines.append(item_text(item | {"start": start, "end": end}, comment))
    for number, area in enumerate(found.areas, 1):
        item = {"id": _free(f"people-{number}", taken), "name": _named("scene-name-people", None, number=number)}
        comment = text("scene-note-people", tracks=area.tracks)
        zones.append(item_text(item | {"polygon": _points(area.polygon)}, comment))
    sections = {
        "zones": _joined(_kept(before, "zones"), "zones", zones),
        "lines": _joined(_kept(before, "lines"), "lines", lines),
        "lanes": _joined(None, "lanes", lanes),
    }
    return with_sections(before, {key: value for key, value in sections.items() if value is not None or key == "lanes"})


def _group_names(ways: list[Way], taken: set[str]) -> list[str]:
    names: list[str] = []
    for way in ways:
        count = sum(other.direction == way.direction for other in ways)
        number = sum(name.startswith(way.direction) for name in names) + 1
        name = way.direction if count == 1 else f"{way.direction}{number}"
        while any(f"{name}-{kind}" in taken for kind in LINES):
            name += "x"
        names.append(name)
    return names


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "x"
    return name


def _named(message: str, direction: str | None, **values: object) -> dict[str, str]:
    return {
        language: text(
            message,
            language,
            **values,
            **({} if direction is None else {"direction": text(f"scene-direction-{direction}", language)}),
        )
        for language in LANGUAGES
    }


def _points(points: F64) -> list[list[Any]]:
    return [[int(v) if v == int(v) else float(v) for v in point] for point in points.tolist()]


def _kept(before: str, key: str) -> str | None:
    """The text of a section as it stands, normalised; None where there is none."""
    import yaml

    data = yaml.safe_load(before) or {}
    return items_section(before, key, data.get(key) or [])


def _joined(kept: str | None, key: str, more: list[str]) -> str | None:
    if kept is None and not more:
        return None
    return (kept or f"{key}:\n") + "".join(more)
