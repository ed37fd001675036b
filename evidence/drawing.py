"""Drawing scenes, events and tracks. Pictures are (height, width, 3) uint8 BGR; none is changed in place."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Final

import cv2
import numpy as np

from core.arrays import F64, U8, AnyArray
from core.events import Event
from core.lanes import stop_lines
from core.records import TrackSummary
from core.scene import Ground, Label, Scene, Signal
from core.signals import LampColour
from core.times import time_text
from locales import Language, language, text
from scenes.ground import GroundFit

Colour = tuple[int, int, int]

ZONE: Final[Colour] = (196, 178, 64)
LINE: Final[Colour] = (60, 190, 255)
BOX: Final[Colour] = (70, 90, 255)
HORIZON: Final[Colour] = (80, 80, 255)
GRID: Final[Colour] = (230, 230, 230)
INK: Final[Colour] = (245, 240, 235)
PAPER: Final[Colour] = (28, 20, 14)
CLASS_COLOURS: Final[tuple[Colour, ...]] = (
    (90, 200, 255), (160, 230, 120), (120, 140, 255), (255, 190, 80), (220, 120, 230), (200, 220, 90), (180, 180, 180),
    (130, 200, 200), (210, 170, 255),
)  # fmt: skip
"""By class of the taxonomy."""

LANE_COLOURS: Final[tuple[Colour, ...]] = (
    (110, 215, 120), (240, 150, 90), (90, 150, 250), (205, 120, 220), (80, 205, 230), (170, 190, 120),
)  # fmt: skip
"""By group of lanes."""
LAMP_COLOURS: Final = {
    LampColour.RED: (60, 60, 255), LampColour.AMBER: (40, 180, 255), LampColour.GREEN: (120, 230, 60),
}  # fmt: skip
_ARROWS: Final = (0.25, 0.5, 0.75, 0.98)
_LANE_TINT: Final = 0.12
_GRID_STEPS_M: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_MOST_GRID_LINES: Final = 40
_FARTHEST_M: Final = 500.0
_EVENT_TINT: Final = 0.1  # evidence must still show what is in the zone


def draw_scene(picture: U8, scene: Scene, language_: Language | None = None, fit: GroundFit | None = None) -> U8:
    """The scene over a picture of any size: zones, directed lines, lamps, labels, and the ground where calibrated.

    Of the ground, its grid, horizon and error; by `fit` also the points that were given, each with its error.
    """
    canvas = picture.copy()
    scale = _scale(picture, scene.reference_size)
    if scene.ground is not None:
        _draw_grid(canvas, scene, scene.ground, scale)
    chosen = language_ or language()
    colours = lane_colours(scene)
    for lane in scene.lanes.values():
        _draw_lane(canvas, lane.polygon * scale, lane.centreline * scale, colours[lane.group])
    for zone in scene.zones.values():
        _draw_zone(canvas, zone.polygon * scale, ZONE)
    for line in scene.lines.values():
        _draw_line(canvas, line.start * scale, line.end * scale)
    for number, lane in enumerate(scene.lanes.values()):
        # Neighbours' names side by side would hide each other.
        at = _along(lane.centreline, (0.35, 0.5, 0.65)[number % 3])
        _draw_label(canvas, _named(lane.label, chosen), at * scale, colours[lane.group])
    for zone in scene.zones.values():
        _draw_label(canvas, _named(zone.label, chosen), zone.polygon.mean(axis=0) * scale, ZONE)
    for signal in scene.signals.values():
        _draw_signal(canvas, signal, scale, _named(signal.label, chosen))
    for line in scene.lines.values():
        above = np.array([0.0, -1.5 * _text_height(canvas)])
        _draw_label(canvas, _named(line.label, chosen), line.start * scale + above, LINE)
    if scene.ground is not None:
        _draw_horizon(canvas, scene, scene.ground, scale, chosen)
        if fit is not None:
            _draw_pairs(canvas, fit, scale)
        _draw_label(canvas, _ground_words(scene.ground, fit, chosen), np.zeros(2), GRID)
    return canvas


def draw_event(picture: U8, event: Event, captured_ns: int, scene: Scene | None) -> U8:
    """An event's picture: its zone, line, lanes or signal, and its box; camera, UTC time and kind in a bar below."""
    canvas = picture.copy()
    if scene is not None:
        scale = _scale(picture, scene.reference_size)
        if event.zone in scene.zones:
            _draw_zone(canvas, scene.zones[event.zone].polygon * scale, ZONE, _EVENT_TINT)
        if event.zone in scene.lines:
            line = scene.lines[event.zone]
            _draw_line(canvas, line.start * scale, line.end * scale)
        if event.zone in scene.signals:
            signal = scene.signals[event.zone]
            for line in stop_lines(scene, signal):
                _draw_line(canvas, line.start * scale, line.end * scale)
            _draw_lamps(canvas, signal, scale)
        for lane in scene.lanes.values():
            if event.zone in (lane.lane_id, lane.group):
                _draw_zone(canvas, lane.polygon * scale, ZONE, _EVENT_TINT)
        if event.box is not None:
            left, top, right, bottom = (np.array(event.box).reshape(2, 2) * scale).ravel()
            _draw_box(canvas, (left, top), (right, bottom))
    elif event.box is not None:
        _draw_box(canvas, event.box[:2], event.box[2:])
    time = time_text(captured_ns)[:23].replace("T", " ")
    return _with_caption(canvas, f"{event.camera_id}   {time} UTC   {event.kind.value}")


