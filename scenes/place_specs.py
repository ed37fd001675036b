"""What a person writes about a camera's picture: zones, lines, lanes, signals, presets of a camera that turns."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final, Self

import shapely
from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from core.signals import LampColour
from scenes.ground import GroundSpec, LensSpec
from scenes.parts import Number, Point, Strict

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
"""An identifier: letters, digits, `_`, `.`, `-`; it appears in paths, keys and topics."""


class LabelSpec(Strict):
    """A name in both languages of the operators."""

    en: str = Field(description="English name")
    vi: str = Field(description="Vietnamese name")


def _both(value: Any) -> Any:
    return {"en": value, "vi": value} if isinstance(value, str) else value


TwoNames = Annotated[LabelSpec, BeforeValidator(_both)]


def _simple_polygon(points: list[Point]) -> list[Point]:
    if len(points) < 3:
        raise PydanticCustomError("problem-polygon-points", "too few points", {"count": len(points)})
    polygon = shapely.Polygon(points)
    if not polygon.is_valid:
        reason = shapely.is_valid_reason(polygon)
        raise PydanticCustomError("problem-polygon-crosses", "crosses itself", {"where": reason.partition("[")[2][:-1]})
    if polygon.area <= 0:
        raise PydanticCustomError("problem-polygon-flat", "no area", {})
    return points


class ZoneSpec(Strict):
    """An area of the picture."""

    id: Name = Field(description="Identifier, unique among zones and lines of the scene")
    name: TwoNames | None = Field(None, description="Name that operators see; a string or {en, vi}. Default: the id")
    polygon: Annotated[list[Point], AfterValidator(_simple_polygon)] = Field(
        description="Corners [x, y] in reference pixels, at least 3, in order, not crossing itself"
    )
    zoom: bool = Field(
        False,
        description="Look at it a second time, enlarged: for objects too small in the whole picture. One more image",
    )


class LineSpec(Strict):
    """A directed line. From its left to its right, seen by a walker from start to end, is `forward`."""

    id: Name = Field(description="Identifier, unique among zones and lines of the scene")
    name: TwoNames | None = Field(None, description="Name that operators see; a string or {en, vi}. Default: the id")
    start: Point = Field(description="[x, y] in reference pixels")
    end: Point = Field(description="[x, y] in reference pixels")

    @model_validator(mode="after")
    def _has_length(self) -> LineSpec:
        if self.start == self.end:
            raise PydanticCustomError("problem-line-flat", "no length", {})
        return self


class LaneSpec(Strict):
    """One lane of a carriageway."""

    id: Name = Field(description="Identifier, unique among zones, lines and lanes of the scene")
    name: TwoNames | None = Field(None, description="Name that operators see; a string or {en, vi}. Default: the id")
    polygon: Annotated[list[Point], AfterValidator(_simple_polygon)] = Field(
        description="Corners [x, y] in reference pixels, between its markings"
    )
    centreline: list[Point] = Field(
        min_length=2,
        description="Its middle [x, y] in reference pixels, in driving direction; it ends at the stop line, if any",
    )
    group: Name | None = Field(
        None, description="Lanes of one group are judged together: one direction of a carriageway. Default: the id"
    )
    speed_limit_kmh: float | None = Field(None, gt=0, description="Speed limit")
    free_flow_kmh: float | None = Field(None, gt=0, description="Mean speed of undisturbed traffic; default: learnt")
    stop_line: bool = Field(False, description="It ends at the stop line of a signal: who stands there waits for green")

    @model_validator(mode="after")
    def _goes_on(self) -> LaneSpec:
        if any(a == b for a, b in pairwise(self.centreline)):
            raise PydanticCustomError("problem-centreline-stands", "two equal points", {})
        return self


class LampSpec(Strict):
    """One lamp of a signal, as large as its glass: a box, a circle or a polygon."""

    colour: LampColour = Field(description="Of its light")
    box: tuple[Number, Number, Number, Number] | None = Field(
        None, description="[left, top, right, bottom] in reference pixels"
    )
    circle: tuple[Number, Number, Annotated[float, Field(gt=0, allow_inf_nan=False)]] | None = Field(
        None, description="[x, y, radius] in reference pixels"
    )
    polygon: Annotated[list[Point], AfterValidator(_simple_polygon)] | None = Field(
        None, description="Corners [x, y] in reference pixels"
    )
    arrow: Name | None = Field(None, description="Name of a green arrow, which is lit beside the full lamps")
    releases: list[Name] = Field(
        default_factory=list,
        description="Ids of lanes, and of lines by which one leaves, that may be used while the arrow is lit",
    )

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if sum(shape is not None for shape in (self.box, self.circle, self.polygon)) != 1:
            raise PydanticCustomError("problem-lamp-shape", "one of box, circle, polygon", {})
        if self.box is not None and (self.box[0] >= self.box[2] or self.box[1] >= self.box[3]):
            raise PydanticCustomError("problem-lamp-box", "left before right, top before bottom", {})
        if (self.arrow is None and self.releases) or (self.arrow is not None and self.colour is not LampColour.GREEN):
            raise PydanticCustomError(
                "problem-lamp-arrow", "releases without an arrow, or an arrow that is not green", {}
            )
        return self

    @property
    def corners(self) -> list[Point]:
        """Its outline."""
        if self.box is not None:
            left, top, right, bottom = self.box
            return [(left, top), (right, top), (right, bottom), (left, bottom)]
        if self.circle is not None:
            x, y, radius = self.circle
            turns = [math.tau * n / 16 for n in range(16)]
            return [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns]
        return self.polygon or []


class SignalSpec(Strict):
    """A traffic signal: one for each approach, or for each movement that has lamps of its own."""

    id: Name = Field(description="Identifier, unique among zones, lines, lanes and signals of the scene")
    name: TwoNames | None = Field(None, description="Name that operators see; a string or {en, vi}. Default: the id")
    lamps: list[LampSpec] = Field(
        default_factory=list, description="Its lamps in the picture, red and green at least; or give `feed`"
    )
    feed: Annotated[str, Field(min_length=1, max_length=128)] | None = Field(
        None, description="The name under which a controller tells its state; see configuration.md, `signals`"
    )
    lanes: list[Name] = Field(default_factory=list, description="Ids of the lanes that end at its stop line")
    line: Name | None = Field(
        None,
        description="Id of the stop line, crossed forward by who drives on. Default: across the ends of its lanes",
    )

    @model_validator(mode="after")
    def _has_lamps(self) -> Self:
        if bool(self.lamps) == (self.feed is not None):
            raise PydanticCustomError("problem-signal-source", "one of lamps, feed", {})
        full = [lamp.colour for lamp in self.lamps if lamp.arrow is None]
        twice = [colour.value for number, colour in enumerate(full) if colour in full[:number]]
        if twice:
            raise PydanticCustomError("problem-signal-lamp-twice", "two lamps of a colour", {"colour": twice[0]})
        if self.lamps and not {LampColour.RED, LampColour.GREEN} <= set(full):
            raise PydanticCustomError("problem-signal-lamps", "red and green", {})
        if not self.lanes and self.line is None:
            raise PydanticCustomError("problem-signal-no-approach", "lanes or a line", {})
        return self


def as_list(value: Any) -> Any:
    """One file as a list of one."""
    return [value] if isinstance(value, str) else value


class LaneGroupSpec(Strict):
    """A name for a group of lanes."""

    id: Name = Field(description="The `group` of lanes of the scene")
    name: TwoNames = Field(description="Name that operators see; a string or {en, vi}")


class PresetSpec(Strict):
    """What a turning camera sees at one of its presets. It is known by its picture, by the camera's word, or both."""

    id: Name = Field(description="Identifier, unique among the presets of the scene")
    name: TwoNames | None = Field(None, description="Name that operators see; a string or {en, vi}. Default: the id")
    picture: Annotated[list[Path], BeforeValidator(as_list)] = Field(
        default_factory=list,
        description="Reference picture of what the camera sees there; or several, by day and by night",
    )
    token: str | None = Field(None, description="The camera's own name of the preset (ONVIF). Default: the id")
    position: tuple[Number, Number, Number] | None = Field(
        None, description="[pan, tilt, zoom] as the camera tells them (ONVIF). Default: what it keeps under the token"
    )
    ground: GroundSpec | None = Field(None, description="From the picture to metres; without it rules use pixels")
    lens: LensSpec | None = Field(None, description="Distortion of the lens at this zoom")
    zones: list[ZoneSpec] = Field(default_factory=list, description="Areas of the picture")
    lines: list[LineSpec] = Field(default_factory=list, description="Directed lines in the picture")
    lanes: list[LaneSpec] = Field(default_factory=list, description="Lanes of carriageways, for measured traffic")
    signals: list[SignalSpec] = Field(default_factory=list, description="Traffic signals in the picture")


PLACES: Final = ("ground", "lens", "zones", "lines", "lanes", "signals")
"""What a scene has once, or for each preset."""
