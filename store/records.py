"""What the store keeps and is asked for, beside the records of core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.events import Phase


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which events; an empty tuple or None asks for all.

    Attributes:
        since_ns, until_ns: UTC; an event belongs to the half-open interval when any of its life does, from its start to
            its latest revision.
        kinds: whole kinds such as `security.loitering`, or their first part: `security`.
        phases: of the latest revision.
        limit, offset: of the newest-first list; `count` passes over both.
    """

    since_ns: int | None = None
    until_ns: int | None = None
    cameras: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class SceneRecord:
    """A camera's scene as the pages draw it.

    Attributes:
        reference_size: (width, height) that the pixel coordinates of the drawing refer to.
        drawing: zones, lines and lanes, as JSON values, and the parameters of `rules` by id; of a turning camera also
            `presets`, by id, each with zones, lines, lanes, label and picture of its own.
        picture: path of the reference picture, relative to the evidence folder; None without one.
    """

    camera_id: str
    scene_id: str
    version: int
    reference_size: tuple[int, int]
    drawing: Mapping[str, Any] = field(default_factory=dict)
    picture: str | None = None

    def drawn(self, view: str) -> Mapping[str, Any]:
        """The drawing of a view: a preset's, else that of the camera."""
        found: Mapping[str, Any] = self.drawing.get("presets", {}).get(view, self.drawing)
        return found

    def picture_of(self, view: str) -> str | None:
        """The reference picture of a view."""
        found: str | None = self.drawn(view).get("picture", self.picture)
        return found


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of the pipeline: `started_ns` and `ended_ns` UTC (None while it runs), `summary` JSON values."""

    run_id: str
    started_ns: int
    ended_ns: int | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
