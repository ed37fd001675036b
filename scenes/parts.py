"""What the parts of a scene file have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.arrays import F64
from scenes.documents import Document, Location, Problem

Number = Annotated[float, Field(allow_inf_nan=False)]
Point = tuple[Number, Number]
Corners = tuple[Point, Point, Point, Point]


class Strict(BaseModel):
    """A part of a file that people write: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake in a part of a scene, before its file is at hand.

    Attributes:
        at: its place in the scene.
        arguments: of the message.
        lines: arguments that are the line of another place.
    """

    at: Location
    message_id: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, Location] = field(default_factory=dict)

    def problem(self, document: Document) -> Problem:
        """The mistake with file and lines."""
        others = {name: document.line(place) for name, place in self.lines.items()}
        return document.problem(self.at, self.message_id, **self.arguments, **others)


class FaultError(ValueError):
    """A part of a scene cannot be used."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message_id)
        self.fault = fault


def array(points: object) -> F64:
    """Points as an array (N, 2)."""
    return np.asarray(points, np.float64).reshape(-1, 2)