def draw_tracks(picture: U8, tracks: Sequence[TrackSummary], reference_size: tuple[int, int] | None = None) -> U8:
    """Paths of tracks over a picture, coloured by class, with a dot where each ended.

    Args:
        reference_size: (width, height) that the paths refer to; the picture's own when None.
    """
    canvas = picture.copy()
    height, width = picture.shape[:2]
    scale = _scale(picture, reference_size or (width, height))
    for track in tracks:
        if not track.path:
            continue
        colour = CLASS_COLOURS[track.class_id % len(CLASS_COLOURS)]
        points = np.asarray(track.path, np.float64) * scale
        cv2.polylines(canvas, [_pixels(points)], False, colour, _stroke(canvas), cv2.LINE_AA)
        cv2.circle(canvas, _pixel(points[-1]), _stroke(canvas) + 1, colour, -1, cv2.LINE_AA)
    return canvas


def lane_colours(scene: Scene) -> dict[str, Colour]:
    """A colour for each group of lanes, in the order in which the scene names them."""
    groups = dict.fromkeys(lane.group for lane in scene.lanes.values())
    return {group: LANE_COLOURS[number % len(LANE_COLOURS)] for number, group in enumerate(groups)}


def plain(text: str) -> str:
    """Text without diacritics, for fonts that have none; what is left outside ASCII becomes a question mark."""
    folded = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return "".join(c if " " <= c <= "~" else "?" for c in bare)


def _named(label: Label, chosen: Language) -> str:
    return label.vi if chosen == "vi" else label.en


def _scale(picture: U8, reference_size: tuple[int, int]) -> F64:
    height, width = picture.shape[:2]
    return np.array([width / reference_size[0], height / reference_size[1]])


def _stroke(canvas: U8) -> int:
    return max(1, round(float(canvas.shape[0]) / 300))


def _text_height(canvas: U8) -> int:
    return max(11, round(float(canvas.shape[0]) / 36))


def _pixels(points: AnyArray) -> AnyArray:
    # OpenCV refuses coordinates beyond 16 bits of a shifted integer; a point far outside is as good at the rim.
    return np.clip(np.rint(points), -20_000, 20_000).astype(np.int32)


def _pixel(point: AnyArray | Sequence[float]) -> tuple[int, int]:
    x, y = _pixels(np.asarray(point, np.float64))
    return int(x), int(y)


def _draw_zone(canvas: U8, polygon: F64, colour: Colour, opacity: float = 0.22) -> None:
    tinted = canvas.copy()
    cv2.fillPoly(tinted, [_pixels(polygon)], colour)
    cv2.addWeighted(tinted, opacity, canvas, 1.0 - opacity, 0.0, dst=canvas)
    cv2.polylines(canvas, [_pixels(polygon)], True, colour, _stroke(canvas), cv2.LINE_AA)


def _draw_line(canvas: U8, start: F64, end: F64) -> None:
    """The line, and in its middle an arrow that points the way of `forward`: to the right of start → end."""
    stroke = _stroke(canvas) + 1
    cv2.line(canvas, _pixel(start), _pixel(end), PAPER, stroke + 2, cv2.LINE_AA)
    cv2.line(canvas, _pixel(start), _pixel(end), LINE, stroke, cv2.LINE_AA)
    cv2.circle(canvas, _pixel(start), stroke + 2, LINE, -1, cv2.LINE_AA)
    direction = end - start
    length = float(np.hypot(*direction)) or 1.0
    forward = np.array([-direction[1], direction[0]]) / length * max(14.0, canvas.shape[0] / 18)
    middle = (start + end) / 2
    cv2.arrowedLine(canvas, _pixel(middle), _pixel(middle + forward), LINE, stroke, cv2.LINE_AA, tipLength=0.4)


