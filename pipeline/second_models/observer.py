"""An observer that lets a second model look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from core.arrays import U8
from core.frames import Affine, FrameMeta, Glimpse, InputSpec
from core.observations import ModelLook, Sighting
from core.scene import Scene
from models.filling import placed_size
from pipeline.second_models.desk import Desk, Job
from pipeline.second_models.eyes import Eye, Found

Box = tuple[float, float, float, float]
WHOLE: Final = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a frame that is shown: its name (a zone's id, empty: the whole), box in the frame, and pixels of the
    frame to one of the picture that is shown (x, y).
    """

    name: str
    box: Box
    scale: tuple[float, float]


@dataclass(slots=True)
class _Asked:
    job: Job
    epoch: int
    view: str
    parts: tuple[Part, ...]


class ModelObserver:
    """A `core.protocols.Observer`: hands in what its camera shows, and tells what the model said of it.

    A detector is shown the whole picture; a model that tells no places also each zone that a rule asks about. It keeps
    one look's pictures, no larger than the model's input.

    Args:
        desk: of the model, open.
        eye: its model.
        scene: of the camera.
        every_s: seconds from one look to the next.
        zones: that rules ask about, by id; an empty one is the whole picture.
        waits: for the model at each look, as cameras do that are files: the same file then gives the same facts. Else
            each look is told at the next, and nobody waits.
    """

    def __init__(
        self, desk: Desk, eye: Eye, scene: Scene, every_s: float, zones: Sequence[str], *, waits: bool
    ) -> None:
        self._desk, self._eye, self._scene, self._every_s, self._waits = desk, eye, scene, every_s, waits
        self._zones = (WHOLE,) if eye.placed else tuple(dict.fromkeys(zones))
        self._asked: _Asked | None = None
        self.name, self.every_ns = f"model:{desk.name}", round(every_s * 1e9)

    def look(self, glimpse: Glimpse) -> ModelLook | None:
        """What the model says of this frame, or of the one shown before.

        Raises:
            Exception: what the model raised.
        """
        frame, before = glimpse.frame, self._asked
        parts = self._parts(frame)
        if not parts:
            return None
        if before is not None and not before.job.ready.is_set():
            if self._desk.renew(before.job, _pictures(glimpse, parts)):
                self._asked = _Asked(before.job, frame.epoch, frame.view, parts)
            return None
        self._asked = _Asked(self._desk.ask(_pictures(glimpse, parts)), frame.epoch, frame.view, parts)
        if self._waits:
            before, self._asked = self._asked, None
        if before is None:
            return None
        found = before.job.result()
        if (before.epoch, before.view) != (frame.epoch, frame.view):
            return None
        return self._told(before.parts, found)

    def close(self) -> None:
        """Let go of what was shown; the desk stays open for others."""
        self._asked = None

    def _parts(self, frame: FrameMeta) -> tuple[Part, ...]:
        scene = self._scene.at(frame.view)
        width, height = frame.width / scene.reference_size[0], frame.height / scene.reference_size[1]
        parts = []
        for name in self._zones:
            if name == WHOLE:
                box = (0.0, 0.0, float(frame.width), float(frame.height))
            elif name in scene.zones:
                polygon = scene.zones[name].polygon
                (left, top), (right, bottom) = polygon.min(axis=0).tolist(), polygon.max(axis=0).tolist()
                box = _inside(frame, (left * width, top * height, right * width, bottom * height))
            else:
                continue
            parts.append(Part(name, box, _scale(box, self._eye.spec)))
        return tuple(parts)

    def _told(self, parts: Sequence[Part], found: Sequence[Sequence[Found]]) -> ModelLook:
        sightings = tuple(_sighting(one, part) for part, seen in zip(parts, found, strict=True) for one in seen)
        names = tuple(part.name for part in parts)
        return ModelLook(self._desk.name, self._every_s, self._eye.class_ids, self._eye.placed, names, sightings)


def _inside(frame: FrameMeta, box: Box) -> Box:
    """Whole pixels, inside the frame, at least one."""
    left, top = min(max(int(box[0]), 0), frame.width - 1), min(max(int(box[1]), 0), frame.height - 1)
    right, bottom = min(int(np.ceil(box[2])), frame.width), min(int(np.ceil(box[3])), frame.height)
    return float(left), float(top), float(max(right, left + 1)), float(max(bottom, top + 1))


def _scale(box: Box, spec: InputSpec) -> tuple[float, float]:
    """Pixels of the frame to one of what is shown of a box: no smaller than the model's input needs."""
    width, height = round(box[2] - box[0]), round(box[3] - box[1])
    w, h = placed_size(width, height, Affine.fit(width, height, spec))
    return max(width / w, 1.0), max(height / h, 1.0)


def _pictures(glimpse: Glimpse, parts: Sequence[Part]) -> list[U8]:
    return [_picture(glimpse.crop(part.box), part.scale) for part in parts]


def _picture(crop: U8, scale: tuple[float, float]) -> U8:
    """A copy, smaller where the scale says so: the frame's pixels are given back soon."""
    size = max(1, round(crop.shape[1] / scale[0])), max(1, round(crop.shape[0] / scale[1]))
    if size == crop.shape[1::-1]:
        return crop.copy()
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)


def _sighting(found: Found, part: Part) -> Sighting:
    if found.box is None:
        return Sighting(found.class_id, found.score, None if part.name == WHOLE else part.box, part.name)
    (left, top, right, bottom), (x, y), (across, down) = found.box, part.box[:2], part.scale
    box = (x + left * across, y + top * down, x + right * across, y + bottom * down)
    return Sighting(found.class_id, found.score, box, part.name)
