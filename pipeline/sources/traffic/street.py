"""The street as it is drawn before anybody is on it."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Final

import numpy as np

from core.arrays import F64, U8, AnyArray
from pipeline.sources.traffic.canvas import Canvas, Colour
from pipeline.sources.traffic.recording import About, LaneAbout
from pipeline.sources.traffic.view import View

LAND: Final[Colour] = (118, 138, 126)
PAVEMENT: Final[Colour] = (162, 168, 170)
ASPHALT: Final[Colour] = (94, 90, 86)
PAINT: Final[Colour] = (214, 218, 218)
BUS_STOP: Final[Colour] = (112, 98, 70)
SHADE: Final[Colour] = (96, 108, 106)
LEAVES: Final[tuple[Colour, ...]] = ((64, 102, 76), (70, 116, 84), (82, 130, 98))
"""From below."""
WALLS: Final[tuple[Colour, ...]] = ((168, 206, 222), (198, 208, 212), (150, 186, 204), (186, 196, 176), (176, 178, 196))
ROOFS: Final[tuple[Colour, ...]] = ((116, 128, 164), (150, 154, 156), (128, 132, 134), (104, 118, 152), (164, 166, 162))
CIRCLE: Final = np.column_stack([turn(np.linspace(0, 2 * np.pi, 14, endpoint=False)) for turn in (np.cos, np.sin)])
PAVEMENT_M: Final = 5.5
DASH_M, GAP_M, STRIPE_M, PAINT_M = 3.0, 4.5, 0.55, 0.18


def draw_street(about: About, view: View) -> U8:
    """The ground, its carriageways and their markings: (height, width, 3) BGR."""
    canvas = Canvas(view, LAND)
    for half, colour in ((PAVEMENT_M, PAVEMENT), (0.0, ASPHALT)):
        for lane in about.lanes:
            for start, end in pairwise(np.array(lane.centreline)):
                canvas.band(start, end, lane.width_m + 2 * half, colour)
        canvas.ground(_middle(about.lanes), colour)
    for area in about.areas:
        if area.kind == "bus_stop":
            canvas.ground(np.array(area.polygon), BUS_STOP)
    for lane in about.lanes:
        _markings(canvas, lane, about.lanes)
    for area in about.areas:
        if area.kind == "crossing":
            _zebra(canvas, np.array(area.polygon))
    houses = [(np.array(area.polygon), area.height_m) for area in about.areas if area.kind == "house"]
    _upright(canvas, houses, _trees(about.lanes))
    return canvas.pixels


def _middle(lanes: tuple[LaneAbout, ...]) -> F64:
    """The square in which the carriageways meet: around the inner ends of all lanes."""
    ends = np.array(
        [min((lane.centreline[0], lane.centreline[-1]), key=lambda p: p[0] ** 2 + p[1] ** 2) for lane in lanes]
    )
    reach = np.abs(ends).max(axis=0) if len(ends) else np.zeros(2)
    x, y = reach
    return np.array([[-x, -y], [x, -y], [x, y], [-x, y]])


def _markings(canvas: Canvas, lane: LaneAbout, lanes: tuple[LaneAbout, ...]) -> None:
    line = np.array(lane.centreline)
    for start, end in pairwise(line):
        along = (end - start) / max(float(np.hypot(*(end - start))), 1e-9)
        across = np.array((-along[1], along[0])) * lane.width_m / 2
        for side in (across, -across):
            beside = _lane_at(lanes, lane, (start + end) / 2 + 1.5 * side)
            if beside is None or beside.group != lane.group:
                canvas.band(start + side, end + side, PAINT_M, PAINT)
            else:
                _dashes(canvas, start + side, end + side, along)
    if lane.stop_line:
        end, along = line[-1], (line[-1] - line[-2]) / np.hypot(*(line[-1] - line[-2]))
        across = np.array((-along[1], along[0])) * lane.width_m / 2
        canvas.band(end - 0.6 * along - across, end - 0.6 * along + across, 0.5, PAINT)


def _dashes(canvas: Canvas, start: AnyArray, end: AnyArray, along: AnyArray) -> None:
    length = float(np.hypot(*(end - start)))
    for at in np.arange(GAP_M, length - DASH_M, DASH_M + GAP_M):
        canvas.band(end - along * at, end - along * (at + DASH_M), PAINT_M, PAINT)


def _lane_at(lanes: tuple[LaneAbout, ...], but: LaneAbout, point: AnyArray) -> LaneAbout | None:
    for lane in lanes:
        if lane is but:
            continue
        for start, end in pairwise(np.array(lane.centreline)):
            along = end - start
            share = float(np.clip((point - start) @ along / max(float(along @ along), 1e-9), 0, 1))
            if np.hypot(*(start + share * along - point)) < lane.width_m / 2:
                return lane
    return None


def _zebra(canvas: Canvas, polygon: AnyArray) -> None:
    """Stripes of a crossing, along the way of the vehicles: its shorter side."""
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    long = int(np.argmax(high - low))
    for at in np.arange(low[long] + STRIPE_M, high[long], 2 * STRIPE_M):
        start, end = low.copy(), high.copy()
        start[long] = end[long] = at
        margin = 0.12 * (high[1 - long] - low[1 - long])
        start[1 - long] += margin
        end[1 - long] -= margin
        canvas.band(start, end, STRIPE_M, PAINT)


def _trees(lanes: tuple[LaneAbout, ...]) -> list[tuple[F64, float]]:
    """Where trees stand on the outer pavements, and their radius: (2) and metres."""
    sides = defaultdict[str, list[LaneAbout]](list)
    for lane in lanes:
        sides[lane.group].append(lane)
    turn, places = np.random.default_rng(1), []
    for group in sides.values():
        outer = max(group, key=lambda lane: min(abs(lane.centreline[0][0]), abs(lane.centreline[0][1])))
        start, end = np.array(outer.centreline[0]), np.array(outer.centreline[-1])
        length = float(np.hypot(*(end - start)))
        along = (end - start) / length
        across = np.array((-along[1], along[0]))
        away = across if across @ start > 0 else -across
        for at in np.arange(9.0, length - 9.0, 15.0):
            place = start + along * (at + turn.uniform(-2, 2)) + away * (outer.width_m / 2 + 3.6)
            places.append((place, turn.uniform(1.5, 2.3)))
    return places


def _upright(canvas: Canvas, houses: list[tuple[F64, float]], trees: list[tuple[F64, float]]) -> None:
    """Houses and trees, the farthest first."""
    things = [(base.mean(axis=0), base, height) for base, height in houses] + [(at, None, size) for at, size in trees]
    things.sort(key=lambda one: -float(np.hypot(*(one[0] - canvas.view.place[:2]))))
    turn = np.random.default_rng(2)
    for place, base, size in things:
        if base is None:
            _tree(canvas, place, size)
            continue
        wall, roof = WALLS[turn.integers(len(WALLS))], ROOFS[turn.integers(len(ROOFS))]
        canvas.solid(base, size, roof, (_darker(wall, 0.72), _darker(wall, 0.9)))


def _tree(canvas: Canvas, place: F64, size: float) -> None:
    canvas.ground(place + (0.8, -0.6) + CIRCLE * size, SHADE)
    for colour, up, share in zip(LEAVES, (1.6, 2.6, 3.5), (1.0, 0.85, 0.55), strict=True):
        canvas.ground(place + CIRCLE * size * share, colour, up)


def _darker(colour: Colour, light: float) -> Colour:
    blue, green, red = (int(part * light) for part in colour)
    return blue, green, red