def _draw_lane(canvas: U8, polygon: F64, centreline: F64, colour: Colour) -> None:
    """The lane, and on its centreline arrows in driving direction."""
    _draw_zone(canvas, polygon, colour, _LANE_TINT)
    stroke = _stroke(canvas)
    cv2.polylines(canvas, [_pixels(centreline)], False, colour, stroke, cv2.LINE_AA)
    size = max(8.0, canvas.shape[0] / 45)
    for share in _ARROWS:
        tip, before = _along(centreline, share), _along(centreline, share - 0.02)
        ahead = (tip - before) / (float(np.hypot(*(tip - before))) or 1.0)
        side = np.array([-ahead[1], ahead[0]])
        head = np.array([tip, tip - size * ahead + 0.5 * size * side, tip - size * ahead - 0.5 * size * side])
        cv2.fillPoly(canvas, [_pixels(head)], colour, cv2.LINE_AA)


def _along(line: F64, share: float) -> F64:
    """The point (2) of a line (P, 2) at a share of its length."""
    way = np.concatenate(([0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))))
    return np.array([np.interp(share * way[-1], way, line[:, axis]) for axis in (0, 1)])


def _draw_signal(canvas: U8, signal: Signal, scale: F64, name: str) -> None:
    _draw_lamps(canvas, signal, scale)
    if signal.lamps:
        corners = np.concatenate([lamp.polygon for lamp in signal.lamps]) * scale
        low = np.array([corners[:, 0].mean(), corners[:, 1].max() + 2.0 * _text_height(canvas)])
        _draw_label(canvas, name, low, LAMP_COLOURS[LampColour.AMBER])


def _draw_lamps(canvas: U8, signal: Signal, scale: F64) -> None:
    """The outline of each lamp in its colour: what is in it must still show."""
    for lamp in signal.lamps:
        cv2.polylines(canvas, [_pixels(lamp.polygon * scale)], True, PAPER, _stroke(canvas) + 2, cv2.LINE_AA)
        cv2.polylines(canvas, [_pixels(lamp.polygon * scale)], True, LAMP_COLOURS[lamp.colour], 1, cv2.LINE_AA)


def _draw_box(canvas: U8, low: Sequence[float], high: Sequence[float]) -> None:
    stroke = _stroke(canvas)
    cv2.rectangle(canvas, _pixel(low), _pixel(high), PAPER, stroke + 2, cv2.LINE_AA)
    cv2.rectangle(canvas, _pixel(low), _pixel(high), BOX, stroke, cv2.LINE_AA)


