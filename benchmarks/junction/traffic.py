"""A busy junction, made up: a scene of 12 lanes, 20 zones and 20 lines, and 100 vehicles that drive through it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from core.arrays import F64, I64, U8, offsets_of
from core.frames import ClockSource, FrameMeta
from core.scene import Ground, Label, Lane, Line, Scene, Zone
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch, TrackState
from scenes.rules import AnyRuleSpec, MeasureSpec

WIDTH: Final = 1920
HEIGHT: Final = 1080
METRES_PER_PIXEL: Final = 0.05
LANES: Final = 12
LANE_PX: Final = 80
ZONES: Final = (5, 4)
"""Columns and rows."""
LINES: Final = 20
SOLID: Final = 3
"""Every third of them is a solid line."""
FPS: Final = 25.0
SPEEDS_MPS: Final = (6.0, 14.0)
JAMMED: Final = LANES // 2
"""Lanes in a jam: the first ones."""
JAM_PX: Final = 120
"""From one that stands there to the next."""
CLASSES: Final = (ObjectClass.MOTORCYCLE, ObjectClass.CAR, ObjectClass.BUS)
SHARES: Final = (0.7, 0.25, 0.05)
SIZES_PX: Final = {ObjectClass.MOTORCYCLE: (40, 36), ObjectClass.CAR: (90, 60), ObjectClass.BUS: (220, 70)}


def scene() -> Scene:
    """96 by 54 m, seen from above; lanes side by side, half of them each way; zones of eight corners; lines."""
    ground = Ground(np.diag([METRES_PER_PIXEL, -METRES_PER_PIXEL, 1.0]), 0.1)
    lanes = {f"lane{number}": _lane(number) for number in range(LANES)}
    zones = {f"zone{number}": _zone(number) for number in range(ZONES[0] * ZONES[1])}
    lines = {f"line{number}": _line(number) for number in range(LINES)}
    return Scene("junction", 1, (WIDTH, HEIGHT), zones, lines, ground, (105.85, 21.03), lanes)


def measures() -> list[AnyRuleSpec]:
    """All that can be measured there: every zone, line and lane, and movements from every fifth line to another."""
    specs: list[AnyRuleSpec] = [MeasureSpec(zone=f"zone{number}") for number in range(ZONES[0] * ZONES[1])]
    specs += [MeasureSpec(line=f"line{number}") for number in range(LINES)]
    turns = MeasureSpec(
        entries=[f"line{number}" for number in range(0, LINES, 5)],
        exits=[f"line{number}" for number in range(4, LINES, 5)],
    )
    return [*specs, MeasureSpec(lanes="all"), turns]


def drive(tracks: int, seed: int = 0, *, standing: float = 0.0) -> Iterator[TrackBatch]:
    """Frames without end, one camera, so many vehicles in each; who leaves the picture comes again as another, whose
    track is sure with the second frame, as a tracker's is.

    With `standing` so large a share of them stands in queues, on lanes of their own.
    """
    rng = np.random.default_rng(seed)
    lane = rng.integers(0, LANES, tracks)
    kind = rng.choice(len(CLASSES), tracks, p=SHARES)
    speed = rng.uniform(*SPEEDS_MPS, tracks) / METRES_PER_PIXEL / FPS
    way = rng.uniform(0, WIDTH, tracks)
    if standing:
        jams = np.arange(tracks) < standing * tracks
        lane = np.where(jams, lane % JAMMED, JAMMED + lane % (LANES - JAMMED))
        speed[jams] = 0.0
        for number in range(JAMMED):
            mine = np.flatnonzero(jams & (lane == number))
            way[mine] = WIDTH - JAM_PX * (1 + np.arange(len(mine)) % (WIDTH // JAM_PX - 1))
    aside = rng.uniform(-0.3, 0.3, tracks) * LANE_PX
    sizes = np.array([SIZES_PX[CLASSES[k]] for k in kind], np.float64)
    ids = np.arange(1, tracks + 1)
    last, number = tracks, 0
    while True:
        way += speed
        out = way >= WIDTH
        ended = ids[out]
        ids[out] = np.arange(last + 1, last + 1 + len(ended))
        last += len(ended)
        way[out] = 0.0
        x = np.where(lane % 2 == 0, way, WIDTH - way)
        middle = np.column_stack((x, 60.0 + LANE_PX * (lane + 0.5) + aside)) + rng.normal(0, 0.7, (tracks, 2))
        state = np.where(out, TrackState.TENTATIVE, TrackState.CONFIRMED).astype(np.uint8)
        yield _batch(number, middle, sizes, kind, ids, state, ended)
        number += 1


def _batch(number: int, middle: F64, sizes: F64, kind: I64, ids: I64, state: U8, ended: I64) -> TrackBatch:
    moment = round(number / FPS * 1e9)
    frame = FrameMeta("junction", 0, number, moment, ClockSource.ARRIVAL, 0, moment, WIDTH, HEIGHT)
    x, y, half = middle[:, 0], middle[:, 1], sizes / 2
    boxes = np.column_stack((x - half[:, 0], y - half[:, 1], x + half[:, 0], y + half[:, 1])).astype(np.float32)
    order = np.argsort(ids)
    count = len(ids)
    return TrackBatch(
        (frame,),
        offsets_of([count]),
        boxes[order],
        np.full(count, 0.8, np.float32),
        np.array([int(CLASSES[k]) for k in kind[order]], np.int16),
        ids[order].copy(),
        state[order],
        np.arange(count, dtype=np.int32),
        offsets_of([len(ended)]),
        ended.copy(),
    )


def _lane(number: int) -> Lane:
    y = 60.0 + LANE_PX * number
    corners = np.array([(0, y), (WIDTH, y), (WIDTH, y + LANE_PX), (0, y + LANE_PX)], np.float64)
    start, end = (0.0, WIDTH) if number % 2 == 0 else (WIDTH, 0.0)
    middle = np.array([(x, y + LANE_PX / 2) for x in np.linspace(start, end, 5)])
    name, length_m = f"lane{number}", WIDTH * METRES_PER_PIXEL
    return Lane(name, Label(name, name), corners, middle, "east" if number % 2 == 0 else "west", 14.0, 12.0, length_m)


def _zone(number: int) -> Zone:
    column, row = number % ZONES[0], number // ZONES[0]
    centre = np.array(((column + 0.5) * WIDTH / ZONES[0], (row + 0.5) * HEIGHT / ZONES[1]))
    turn = np.arange(8) / 8 * 2 * np.pi
    polygon = centre + 120.0 * np.column_stack((np.cos(turn), np.sin(turn)))
    name = f"zone{number}"
    return Zone(name, Label(name, name), polygon, 4 * np.sqrt(2) / 2 * (120 * METRES_PER_PIXEL) ** 2)


def _line(number: int) -> Line:
    """Across all lanes; every third along a border between two, as solid lines are."""
    x, name = (number + 0.5) * WIDTH / LINES, f"line{number}"
    if number % SOLID == SOLID - 1:
        y = 60.0 + LANE_PX * (1 + number // SOLID)
        return Line(name, Label(name, name), np.array((0.0, y)), np.array((WIDTH, y)))
    return Line(name, Label(name, name), np.array((x, 40.0)), np.array((x, 1060.0)))