def _draw_label(canvas: U8, text: str, at: F64, colour: Colour) -> None:
    size = _text_height(canvas)
    width = _text_width(text, size)
    x, y = _pixel(at)
    left = min(max(4, x - width // 2), max(4, canvas.shape[1] - width - 4))
    top = min(max(4, y - size), canvas.shape[0] - size * 2)
    cv2.rectangle(canvas, (left - 4, top - 3), (left + width + 4, top + size + 6), PAPER, -1)
    cv2.rectangle(canvas, (left - 4, top - 3), (left - 2, top + size + 6), colour, -1)
    _write(canvas, text, (left, top + size), size)


def _with_caption(canvas: U8, caption: str) -> U8:
    width = canvas.shape[1]
    words = plain(caption)
    size = _text_height(canvas)
    needed = _plain_width(words, size)
    if needed > width - 16:
        size = max(8, int(size * (width - 16) / needed))
    bar = np.full((size * 2, width, 3), PAPER, np.uint8)
    _write_plain(bar, words, (8, round(size * 1.45)), size)
    return np.ascontiguousarray(np.vstack((canvas, bar)))


def _write(canvas: U8, text: str, at: tuple[int, int], size: int) -> None:
    if (font := _font()) is None:
        _write_plain(canvas, plain(text), at, size)
    else:
        cv2.putText(canvas, text, at, INK, font, size, 400)


def _text_width(text: str, size: int) -> int:
    font = _font()
    if font is None:
        return _plain_width(plain(text), size)
    box = cv2.getTextSize((10_000, 10_000), text, (0, 100), font, size, 400)
    return int(box[2])


def _font() -> Any:
    """OpenCV's own TrueType font, which has Vietnamese letters; None before version 5."""
    return cv2.FontFace("sans") if hasattr(cv2, "FontFace") else None


def _write_plain(canvas: U8, text: str, at: tuple[int, int], size: int) -> None:
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, size / 30, INK, max(1, size // 14), cv2.LINE_AA)


def _plain_width(text: str, size: int) -> int:
    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size / 30, max(1, size // 14))
    return int(width)


def _draw_grid(canvas: U8, scene: Scene, ground: Ground, scale: F64) -> None:
    extent = _ground_extent(scene, ground)
    if extent is None:
        return
    low, high = extent
    step = next((s for s in _GRID_STEPS_M if float(np.max(high - low)) / s <= _MOST_GRID_LINES), _GRID_STEPS_M[-1])
    layer = canvas.copy()
    for points in _grid_lines(low, high, step):
        pixels, held = ground.to_picture(points)
        inside = held & np.all((pixels > -scene.reference_size[0]) & (pixels < 2 * scene.reference_size[0]), axis=1)
        for run in _runs(inside):
            cv2.polylines(layer, [_pixels(pixels[run] * scale)], False, GRID, 1, cv2.LINE_AA)
    cv2.addWeighted(layer, 0.45, canvas, 0.55, 0.0, dst=canvas)
    _draw_label(canvas, f"{step:g} m", np.array([canvas.shape[1], canvas.shape[0]], np.float64), GRID)


def _ground_extent(scene: Scene, ground: Ground) -> tuple[F64, F64] | None:
    """Lowest and highest metres (2) that the lower part of the picture shows, None when it shows no ground."""
    width, height = scene.reference_size
    x, y = np.meshgrid(np.linspace(0, width, 33), np.linspace(0, height, 33))
    metres, valid = ground.to_ground(np.column_stack((x.ravel(), y.ravel())))
    seen = metres[valid & np.all(np.abs(metres) < _FARTHEST_M, axis=1)]
    if not len(seen):
        return None
    low, high = np.asarray(np.quantile(seen, (0.02, 0.98), axis=0), np.float64)
    return low, high


def _grid_lines(low: F64, high: F64, step: float) -> Iterator[F64]:
    """Points (K, 2) in metres along each line of the grid."""
    first, last = np.floor(low / step) * step, np.ceil(high / step) * step
    along = [np.linspace(first[axis], last[axis], 200) for axis in (0, 1)]
    for axis in (0, 1):
        for k in range(math.floor((last[axis] - first[axis]) / step) + 1):
            line = np.empty((200, 2))
            line[:, axis] = first[axis] + k * step
            line[:, 1 - axis] = along[1 - axis]
            yield line


def _draw_horizon(canvas: U8, scene: Scene, ground: Ground, scale: F64, chosen: Language) -> None:
    """Where the ground ends, if the picture shows it."""
    a, b, c = ground.matrix[2]
    width, height = scene.reference_size
    if abs(b) * height < 1e-9 * abs(c):
        return
    x = np.linspace(-width, 2 * width, 301)
    pixels, held = np.column_stack((x, -(a * x + c) / b)), np.ones(len(x), np.bool_)
    if ground.lens is not None:
        pixels, held = ground.lens.bend(pixels)
    for run in _runs(held):
        cv2.polylines(canvas, [_pixels(pixels[run] * scale)], False, HORIZON, _stroke(canvas), cv2.LINE_AA)
    inside = held & (pixels >= 0).all(axis=1) & (pixels < scene.reference_size).all(axis=1)
    if inside.any():
        at = pixels[np.flatnonzero(inside)[-1]] * scale
        _draw_label(canvas, text("drawing-horizon", chosen), at, HORIZON)


def _draw_pairs(canvas: U8, fit: GroundFit, scale: F64) -> None:
    """Each given point as a cross, a line to where the ground has it, and its error."""
    there, seen = fit.ground.to_picture(fit.metres)
    stroke, size = _stroke(canvas), _text_height(canvas)
    for k, pixel in enumerate(fit.pixels * scale):
        if seen[k]:
            cv2.line(canvas, _pixel(pixel), _pixel(there[k] * scale), BOX, stroke, cv2.LINE_AA)
        cv2.drawMarker(canvas, _pixel(pixel), BOX, cv2.MARKER_CROSS, size, stroke, cv2.LINE_AA)
        words = f"{k + 1}: {fit.errors_m[k]:.2f} m" if np.isfinite(fit.errors_m[k]) else f"{k + 1}"
        _draw_label(canvas, words, pixel + np.array([0.0, 2.2 * size]), BOX)


def _ground_words(ground: Ground, fit: GroundFit | None, chosen: Language) -> str:
    error = f"{ground.error_m:.2f}"
    if fit is not None and len(fit.pixels) > 4 and ground.error_m > 0:
        return text("drawing-ground-pairs", chosen, error=error, count=len(fit.pixels))
    name = "drawing-ground-error" if ground.error_m > 0 else "drawing-ground-unchecked"
    return text(name, chosen, error=error)


def _runs(mask: AnyArray) -> Iterator[slice]:
    """Slices of at least two rows in which the mask holds."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if end - start > 1:
            yield slice(start, end)
